"""Sources: connected once, with a secret that is never said again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from libs.commands.catalog.backlog.item import StateItem
from libs.commands.catalog.backlog.pipeline_run import RecordPipelineRun
from libs.commands.catalog.backlog.source import ConnectSource, DisconnectSource, NoteDelivery
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.pipeline_run import RunSucceeded
from libs.events.catalog.backlog.source import KEPT, SOURCE, Confidential, SourceConnected, SourceDisconnected, SourceReceived, System
from services.backlog.domain import decisions

CONNECT = ConnectSource(source="gh", system=System.GITHUB, product="permits", secret="more than a pinch of salt")


def connected() -> Scenario:
    return Scenario(decisions).when(CONNECT, "team@*")


def test_the_secret_stands_in_no_event_and_in_no_answer() -> None:
    said = connected().then(SourceConnected(system=System.GITHUB, product="permits"))
    assert "salt" not in repr(said.said)
    assert ConnectSource.SPEC.private == {"secret"}


def test_a_source_is_connected_once_and_again_after_it_was_disconnected() -> None:
    said = connected()
    said.when(CONNECT, "team@*").refused(AlreadyExists)
    said.when(DisconnectSource(source="gh"), "team@*").then(SourceDisconnected())
    said.when(DisconnectSource(source="gh"), "team@*").then()
    said.when(CONNECT, "team@*").then(SourceConnected(system=System.GITHUB, product="permits"))


def test_a_row_that_changed_brings_a_new_secret() -> None:
    connected().when(CONNECT.model_copy(update={"secret": "a-secret-of-16-or-more"}), revising=True).then(
        SourceConnected(system=System.GITHUB, product="permits")
    )


@pytest.mark.parametrize("other", [{"product": "other"}, {"system": System.JIRA}])
def test_a_source_stays_with_its_product_and_system(other: dict[str, object]) -> None:
    connected().when(CONNECT.model_copy(update=other), revising=True).refused(Invalid)


def test_a_secret_that_no_signature_can_be_made_with_is_refused() -> None:
    wrong = CONNECT.model_copy(update={"system": System.STANDARD, "secret": "whsec_%%%"})
    assert Scenario(decisions).when(wrong).refused(Invalid).field == "secret"


def test_sources_are_the_teams() -> None:
    Scenario(decisions).when(CONNECT, "product_owner@permits").refused(NotAllowed)


def test_a_source_lists_what_said_nothing_up_to_a_length() -> None:
    said = connected()
    for n in range(KEPT + 5):
        said.when(NoteDelivery(source="gh", delivery=f"d{n}", reason=f"a ping of kind {n}", count=2))
    said.then(SourceReceived(delivery=f"d{KEPT + 4}", reason=f"a ping of kind {KEPT + 4}", count=2))
    source = said.facts().get(SOURCE, "gh")
    assert source is not None and source.ignored == 2 * (KEPT + 5) and len(source.received) == KEPT
    assert source.received[-1].delivery == f"d{KEPT + 4}" and source.received[-1].count == 2


def test_a_source_lists_each_reason_once_with_its_latest_delivery_and_how_many_there_were() -> None:
    said = connected()
    for n, reason in enumerate(("a ping", "a push", "a ping")):
        said.when(NoteDelivery(source="gh", delivery=f"d{n}", reason=reason, count=n + 1))
    source = said.facts().get(SOURCE, "gh")
    assert source is not None and source.ignored == 6
    assert [(one.reason, one.delivery, one.count) for one in source.received] == [("a push", "d1", 2), ("a ping", "d2", 4)]


def test_a_source_withholds_confidential_words_unless_it_is_connected_otherwise() -> None:
    said = connected()
    source = said.facts().get(SOURCE, "gh")
    assert source is not None and source.confidential is Confidential.WITHHOLD
    publishing = CONNECT.model_copy(update={"confidential": Confidential.PUBLISH})
    source = said.when(publishing, revising=True).facts().get(SOURCE, "gh")
    assert source is not None and source.confidential is Confidential.PUBLISH


def test_a_source_speaks_of_its_own_products_items_alone() -> None:
    state = StateItem(item="x", product="permits", source="gh", reference="o/r#1", instant=datetime(2024, 1, 1, tzinfo=UTC))
    Scenario(decisions).when(state).refused(NotFound)
    connected().when(state.model_copy(update={"product": "other"})).refused(Invalid)


@pytest.mark.parametrize("secret", ["pepper", "fifteen letters", "whsec_c2hvcnQ=", "whsec_" + "YWJj" * 7 + "YQ=="])
def test_a_secret_that_can_be_guessed_is_refused_without_being_repeated(secret: str) -> None:
    refused = Scenario(decisions).when(CONNECT.model_copy(update={"secret": secret})).refused(Invalid)
    assert refused.field == "secret" and secret not in refused.detail


@pytest.mark.requirement("S3-10")
def test_a_run_is_passed_on_by_a_source_of_its_product_and_stays_its_own() -> None:
    s = connected()
    record = RecordPipelineRun(pipeline_run="r", product="permits", source="gh", change="c", name="CI", delivery="d1")
    s.when(record, "team@*").then(RunSucceeded(product="permits", source="gh", change="c", name="CI", delivery="d1"))
    s.when(record.model_copy(update={"delivery": "d2"}), "team@*").then()
    assert s.when(record.model_copy(update={"change": "d"}), "team@*").refused(Invalid).field == "pipeline_run"
    assert s.when(record.model_copy(update={"product": "other"}), "team@*").refused(Invalid).field == "product"
    s.when(record.model_copy(update={"source": "none"}), "team@*").refused(NotFound)
    s.when(record, "product_owner@permits").refused(NotAllowed)
