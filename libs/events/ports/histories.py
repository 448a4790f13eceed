"""Where the events lie that facts are read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from libs.events.event import Event


class Histories(Protocol):
    """Where events lie: the world of a listener, or what an owner loaded from its store."""

    def events(self, aggregate: str) -> Sequence[Event]:
        """Of one aggregate, in order of sequence."""

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        """The aggregates of a kind of which some event names this id in this field."""

    def all(self, kind: str) -> Iterable[str]:
        """Every aggregate of a kind."""
