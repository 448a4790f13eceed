"""The answer to a command, and the state of a call with many commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.commands.decision import Loaded
from libs.commands.errors import HeadwayError
from libs.commands.execution.admission import Ask
from libs.events.event import Event, split
from libs.events.ports.store import Commit, StoredAnswer
from libs.rules.money.warnings import Warning


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command is answered. `created` is False where nothing new was stored: the same command again, or one that changes nothing.

    `replaced` says that a row of an import was said otherwise before: what is created takes the place of that. `warnings` are of the thing as it is after this,
    and none for one of many commands of a call.
    """

    id: str
    version: int
    events: tuple[str, ...]
    position: str
    created: bool
    replaced: bool = False
    warnings: tuple[Warning, ...] = ()

    def body(self) -> dict[str, Any]:
        """What is stored as the reply, and sent to the caller with the warnings of its moment (`told`)."""
        return {"id": self.id, "version": self.version, "events": list(self.events), "position": self.position}

    def told(self) -> dict[str, Any]:
        """The whole answer, as JSON: with what should be looked at about the thing, in the words of its rule."""
        warned = [{"rule": one.rule, "message": one.message, "about": one.about, "link": one.link} for one in self.warnings]
        return {**self.body(), "warnings": warned}


Result = Answer | HeadwayError


@dataclass
class CallState:
    """The state of one call: what is loaded, what is decided and waits to be stored, and the answers."""

    asks: Sequence[Ask]
    loaded: Loaded
    keys: dict[str, StoredAnswer] = field(default_factory=dict)
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


def replay_of(stored: StoredAnswer) -> Answer:
    """The answer that the same command was given before."""
    reply = stored.reply
    return Answer(reply["id"], reply["version"], tuple(reply["events"]), reply["position"], created=False)
