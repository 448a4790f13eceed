"""What GitHub's issue events say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.github import read
from services.backlog.webhooks.statement import ItemReport, Nothing
from tests.services.backlog.webhooks.bodies import github

ISSUES = {"x-github-event": "issues"}


def test_an_issue_is_named_by_owner_repository_and_number() -> None:
    assert read(github(), ISSUES) == ItemReport(
        "town/permits#7", datetime(2024, 3, 1, 10, tzinfo=UTC), "Pay online", ItemState.OPEN, "https://git.example/town/permits/issues/7"
    )


@pytest.mark.parametrize(
    ("issue", "state"),
    [
        ({"state": "closed", "state_reason": "completed"}, ItemState.DELIVERED),
        ({"state": "closed", "state_reason": None}, ItemState.DELIVERED),
        ({"state": "closed", "state_reason": "not_planned"}, ItemState.DROPPED),
        ({"state": "closed", "state_reason": "duplicate"}, ItemState.DROPPED),
        ({"state": "open", "state_reason": "reopened"}, ItemState.OPEN),
        ({"state": None}, None),
    ],
)
def test_a_closed_issue_is_delivered_unless_it_was_not_planned(issue: dict[str, Any], state: ItemState | None) -> None:
    said = read(github(**issue), ISSUES)
    assert isinstance(said, ItemReport) and said.state is state and not said.final


@pytest.mark.parametrize(("ids", "number"), [({"id": 9, "node_id": "I_9"}, "9"), ({"node_id": "I_9"}, "I_9"), ({}, None), ({"id": True}, None)])
def test_an_issue_is_numbered_by_its_id(ids: dict[str, Any], number: str | None) -> None:
    said = read(github(**ids), ISSUES)
    assert isinstance(said, ItemReport) and said.number == number


@pytest.mark.parametrize("action", ["deleted", "transferred"])
def test_what_is_deleted_or_transferred_leaves_the_backlog(action: str) -> None:
    said = read(github(action), ISSUES)
    assert isinstance(said, ItemReport) and said.final and said.state is ItemState.DROPPED


def test_a_state_that_is_neither_open_nor_closed_says_nothing_and_why() -> None:
    said = read(github(state="merged"), ISSUES)
    assert isinstance(said, Nothing) and "'merged'" in said.reason


def test_comments_and_other_events_say_nothing() -> None:
    assert isinstance(read(github("created") | {"comment": {}}, {"x-github-event": "issue_comment"}), Nothing)
    assert isinstance(read({"zen": "Keep it simple", "hook_id": 1}, {"x-github-event": "ping"}), Nothing)
    assert isinstance(read({"action": "created", "label": {}}, {}), Nothing)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "issue"),
        (github(number="7"), "issue.number"),
        (github(at="yesterday"), "issue.updated_at"),
        (github() | {"repository": None}, "repository.full_name"),
    ],
)
def test_an_issue_that_cannot_be_read_is_refused_by_its_field(body: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(body, ISSUES)
    assert refused.value.field == field


def test_a_title_is_cut_and_an_address_that_is_no_link_is_left_out() -> None:
    said = read(github(title="x" * 900 + "\ud800", html_url="javascript:alert(1)"), ISSUES)
    assert isinstance(said, ItemReport) and said.title == "x" * 500 and said.url is None
