"""Choices as pages say them: in the words of their declaration, in cells, in events and where a page is narrowed by its address."""

from __future__ import annotations

from typing import Any

import pytest

from libs.commands.errors import Invalid
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.team import TeamRole
from libs.rules.duties import DutyKind
from services.gateway.pages.directory.page import TEAMS
from services.gateway.pages.kit.page import Option, chosen, options
from services.gateway.pages.kit.table import Cell, choice
from services.gateway.pages.kit.tables.change_rows import GROUPS, group
from services.gateway.pages.kit.tables.event_rows import told
from services.gateway.pages.kit.words import STATUSES
from tests.services.gateway.pages.answers import visit


def said(type_: str, **data: Any) -> dict[str, Any]:
    """An event of an answer."""
    subject = {"id": "team:t", "name": "T"}
    when = {"at": "2026-01-05T00:00:00Z", "recorded": "2026-01-05T00:00:00Z"}
    return {"id": "team:t@2", "type": type_, "subject": subject, "assertedBy": "lab_ops", "by": None, "retracted": False, "data": data, **when}


def test_a_cell_reads_as_the_choice_is_declared_and_gives_its_name_as_csv() -> None:
    assert choice(GraduationStatus.AT_RISK) == Cell("At risk", tone="bad", value="AT_RISK")
    assert choice(DutyKind.BID_UNDECIDED, note="S0-15") == Cell("Outcome of a bid", note="S0-15", value="BID_UNDECIDED")


def test_an_event_tells_its_choices_in_words() -> None:
    prepared = told(visit(TEAMS), said("headway.portfolio.graduation.handoff_prepared.v1", function="it_agency", evidence="a_plan"))
    assert (prepared.gist, prepared.fields) == ("the IT agency", (("Function", "IT agency"), ("Evidence", "a_plan")))
    joined = told(visit(TEAMS), said("headway.portfolio.team.member_joined.v1", person="ana", role="product_owner", core=True, staffing="staff"))
    assert joined.fields[1:] == (("Role", "Product owner"), ("Core", "yes"), ("Staffing", "Staff"))
    assert joined.gist == "ana, product owner"


def test_an_event_of_a_type_that_nobody_declares_is_told_as_it_is() -> None:
    assert told(visit(TEAMS), said("headway.portfolio.team.foreseen.v9", role="product_owner")).fields == (("Role", "product_owner"),)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [("HORIZON", "NOW", ("Now", "going")), ("HORIZON", "DROPPED", ("Dropped", "ended")), ("RELEASE", "SIGNED_OFF", ("Signed off", "going"))],
)
def test_what_moved_is_told_in_the_words_of_its_choice(kind: str, value: str, shown: tuple[str, str]) -> None:
    change: dict[str, Any] = {"kind": kind, "field": "state", "before": None, "after": value, "nature": "NEW", "at": None, "knownSince": None, "late": False}
    change |= {"subject": {"id": "release:r", "name": "R"}, "within": [], "events": [], "eventCount": 0}
    page = {"nodes": [change], "totalCount": 1, "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "endCursor": None}}
    cell = group(visit(TEAMS), next(iter(GROUPS)), page).rows[0].after
    assert (cell.text, cell.tone, cell.value) == (*shown, value)


def test_what_needs_somebody_is_listed_first_then_the_way_to_graduation() -> None:
    assert [one.name for one in STATUSES][:2] == ["AT_RISK", "IN_RESIDENCY"] and STATUSES[-1] is GraduationStatus.PIVOTED_AWAY
    assert set(STATUSES) == set(GraduationStatus)


def test_an_address_names_a_choice_in_any_case_or_is_told_what_there_is() -> None:
    assert chosen(visit(TEAMS, {"status": "at_risk"}), "status", GraduationStatus) is GraduationStatus.AT_RISK
    assert chosen(visit(TEAMS), "status", GraduationStatus) is None
    with pytest.raises(Invalid, match="'lost' is none of IN_RESIDENCY, SUSTAIN"):
        TEAMS.variables(visit(TEAMS, {"status": "lost"}))
    assert options([TeamRole.DEVELOPER], TeamRole.DEVELOPER) == (Option("DEVELOPER", "Developer", True),)
