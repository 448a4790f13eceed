"""The executive's answer over loopback, beside the servers of others that have it in memory: `python -m bench.answers [TEAMS] [SECONDS]`.

`make peers` installs those; what is not installed is passed over with a word. Each figure is that of three runs of so many seconds.
"""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
from rich.console import Console
from rich.table import Table

from bench.load import Question, Took, at_once, one_after_another
from bench.peers import headway_server
from bench.peers.headway_server import CALLERS
from bench.peers.processes import PEERS, NotInstalled, running
from bench.peers.published_schema import Asked
from bench.portfolio import NOW
from services.gateway.documents import EXECUTIVE
from services.gateway.graphql.schema import schema
from tools.servers.processes import free_port

RUNS: Final = 3
ALL: Final = {"first": 500}
TEAM: Final = """query Team($id: ID!) { team(id: $id) {
  id name home { id name } products { id name phase { id title } } core { covered role } continuity { share since } health { product recordedOn team }
  graduation { status since blockedBy nextStep criteria { id title met why evidence { type } } handoff { function state late } }
  roadmap { now { id title progress } next { id title } later { id title } }
} }"""
"""Some 4 kB of one team."""
ONE: Final = {"id": "t1"}
STATIC: Final = "the same bytes as a static file, by uvicorn"
UNCHANGED, CHANGED, AFRESH = "Headway, nothing changed", "Headway, one team changed before each", "Headway, no answer kept"
FIRST, AGAIN = "Headway, as of a day a year back: first", "Headway, as of a day a year back: again"


