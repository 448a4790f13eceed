"""Needs: recorded, changed with a reason, judged; and the share of the prioritised ones that is met."""

from __future__ import annotations

from decimal import Decimal

import pytest

from libs.commands.catalog.backlog.need import ChangeNeed, JudgeNeed, RecordNeed
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.need import NEED, NeedChanged, NeedJudged, NeedRecorded, Verdict
from libs.rules.products.needs import Needs, needs
from services.backlog.domain import decisions
from tests.services.backlog.days import day


def recorded(need: str = "n1", product: str = "permits", prioritised: bool = True, said: Scenario | None = None) -> Scenario:
    data = NeedRecorded(product=product, user="a farmer", text="know the rules", origin="discovery", prioritised=prioritised)
    return (said or Scenario(decisions)).given(f"need:{need}", data, at="2024-02-01")


@pytest.mark.requirement("S0-04")
def test_a_need_keeps_where_it_was_found() -> None:
    command = RecordNeed(need="n1", product="permits", user="a farmer", text="know the rules", origin="discovery")
    said = Scenario(decisions).when(command, "product_owner@permits")
    said.then(NeedRecorded(product="permits", user="a farmer", text="know the rules", origin="discovery"))
    said.when(command, "product_owner@permits").refused(AlreadyExists)


def test_needs_are_the_product_owners() -> None:
    Scenario(decisions).when(RecordNeed(need="n1", product="permits", user="a", text="b", origin="c"), "team@permits").refused(NotAllowed)


@pytest.mark.requirement("S0-06")
def test_a_change_of_need_has_its_date_and_reason() -> None:
    said = recorded().when(ChangeNeed(need="n1", text="know the fees", reason="the law changed", at=day("2024-05-01")))
    said.then(NeedChanged(text="know the fees", reason="the law changed"))
    before, after = said.facts("2024-04-30").get(NEED, "n1"), said.facts().get(NEED, "n1")
    assert before is not None and (before.text, before.version) == ("know the rules", 1)
    assert after is not None and (after.text, after.version) == ("know the fees", 2)


def test_a_change_that_changes_nothing_is_not_said() -> None:
    recorded().when(ChangeNeed(need="n1", prioritised=True, reason="to be sure")).then()
    assert recorded().when(ChangeNeed(need="n1", reason="why not")).refused(Invalid).field == "text"


def test_nothing_is_said_of_a_need_before_it_was_recorded() -> None:
    Scenario(decisions).when(JudgeNeed(need="n1", verdict=Verdict.MET, evidence="survey")).refused(NotFound)
    assert recorded().when(JudgeNeed(need="n1", verdict=Verdict.MET, evidence="survey", at=day("2024-01-01"))).refused(Invalid).field == "at"


@pytest.mark.requirement("S0-22")
def test_the_latest_judgement_by_its_own_time_counts() -> None:
    said = recorded().when(JudgeNeed(need="n1", verdict=Verdict.UNMET, evidence="calls", at=day("2024-06-01")))
    said.when(JudgeNeed(need="n1", verdict=Verdict.MET, evidence="survey", at=day("2024-04-01"))).then(NeedJudged(verdict=Verdict.MET, evidence="survey"))
    assert needs(said.facts("2024-04-30"), ["permits"]) == Needs(1, 1, Decimal("1.0000"))
    assert needs(said.facts(), ["permits"]) == Needs(1, 0, Decimal("0.0000"))


@pytest.mark.requirement("S0-22")
def test_the_share_is_of_the_prioritised_needs_of_all_products_asked_for() -> None:
    said = recorded("n1")
    recorded("n2", said=said)
    recorded("n3", "other", said=said)
    recorded("n4", prioritised=False, said=said)
    said.when(JudgeNeed(need="n2", verdict=Verdict.MET, evidence="survey")).when(JudgeNeed(need="n4", verdict=Verdict.MET, evidence="survey"))
    assert needs(said.facts(), ["permits", "other", "permits"]) == Needs(3, 1, Decimal("0.3333"))
    assert needs(said.facts(), ["nothing"]) == Needs(0, 0, None)


def test_a_row_that_changed_says_the_need_again() -> None:
    changed = RecordNeed(need="n1", product="permits", user="a farmer", text="know the fees", origin="discovery", prioritised=True)
    said = recorded().when(changed, revising=True)
    said.then(NeedRecorded(product="permits", user="a farmer", text="know the fees", origin="discovery", prioritised=True))
    said.when(changed, revising=True).then()
    assert said.when(changed.model_copy(update={"product": "other"}), revising=True).refused(Invalid).field == "product"
