"""The documentation is held against the code: shown commands, options and generated tables."""

from __future__ import annotations

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_group

from tools.readme_check import command_problems, invocations, pages, table_problems, with_tables
from tools.tables import markdown_table

MAKEFILE = "PYTHON ?= python3\n\ndemo: ready ## serve\n\t@headway demo $(ARGS)\n\ntest:\n\t@pytest $(ARGS)\n"


@pytest.fixture
def command() -> TyperGroup:
    app = typer.Typer()
    parked = typer.Typer()
    app.add_typer(parked, name="parked")

    @app.command()
    def demo(once: bool = False, port: int = 8000) -> None:
        """Serve."""

    @app.command("import")
    def import_files(format: str, files: list[str], rejects: str | None = None) -> None:
        """Load."""

    @parked.command("list")
    def list_parked(as_json: bool = typer.Option(False, "--json")) -> None:
        """List."""

    return get_group(app)


def problems(command: TyperGroup, *lines: str) -> list[tuple[int, str]]:
    return list(command_problems("\n".join(["Text.", "", "```console", *lines, "```", ""]), MAKEFILE, command))


@pytest.mark.parametrize(
    "line",
    [
        "$ make demo ARGS=--once",
        'make demo ARGS="--once --port 9000"',
        "make test",
        "make PYTHON=python3.12 test",
        "headway demo --once --port 9000",
        "HEADWAY_URL=http://127.0.0.1:8000 headway import commands a.ndjson --rejects no.ndjson",
        "headway parked list --json | python -m json.tool > parked.json 2>&1",
        "headway import --help",
        "export HEADWAY_TOKEN=$(headway demo)",
        "it's what a command printed",
        "curl -s http://127.0.0.1:8000/health/ready",
        "headway demo  # as the executive sees it",
    ],
)
def test_a_command_that_exists_is_no_problem(command: TyperGroup, line: str) -> None:
    assert problems(command, line) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("make demonstrate", "`make demonstrate` does not exist"),
        ("make test SPEED=11", "the Makefile does not read SPEED"),
        ("make demo ARGS=--twice", "--twice"),
        ("headway serv", "`headway serv` does not exist"),
        ("headway demo --twice", "--twice"),
        ("headway demo --port", "--port"),
        ("headway parked", "lacks its sub-command"),
        ("headway parked burn", "`headway parked burn` does not exist"),
        ("cat a.csv | headway imports csv -", "`headway imports` does not exist"),
        ("headway demo && headway import commands a --reject b", "--reject"),
        ("headway demo 'open", "cannot be read"),
    ],
)
def test_a_command_that_does_not_exist_is_named_with_its_line(command: TyperGroup, line: str, reason: str) -> None:
    [(number, problem)] = problems(command, "$ headway demo", line)
    assert number == 5
    assert reason in problem


def test_a_command_over_two_lines_is_read_as_one(command: TyperGroup) -> None:
    assert problems(command, "$ headway import commands \\", "    a.ndjson --rejects b", "headway nothing") == [(6, "`headway nothing` does not exist")]


def test_only_console_blocks_are_read(command: TyperGroup) -> None:
    assert list(command_problems("`headway nothing`\n\n```sh\nheadway nothing\n```\n", MAKEFILE, command)) == []


def test_a_command_inside_a_substitution_is_found() -> None:
    assert list(invocations("TOKEN=$(headway token executive)")) == [["headway", "token", "executive"]]


def test_a_stale_table_is_a_problem_until_it_is_written() -> None:
    tables = {"events": lambda: markdown_table(("type", "said by"), [("a|b", "backlog")])}
    stale = "# Events\n\n<!-- generated: events -->\nold\n<!-- end -->\n"
    assert [number for number, _ in table_problems(stale, tables)] == [3]
    fresh = with_tables(stale, tables)
    assert "| a\\|b | backlog |" in fresh
    assert list(table_problems(fresh, tables)) == []
    assert with_tables(fresh, tables) == fresh


def test_a_table_without_a_generator_or_an_end_is_a_problem() -> None:
    unknown = "<!-- generated: moons -->\n<!-- end -->\n"
    assert [problem for _, problem in table_problems(unknown, {})] == ["no generator is called moons"]
    assert with_tables(unknown, {}) == unknown
    assert [problem for _, problem in table_problems("<!-- generated: moons -->\n", {})] == ["a generated table lacks its name or its end"]


def test_the_pages_that_exist_are_held(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("project")
    (root / "docs" / "decisions").mkdir(parents=True)
    for name in ("README.md", "docs/events.md", "docs/decisions/0001-why.md"):
        (root / name).write_text("words\n", encoding="utf-8")
    assert [page.relative_to(root).as_posix() for page in pages(root)] == ["README.md", "docs/events.md"]
