"""The checklist of a product's phase, whose entries come round each quarter (S0-26)."""

from __future__ import annotations

from datetime import date

import pytest

from libs.events.catalog.portfolio.lifecycle import LifecycleCheck, LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.product import ChecklistTicked, PhaseEntered, ProductDecommissioned, ProductRegistered
from libs.rules.duties import DutyKind, duties
from libs.rules.products.checklists import checklist, rounds
from tests.given import Read, given, say

ORDER, HELP = LifecycleCheck("order", "The order was looked at against the metrics"), LifecycleCheck("help", "The help desk knows what is new")


def lifecycle(*listed: LifecycleCheck, of: str = "improve", name: str = "Ours") -> LifecycleDefined:
    phases = (LifecyclePhase("live", "Live", active=True), LifecyclePhase("improve", "Improve", active=True), LifecyclePhase("gone", "Gone", active=False))
    return LifecycleDefined(name=name, phases=tuple(LifecyclePhase(one.id, one.title, one.active, checklist=listed if one.id == of else ()) for one in phases))


DEFINED = say("lifecycle:ours", lifecycle(ORDER, HELP), at="2024-01-01")
BEGUN = (
    say("product:maps", ProductRegistered(name="Maps", home="env", lifecycle="ours"), PhaseEntered(phase="live"), at="2024-01-01"),
    say("product:maps", PhaseEntered(phase="improve"), at="2024-02-10"),
)
TICKED = say("product:maps", ChecklistTicked(entry="order", note="Payments stay first"), at="2024-04-01")


def due(told: Read) -> list[tuple[str, str]]:
    return [(one.id, str(one.due_on)) for one in told.derives(checklist, "maps")]


def owed(told: Read) -> list[tuple[str | None, str, bool]]:
    found = [one for one in duties(told.facts, overdue=False) if one.kind is DutyKind.CHECKLIST]
    return [(dict(one.fields)["entry"], str(one.due_on), one.overdue) for one in found]


@pytest.mark.requirement("S0-26")
def test_each_entry_comes_round_three_months_after_it_was_ticked_last_or_after_the_phase_was_entered() -> None:
    told = given(DEFINED, *BEGUN, TICKED)
    assert due(told.on("2024-02-09")) == [], "of the phase before it there is no list"
    assert due(told.on("2024-02-10")) == [("order", "2024-05-10"), ("help", "2024-05-10")]
    assert due(told.on("2024-04-01")) == [("order", "2024-07-01"), ("help", "2024-05-10")]
    assert [one.overdue for one in told.on("2024-05-11").derives(checklist, "maps")] == [False, True]
    again = given(DEFINED, *BEGUN, TICKED, say("product:maps", ChecklistTicked(entry="order"), at="2024-09-30"))
    assert due(again.on("2024-09-30"))[0] == ("order", "2024-12-30"), "late, and then again three months on"


@pytest.mark.requirement("S0-26")
def test_it_says_when_each_was_ticked_last_and_what_was_seen() -> None:
    told = given(DEFINED, *BEGUN, TICKED)
    path = "checklist { id text tickedOn note dueOn overdue }"
    order = {"tickedOn": "2024-04-01", "note": "Payments stay first", "dueOn": "2024-07-01", "overdue": False}
    helped = {"tickedOn": None, "note": None, "dueOn": "2024-05-10", "overdue": True}
    told.on("2024-06-01").shows("product:maps", path, [{"id": "order", "text": ORDER.text, **order}, {"id": "help", "text": HELP.text, **helped}])


@pytest.mark.requirement("S0-26")
def test_an_entry_ends_with_the_phase_with_the_product_and_where_the_list_has_it_no_longer() -> None:
    told = given(
        DEFINED, *BEGUN, say("lifecycle:ours", lifecycle(HELP, name="Less"), at="2024-03-01"), say("product:maps", PhaseEntered(phase="live"), at="2024-04-01")
    )
    assert due(told.on("2024-03-01")) == [("help", "2024-05-10")]
    assert due(told.on("2024-04-01")) == [] == owed(told.on("2024-08-01"))
    gone = given(DEFINED, *BEGUN, say("product:maps", ProductDecommissioned(reason="Merged", phase="gone"), at="2024-05-20"))
    assert [owed(gone.on(f"2024-05-{day}")) for day in (19, 20)] == [[("order", "2024-05-10", True), ("help", "2024-05-10", True)], []]


@pytest.mark.requirement("S0-26")
def test_what_is_listed_later_is_due_three_months_from_then_and_in_other_words_it_stays_the_same() -> None:
    reworded = LifecycleCheck("order", "The order was held against the metrics")
    later = say("lifecycle:ours", lifecycle(reworded, HELP, name="More"), at="2024-03-15")
    told = given(say("lifecycle:ours", lifecycle(ORDER), at="2024-01-01"), *BEGUN, later).on("2024-03-20")
    assert due(told) == [("order", "2024-05-10"), ("help", "2024-06-15")]
    assert told.derives(checklist, "maps")[0].text == reworded.text
    late = given(*BEGUN, say("lifecycle:ours", lifecycle(ORDER), at="2024-06-01"))
    assert (due(late.on("2024-05-31")), due(late.on("2024-06-01"))) == ([], [("order", "2024-09-01")])


@pytest.mark.requirement("S0-26")
def test_a_product_of_the_usual_lifecycle_or_one_that_nobody_defined_has_no_list() -> None:
    usual = say("product:maps", ProductRegistered(name="Maps", home="env"), PhaseEntered(phase="improve"))
    assert given(usual).derives(rounds, "maps") == () == given(*BEGUN).derives(rounds, "maps") == given().derives(rounds, "maps")


@pytest.mark.requirement("S0-26", "S4-20")
def test_it_is_a_duty_of_the_product_owner_and_of_the_portfolio_manager() -> None:
    told = given(DEFINED, *BEGUN, TICKED).on("2024-05-11")
    found = [one for one in duties(told.facts, "env") if one.kind is DutyKind.CHECKLIST]
    assert [(one.subject_kind, one.subject_id, one.name, one.rule, one.command, one.due_on) for one in found] == [
        ("product", "maps", "Maps", "S0-26", "portfolio.tick", date(2024, 5, 10))
    ]
    assert set(found[0].roles) == {"product_owner", "portfolio_manager"} and found[0].what.endswith(f"of Improve: {HELP.text}")
    assert owed(told) == [("help", "2024-05-10", True), ("order", "2024-07-01", False)]


@pytest.mark.requirement("S0-26")
def test_the_page_of_the_product_shows_the_list_with_what_is_overdue() -> None:
    told = given(DEFINED, *BEGUN, TICKED)
    told.on("2024-05-11").says("/products/maps", "Checklist of the phase", HELP.text, "Overdue", "1 Jul 2024", "Payments stay first")
