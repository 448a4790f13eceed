"""The committed schema is what the code has, and what clients rely on does not go."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from services.gateway.graphql.schema import schema
from tests.patience import GIVE_UP
from tools import graphql_schema
from tools.graphql_schema import COMMITTED, held, main

BEFORE = """
type Query { team(id: ID!, first: Int! = 5): Team old: String }
type Team { name: String! status: Status! }
enum Status { READY GONE }
input Wanted { name: String most: Int! = 3 }
"""


def test_the_committed_schema_is_what_the_code_has() -> None:
    assert COMMITTED.read_text("utf-8").rstrip() == schema().as_str().rstrip(), "run python -m tools.graphql_schema --write"


@pytest.mark.parametrize("first", ["libs.events.catalog.roadmap.release", "services.gateway.graphql.types.team", "services.roadmap.main"])
def test_the_schema_is_the_same_whatever_was_imported_first(first: str) -> None:
    made = f"import {first}\nfrom services.gateway.graphql.schema import schema\nprint(schema().as_str())"
    done = subprocess.run([sys.executable, "-c", made], cwd=COMMITTED.parent, capture_output=True, text=True, check=True, timeout=GIVE_UP)
    assert done.stdout.rstrip() == COMMITTED.read_text("utf-8").rstrip()


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (BEFORE.replace(" old: String", ""), "Query.old"),
        (BEFORE.replace(" GONE", ""), "GONE"),
        (BEFORE.replace("name: String! status", "status"), "Team.name"),
        (BEFORE.replace("name: String!", "name: String"), "Team.name"),
        (BEFORE.replace("team(id: ID!,", "team(id: ID!, day: String!,"), "day"),
        (BEFORE.replace("first: Int! = 5", "first: Int!"), "Query.team(first:)"),
        (BEFORE.replace("most: Int! = 3", "most: Int!"), "Wanted.most"),
        (BEFORE.replace("input Wanted { name: String", "input Wanted { name: String!"), "Wanted.name"),
        (BEFORE.replace("type Team", "type Crew").replace(": Team", ": Crew"), "Team"),
    ],
)
def test_what_would_break_a_client_is_found(now: str, words: str) -> None:
    breaking, _ = held(BEFORE, now)
    assert any(words in one for one in breaking), breaking


def test_what_is_added_or_deprecated_breaks_nobody_and_what_may_surprise_is_listed() -> None:
    now = BEFORE.replace(" old: String", ' old: String @deprecated(reason: "Ask for team.") more: Int').replace("READY", "READY NEW")
    assert held(BEFORE, now)[0] == []
    assert any("NEW" in one for one in held(BEFORE, now)[1])


def test_a_stale_file_is_written_anew_but_never_over_what_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "schema.graphql"
    monkeypatch.setattr(graphql_schema, "COMMITTED", file)
    assert main([]) == 1 and "--write" in capsys.readouterr().err
    assert main(["--write"]) == 0 and main([]) == 0
    text = file.read_text("utf-8")
    file.write_text(text.replace("  totalCount: Int!", "  totalCount: Int!\n  gone: Int", 1), "utf-8")
    assert main(["--write"]) == 1 and "breaks clients" in capsys.readouterr().err
    assert "  gone: Int" in file.read_text("utf-8"), "left as it was"
