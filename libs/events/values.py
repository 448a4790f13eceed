"""The values that commands and events share: ids and references, money, days and instants."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from libs.events.currencies import CURRENCIES, decimals, exact

PATTERNS: dict[str, str] = {}
"""Each pattern that a text must fit -> the same in words, for whoever is told that it does not."""


def worded(pattern: str, words: str) -> StringConstraints:
    """A constraint to texts of a pattern, said in words: what follows `must be`."""
    PATTERNS[pattern] = f"must be {words}"
    return StringConstraints(pattern=pattern)


ID_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a field as the id of another aggregate of this kind: `Annotated[Id, Ref("product")]`."""

    kind: str


@dataclass(frozen=True, slots=True)
class Inverse:
    """Marks a reference with what it is when it is seen from the other side: the list of all that name a thing, described there."""

    description: str


class PersonMark:
    """Marks a field as the id of a person."""


class Called:
    """Marks the field by which people call a thing: while nobody has said, its id stands there."""


class Ratio:
    """Marks a decimal as a share, 0 to 1, that JSON says as a number."""


class GlobalIdMark:
    """Marks a text as a global id, `kind:id`."""


GlobalId = Annotated[str, GlobalIdMark]

Share = Annotated[Decimal, Ratio]
"""A share: 0 to 1, four places."""


class Input:
    """Marks a field of an event with what a command takes for it: a narrower type (of each value, where there are several), and further bounds.

    `Annotated[str, Input(Title), Doc("As people call it.")]`. The event itself stays as wide as its type: what an earlier version let in must be readable.
    """

    def __init__(self, type: Any = None, **bounds: Any) -> None:
        self.type, self.bounds = type, bounds


class Decided:
    """Marks a field of an event that no command takes: the decision says it."""


POSITION_PATTERN = r"^[a-z_]+:[a-z0-9][a-z0-9._-]{0,63}@[1-9][0-9]{0,8}$"
POSITION_WORDS = "the position of an event, kind:id@sequence, such as team:biohub@3"

Id = Annotated[
    str,
    worded(ID_PATTERN, "an id: small letters, digits, dots, hyphens and underscores, 64 at most, beginning with a letter or a digit, such as permits-2026"),
]
"""What a caller may name a thing: lower case, digits, `.`, `_`, `-`, at most 64 characters."""

OrganisationId = Annotated[Id, Ref("organisation")]
ProgramId = Annotated[Id, Ref("program")]
ProductId = Annotated[Id, Ref("product")]
LifecycleId = Annotated[Id, Ref("lifecycle")]
TeamId = Annotated[Id, Ref("team")]
InvestmentId = Annotated[Id, Ref("investment")]
BidId = Annotated[Id, Ref("bid")]
LoanId = Annotated[Id, Ref("loan")]
RoadmapItemId = Annotated[Id, Ref("roadmap_item")]
ReleaseId = Annotated[Id, Ref("release")]
ChangeId = Annotated[Id, Ref("change")]
MetricId = Annotated[Id, Ref("metric")]
NeedId = Annotated[Id, Ref("need")]
ItemId = Annotated[Id, Ref("item")]
PersonId = Annotated[Id, PersonMark]
"""A person's id: names and addresses never stand in an event."""


DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Characters, as a class of a regular expression, that do nothing but turn the direction of the text around them."""
UNSEEN_IN_NAMES = re.compile(rf"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff{DIRECTION}]")
"""What has no place in a name: control characters, ends of lines, the mark of byte order, and what turns the direction of text."""
UNSEEN_IN_TEXTS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
"""What has no place in a text of several lines."""


def one_line(text: str) -> str:
    """A text of somebody else's making as one line in which all can be seen: blanks for ends of lines, nothing else that has no place in a name."""
    return UNSEEN_IN_NAMES.sub(lambda found: " " if found[0].isspace() else "", text)


def _without(unseen: re.Pattern[str]) -> AfterValidator:
    """Refuses characters that nobody can see."""

    def checked(text: str) -> str:
        if found := unseen.search(text):
            raise ValueError(f"holds U+{ord(found[0]):04X}, a character that nobody can see: leave it out")
        return text

    return AfterValidator(checked)


