"""Monitorings: opened after a change, and closed by the same metrics before and after (S1-09, S1-13)."""

from __future__ import annotations

from libs.commands.catalog.roadmap.monitoring import CloseMonitoring, OpenMonitoring
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided, Invalid
from libs.commands.existence import begun
from libs.events.catalog.backlog.improvement import IMPROVEMENT
from libs.events.catalog.roadmap.initiative import INITIATIVE
from libs.events.catalog.roadmap.monitoring import Monitoring
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.event import split
from libs.events.facts import Facts
from libs.rules.improvement.monitoring import unlike
from libs.rules.products.homes import home_of_subject
from services.roadmap.domain import decisions


@decisions.decides(OpenMonitoring)
def open_monitoring(command: OpenMonitoring, case: Case[Monitoring]) -> None:
    """After a change (S1-13), by metrics of the same product. An improvement that is not known here yet may be heard of later."""
    kind, id = split(command.about)
    if case.current.get(RELEASE, id if kind == "release" else None) is not None:
        went_out = case.facts.get(RELEASE, id)
        case.demand("S1-13", went_out and went_out.published, f"the release {id!r} was not published by then")
    if case.current.get(IMPROVEMENT, id if kind == "improvement" else None) is not None:
        ended = case.facts.get(IMPROVEMENT, id)
        case.demand("S1-13", ended and ended.finished, f"the improvement {id!r} was not finished by then")
    initiative = case.current.get(INITIATIVE, id if kind == "initiative" else None)
    if initiative is not None:
        _improves(case.current, initiative.subject, command.product)
    if command.until is not None and command.until < case.at.date():
        raise Invalid(
            f"it would end on {command.until}, before it begins on {case.at.date()}",
            field="until",
            remedy="Give a later day, or the day on which it began: `at`.",
        )


def _improves(facts: Facts, subject: str, product: str) -> None:
    """Refuses an initiative that is to improve another product, or something of another organisation."""
    of, home = home_of_subject(facts, subject), home_of_subject(facts, f"product:{product}")
    if subject.startswith("product:") and subject != f"product:{product}":
        raise Invalid(f"the initiative improves {subject}, not product:{product}", field="about", remedy="Name an initiative of the same product.")
    if of and home and of != home:
        what = f"the initiative improves {subject}, which is at home in {of!r}, and {product!r} is at home in {home!r}"
        raise Invalid(what, field="about", remedy="Name an initiative of the organisation where the product is at home.")


@decisions.decides(CloseMonitoring)
def close_monitoring(command: CloseMonitoring, case: Case[Monitoring]) -> None:
    """What came of it, once; by other metrics than before only with a note (S1-09)."""
    one = begun(case)
    if case.there.closed is not None and case.there.closed.id not in case.row:
        remedy = "Retract that first, if it was wrong: roadmap.retract."
        raise AlreadyDecided("S1-13", f"{case.id} was closed on {case.there.closed.time.date()}", field="monitoring", remedy=remedy)
    why = list(unlike(case.facts, one))
    case.demand("S1-09", command.note or not why, "; ".join(why), field="note")
