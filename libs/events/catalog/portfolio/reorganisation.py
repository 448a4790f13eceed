"""What changes about a thing that stays the same: its name, and the organisation that it is at home in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Payload
from libs.events.values import Decided, Input, OrganisationId, Text, Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Payload):
    """From this day on it bears another name; of every day before it keeps the name that it had."""

    name: Annotated[str, Input(Title), Doc("As people call it from now on.")]
    reason: Annotated[str | None, Input(Text), Doc("Why it is called otherwise.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Payload):
    """From this day on it is at home in another organisation; what was spent on earlier days stays with the one that it left (S4-15)."""

    to: Annotated[OrganisationId, Doc("The organisation that it is at home in from now on.")]
    reason: Annotated[str, Input(Text), Doc("Why it moves there.")]
    left: Annotated[OrganisationId | None, Decided, Doc("The organisation that it left; null where none was known.")] = None

    def known_as(self) -> Iterable[tuple[str, str]]:
        """It is found by its home, wherever it was said to be at home."""
        yield "home", self.to
