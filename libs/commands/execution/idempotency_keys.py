"""Idempotency keys: pairs of a subject and the key that it chose, and what was stored under single keys before (decision 0020)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from libs.commands.execution.admission import Ask
from libs.events.event import Event
from libs.events.ports.store import StoredAnswer


def key_of(ask: Ask) -> str | None:
    """The pair as the text under which it is stored: no other pair has it, and no colon stands in it. None for a command without a key."""
    return None if ask.key is None else f"{_escaped(ask.principal.id)}/{_escaped(ask.key)}"


def keys_of(asks: Iterable[Ask]) -> dict[str, Ask]:
    """The commands that have a key, by it."""
    return {key: ask for ask in asks if (key := key_of(ask)) is not None}


def joined(ask: Ask) -> str:
    """As the pair was stored earlier: several pairs may have the same text, but none that of a pair as it is stored now."""
    return f"{ask.principal.id}:{ask.key}"


def earlier(keys: Mapping[str, Ask], stored: Mapping[str, StoredAnswer]) -> dict[str, StoredAnswer]:
    """What is stored under joined texts alone, by the key; whose it is the events say (`is_of`)."""
    return {key: stored[joined(ask)] for key, ask in keys.items() if key not in stored and joined(ask) in stored}


def is_of(ask: Ask, answered: StoredAnswer, history: Sequence[Event]) -> bool:
    """Whether what is stored under a joined text is this sender's: said in its own name, or in the one that it gives as an importer."""
    said = set(answered.reply["events"])
    return any(event.actor.id in (ask.principal.id, ask.command.by) for event in history if event.id in said)


def _escaped(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")