@dataclass
class Measured:
    """What one way of answering took: by one caller, and by sixteen at once, of each run."""

    alone: list[Took] = field(default_factory=list)
    at_once: list[Took] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Of an answer to one caller, in the quickest run."""
        return min(one.seconds for one in self.alone)

    @property
    def computing(self) -> float:
        """Seconds of computing of such an answer, in the run that took least."""
        return min(one.computing for one in self.alone)

    @property
    def computing_at_once(self) -> float:
        """The same of answers to sixteen callers."""
        return min(one.computing for one in self.at_once)

    @property
    def rate(self) -> float:
        """Answers a second to sixteen callers, in the quickest run."""
        return max(one.rate for one in self.at_once)


Figures = dict[str, Measured]


def main(teams: int, seconds: float) -> None:
    """Measures and prints."""
    console = Console(width=150)
    executive, team, passed_over = Figures(), Figures(), list[str]()
    with tempfile.TemporaryDirectory(prefix="headway-bench-") as name:
        folder = Path(name)
        with headway_server.served(teams) as headway:
            asked = {
                "executive": Question(headway.url, EXECUTIVE, ALL, headway.tokens[0]),
                "team": Question(headway.url, TEAM, ONE, headway.tokens[0]),
            }
            bodies = {what: _answer(question) for what, question in asked.items()}
            _headway(headway, asked["executive"], executive, seconds, past=True)
            _headway(headway, asked["team"], team, seconds, past=False)
            told = {name: value for body in bodies.values() for name, value in orjson.loads(body)["data"].items()}
        _written(folder, told)
        for figures, what in ((executive, "executive"), (team, "team")):
            (folder / "static.json").write_bytes(bodies[what])
            with _static(folder / "static.json") as (url, pid):
                _measured(figures, STATIC, replace(asked[what], url=url), [pid], seconds)
        for peer in PEERS:
            try:
                with running(peer, folder) as (url, pids):
                    for figures, what in ((executive, "executive"), (team, "team")):
                        question = replace(asked[what], url=url, token="")
                        assert orjson.loads(_answer(question))["data"] == orjson.loads(bodies[what])["data"], f"{peer.name} gives another answer"
                        _measured(figures, peer.name, question, pids, seconds)
            except NotInstalled as e:
                passed_over.append(f"{peer.name}: {e}")
    for title, figures, what in (("the executive's question", executive, "executive"), ("one team", team, "team")):
        console.print(_table(f"{title}: {teams} teams, {len(bodies[what]) / 1000:,.0f} kB", figures))
    console.print(_goals(executive, team), *passed_over, sep="\n")


def _headway(headway: headway_server.Running, question: Question, figures: Figures, seconds: float, *, past: bool) -> None:
    """All ways in which Headway answers; `asOf` where the question takes a day."""
    pids, year = [headway.pid], NOW.date() - timedelta(days=365)
    callers = [replace(question, token=token) for token in headway.tokens]
    days = itertools.count(1)

    def of(day: int) -> Question:
        return replace(question, variables={**question.variables, "asOf": (year - timedelta(days=day)).isoformat()})

    for _ in range(RUNS):
        _answer(question)  # what is kept is there again
        unchanged = figures.setdefault(UNCHANGED, Measured())
        unchanged.alone.append(one_after_another(itertools.repeat(question), pids, seconds))
        unchanged.at_once.append(at_once(callers, pids, seconds))
        changed = figures.setdefault(CHANGED, Measured())
        changed.alone.append(one_after_another(itertools.repeat(question), pids, seconds, headway.change))
        changed.at_once.append(_in_waves(callers, pids, headway))
        figures.setdefault(AFRESH, Measured()).alone.append(one_after_another(itertools.repeat(question), pids, seconds, headway.forget))
        if past:
            figures.setdefault(FIRST, Measured()).alone.append(one_after_another((of(next(days)) for _ in itertools.count()), pids, 0))
            _answer(of(0))
            figures.setdefault(AGAIN, Measured()).alone.append(one_after_another(itertools.repeat(of(0)), pids, seconds))


def _in_waves(callers: list[Question], pids: list[int], headway: headway_server.Running) -> Took:
    """Sixteen who ask at once after each change: one wave after the other."""
    waves = []
    for _ in range(3):
        headway.change()
        waves.append(at_once(callers, pids, 0))
    return Took(*(sum(each) / len(waves) for each in zip(*waves, strict=True)))


def _measured(figures: Figures, name: str, question: Question, pids: Sequence[int], seconds: float) -> None:
    measured = figures.setdefault(name, Measured())
    one_after_another(itertools.repeat(question), pids, seconds)  # until it is compiled
    for _ in range(RUNS):
        measured.alone.append(one_after_another(itertools.repeat(question), pids, seconds))
        measured.at_once.append(at_once([question] * CALLERS, pids, seconds))


def _answer(question: Question) -> bytes:
    """The body of one answer, which must be without errors."""
    headers = {"Authorization": f"Bearer {question.token}"} if question.token else {}
    answer = httpx.post(question.url, json={"query": question.query, "variables": question.variables}, headers=headers, timeout=300)
    assert answer.status_code == 200 and "errors" not in answer.json(), answer.text[:1000]
    return answer.content


def _written(folder: Path, told: dict[str, Any]) -> None:
    """What peers serve: the answer, and the part of our schema that it needs."""
    asked = Asked.of(schema()._schema, (EXECUTIVE, TEAM))
    first, second = asked.subgraphs()
    for name, text in {"schema": asked.sdl(), "first": first, "second": second}.items():
        (folder / f"{name}.graphql").write_text(text, "utf-8")
    (folder / "answer.json").write_bytes(orjson.dumps(told))


@contextlib.contextmanager
def _static(file: Path) -> Iterator[tuple[str, int]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.peers.static_file", str(port), str(file)])
    url = f"http://127.0.0.1:{port}/graphql"
    try:
        while True:
            with contextlib.suppress(httpx.ConnectError):
                assert httpx.get(url).content == file.read_bytes()
                break
            time.sleep(0.05)
        yield url, process.pid
    finally:
        process.kill()
        process.wait()


def _table(title: str, figures: Figures) -> Table:
    table = Table("answered by", "ms, three runs", "CPU ms", "a second, 16 callers", "CPU ms", title=title)

    def each(runs: list[Took], shown: Callable[[Took], float]) -> str:
        return "  ".join(f"{shown(one):,.2f}" for one in runs)

    for name, one in figures.items():
        alone = each(one.alone, lambda took: 1000 * took.seconds), each(one.alone, lambda took: 1000 * took.computing)
        table.add_row(name, *alone, each(one.at_once, lambda took: took.rate), each(one.at_once, lambda took: 1000 * took.computing))
    return table


def _goals(executive: Figures, team: Figures) -> Table:
    """Each goal of ours with the ratio to its reference of the same run; by computing too, which says more on a machine that others use."""
    table = Table("figure", "goal", "is", "by CPU", title="ratios of the best of three runs")

    def row(figure: str, goal: str, over: tuple[float, float] | None, under: tuple[float, float] | None) -> None:
        table.add_row(figure, goal, *([f"{a / b:,.2f}" for a, b in zip(over, under, strict=True)] if over and under else ["not measured"]))

    def of(figures: Figures, name: str) -> tuple[float, float] | None:
        return (figures[name].seconds, figures[name].computing) if name in figures else None

    def rate(name: str) -> tuple[float, float]:
        return executive[name].rate, 1 / executive[name].computing_at_once

    for peer, goal in (("graphql-yoga with jit", 8), ("Hive Gateway with its Rust runtime", 100), ("Apollo Gateway", 80), ("graphql-yoga", 20)):
        row(f"one team changed before each, against {peer}, times as fast", f"at least {goal}", of(executive, peer), of(executive, CHANGED))
    row("nothing changed, 16 callers, of the rate of a static file", "at least 0.7", rate(UNCHANGED), rate(STATIC))
    row("no answer kept, against graphql-yoga, times as fast", "at least 1", of(executive, "graphql-yoga"), of(executive, AFRESH))
    row("as of a day a year back, first, times one of today that is not kept", "at most 15", of(executive, FIRST), of(executive, AFRESH))
    row("as of a day a year back, again, times an unchanged one", "at most 2", of(executive, AGAIN), of(executive, UNCHANGED))
    for what in (UNCHANGED, AFRESH):
        row(f"one team, {what.partition(', ')[2]}, CPU, times mercurius with jit", "CPU at most 1.5", of(team, what), of(team, "mercurius with jit"))
    return table


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, float(sys.argv[2]) if len(sys.argv) > 2 else 2.0)
