"""The list of what is new names what a client can rely on since the last release, and what went out of use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import changelog

BEFORE = """
type Query { team(id: ID!): Team }
type Mutation { formTeam(input: FormTeamInput!): Team }
input FormTeamInput { name: String! }
type Team { id: ID! name: String! }
enum Status { READY }
type Old { a: Int }
"""
NOW = """
type Query { team(id: ID!, asOf: String): Team }
type Mutation { formTeam(input: FormTeamInput!): Team, tick(input: TickInput!): Team }
input FormTeamInput { name: String! note: String }
input TickInput { entry: String! }
type Team { id: ID! name: String! @deprecated(reason: "See words.") words(short: Boolean): String! }
enum Status { READY DONE }
type Health { of: Int }
"""


def surface(sdl: str, **events: list[str]) -> changelog.Surface:
    return changelog.surface(sdl, {name: {"properties": {field: {} for field in fields}} for name, fields in events.items()})


def test_what_was_added_deprecated_and_taken_away_is_named() -> None:
    said = changelog.since(surface(BEFORE, formed=["name"]), surface(NOW, formed=["name", "note"], ticked=["entry"]))
    assert said.split("\n\n") == [
        "**New mutations.** `tick`.",
        "**New types of the schema.** `Health`.",
        "**New fields, arguments and members of types that there were.** `FormTeamInput`: `note`, `Query`: `team(asOf)`, `Status`: `DONE`, `Team`: `words`.",
        "**New events.** `ticked`.",
        "**New fields of events that there were.** `formed`: `note`.",
        "**Deprecated: the reason in the schema says what to use.** `Team.name`.",
        "**Gone.** `Old`.",
    ]


def test_a_surface_is_kept_as_text_and_read_as_it_was() -> None:
    of = surface(NOW, ticked=["entry"])
    assert changelog.read(changelog.text(of)) == of
    assert "Gone.** None." in changelog.since(of, of)


def test_the_last_release_is_the_highest_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("0.9.0", "0.10.0", "0.2.0"):
        (tmp_path / f"{version}.txt").touch()
    monkeypatch.setattr(changelog, "RELEASED", tmp_path)
    assert changelog.latest().stem == "0.10.0"


@pytest.mark.parametrize("arguments", [[], ["next"], ["0.2", "0.3"]])
def test_a_release_takes_its_number(arguments: list[str]) -> None:
    assert changelog.main(arguments) == 2
