"""What is kept on record of a product or of an organisation, as evidence of how it is improved."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from libs.calendar.local_time import start_of
from libs.commands.catalog.portfolio.evaluations.record import CloseRecord, KeepRecord
from libs.commands.errors import AlreadyDecided, AlreadyExists, Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.evaluations.record import RecordClosed, RecordKept, RecordKind
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from services.portfolio.domain import decisions
from tests.given import given, say

TRAINED = RecordKept(product="permits", kind=RecordKind.TRAINING, text="Two days for whoever takes calls", meant_for="Counters")
CLOSE = CloseRecord(record="calls", reason="Everybody has had it")


def known() -> Scenario:
    s = Scenario(decisions).given("organisation:env", OrganisationRegistered(name="Environment"), at="2024-01-01")
    s = s.given("product:permits", ProductRegistered(name="Permits", home="env"), at="2024-01-01")
    return s.given("team:parks", TeamFormed(name="Parks", home="env", products=("permits",)), at="2024-01-01")


def kept() -> Scenario:
    return known().given("record:calls", TRAINED, at="2024-05-01")


def keep(**fields: Any) -> KeepRecord:
    given = {"record": "calls", "product": "permits", "kind": "training", "text": "Two days for whoever takes calls", "for": "Counters"}
    return KeepRecord.model_validate(given | fields)


@pytest.mark.requirement("S1-18")
@pytest.mark.requirement("S1-19")
@pytest.mark.requirement("S1-20")
@pytest.mark.requirement("S1-21")
@pytest.mark.parametrize("role", ["team@parks", "product_owner@permits", "portfolio_manager@env"])
def test_whoever_works_on_a_product_keeps_on_record_what_shows_how_it_is_improved(role: str) -> None:
    known().when(keep(), by=role).then(TRAINED)
    for kind in RecordKind:
        assert known().when(keep(kind=kind, url="https://example.org/report"), by=role).said[0].data.kind is kind  # type: ignore[attr-defined]


def test_of_an_organisation_its_portfolio_manager_alone_keeps_records() -> None:
    ours = keep(product=None, organisation="env")
    known().when(ours, by="portfolio_manager@env").then(RecordKept(organisation="env", kind=TRAINED.kind, text=TRAINED.text, meant_for="Counters"))
    for role in ("team@parks", "product_owner@permits", "portfolio_manager@citz"):
        known().when(ours, by=role).refused(NotAllowed)


@pytest.mark.parametrize("role", ["team@roads", "product_owner@fees", "portfolio_manager@citz", "executive@env", "cab@env", "lab_ops", "auditor"])
def test_nobody_else_keeps_or_closes_them(role: str) -> None:
    known().when(keep(), by=role).refused(NotAllowed)
    kept().when(CLOSE, by=role).refused(NotAllowed)


def test_a_record_is_of_a_product_or_of_an_organisation() -> None:
    for wrong in ({"product": None}, {"organisation": "env"}):
        refused = known().when(keep(**wrong), by="portfolio_manager@env").refused(Invalid)
        assert refused.field == "product" and "organisation" in (refused.remedy or "")


def test_what_is_on_record_is_said_once_and_ends_once_after_it_began() -> None:
    kept().when(keep(text="Three days")).refused(AlreadyExists)
    assert "portfolio.keep_record" in (known().when(CLOSE).refused(NotFound).remedy or "")
    kept().when(CLOSE.model_copy(update={"at": start_of(date(2024, 4, 30))})).refused(Refused, "S1-19")
    closed = kept().when(CLOSE, by="team@parks").then(RecordClosed(reason="Everybody has had it"))
    closed.when(CLOSE.model_copy(update={"reason": "It is over"})).refused(AlreadyDecided, "S1-19")
    other = known().given("record:calls", RecordKept(product="permits", kind=RecordKind.REPORT, text="Use"), at="2024-05-01")
    other.when(CLOSE.model_copy(update={"at": start_of(date(2024, 4, 30))})).refused(Refused, "S1-20")


@pytest.mark.parametrize("wrong", [{"kind": "rumour"}, {"text": " "}, {"text": "x" * 10_001}, {"url": "by the door"}, {"for": ""}, {"product": "Permits"}])
def test_a_record_says_what_it_is_in_words_that_can_be_read(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        keep(**wrong)


def test_it_stands_with_its_product_on_its_own_page_and_in_lists() -> None:
    told = given(
        say("organisation:env", OrganisationRegistered(name="Environment"), at="2024-01-01"),
        say("product:permits", ProductRegistered(name="Permits", home="env"), at="2024-01-01"),
        say("record:calls", TRAINED, at="2024-05-01"),
        say("record:all", RecordKept(organisation="env", kind=RecordKind.CHANGE_PROCESS, text="Each change is tried first"), at="2024-05-02"),
        say("record:calls", RecordClosed(reason="Over"), at="2024-07-01"),
    )
    told.on("2024-06-01").shows("product:permits", "records.nodes.text", [TRAINED.text])
    told.on("2024-06-01").shows("record:calls", "closedOn", None)
    told.on("2024-08-01").shows("record:calls", "closedBecause", "Over")
    told.on("2024-08-01").says("/records/calls", "Counters")
    told.shows("organisation:env", "records.nodes.kind", ["CHANGE_PROCESS"])
