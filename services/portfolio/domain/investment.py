"""Investments: proposed, decided by the steering group, and re-baselined without ever losing the first baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from libs.commands.catalog.portfolio.investment import CloseInvestment, DecideInvestment, ProposeInvestment, RebaselineInvestment, WithdrawInvestment
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided, AlreadyExists, Invalid
from libs.commands.import_revision import anew, besides, of_row, take_back
from libs.events.catalog.portfolio.baselines import Amounts, Baseline
from libs.events.catalog.portfolio.investment import (
    ASKED,
    FixedScopeFlagged,
    Funding,
    Investment,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentRebaselined,
    SupportUnfunded,
)
from libs.events.event import Event, Payload
from services.portfolio.domain import decisions


@decisions.decides(ProposeInvestment)
def propose_investment(command: ProposeInvestment, case: Case[Investment]) -> Iterator[Payload]:
    """Money for a team or a product, in one amount or split (S0-08); a one-off project with an end is announced (S4-03).

    A row of an import that changed is proposed again; once approved, other amounts are a re-baseline beside the first, never a silent change, and other
    terms (another product or team, other funding) are a new proposal, which waits for its own decision.
    Raises Invalid without team and product, for amounts that are none, both or of two currencies, and for an end before the proposal.
    """
    if command.team is None and command.product is None:
        raise Invalid("it is for no team and no product", field="product", remedy="Give a team, a product or both.")
    amounts = _amounts(command)
    if command.ends is not None and command.ends < case.at.date():
        raise Invalid(f"it would end before {case.at.date()}, when it is proposed", field="ends")
    proposal = InvestmentProposed.of(command)
    if case.now is not None and (case.now.baselines or case.now.forecast or case.now.actuals or case.now.returns):
        _same_currency(amounts, case.now)
    if case.now is not None and case.now.approved and _on_the_same_terms(proposal, case.now):
        yield from _revised(proposal, amounts, case.now, case)
    else:
        yield proposal
    if command.funding is Funding.ONE_OFF_PROJECT and command.ends is not None:
        yield FixedScopeFlagged(ends=command.ends)


@decisions.decides(DecideInvestment)
def decide_investment(command: DecideInvestment, case: Case[Investment]) -> Iterator[Payload]:
    """The steering group's word, once on what is asked and once on each re-baseline (S0-14); an approved amount without support is announced (S0-08).

    Raises AlreadyDecided (S0-14), and Invalid for a day on which it was not proposed yet.
    """
    investment = case.there
    if case.then is None or case.then.proposed is None:
        raise Invalid(f"{case.id} was not proposed by {case.at.date()}", field="at", remedy="Propose it first: portfolio.propose_investment.")
    not_over(case.then)
    rebased = case.then.rebaselined
    decided_before = investment.decision if investment.rebaselined is None else _decided(investment, rebased)
    if decided_before and not case.revising:
        detail = f"{case.id} was decided on {decided_before.time.date()}"
        remedy = "Re-baseline it (portfolio.rebaseline_investment), or retract the decision (portfolio.retract)."
        raise AlreadyDecided("S0-14", detail, field="investment", remedy=remedy)
    row = of_row(case)
    judged = rebased.event.id if rebased else None
    if row is not None and case.current.counts(row):  # a row that is corrected is of what it was of
        judged = _of_re_baseline(investment, row)
    decided = InvestmentDecided.of(command, judges=judged)
    if row is not None and (command.approved or judged is not None or not investment.approved):
        yield from anew(case, decided)
    else:  # an approval has made a first baseline, which no later word takes away
        yield decided
    amounts = next((one.amounts for one in investment.baselines if one.event.id == judged), investment.asked)
    if command.approved and amounts is not None:
        yield from _unfunded(amounts)


@decisions.decides(RebaselineInvestment)
def rebaseline_investment(command: RebaselineInvestment, case: Case[Investment]) -> Iterator[Payload]:
    """Other amounts from then on, of an investment that was approved by then; the first baseline stays.

    Raises Invalid for one that was not approved, for amounts that are none, both or of two currencies, or not in the investment's currency, and Refused
    (S0-08) for one amount where the baseline that holds is split.
    """
    amounts = _amounts(command)
    if case.then is None or not case.then.approved:
        raise Invalid(
            f"{case.id} was not approved by {case.at.date()}: it has no baseline yet",
            field="investment",
            remedy="Have it decided first: portfolio.decide_investment.",
        )
    not_over(case.then)
    _same_currency(amounts, case.there)
    row = of_row(case)
    current = next((one for one in reversed(case.then.baselines) if one.event != row), None)
    case.stands = row is None and current is not None and current.amounts == amounts
    if not case.stands:
        _stays_split(current, amounts, case)
    now = InvestmentRebaselined.of(command)
    said = list(anew(case, now))
    yield from said
    if said:
        yield from take_back(case, *besides(case, row))
        yield from _unfunded(amounts)


@decisions.decides(WithdrawInvestment)
def withdraw_investment(command: WithdrawInvestment, case: Case[Investment]) -> None:
    """Once, before it is approved (S0-14). Raises AlreadyDecided (S0-14) where it was decided on, AlreadyExists, and Invalid before it was proposed."""
    if case.there.withdrawn and not case.revising:
        raise AlreadyExists(f"{case.id} was withdrawn on {case.there.withdrawn.time.date()}", field="investment")
    if case.then is None or case.then.proposed is None:
        raise Invalid(f"{case.id} was not proposed by {case.at.date()}", field="at")
    if case.there.decision is not None:
        remedy = "Close it (portfolio.close_investment), or retract the decision, if it was wrong (portfolio.retract)."
        raise AlreadyDecided("S0-14", f"{case.id} was decided on {case.there.decision.time.date()}", field="investment", remedy=remedy)


@decisions.decides(CloseInvestment)
def close_investment(command: CloseInvestment, case: Case[Investment]) -> None:
    """Once, after it was approved, and after all that was spent (S0-14). Raises AlreadyExists, and Invalid."""
    if case.there.closed and not case.revising:
        raise AlreadyExists(f"{case.id} was closed on {case.there.closed.time.date()}", field="investment")
    if case.then is None or not case.then.approved:
        remedy = "Withdraw it instead: portfolio.withdraw_investment."
        raise Invalid(f"{case.id} was not approved by {case.at.date()}", field="investment", remedy=remedy)
    last = max((one.covers_until for one in case.there.actuals), default=None)
    if last is not None and last > case.at.date():
        raise Invalid(f"{case.id} was spent on until {last}", field="at", remedy="Give that day or a later one.")


def not_over(investment: Investment) -> None:
    """Nothing is decided on or expected of what was withdrawn or closed. Raises Invalid."""
    over = investment.withdrawn or investment.closed
    if over is not None:
        detail = f"{investment.id} was {investment.state.spoken} on {over.time.date()}"
        raise Invalid(detail, field="investment", remedy="Give an earlier time, or retract that first, if it was wrong: portfolio.retract.")


def _decided(investment: Investment, rebased: Baseline | None) -> Event | None:
    """The decision on a re-baseline, or (None) on what was proposed."""
    judged = rebased.event.id if rebased else None
    return next((event for event in investment.decisions if _of_re_baseline(investment, event) == judged), None)


def _of_re_baseline(investment: Investment, decision: Event) -> str | None:
    """The position of the re-baseline that a decision is on; None where it is on what was proposed."""
    judged = decision.data.judges if isinstance(decision.data, InvestmentDecided) else None
    return judged if any(event.id == judged for event in investment.rebaselines) else None


def _on_the_same_terms(proposal: InvestmentProposed, investment: Investment) -> bool:
    """Whether nothing that the steering group judged is another, but for the amounts."""
    return all(getattr(proposal, name) == getattr(investment, name) for name in ASKED if name not in ("enhance", "support", "amount"))


def _revised(proposal: InvestmentProposed, amounts: Amounts, investment: Investment, case: Case[Investment]) -> Iterator[Payload]:
    """What an approved row that changed says: all but the amounts as a proposal, the amounts as a re-baseline after the baseline that holds."""
    current = investment.current_baseline
    if current is None:
        yield proposal
        return
    kept = replace(proposal, enhance=investment.enhance, support=investment.support, amount=investment.amount)
    known = case.then.proposed.data if case.then and case.then.proposed else None
    if kept != known:
        yield kept
    if current.amounts != amounts:
        _stays_split(current, amounts, case)
        yield InvestmentRebaselined.of(proposal, approver=case.actor.id, reason="the imported row changed", follows=current.event.id)
        yield from _unfunded(amounts)


def _amounts(command: ProposeInvestment | RebaselineInvestment) -> Amounts:
    """Exactly one of a split and an amount, in one currency. Raises Invalid."""
    split = (command.enhance, command.support)
    if command.amount is not None and any(part is not None for part in split):
        raise Invalid("an amount and a split into enhance and support: say one of them", field="amount")
    for field, part in (("enhance", command.enhance), ("support", command.support)):
        if command.amount is None and part is None:
            missing = "amount" if split == (None, None) else field
            raise Invalid("say how much: an amount, or both enhance and support", field=missing)
    amounts = Amounts.of(command.enhance, command.support, command.amount)
    if amounts is None:
        raise Invalid("enhance and support are in two currencies", field="support")
    return amounts


def _stays_split(current: Baseline | None, amounts: Amounts, case: Case[Investment]) -> None:
    """A split is decided by people: one amount in its place would lose it, and no proportion can be guessed. Raises Refused (S0-08)."""
    if current is None or current.enhance is None or current.support is None:
        return
    case.demand(
        "S0-08",
        amounts.unsplit is None,
        f"the baseline of {case.id} is split into {current.enhance} to enhance and {current.support} to support, and {amounts.total} in one amount is not",
        field="amount",
        remedy="Give `enhance` and `support` instead of `amount`.",
    )


def _same_currency(amounts: Amounts, investment: Investment) -> None:
    if investment.currency not in (None, amounts.total.currency):
        raise Invalid(f"the investment is in {investment.currency}", field="amount" if amounts.enhance is None else "enhance")


def _unfunded(amounts: Amounts) -> Iterator[Payload]:
    if amounts.support is not None and not amounts.support.amount:
        yield SupportUnfunded()
