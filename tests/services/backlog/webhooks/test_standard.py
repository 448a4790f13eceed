"""What senders of Standard Webhooks say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.standard import read
from services.backlog.webhooks.statement import ItemReport, Nothing
from tests.services.backlog.webhooks.bodies import standard


def test_an_item_is_stated_as_the_body_says() -> None:
    assert read(standard("started", url="https://cards.example/9"), {}) == ItemReport(
        "card/9", datetime(2024, 3, 1, 10, tzinfo=UTC), "Pay online", ItemState.STARTED, "https://cards.example/9"
    )


def test_an_item_may_be_numbered_and_confidential() -> None:
    said = read(standard(id=12, confidential=True), {})
    assert isinstance(said, ItemReport) and (said.number, said.confidential) == ("12", True)


def test_a_deleted_item_leaves_the_backlog() -> None:
    said = read(standard(type="item.deleted"), {})
    assert isinstance(said, ItemReport) and said.final and said.state is ItemState.DROPPED


def test_what_names_no_item_says_nothing() -> None:
    assert isinstance(read({"type": "invoice.paid", "timestamp": "2024-03-01T10:00:00Z", "data": {"amount": 1}}, {}), Nothing)


@pytest.mark.parametrize("body", [{"data": {}}, standard("asleep"), standard(at="soon"), {"type": "item.updated", "data": "card/9"}])
def test_what_cannot_be_read_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        read(body, {})
