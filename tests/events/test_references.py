"""Whose an aggregate is: what has no id of its own tells of the thing whose id it bears."""

from __future__ import annotations

import pytest

import libs.events.catalog  # noqa: F401  (the kinds are declared by importing them)
from libs.events.event import KINDS
from libs.events.references import telling_of, thing_of


@pytest.mark.parametrize(
    ("aggregate", "thing"),
    [("graduation:parks", "team"), ("backlog:parks", "product"), ("team:parks", "team"), ("item:parks", "item"), ("moon:parks", "moon")],
)
def test_a_graduation_tells_of_a_team_a_backlog_of_a_product_and_everything_else_of_itself(aggregate: str, thing: str) -> None:
    assert thing_of(aggregate) == (thing, "parks")


def test_a_thing_is_told_of_by_itself_first_and_by_its_parts() -> None:
    assert [telling_of(kind) for kind in ("team", "product", "item")] == [("team", "graduation"), ("product", "backlog"), ("item",)]
    assert all(kind.tells_of in KINDS for kind in KINDS.values() if kind.tells_of)