VISIBLE = _without(UNSEEN_IN_NAMES)
"""What every text of one line must be."""
Title = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), VISIBLE]
"""What something is called, in one line."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000), _without(UNSEEN_IN_TEXTS)]
"""What is said of something, in lines."""


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError("not a currency of ISO 4217: three capitals such as CAD, EUR or USD")
    return code


Currency = Annotated[str, AfterValidator(_known_currency)]


_DECIMALS = "With no more decimals than its currency has (two for most, none for JPY, three for KWD), as text or number."


class Money(BaseModel):
    """An amount of one currency, in its own minor units.

    What is stored may have other decimals than its currency: an older version let two of them in for all. What is said now may not (`beyond_units`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Annotated[Decimal, Field(ge=0, max_digits=18, allow_inf_nan=False, description=_DECIMALS)]
    currency: Annotated[Currency, Field(description="ISO 4217, three capitals.")]

    def __str__(self) -> str:
        return f"{exact(self.amount, self.currency)} {self.currency}"

    @property
    def beyond_units(self) -> str | None:
        """What is wrong with an amount that nobody can pay in its currency, since it is finer than the currency's least unit; None where nothing is."""
        places = decimals(self.currency)
        if self.amount == round(self.amount, places):
            return None
        has = "has no decimals" if not places else f"has {places} decimals"
        return f"{self.currency} {has}: {self.amount} is no amount of it"


EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
"""No public body's team worked before; and what counts back from a day must find days to count."""


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs its offset, as in 2024-05-01T09:00:00Z")
    try:
        found = value.astimezone(UTC)
    except OverflowError as e:
        raise ValueError("lies outside of the calendar") from e
    if found < EARLIEST:
        raise ValueError("lies before 1800")
    return found


def _day_or_instant(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return start_of(value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return start_of(date.fromisoformat(value))
        except ValueError:
            return value
    # What would be read as seconds since 1970, or as a day of a week, is nobody's way to write an instant.
    if not isinstance(value, str) or not _INSTANT.match(value):
        raise ValueError("must be a day (2024-05-01) or an instant with its offset (2024-05-01T09:00:00Z)")
    return value


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt _]")
Instant = Annotated[datetime, BeforeValidator(_day_or_instant), AfterValidator(_utc)]
"""A day, meaning its start in UTC, or an instant."""


def _written_day(value: object) -> object:
    # A number, in digits or not, would be read as seconds since 1970.
    if not isinstance(value, date) and not (isinstance(value, str) and (_DAY.fullmatch(value) or _INSTANT.match(value))):
        raise PydanticCustomError("date_parsing", "must be a day such as 2024-05-01")
    return value


Day = Annotated[date, BeforeValidator(_written_day)]
"""A day as it is written here, 2024-05-01: the type of every day that a command takes. An instant is one only where it is the day's first (midnight)."""


def start_of(day: date) -> datetime:
    """The first instant of a day (UTC)."""
    return datetime.combine(day, time.min, UTC)


def end_of(day: date) -> datetime:
    """The first instant that no longer belongs to the day: what happened on it came before."""
    return start_of(day) + timedelta(days=1) if day < date.max else datetime.max.replace(tzinfo=UTC)


def shared(cls: type, given: object, *, without: Collection[str] = ()) -> dict[str, Any]:
    """The values of a dataclass's fields in whatever has fields of the same names; of several ids of aggregates none stands there twice."""
    fields = _FIELDS.get(cls)
    if fields is None:
        ids = {name for name, _ in references(cls)}
        fields = _FIELDS[cls] = {field.name: field.name in ids for field in dataclasses.fields(cls)}
    found = {name: getattr(given, name) for name in fields if name not in without and hasattr(given, name)}
    return {name: tuple(dict.fromkeys(value)) if fields[name] and isinstance(value, tuple) else value for name, value in found.items()}


_FIELDS: dict[type, dict[str, bool]] = {}
"""Of each dataclass its fields, and whether they hold ids of aggregates."""


def references(cls: type) -> tuple[tuple[str, str], ...]:
    """The (field, kind) pairs of a class whose values are ids of other aggregates."""
    found = _REFERENCES.get(cls)
    if found is None:
        hints = typing.get_type_hints(cls, include_extras=True)
        found = _REFERENCES[cls] = tuple((name, kind) for name, hint in hints.items() for kind in _kinds_in(hint))
    return found


_REFERENCES: dict[type, tuple[tuple[str, str], ...]] = {}


def _kinds_in(hint: Any) -> Iterator[str]:
    origin = typing.get_origin(hint)
    if origin is Annotated:
        yield from (m.kind for m in hint.__metadata__ if isinstance(m, Ref))
        yield from _kinds_in(hint.__origin__)
    elif origin in (typing.Union, types.UnionType, tuple, list):
        for argument in typing.get_args(hint):
            yield from _kinds_in(argument)


def named(value: object) -> Iterator[str]:
    """The ids in a reference field: one, several or none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (v for v in value if isinstance(v, str))
