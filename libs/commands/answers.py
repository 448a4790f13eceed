"""What a command is answered, and the state of one call of many commands until all of them are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.commands.deciding import Loaded
from libs.commands.errors import HeadwayError
from libs.commands.judging import Ask
from libs.events.event import Event, split
from libs.events.store import Answered, Commit


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command is answered. `created` is False where nothing new was stored: the same command again, or one that changes nothing.

    `replaced` says that a row of an import was said otherwise before: what is created takes the place of that.
    """

    id: str
    version: int
    events: tuple[str, ...]
    position: str
    created: bool
    replaced: bool = False

    def body(self) -> dict[str, Any]:
        """What is stored as the reply and sent to the caller."""
        return {"id": self.id, "version": self.version, "events": list(self.events), "position": self.position}


Result = Answer | HeadwayError


@dataclass
class Work:
    """One call's state: what is loaded, what is decided and waits to be stored, what came out."""

    asks: Sequence[Ask]
    loaded: Loaded
    keys: dict[str, Answered] = field(default_factory=dict)
    staged: dict[int, Commit] = field(default_factory=dict)
    results: dict[int, Result] = field(default_factory=dict)
    unstored: set[str] = field(default_factory=set)
    staged_keys: set[str] = field(default_factory=set)

    def stage(self, n: int, commit: Commit) -> None:
        """Keeps a decided commit until it is stored with others; later commands of the call see its events."""
        self.staged[n] = commit
        self.unstored.add(commit.aggregate)
        if commit.command:
            self.staged_keys.add(commit.command.key)
        self.loaded.extend(commit.aggregate, commit.events)

    def unstage(self) -> dict[int, Commit]:
        """What is to be stored now."""
        staged, self.staged = self.staged, {}
        self.unstored.clear()
        self.staged_keys.clear()
        return staged


def answer_of(aggregate: str, version: int, events: Sequence[Event], *, created: bool, replaced: bool = False) -> Answer:
    """The answer of a command that said these events, none of them where nothing would change."""
    return Answer(split(aggregate)[1], version, tuple(e.id for e in events), f"{aggregate}@{version}", created, replaced)


def replay_of(stored: Answered) -> Answer:
    """The answer that the same command was given before."""
    reply = stored.reply
    return Answer(reply["id"], reply["version"], tuple(reply["events"]), reply["position"], created=False)
