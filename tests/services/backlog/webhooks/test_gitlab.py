"""What GitLab's issue hooks say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.gitlab import read
from services.backlog.webhooks.statement import ItemReport, Nothing
from tests.services.backlog.webhooks.bodies import gitlab


@pytest.mark.parametrize(
    "at", ["2024-03-01 10:00:00 UTC", "2024-03-01T10:00:00Z", "2024-03-01T10:00:00.000Z", "2024-03-01 10:00:00 +0000", "2024-03-01T11:00:00+01:00"]
)
def test_both_formats_of_dates_are_read(at: str) -> None:
    assert read(gitlab(at=at), {}) == ItemReport(
        "town/permits#3", datetime(2024, 3, 1, 10, tzinfo=UTC), "Pay online", ItemState.OPEN, "https://lab.example/town/permits/-/issues/3", number="900"
    )


@pytest.mark.parametrize(
    ("body", "state", "final"),
    [
        (gitlab("closed"), ItemState.DELIVERED, False),
        (gitlab("closed", duplicated_to_id=5), ItemState.DROPPED, False),
        (gitlab("closed", promoted_to_epic_id=5), ItemState.DROPPED, False),
        (gitlab("closed", moved_to_id=5), ItemState.DROPPED, True),
        (gitlab("opened", moved_to_id=None), ItemState.OPEN, False),
        (gitlab(""), None, False),
    ],
)
def test_closed_is_delivered_and_moved_leaves_the_backlog(body: dict[str, Any], state: ItemState | None, final: bool) -> None:
    said = read(body, {})
    assert isinstance(said, ItemReport) and (said.state, said.final) == (state, final)


@pytest.mark.parametrize("kind", ["note", "push", "release"])
def test_other_hooks_say_nothing(kind: str) -> None:
    assert isinstance(read({"object_kind": kind, "issue": gitlab()["object_attributes"]}, {}), Nothing)


def test_a_work_item_of_no_project_says_nothing_and_one_of_a_project_does() -> None:
    assert isinstance(read(gitlab() | {"object_kind": "work_item", "project": None}, {}), Nothing)
    assert isinstance(read(gitlab() | {"object_kind": "work_item"}, {}), ItemReport)


@pytest.mark.parametrize(
    ("said", "confidential"), [({}, None), ({"confidential": True}, True), ({"confidential": False}, False), ({"confidential": "x"}, None)]
)
def test_an_issue_may_say_that_it_is_confidential(said: dict[str, Any], confidential: bool | None) -> None:
    found = read(gitlab(**said), {})
    assert isinstance(found, ItemReport) and found.confidential is confidential


@pytest.mark.parametrize(("event_type", "hook"), [("confidential_issue", None), ("issue", "Confidential Issue Hook")])
def test_a_hook_of_confidential_issues_says_so_where_the_issue_does_not(event_type: str, hook: str | None) -> None:
    headers = {"x-gitlab-event": hook} if hook else {}
    found = read(gitlab() | {"event_type": event_type}, headers)
    assert isinstance(found, ItemReport) and found.confidential is True
    found = read(gitlab(confidential=False) | {"event_type": event_type}, headers)
    assert isinstance(found, ItemReport) and found.confidential is False


def test_an_old_server_says_reopened_and_a_state_that_nobody_can_tell_says_nothing() -> None:
    found = read(gitlab("reopened"), {})
    assert isinstance(found, ItemReport) and found.state is ItemState.OPEN
    found = read(gitlab("locked"), {})
    assert isinstance(found, Nothing) and "'locked'" in found.reason


def test_an_issue_without_an_id_is_named_within_its_project() -> None:
    found = read(gitlab(id=None) | {"project": {"id": 4, "path_with_namespace": "town/permits"}}, {})
    assert isinstance(found, ItemReport) and found.number == "4-3"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "object_kind"),
        (gitlab(iid=None), "object_attributes.iid"),
        (gitlab() | {"project": {}}, "project.path_with_namespace"),
        (gitlab(at=""), "object_attributes.updated_at"),
        (gitlab(at="20240301"), "object_attributes.updated_at"),
    ],
)
def test_an_issue_that_cannot_be_read_is_refused_by_its_field(body: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(body, {})
    assert refused.value.field == field
