"""What an executive must be warned of beside the money: support at zero, fixed scope, halted work, and rules that were lifted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_doc import Doc

from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.graduation import GRADUATION
from libs.events.catalog.portfolio.investment import INVESTMENT, Funding
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT, ProductHalted
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.event import Kind, Overridden, Retracted
from libs.events.facts import Facts
from libs.rules.baselines import struck_baseline
from libs.rules.judgements import lifted
from libs.rules.roles import who


@dataclass(frozen=True, slots=True)
class Warning:
    """Something about an investment that should be looked at."""

    rule: Annotated[str, Doc("The id of the rule, such as S0-08.")]
    message: Annotated[str, Doc("What is wrong, in words.")]


def ordered(warnings: Iterable[Warning]) -> tuple[Warning, ...]:
    """Each once, by rule and message."""
    return tuple(sorted(set(warnings), key=lambda w: (w.rule, w.message)))


def of_investment(facts: Facts, id: str) -> tuple[Warning, ...]:
    """S0-08 where an approved baseline has nothing for support (an amount without a split warns of nothing), S4-03 for a one-off project with an end date.

    S0-14 where its first baseline was struck through, S0-15 for a bid on an approval that counts no more where there is no other, and the rules that were
    lifted for it or for a bid on it.
    """
    found = [*_struck(facts, id)]
    investment = facts.get(INVESTMENT, id)
    if investment is None:
        return ordered(found)
    found += _lifted(facts, INVESTMENT, id)
    baseline = investment.current_baseline if investment.approved else None
    if baseline is not None and baseline.support is not None and not baseline.support.amount:
        found.append(Warning("S0-08", f"{id}: nothing is planned for supporting the version in use, and {baseline.amount} for enhancing it"))
    if investment.funding is Funding.ONE_OFF_PROJECT and investment.ends is not None:
        found.append(Warning("S4-03", f"{id}: it is funded as a one-off project that ends on {investment.ends}, not as an ongoing product"))
    for bid in facts.related(BID, "investment", id):
        found += _lifted(facts, BID, bid.id)
        if bid.decision is not None and bid.won is not False and not investment.approved:
            found.append(Warning("S0-15", f"{id}: the bid {bid.id} for {bid.amount} rests on {bid.decision}, which counts no more"))
    return ordered(found)


def of_product(facts: Facts, id: str) -> tuple[Warning, ...]:
    """S0-03 while work on the product is halted, and the rules that were lifted for it, its releases, change requests and metrics."""
    product = facts.get(PRODUCT, id)
    found = [*_lifted(facts, PRODUCT, id)]
    halted = product.halted if product else None
    if product is not None and halted is not None and isinstance(halted.data, ProductHalted):
        lacking = f", {halted.data.lacking} is lacking" if halted.data.lacking else ""
        found.append(
            Warning("S0-03", f"{id}: work on it halted on {(product.halted_since or halted.time).date()} for {halted.data.reason.replace('_', ' ')}{lacking}")
        )
    for kind in _OF_PRODUCT:
        for one in facts.related(kind, "product", id):
            found += _lifted(facts, kind, one.id)
    return ordered(found)


def of_team(facts: Facts, id: str) -> tuple[Warning, ...]:
    """The rules that were lifted for a team, its graduation and its loans."""
    loans = [warning for loan in facts.related(LOAN, "team", id) for warning in _lifted(facts, LOAN, loan.id)]
    return ordered((*_lifted(facts, TEAM, id), *_lifted(facts, GRADUATION, id), *loans))


def of_program(facts: Facts, id: str) -> tuple[Warning, ...]:
    """The rules that were lifted for a program."""
    return ordered(_lifted(facts, PROGRAM, id))


def of_organisation(facts: Facts, id: str) -> tuple[Warning, ...]:
    """The rules that were lifted for an organisation."""
    return ordered(_lifted(facts, ORGANISATION, id))


_OF_PRODUCT: tuple[Kind[Any], ...] = (RELEASE, CHANGE, METRIC)


def _struck(facts: Facts, id: str) -> Iterator[Warning]:
    struck = struck_baseline(facts, id)
    if struck is not None:
        first, by = struck
        reason = by.data.reason if isinstance(by.data, Retracted) else f"{by.id} proposes something else"
        approved, day = first.since.date(), by.recorded.date()
        yield Warning("S0-14", f"{id}: the first baseline of {first.amount}, approved on {approved}, was struck through on {day}: {reason}")


def _lifted(facts: Facts, kind: Kind[Any], id: str) -> Iterator[Warning]:
    for event in lifted(facts, kind, id):
        if isinstance(event.data, Overridden):
            said, by = event.data, who(event.actor.id, event.actor.role)
            yield Warning(said.rule, f"{event.aggregate}: {by} lifted the rule for {said.command} on {event.time.date()}: {said.reason}")
