"""A form says what it is about: of every kind the columns that say most, or those that are named for it."""

from __future__ import annotations

import pytest

import services.gateway.graphql.types.catalog  # noqa: F401  (the kinds are known by importing their types)
from headway.contracts.samples import sample
from libs.commands.testing import money
from libs.events.catalog.backlog.experiment import EXPERIMENT
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentProposed
from services.gateway.graphql.cost.limits import prepared
from services.gateway.graphql.schema import schema
from services.gateway.graphql.types.kinds.types import BY_KIND
from services.gateway.pages.actions.subject_summary import summary_of
from tests.services.gateway.pages.answers import page
from tests.services.gateway.small_world import Gateway


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_the_document_of_each_kind_holds_against_the_schema(kind: str) -> None:
    assert [str(error) for error in prepared(schema()._schema, summary_of(kind).document).errors] == []


async def test_a_decision_is_asked_beside_what_was_asked_for_and_by_whom_it_was_decided_before(site: Gateway) -> None:
    site.tell(INVESTMENT, "more", InvestmentProposed(team="wells-team", enhance=money("70.00"), support=money("30.00")), "2025-09-01")
    form = " ".join((await page(site, "/act/portfolio.decide_investment?investment=more", persona="steering_group")).split())
    for said in ("Investment more, Wells team", "Proposed</dt>", "100\N{NO-BREAK SPACE}CAD", "To enhance</dt>", "70\N{NO-BREAK SPACE}CAD"):
        assert said.replace("\N{NO-BREAK SPACE}", " ") in form, said
    hidden = " ".join((await page(site, "/act/portfolio.decide_investment?investment=more", persona="importer")).split())
    assert hidden.count(">withheld<") == 1, "said once, whatever there is of it"


async def test_of_a_kind_without_columns_of_its_own_the_first_of_its_list_are_shown(site: Gateway) -> None:
    form = await page(site, "/act/backlog.start_experiment?experiment=wider", persona="importer")
    assert "hw-about" not in form and ">wider</p>" in form, "nothing was said of it yet"
    site.tell(EXPERIMENT, "wider", sample("headway.backlog.experiment.planned.v1").data, "2025-09-01")
    assert "Method</dt>" in await page(site, "/act/backlog.start_experiment?experiment=wider", persona="importer")
