"""Facts at an instant within a day, without what came later on that day, for announcements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from libs.events.event import Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.ports.histories import Histories


class AnnouncedMoment(NamedTuple):
    """An instant, and the event that is to be announced of it."""

    at: datetime
    data: Payload


class HistoriesUntil:
    """Histories up to an instant: events that were true later are left out, and so is what was retracted since."""

    def __init__(self, histories: Histories, until: datetime) -> None:
        self.histories, self.until = histories, until

    def events(self, aggregate: str) -> Sequence[Event]:
        every = self.histories.events(aggregate)
        found = [e for e in every if e.time <= self.until or isinstance(e.data, Retracted)]
        return every if len(found) == len(every) else found  # what is whole need not be folded anew

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        return self.histories.referring(kind, field, id)

    def all(self, kind: str) -> Iterable[str]:
        return self.histories.all(kind)


def seen_at(histories: Histories, instant: datetime) -> Facts:
    """The facts of the day of an instant, without what came later on that day, by all that is known now.

    So what a team achieves in the afternoon does not disprove what was announced in the morning, but what is learned of the morning does.
    """
    return Facts.on_day(HistoriesUntil(histories, instant), instant.date())
