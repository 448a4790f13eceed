"""The schemas and golden samples that were committed hold: what is stale is written, what breaks is refused with its reason and its remedy."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools import schemas

SCHEMA = "schemas/backlog/headway.backlog.item.noted.v1.json"
SAMPLE = "tests/contracts/golden/headway.backlog.item.noted.v1.json"


class Catalogue:
    """What the catalogue of a trial says today."""

    def __init__(self) -> None:
        self.schemas = {SCHEMA: noted()}
        self.samples = {SAMPLE: '{"value": "1"}\n'}


def noted(**more: Any) -> str:
    """The schema of an event with the field `text` and these."""
    properties = {"text": {"type": "string"}, **more}
    return json.dumps({"type": "object", "properties": properties, "required": ["text"]})


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    said = Catalogue()
    monkeypatch.setattr(schemas, "generated", lambda: dict(said.schemas))
    monkeypatch.setattr(schemas, "golden", lambda: dict(said.samples))
    return said


@pytest.fixture
def root(tmp_path: Path, catalogue: Catalogue) -> Path:
    """A checkout whose first commit holds the schema and the sample."""
    git(tmp_path, "init", "--quiet")
    assert schemas.main(["--write"], tmp_path) == 0
    commit(tmp_path)
    return tmp_path


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "x")


def test_what_is_as_committed_passes(root: Path) -> None:
    assert schemas.main([], root) == 0


def test_an_added_optional_field_is_stale_until_it_is_written(root: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue.schemas[SCHEMA] = noted(more={"type": "string", "default": ""})
    assert schemas.main([], root) == 1
    assert f"{SCHEMA}: is stale: python -m tools.schemas --write" in capsys.readouterr().err
    assert schemas.main(["--write"], root) == 0
    assert schemas.main([], root) == 0


@pytest.mark.parametrize("arguments", [[], ["--write"]])
def test_a_breaking_change_is_refused_with_its_remedy_and_nothing_is_written(
    root: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    catalogue.schemas[SCHEMA] = json.dumps({"type": "object", "properties": {}})
    assert schemas.main(arguments, root) == 1
    said = capsys.readouterr().err
    assert "data.text is gone (removed or renamed), and its readers ask for it" in said
    assert "declare the next version beside it" in said
    assert (root / SCHEMA).read_text() == noted()


def test_taking_the_file_away_or_editing_it_does_not_hide_a_breaking_change(root: Path, catalogue: Catalogue) -> None:
    catalogue.schemas[SCHEMA] = json.dumps({"type": "object", "properties": {}})
    (root / SCHEMA).unlink()
    assert schemas.main(["--write"], root) == 1
    (root / SCHEMA).write_text(catalogue.schemas[SCHEMA])
    assert schemas.main([], root) == 1
    commit(root)
    assert schemas.main([], root) == 1, "the commit before holds as well"
    assert schemas.main(["--against", "HEAD"], root) == 0


def test_an_event_that_is_gone_is_refused(root: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue.schemas.clear()
    catalogue.samples.clear()
    assert schemas.main(["--write"], root) == 1
    assert "the event is gone" in capsys.readouterr().err


def test_a_golden_sample_is_for_ever(root: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue.samples[SAMPLE] = '{"value": "2"}\n'
    assert schemas.main([], root) == 0, "today's example may be another"
    (root / SAMPLE).write_text('{"value": "2"}\n')
    assert schemas.main(["--write"], root) == 1
    assert "a golden sample is for ever" in capsys.readouterr().err


def test_what_was_never_committed_may_change(root: Path, catalogue: Catalogue) -> None:
    new, sample = SCHEMA.replace("noted", "told"), SAMPLE.replace("noted", "told")
    catalogue.schemas[new], catalogue.samples[sample] = noted(), "{}\n"
    assert schemas.main(["--write"], root) == 0
    catalogue.schemas[new], catalogue.samples[sample] = json.dumps({"type": "object"}), "[]\n"
    assert schemas.main([], root) == 1
    assert schemas.main(["--write"], root) == 0
    assert (root / sample).read_text() == "[]\n"
    del catalogue.schemas[new], catalogue.samples[sample]
    assert schemas.main([], root) == 1
    assert schemas.main(["--write"], root) == 0
    assert not (root / new).exists()


def test_outside_of_a_checkout_the_files_themselves_hold(tmp_path: Path, catalogue: Catalogue) -> None:
    assert schemas.main(["--write"], tmp_path) == 0
    catalogue.schemas[SCHEMA] = json.dumps({"type": "object", "properties": {}})
    assert schemas.main(["--write"], tmp_path) == 1


@pytest.mark.parametrize("arguments", [["--wrong"], ["--against"], ["--against", "--write"]])
def test_arguments_that_mean_nothing_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    assert schemas.main(arguments, tmp_path) == 2


def test_an_event_without_an_example_is_said_in_one_line(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def nothing() -> dict[str, str]:
        raise KeyError("backlog.item.noted.text has no example")

    monkeypatch.setattr(schemas, "generated", nothing)
    assert schemas.main([], root) == 1
    assert capsys.readouterr().err.splitlines() == ["headway/contracts/samples.py: the example does not fit its event: backlog.item.noted.text has no example"]
