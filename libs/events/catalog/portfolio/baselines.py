"""The baselines of an investment: the amounts approved first, then those that replaced them; the first is never lost (S0-14)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from libs.events.event import Event
from libs.events.values import Money


@dataclass(frozen=True, slots=True)
class Amounts:
    """Money in one currency: split into enhancing and supporting (then `total` is their sum), or in one amount (then both are None)."""

    enhance: Money | None
    support: Money | None
    total: Money

    @property
    def unsplit(self) -> Money | None:
        """What nobody has split: the whole, or nothing (None)."""
        return self.total if self.enhance is None else None

    @classmethod
    def of(cls, enhance: Money | None, support: Money | None, amount: Money | None) -> Amounts | None:
        """From what was said; None where that makes no amount of one currency."""
        if enhance is not None and support is not None and enhance.currency == support.currency:
            return cls(enhance, support, Money(amount=enhance.amount + support.amount, currency=enhance.currency))
        return cls(None, None, amount) if amount is not None else None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What an investment is measured against from an instant on, and the event that made it: the approval, or the re-baseline."""

    enhance: Money | None
    support: Money | None
    amount: Money
    since: datetime
    event: Event

    @property
    def amounts(self) -> Amounts:
        return Amounts(self.enhance, self.support, self.amount)


def standing(proposals: Sequence[Event], decisions: Sequence[Event], rebaselines: Sequence[Event]) -> tuple[Baseline, ...]:
    """The baselines in order: the first approval's, then the others by the instant they hold from and by sequence.

    An approval takes the amounts of the proposal that it judges, else of the one said last before it, so that a proposal said again later leaves it alone;
    one that only repeats the amounts approved before makes no new baseline, nor does one of what was re-baselined, nor a re-baseline to the amounts that
    hold already. Where what was re-baselined is turned down, the baseline before it holds again from then on.
    """
    rebased = {event.id for event in rebaselines}
    judged = [decision for decision in decisions if getattr(decision.data, "judges", None) not in rebased]
    approved = list(_approved(sorted(proposals, key=_sequence), sorted(judged, key=_sequence)))
    since = {baseline.event.id: baseline.since for baseline in approved}
    later = approved[1:]
    for event in sorted(rebaselines, key=_sequence):
        amounts = _amounts(event)
        if amounts is not None:
            since[event.id] = max(event.time, since.get(getattr(event.data, "follows", None) or "", event.time))
            later.append(Baseline(amounts.enhance, amounts.support, amounts.total, since[event.id], event))
    turned_down = [event for event in decisions if getattr(event.data, "judges", None) in rebased and not getattr(event.data, "approved", False)]
    ordered = _fallen_back((*approved[:1], *sorted(later, key=lambda baseline: (baseline.since, baseline.event.sequence))), turned_down)
    return tuple(one for before, one in zip((None, *ordered), ordered, strict=False) if before is None or before.amounts != one.amounts)


def _fallen_back(ordered: Sequence[Baseline], turned_down: Sequence[Event]) -> Sequence[Baseline]:
    """With the baselines that hold again, each from when the one in its place was turned down on."""
    found, gone = list(ordered), set[str]()
    for decision in sorted(turned_down, key=lambda event: (event.time, event.sequence)):
        gone.add(getattr(decision.data, "judges", ""))
        until = sum(one.since <= decision.time for one in found)
        before = next((one for one in reversed(found[:until]) if one.event.id not in gone), None)
        if before is not None and found[until - 1].event.id in gone:
            found.insert(until, replace(before, since=decision.time))
    return found


def _approved(proposals: list[Event], decisions: list[Event]) -> Iterator[Baseline]:
    before: Amounts | None = None
    for decision in decisions:
        named = getattr(decision.data, "judges", None)
        said = [event for event in proposals if event.id == named] or [event for event in proposals if event.sequence < decision.sequence] or proposals[:1]
        amounts = _amounts(said[-1]) if said and getattr(decision.data, "approved", False) else None
        if amounts is not None and amounts != before:
            yield Baseline(amounts.enhance, amounts.support, amounts.total, decision.time, decision)
            before = amounts


def _amounts(event: Event) -> Amounts | None:
    return Amounts.of(getattr(event.data, "enhance", None), getattr(event.data, "support", None), getattr(event.data, "amount", None))


def _sequence(event: Event) -> int:
    return event.sequence
