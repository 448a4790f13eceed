"""What the command line answers to a slip: words, never the number of an error of the system."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from headway.cli import app


def test_a_key_file_that_is_there_is_not_written_over_and_the_answer_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "issuer.key"
    assert CliRunner().invoke(app, ["keys", str(path)]).exit_code == 0
    kept = path.read_bytes()
    again = CliRunner().invoke(app, ["keys", str(path)])
    assert (again.exit_code, path.read_bytes()) == (2, kept)
    assert f"{path} is there already, and a key is never overwritten" in again.output and "Errno" not in again.output


def test_a_document_that_is_not_there_is_named_in_words(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["query", str(tmp_path / "nosuch.graphql")])
    assert (answer.exit_code, answer.output) == (2, f"{tmp_path / 'nosuch.graphql'} cannot be read: No such file or directory\n")
