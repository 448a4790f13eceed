"""Baselines: what of the one that holds is planned by year, and first ones that no longer count, which are struck through and never removed (S0-14)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from libs.events.catalog.portfolio.baselines import Baseline
from libs.events.catalog.portfolio.investment import INVESTMENT, Investment
from libs.events.currencies import at_scale
from libs.events.event import Event, Retracted, visible
from libs.events.facts import Facts
from libs.rules.money.amounts import Amount


class Struck(NamedTuple):
    """A first baseline that no longer counts, and the event that struck it through: a retraction, or a proposal of something else."""

    baseline: Baseline
    by: Event


def struck_baseline(facts: Facts, investment_id: str) -> Struck | None:
    """The baseline that was approved first, where a retraction, or a proposal of something else, has put another, or none, in its place."""
    investment = facts.get(INVESTMENT, investment_id)
    known = [e for e in facts.histories.events(INVESTMENT.key(investment_id)) if facts.known_at is None or e.recorded <= facts.known_at]
    retractions = {e.data.event: e for e in known if isinstance(e.data, Retracted)}
    if not retractions and len(facts.counting(INVESTMENT, investment_id)) == len(facts.history(INVESTMENT, investment_id)):
        return None
    said = INVESTMENT.fold(investment_id, visible([e for e in known if not isinstance(e.data, Retracted)], before=facts.before))
    first, stands = said.first_baseline if said else None, investment.first_baseline if investment else None
    if said is None or first is None or (stands is not None and stands.amounts == first.amounts):
        return None
    by = next((retractions[e.id] for e in (first.event, *said.proposals, *said.decisions) if e.id in retractions), None)
    if by is None and investment is not None and investment.proposed is not None and investment.proposed.sequence > first.event.sequence:
        by = investment.proposed
    return Struck(first, by) if by else None


def unplanned_of(investment: Investment) -> Amount | None:
    """By how much the baseline that holds is more than what is planned by year, below zero where it is less; None where there is none, or no plan (S4-09)."""
    baseline = investment.current_baseline
    if baseline is None or not investment.years:
        return None
    left = baseline.amount.amount - sum((year.total for year in investment.years), Decimal(0))
    return Amount(at_scale(left, baseline.amount.currency), baseline.amount.currency)
