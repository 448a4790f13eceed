"""Records: kept of a product or of an organisation, and closed once (S1-18 to S1-21)."""

from __future__ import annotations

from libs.commands.catalog.portfolio.evaluations.record import CloseRecord, KeepRecord
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.steps import in_order
from libs.events.catalog.portfolio.evaluations.questions import QUESTIONS
from libs.events.catalog.portfolio.evaluations.record import KeptRecord
from services.portfolio.domain import decisions


@decisions.decides(KeepRecord)
def keep_record(command: KeepRecord, case: Case[KeptRecord]) -> None:
    """Of one product, or of one organisation. Raises Invalid."""
    if (command.product is None) == (command.organisation is None):
        what = "it is of a product or of an organisation, not of both" if command.product else "must be given, or else `organisation`"
        raise Invalid(what, field="product", remedy="Give the product that it is of, or the organisation of whose products it is.")


@decisions.decides(CloseRecord)
def close_record(command: CloseRecord, case: Case[KeptRecord]) -> None:
    """It is so no longer, by the rule of the question that it answers."""
    rule = next(one.rule for one in QUESTIONS if one.record is case.there.kind)
    in_order(case, rule, "closed", after="kept", first="Keep it first: portfolio.keep_record")
