"""What came of each mutant, kept as long as its function is as it was; a live one is tried again once other tests reach it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.mutants.targets import STATE

LISTED = Path(__file__).parent / "listed.toml"


@dataclass(frozen=True)
class Outcome:
    """Killed, live, timeout or unbuilt; by which test; and in short which tests were asked (those of a live one)."""

    outcome: str
    by: str | None = None
    asked: str = ""


class Record:
    """All outcomes by the mutant's key, appended to a file as they come."""

    def __init__(self, *, forget: bool = False) -> None:
        self.file = STATE / "outcomes.ndjson"
        if forget:
            self.file.unlink(missing_ok=True)
        self.outcomes: dict[str, Outcome] = {}
        if self.file.exists():
            for line in self.file.read_text().splitlines():
                key, *rest = json.loads(line)
                self.outcomes[key] = Outcome(*rest)

    def put(self, key: str, outcome: Outcome) -> None:
        """Keeps an outcome."""
        self.outcomes[key] = outcome
        with self.file.open("a") as file:
            file.write(json.dumps([key, outcome.outcome, outcome.by, outcome.asked]) + "\n")


def listed() -> Mapping[str, str]:
    """The mutants that may live, by name, each with why."""
    found = tomllib.loads(LISTED.read_text(encoding="utf-8")) if LISTED.exists() else {}
    return {name: group["why"] for group in found.get("live", ()) for name in group["mutants"]}


def by_hand() -> list[dict[str, str]]:
    """The faults that were once put in by hand: `path`, `was`, `becomes`."""
    found = tomllib.loads(LISTED.read_text(encoding="utf-8")) if LISTED.exists() else {}
    return list(found.get("named", ()))
