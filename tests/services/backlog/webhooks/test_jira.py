"""What Jira says, in its Cloud and both generations of its Server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.jira import read
from services.backlog.webhooks.statement import Nothing, Statement
from tests.services.backlog.webhooks.bodies import jira


@pytest.mark.parametrize(
    ("category", "state"), [("new", ItemState.OPEN), ("indeterminate", ItemState.STARTED), ("done", ItemState.DELIVERED), ("undefined", None), (None, None)]
)
def test_the_category_of_the_status_gives_the_state(category: str | None, state: ItemState | None) -> None:
    assert read(jira(category), {}) == Statement("PERM-4", datetime(2024, 3, 1, 10, tzinfo=UTC), "Pay online", state, "https://jira.example/browse/PERM-4")


def test_a_deleted_issue_is_dropped() -> None:
    said = read(jira("done", event="jira:issue_deleted"), {})
    assert isinstance(said, Statement) and said.final and said.state is ItemState.DROPPED


def test_an_issue_is_stated_also_when_a_comment_caused_it() -> None:
    said = read(jira("done", issue_event_type_name="issue_commented", comment={"body": "thanks"}), {})
    assert isinstance(said, Statement) and said.state is ItemState.DELIVERED


@pytest.mark.parametrize("event", ["comment_created", "comment_updated", "comment_deleted", "worklog_created", "jira:version_released"])
def test_what_is_not_about_an_issue_says_nothing(event: str) -> None:
    assert isinstance(read({"webhookEvent": event, "timestamp": 1, "comment": {}}, {}), Nothing)


def test_milliseconds_are_kept_and_the_last_change_stands_in_for_a_missing_timestamp() -> None:
    said = read(jira(at=1_709_287_200_123), {})
    assert isinstance(said, Statement) and said.instant.microsecond == 123_000
    body = jira()
    del body["timestamp"]
    body["issue"]["fields"]["updated"] = "2024-03-01T11:00:00.500+0100"
    said = read(body, {})
    assert isinstance(said, Statement) and said.instant == datetime(2024, 3, 1, 10, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("label", ["Key", "key"])
def test_a_moved_issue_had_another_key(label: str) -> None:
    said = read(jira(changelog={"items": [{"field": label, "fromString": "OLD-1", "toString": "PERM-4"}]}), {})
    assert isinstance(said, Statement) and (said.reference, said.formerly) == ("PERM-4", "OLD-1")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "webhookEvent"),
        (jira() | {"issue": {}}, "issue.key"),
        (jira(at=-1), "timestamp"),
        (jira() | {"timestamp": "soon"}, "timestamp"),
        (jira() | {"timestamp": True}, "timestamp"),
        (jira() | {"timestamp": None}, "issue.fields.updated"),
    ],
)
def test_an_issue_that_cannot_be_read_is_refused_by_its_field(body: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(body, {})
    assert refused.value.field == field
