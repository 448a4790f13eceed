"""Records the outcome of each mutant for as long as its function is unchanged; live ones are tried again when other tests reach them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.mutants.targets import STATE

LISTED = Path(__file__).parent / "listed.toml"
ANY = "…"


IMPORT = "import "
"""Before what was asked, where only the tests of what is declared at import were."""


@dataclass(frozen=True)
class MutantOutcome:
    """The outcome of a mutant: killed (by which test), live, timeout or unbuilt; and, of a live one, a digest of the tests that were run."""

    outcome: str
    by: str | None = None
    asked: str = ""


class Record:
    """All outcomes by the mutant's key, appended to a file as they come."""

    def __init__(self, *, forget: bool = False) -> None:
        self.file = STATE / "outcomes.ndjson"
        if forget:
            self.file.unlink(missing_ok=True)
        self.outcomes: dict[str, MutantOutcome] = {}
        if self.file.exists():
            for line in self.file.read_text().splitlines():
                key, *rest = json.loads(line)
                self.outcomes[key] = MutantOutcome(*rest)

    def put(self, key: str, outcome: MutantOutcome) -> None:
        """Keeps an outcome."""
        self.outcomes[key] = outcome
        with self.file.open("a") as file:
            file.write(json.dumps([key, outcome.outcome, outcome.by, outcome.asked]) + "\n")


class Listed:
    """The mutants that may live, each with why, by name; in a name `…` stands for whatever is there, so that one line lists a kind of them."""

    def __init__(self, groups: Iterable[tuple[str, Sequence[str]]]) -> None:
        self.whys = {name: why for why, names in groups for name in names}
        self._kinds = [(name, re.compile(".*".join(map(re.escape, name.split(ANY))))) for name in self.whys if ANY in name]

    def line(self, name: str) -> str | None:
        """Which line lists a mutant; None where none does."""
        return name if name in self.whys else next((line for line, kind in self._kinds if kind.fullmatch(name)), None)

    def why(self, name: str) -> str | None:
        """Why a mutant may live; None for one that is not listed."""
        line = self.line(name)
        return None if line is None else self.whys[line]


def listed() -> Listed:
    """What `listed.toml` lists."""
    found = tomllib.loads(LISTED.read_text(encoding="utf-8")) if LISTED.exists() else {}
    return Listed((group["why"], group["mutants"]) for group in found.get("live", ()))


def by_hand() -> list[dict[str, str]]:
    """The faults that were once put in by hand: `path`, `was`, `becomes`."""
    found = tomllib.loads(LISTED.read_text(encoding="utf-8")) if LISTED.exists() else {}
    return list(found.get("named", ()))
