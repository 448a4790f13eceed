"""Warnings beside the money: nothing planned for support, fixed scope, halted work, and rules that were lifted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final

from annotated_doc import Doc

from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.graduation import GRADUATION
from libs.events.catalog.portfolio.investment import INVESTMENT, Actual, Funding, Investment
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.override_approval import OVERRIDE_APPROVAL
from libs.events.catalog.portfolio.product import PRODUCT, ProductHalted
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.event import Kind, Overridden, Retracted
from libs.events.facts import Facts
from libs.events.references import path_of, thing_of
from libs.events.values import GlobalId, Money
from libs.rules.judgements import lifted
from libs.rules.money.baselines import struck_baseline, unplanned_of
from libs.rules.roles import who


@dataclass(frozen=True, slots=True)
class Warning:
    """Something about an investment that should be looked at."""

    rule: Annotated[str, Doc("The id of the rule, such as S0-08.")]
    message: Annotated[str, Doc("What is wrong, in words.")]
    about: Annotated[GlobalId, Doc("The global id of what it is about, such as the bid among the warnings of an investment.")]

    @property
    def link(self) -> Annotated[str, Doc("The address of the page of that, `/bids/parks-2026`.")]:
        """A path, to be read at the address of the gateway."""
        return path_of(self.about)


def ordered(warnings: Iterable[Warning]) -> tuple[Warning, ...]:
    """Each once, by rule and message."""
    return tuple(sorted(set(warnings), key=lambda w: (w.rule, w.message)))


def of_investment(facts: Facts, id: str) -> tuple[Warning, ...]:
    """S0-08 where an approved baseline has nothing for support (an amount without a split warns of nothing), S4-03 for a one-off project with an end date.

    S0-14 where its first baseline was struck through or something was spent without a decision, S3-09 where it was approved without a statement of value,
    S4-09 where amounts cover the same days, or where the forecast or the plan by year is far from the baseline, S0-15 for a bid on an approval that counts
    no more where there is no other, and the rules that were lifted for it or for a bid on it.
    """
    found = [*_struck(facts, id)]
    investment = facts.get(INVESTMENT, id)
    if investment is None:
        return ordered(found)
    found += lifted_for(facts, INVESTMENT, id)
    baseline = investment.current_baseline if investment.approved else None
    if baseline is not None and baseline.support is not None and not baseline.support.amount:
        found.append(
            Warning("S0-08", f"{id}: nothing is planned for supporting the version in use, and {baseline.amount} for enhancing it", f"investment:{id}")
        )
    if investment.funding is Funding.ONE_OFF_PROJECT and investment.ends is not None:
        found.append(Warning("S4-03", f"{id}: it is funded as a one-off project that ends on {investment.ends}, not as an ongoing product", f"investment:{id}"))
    for bid in facts.related(BID, "investment", id):
        found += facts.derive(of_bid, bid.id)
    if investment.approved and investment.value is None:
        found.append(Warning("S3-09", f"{id}: it was approved, and nobody has said which value it is to bring", f"investment:{id}"))
    found += (Warning(rule, f"{id}: {said}", f"investment:{id}") for rule, said in _of_spending(investment))
    return ordered(found)


def _of_spending(investment: Investment) -> Iterator[tuple[str, str]]:
    """What was spent without a decision (S0-14) or twice, a forecast far from its baseline, and a plan that does not sum to it (S4-09)."""
    spent = [one for one in investment.actuals if one.amount.amount > 0]
    if spent and not investment.approved:
        yield "S0-14", f"money was spent on it from {min(one.covers_from for one in spent)} on, and nobody has approved it"
    before: list[Actual] = []
    for one in sorted(spent, key=lambda one: (one.covers_from, one.covers_until)):
        before = [other for other in before if other.covers_until >= one.covers_from]  # what is over by then is so for all that follow
        if before:
            other = before[0]
            both = f"{other.amount} of {other.covers_from} to {other.covers_until} and {one.amount} of {one.covers_from} to {one.covers_until}"
            yield "S4-09", f"{both} cover the same days: if it is the same spending, retract one"
        before.append(one)
    baseline = investment.current_baseline if investment.approved else None
    if baseline is None:
        return
    if investment.forecast is not None and investment.closed is None:
        over = investment.forecast.amount.amount - baseline.amount.amount
        if abs(over) > FAR * baseline.amount.amount:
            yield (
                "S4-09",
                f"the forecast of {investment.forecast.amount} is {'above' if over > 0 else 'below'} the baseline of {baseline.amount} by more than a tenth",
            )
    left = unplanned_of(investment)
    if left is not None and left.amount:
        apart = Money(amount=abs(left.amount), currency=left.currency)
        yield "S4-09", f"its plan by year is {apart} {'above' if left.amount < 0 else 'below'} the baseline of {baseline.amount}"


FAR: Final = Decimal("0.1")
"""The share of the baseline by which a forecast is far from it."""


def of_bid(facts: Facts, id: str) -> tuple[Warning, ...]:
    """S0-15 for a bid on an approval that counts no more where there is no other, S0-14 above what was approved, and the rules that were lifted for it."""
    bid = facts.get(BID, id)
    found = [*lifted_for(facts, BID, id)]
    investment = facts.get(INVESTMENT, bid.investment) if bid is not None else None
    if bid is not None and investment is not None and bid.decision is not None and bid.won is not False and not investment.approved:
        said = f"{investment.id}: the bid {id} for {bid.amount} rests on {bid.decision}, which counts no more"
        found.append(Warning("S0-15", said, f"bid:{id}"))
    approved = investment.decided_amounts if investment is not None and investment.approved else None
    if bid is not None and bid.amount is not None and bid.won is not False and approved is not None and bid.amount.amount > approved.total.amount:
        found.append(Warning("S0-14", f"{bid.investment}: the bid {id} is for {bid.amount}, and {approved.total} was approved", f"bid:{id}"))
    return ordered(found)


def of_product(facts: Facts, id: str) -> tuple[Warning, ...]:
    """S0-03 while work on the product is halted, and the rules that were lifted for it, its releases, change requests and metrics."""
    product = facts.get(PRODUCT, id)
    found = [*lifted_for(facts, PRODUCT, id)]
    halted = product.halted if product else None
    if product is not None and halted is not None and isinstance(halted.data, ProductHalted):
        lacking = f", {halted.data.lacking} is lacking" if halted.data.lacking else ""
        since = (product.halted_since or halted.time).date()
        found.append(Warning("S0-03", f"{id}: work on it halted on {since} for {halted.data.reason.replace('_', ' ')}{lacking}", f"product:{id}"))
    for kind in _OF_PRODUCT:
        for one in facts.related(kind, "product", id):
            found += lifted_for(facts, kind, one.id)
    return ordered(found)


def of_team(facts: Facts, id: str) -> tuple[Warning, ...]:
    """The rules that were lifted for a team, its graduation and its loans."""
    loans = [warning for loan in facts.related(LOAN, "team", id) for warning in lifted_for(facts, LOAN, loan.id)]
    return ordered((*lifted_for(facts, TEAM, id), *lifted_for(facts, GRADUATION, id), *loans))


def of_program(facts: Facts, id: str) -> tuple[Warning, ...]:
    """The rules that were lifted for a program."""
    return ordered(lifted_for(facts, PROGRAM, id))


def of_organisation(facts: Facts, id: str) -> tuple[Warning, ...]:
    """The rules that were lifted for an organisation."""
    return ordered(lifted_for(facts, ORGANISATION, id))


_OF_PRODUCT: tuple[Kind[Any], ...] = (RELEASE, CHANGE, METRIC)


def _struck(facts: Facts, id: str) -> Iterator[Warning]:
    struck = struck_baseline(facts, id)
    if struck is not None:
        first, by = struck
        reason = by.data.reason if isinstance(by.data, Retracted) else f"{by.id} proposes something else"
        approved, day = first.since.date(), by.recorded.date()
        yield Warning("S0-14", f"{id}: the first baseline of {first.amount}, approved on {approved}, was struck through on {day}: {reason}", f"investment:{id}")


def lifted_for(facts: Facts, kind: Kind[Any], id: str) -> Iterator[Warning]:
    """One for each rule that was lifted for an aggregate."""
    for event in lifted(facts, kind, id):
        if isinstance(event.data, Overridden):
            said, by = event.data, who(event.actor.id, event.actor.role)
            vouched = facts.get(OVERRIDE_APPROVAL, said.approval) is not None
            approved = f", {'as' if vouched else 'but'} {said.approval} {'approves' if vouched else 'was taken back'}" if said.approval else ""
            words = f"{event.aggregate}: {by} lifted the rule for {said.command} on {event.time.date()}{approved}: {said.reason}"
            yield Warning(said.rule, words, ":".join(thing_of(event.aggregate)))
