"""Webhooks: subscribed, changed, paused, replayed and ended by whoever may, to addresses that may be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import libs.commands.catalog  # noqa: F401 - declares every kind
from libs.commands.catalog.portfolio.webhook import (
    ChangeWebhook,
    ChangeWebhookSecret,
    EndWebhook,
    PauseWebhook,
    ReplayWebhook,
    ResumeWebhook,
    SubscribeWebhook,
)
from libs.commands.command import Command
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import NOW, Scenario
from libs.events.catalog.portfolio.webhook import (
    WEBHOOK,
    Webhook,
    WebhookChanged,
    WebhookEnded,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretChanged,
    WebhookStatus,
    WebhookSubscribed,
)
from libs.events.ports.log import Cursor
from libs.service.settings import Settings, SettingsError
from services.portfolio.domain import decisions
from services.portfolio.domain.webhook import MOST, MOST_OF_ONE
from services.portfolio.endpoints import signature

URL = "https://hooks.example.org/in/secret-path?token=secret"
SECRET = signature.made()
ASK = SubscribeWebhook(webhook="w", url=URL, secret=SECRET)
SUBSCRIBED = WebhookSubscribed(origin="https://hooks.example.org", secret=True)


def subscribed(by: str = "subscriber", **other: Any) -> Scenario:
    return Scenario(decisions).when(ASK.model_copy(update=other), by)


def webhook_of(said: Scenario) -> Webhook:
    found = said.facts().get(WEBHOOK, "w")
    assert found is not None
    return found


def test_neither_the_secret_nor_the_address_stands_in_the_event() -> None:
    said = subscribed().then(SUBSCRIBED)
    assert "secret-path" not in repr(said.said) and SECRET not in repr(said.said)
    assert SubscribeWebhook.SPEC.private == {"url", "secret"} and ChangeWebhook.SPEC.private == {"url"} and ChangeWebhookSecret.SPEC.private == {"secret"}


@pytest.mark.parametrize("by", ["subscriber", "auditor", "lab_ops", "importer"])
def test_whoever_reads_the_stream_or_runs_the_installation_may_subscribe(by: str) -> None:
    said = subscribed(by).then(SUBSCRIBED)
    webhook = webhook_of(said)
    assert (webhook.role, webhook.status) == (by, WebhookStatus.ACTIVE)


@pytest.mark.parametrize("by", ["executive@*", "team@t", "product_owner@permits", "portfolio_manager@*"])
def test_nobody_else_may(by: str) -> None:
    subscribed(by).refused(NotAllowed)


@pytest.mark.parametrize(
    "command",
    [
        ChangeWebhook(webhook="w", url="https://elsewhere.example.org/"),
        ChangeWebhookSecret(webhook="w", secret=SECRET),
        PauseWebhook(webhook="w", reason="x"),
        ResumeWebhook(webhook="w"),
        ReplayWebhook(webhook="w"),
        EndWebhook(webhook="w"),
    ],
)
def test_a_webhook_is_its_subscribers_and_those_who_run_the_installation(command: Command) -> None:
    subscribed("auditor").when(command, "subscriber").refused(NotAllowed)
    for by in ("auditor", "lab_ops", "importer"):
        assert subscribed("auditor").when(command, by).error is None


def test_who_points_it_elsewhere_sends_what_they_may_see_themselves() -> None:
    said = subscribed("auditor").when(ChangeWebhook(webhook="w", types=("headway.portfolio.team.formed.v1",)), "lab_ops")
    assert webhook_of(said).role == "auditor"
    said.when(ChangeWebhook(webhook="w", url="https://elsewhere.example.org/"), "lab_ops").then(WebhookChanged(origin="https://elsewhere.example.org"))
    assert webhook_of(said).role == "lab_ops"


def test_there_is_one_of_an_id_until_it_has_ended() -> None:
    said = subscribed()
    said.when(ASK, "subscriber").refused(AlreadyExists)
    said.when(EndWebhook(webhook="w"), "subscriber").then(WebhookEnded())
    said.when(EndWebhook(webhook="w"), "subscriber").then()
    said.when(ResumeWebhook(webhook="w"), "subscriber").refused(Invalid)
    said.when(ASK, "subscriber").then(SUBSCRIBED)
    said.when(EndWebhook(webhook="w"), "subscriber").when(ASK, "auditor").refused(NotAllowed)


def test_a_row_that_changed_changes_it() -> None:
    changed = ASK.model_copy(update={"kinds": ["team"], "secret": signature.made()})
    said = subscribed("importer").when(changed, revising=True)
    said.then(WebhookChanged(origin="https://hooks.example.org", types=(), kinds=("team",), subjects=()), WebhookSecretChanged(former_until=NOW))


def test_there_are_only_so_many_of_all_subscribers_together() -> None:
    said = Scenario(decisions)
    for n in range(MOST):
        said.when(ASK.model_copy(update={"webhook": f"w{n}"}), ("lab_ops", "subscriber", "auditor")[n % 3]).then(SUBSCRIBED)
    assert said.when(ASK, "auditor").refused(Invalid).detail == f"there are {MOST} webhooks already"


def test_each_subscriber_has_only_so_many() -> None:
    said = Scenario(decisions)
    for n in range(MOST_OF_ONE):
        said.when(ASK.model_copy(update={"webhook": f"w{n}"}), "subscriber").then(SUBSCRIBED)
    said.when(ASK, "subscriber").refused(Invalid)
    said.when(EndWebhook(webhook="w0"), "subscriber").when(ASK, "subscriber").then(SUBSCRIBED)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"types": ["headway.portfolio.team.fromed.v1"]}, "types"),
        ({"kinds": ["teams"]}, "kinds"),
        ({"subjects": ["biohub"]}, "subjects"),
        ({"secret": "not one"}, "secret"),
        ({"secret": "whsec_%%%"}, "secret"),
        ({"secret": "whsec_c2hvcnQ="}, "secret"),
        ({"after": "no cursor"}, "after"),
        ({"event": "team:biohub"}, "event"),
        ({"event": "nothing:biohub@1"}, "event"),
        ({"after": str(Cursor()), "event": "team:biohub@1"}, "after"),
        ({"url": "ftp://example.org/"}, "url"),
        ({"url": "https://ann:pass@example.org/"}, "url"),
        ({"url": "http://127.0.0.1:8080/"}, "url"),
        ({"url": "http://[::1]/"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "http://metadata.google.internal/"}, "url"),
        ({"url": "https://localhost/"}, "url"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(other: dict[str, Any], field: str) -> None:
    assert subscribed(**other).refused(Invalid).field == field


def test_a_misspelt_type_is_answered_with_the_near_one() -> None:
    assert "headway.portfolio.team.formed.v1" in subscribed(types=["headway.portfolio.team.fromed.v1"]).refused(Invalid).detail


def test_a_misspelt_kind_of_a_subject_is_answered_with_the_near_one() -> None:
    assert "did you mean team?" in subscribed(subjects=["taem:biohub"]).refused(Invalid).detail


def test_filters_are_taken_once_each() -> None:
    said = subscribed(kinds=["team", "team"], subjects=["team:biohub"], after=str(Cursor()))
    said.then(WebhookSubscribed(origin=SUBSCRIBED.origin, secret=True, kinds=("team",), subjects=("team:biohub",), after=str(Cursor())))


def test_a_change_that_changes_nothing_is_not_said_and_one_of_nothing_is_refused() -> None:
    said = subscribed(kinds=["team"])
    said.when(ChangeWebhook(webhook="w", kinds=("team",)), "subscriber").then()
    said.when(ChangeWebhook(webhook="w"), "subscriber").refused(Invalid)
    said.when(ChangeWebhook(webhook="w", kinds=()), "subscriber").then(WebhookChanged(kinds=()))
    said.when(ChangeWebhook(webhook="other", kinds=()), "subscriber").refused(NotFound)


def test_the_former_secret_is_valid_for_some_hours() -> None:
    said = subscribed().when(ChangeWebhookSecret(webhook="w", secret=SECRET, overlap_hours=2), "subscriber")
    said.then(WebhookSecretChanged(former_until=NOW + timedelta(hours=2)))
    webhook = webhook_of(said)
    assert len(webhook.signed) == 2


def test_without_a_secret_there_is_none_until_one_is_made() -> None:
    said = subscribed(secret=None).then(WebhookSubscribed(origin=SUBSCRIBED.origin))
    assert webhook_of(said).signed == ()
    said.when(ChangeWebhookSecret(webhook="w", secret=SECRET), "subscriber")
    assert len(webhook_of(said).signed) == 1


def test_it_is_paused_and_resumed_once_and_a_replay_resumes_it() -> None:
    said = subscribed()
    said.when(PauseWebhook(webhook="w", reason="mending"), "subscriber").then(WebhookPaused(reason="mending"))
    said.when(PauseWebhook(webhook="w", reason="again"), "subscriber").then()
    said.when(ResumeWebhook(webhook="w"), "subscriber").then(WebhookResumed())
    said.when(ResumeWebhook(webhook="w"), "subscriber").then()
    said.when(ReplayWebhook(webhook="w", event="team:biohub@3"), "subscriber").then(WebhookReplayed(event="team:biohub@3"))
    said.when(PauseWebhook(webhook="w", reason="mending"), "subscriber")
    said.when(ReplayWebhook(webhook="w"), "subscriber").then(WebhookReplayed(), WebhookResumed())
    webhook = webhook_of(said)
    assert webhook.begun is not None and (webhook.status, webhook.begun.sequence, webhook.event) == (WebhookStatus.ACTIVE, 6, None)


def test_the_setting_is_yes_or_no() -> None:
    for text, allowed in (("yes", True), ("no", False), ("", False)):
        assert Settings.from_environment({"HEADWAY_WEBHOOKS_TO_PRIVATE": text}).webhooks_to_private is allowed
    with pytest.raises(SettingsError, match="HEADWAY_WEBHOOKS_TO_PRIVATE must be yes or no"):
        Settings.from_environment({"HEADWAY_WEBHOOKS_TO_PRIVATE": "10.0.0.0/8"})


def test_what_was_said_last_stands_whatever_the_days_that_were_given() -> None:
    said = Scenario(decisions).given("webhook:w", SUBSCRIBED, at="2026-05-01").given("webhook:w", WebhookEnded(), at="2026-04-01")
    assert webhook_of(said).status is WebhookStatus.ENDED
