"""Command lines as they stand, rows of a plain CSV, and ids made of foreign names."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.importers import commands
from headway.importers.line import ImportLine, Rejected, identifier


def test_a_line_is_sent_as_it_stands() -> None:
    line = {
        "command": "portfolio.form_team",
        "key": "k",
        "at": "2020-01-01",
        "known": "2020-01-02T00:00:00Z",
        "by": "cab@env",
        "after": ["team:x@1"],
        "revise": True,
        "data": {"a": [1]},
    }
    (read,) = commands.lines("f", json.dumps(line))
    assert isinstance(read, ImportLine)
    assert json.loads(read.to_json()) == line


def test_what_the_frame_does_not_know_or_has_another_type_is_left_to_the_service() -> None:
    line = {"command": "portfolio.form_team", "key": "k", "at": 5, "after": "x", "revise": "yes", "override": {"rule": "S0-14"}, "data": {"name": "\ud800"}}
    (read,) = commands.lines("f", json.dumps(line))
    assert isinstance(read, ImportLine)
    assert json.loads(read.to_json()) == line


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("nonsense", "not JSON"),
        ("[1]", "not an object"),
        ('{"key": "k", "data": {}}', "no command"),
        ('{"command": "a.b", "data": {}}', "no key"),
        ('{"command": "a.b", "key": "k"}', "no data"),
        ('{"command": "a.b", "key": "k", "key": "l", "data": {}}', "twice"),
        ("[" * 100_000, "nested"),
        ('{"command": "a.b", "key": "k", "data": {"n": ' + "9" * 5000 + "}}", "not JSON"),
    ],
)
def test_a_line_that_is_no_command_is_refused_with_its_number_and_the_next_goes_on(line: str, word: str) -> None:
    refused, good = commands.lines("f", f'\n{line}\n{{"command": "a.b", "key": "k", "data": {{}}}}\n')
    assert isinstance(refused, Rejected)
    assert refused.where == "f: line 2"
    assert word in refused.reason
    assert isinstance(good, ImportLine)


@given(st.text(), st.sampled_from(["", "us-"]))
def test_an_id_fits_its_pattern_whatever_the_foreign_name(text: str, prefix: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", identifier(text, prefix))


def test_names_that_would_fall_together_are_kept_apart() -> None:
    assert identifier("PER-2") == "per-2"
    assert len({identifier("a b"), identifier("a/b"), identifier("a-b"), identifier("x" * 70), identifier("x" * 71)}) == 5
