"""What Jira says, in its Cloud and both generations of its Server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.jira import read
from services.backlog.webhooks.statement import ItemReport, Nothing
from tests.services.backlog.webhooks.bodies import jira


@pytest.mark.parametrize(("category", "state"), [("new", ItemState.OPEN), ("indeterminate", ItemState.STARTED), ("done", ItemState.DELIVERED)])
def test_the_category_of_the_status_gives_the_state(category: str | None, state: ItemState | None) -> None:
    assert read(jira(category), {}) == ItemReport("PERM-4", datetime(2024, 3, 1, 10, tzinfo=UTC), "Pay online", state, "https://jira.example/browse/PERM-4")


def status(name: str | None, resolution: str | None = None, category: str | None = None) -> dict[str, Any]:
    body = jira(category)
    body["issue"]["fields"]["status"]["name"] = name
    body["issue"]["fields"]["resolution"] = {"name": resolution} if resolution else None
    return body


@pytest.mark.parametrize("resolution", ["Won't Do", "Won\u2019t Fix", "WONT FIX", "Duplicate", "Cannot Reproduce", "Declined", "Incomplete"])
def test_what_is_done_without_its_work_was_dropped(resolution: str) -> None:
    said = read(status("Closed", resolution, "done"), {})
    assert isinstance(said, ItemReport) and said.state is ItemState.DROPPED and not said.final


@pytest.mark.parametrize(
    ("name", "resolution", "category", "state"),
    [
        ("Closed", "Fixed", None, ItemState.DELIVERED),
        ("Closed", "Duplicate", None, ItemState.DROPPED),
        ("In Progress", None, "undefined", ItemState.STARTED),
        ("Reopened", "Duplicate", "new", ItemState.OPEN),
        ("Cancelled", None, "done", ItemState.DROPPED),
        ("Cancelled", None, None, ItemState.DROPPED),
    ],
)
def test_a_body_without_a_category_is_judged_by_its_status(name: str, resolution: str | None, category: str | None, state: ItemState) -> None:
    said = read(status(name, resolution, category), {})
    assert isinstance(said, ItemReport) and said.state is state


@pytest.mark.parametrize("category", ["undefined", None])
def test_a_status_that_nobody_can_tell_says_nothing_and_why(category: str | None) -> None:
    said = read(status("Blocked", category=category), {})
    assert isinstance(said, Nothing) and "'Blocked'" in said.reason
    gone = read(jira(category, event="jira:issue_deleted"), {})
    assert isinstance(gone, ItemReport) and gone.final


def test_a_body_that_says_no_status_says_its_title() -> None:
    body = jira()
    del body["issue"]["fields"]["status"]
    said = read(body, {})
    assert isinstance(said, ItemReport) and (said.state, said.title) == (None, "Pay online")


@pytest.mark.parametrize(("level", "confidential"), [({}, None), ({"security": None}, False), ({"security": {"id": "10001"}}, True)])
def test_an_issue_with_a_security_level_is_confidential(level: dict[str, Any], confidential: bool | None) -> None:
    body = jira()
    body["issue"]["fields"] |= level
    said = read(body, {})
    assert isinstance(said, ItemReport) and said.confidential is confidential


def test_a_deleted_issue_is_dropped() -> None:
    said = read(jira("done", event="jira:issue_deleted"), {})
    assert isinstance(said, ItemReport) and said.final and said.state is ItemState.DROPPED


def test_an_issue_is_stated_also_when_a_comment_caused_it() -> None:
    said = read(jira("done", issue_event_type_name="issue_commented", comment={"body": "thanks"}), {})
    assert isinstance(said, ItemReport) and said.state is ItemState.DELIVERED


@pytest.mark.parametrize("event", ["comment_created", "comment_updated", "comment_deleted", "worklog_created", "jira:version_released"])
def test_what_is_not_about_an_issue_says_nothing(event: str) -> None:
    assert isinstance(read({"webhookEvent": event, "timestamp": 1, "comment": {}}, {}), Nothing)


def test_milliseconds_are_kept_and_the_last_change_stands_in_for_a_missing_timestamp() -> None:
    said = read(jira(at=1_709_287_200_123), {})
    assert isinstance(said, ItemReport) and said.instant.microsecond == 123_000
    body = jira()
    del body["timestamp"]
    body["issue"]["fields"]["updated"] = "2024-03-01T11:00:00.500+0100"
    said = read(body, {})
    assert isinstance(said, ItemReport) and said.instant == datetime(2024, 3, 1, 10, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("label", ["Key", "key"])
def test_a_moved_issue_had_another_key(label: str) -> None:
    said = read(jira(changelog={"items": [{"field": label, "fromString": "OLD-1", "toString": "PERM-4"}]}), {})
    assert isinstance(said, ItemReport) and (said.reference, said.formerly) == ("PERM-4", "OLD-1")


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
