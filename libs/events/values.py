"""The values that commands and events share: ids and references, money, days and instants."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from libs.calendar.local_time import HOME, midnight
from libs.events.currencies import CURRENCIES, decimals, exact

PLAIN_ID = r"[a-z0-9][a-z0-9._-]{0,63}"
ID_PATTERN = rf"^{PLAIN_ID}$"
PATTERNS: dict[str, str] = {}
"""Each pattern that a text must fit -> the same in words, for whoever is told that it does not."""


def worded(pattern: str, words: str) -> StringConstraints:
    """A constraint to texts of a pattern, said in words: what follows `must be`."""
    PATTERNS[pattern] = f"must be {words}"
    return StringConstraints(pattern=pattern)


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a field as the id of another aggregate of this kind: `Annotated[Id, Ref("product")]`."""

    kind: str


@dataclass(frozen=True, slots=True)
class Inverse:
    """Marks a reference with what it is when it is seen from the other side: the list of all that name a thing, described there."""

    description: str


@dataclass(frozen=True, slots=True)
class Existing:
    """Marks a reference to what must be there by the time of the command that names it.

    `same` is the field, such as the product, in which both must agree; `later` that what nobody has said yet may be said later.
    """

    same: str = ""
    later: bool = False


class PersonMark:
    """Marks a field as the id of a person."""


class Called:
    """Marks the field by which people call a thing: while nobody has said, its id stands there."""


class Ratio:
    """Marks a decimal as a share, 0 to 1, that JSON says as a number."""


class GlobalIdMark:
    """Marks a text as a global id, `kind:id`."""


GlobalId = Annotated[str, GlobalIdMark]


@dataclass(frozen=True, slots=True)
class Among:
    """Marks a text as the global id of a thing of one of these kinds, `team:biohub`."""

    kinds: tuple[str, ...]

    @property
    def written(self) -> StringConstraints:
        """How such an id is written, for whoever gives one."""
        return worded(rf"^({'|'.join(self.kinds)}):{ID_PATTERN[1:]}", self._words)

    @property
    def written_or_plain(self) -> StringConstraints:
        """The same where a plain id may stand for it, since it is seen of which kind it is."""
        return worded(rf"^(({'|'.join(self.kinds)}):)?{ID_PATTERN[1:]}", f"{self._words}, or its plain id")

    @property
    def _words(self) -> str:
        return f"the global id of a thing of these kinds: {', '.join(self.kinds)}; such as {self.kinds[0]}:biohub"


Share = Annotated[Decimal, Ratio]
"""A share: 0 to 1, four places."""


class Input:
    """Marks a field of an event with what a command takes for it: a narrower type (of each value, where there are several), and further bounds.

    `Annotated[str, Input(Title), Doc("As people call it.")]`. The event itself stays as wide as its type: what an earlier version let in must be readable.
    `called` is the name of the command's field where no field of a class can bear it, since it is a word of Python's: `for`, `as`, `from`.
    """

    def __init__(self, type: Any = None, *, called: str = "", **bounds: Any) -> None:
        self.type, self.called, self.bounds = type, called, bounds


class Decided:
    """Marks a field of an event that no command takes: the decision says it."""


POSITION_PATTERN = rf"^[a-z_]+:{PLAIN_ID}@[1-9][0-9]{{0,8}}$"
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
ChangeClassId = Annotated[Id, Ref("change_class")]
MetricId = Annotated[Id, Ref("metric")]
NeedId = Annotated[Id, Ref("need")]
ItemId = Annotated[Id, Ref("item")]
ExperimentId = Annotated[Id, Ref("experiment")]
ChannelId = Annotated[Id, Ref("channel")]
ThemeId = Annotated[Id, Ref("theme")]
FindingId = Annotated[Id, Ref("finding")]
RecommendationId = Annotated[Id, Ref("recommendation")]
VisionId = Annotated[Id, Ref("vision")]
TargetConditionId = Annotated[Id, Ref("target_condition")]
ImprovementId = Annotated[Id, Ref("improvement")]
MonitoringId = Annotated[Id, Ref("monitoring")]
InitiativeId = Annotated[Id, Ref("initiative")]
ConfidenceId = Annotated[Id, Ref("confidence")]
CandidateId = Annotated[Id, Ref("candidate")]
OpportunityId = Annotated[Id, Ref("opportunity")]
SubmissionId = Annotated[Id, Ref("submission")]
EvaluationId = Annotated[Id, Ref("evaluation")]
RecordId = Annotated[Id, Ref("record")]
OverrideApprovalId = Annotated[Id, Ref("override_approval")]
AgreementId = Annotated[Id, Ref("agreement")]
PrecedentId = Annotated[Id, Ref("precedent")]
AccountableId = Annotated[Id, Ref("accountable")]
PersonId = Annotated[Id, PersonMark]
"""A person's id: names and addresses never stand in an event."""

_SUBJECTS = Among(("team", "product", "program", "organisation", "initiative"))
_GROUNDS = Among(("metric", "theme", "experiment"))
GroundId = Annotated[str, _GROUNDS, _GROUNDS.written_or_plain]
"""The global id of what a finding may rest on; where it is given, a plain id may stand for it."""
SubjectId = Annotated[str, _SUBJECTS, _SUBJECTS.written]
"""The global id of what something may be said of that is meant for long: it lies in the scopes of that."""


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


def tells(text: str) -> bool:
    """Whether a text says something: whether it has a letter or a digit of any script. Blanks, dots and other signs alone are no reason and no evidence."""
    return any(map(str.isalnum, text))


def _telling(text: str) -> str:
    """Refuses what says nothing, and would count as a reason, as evidence, or as what was learned."""
    if not tells(text):
        raise ValueError("must say something: signs alone do not" if text.strip() else "must not be empty")
    return text


Lines = Annotated[str, StringConstraints(min_length=1, max_length=10_000), _without(UNSEEN_IN_TEXTS)]
"""Lines of text, of which blanks or signs alone mean that there is nothing to say."""
Text = Annotated[Lines, AfterValidator(_telling)]
"""What is said of something, in lines."""
Url = Annotated[
    str, worded(r"^https?://[^\s\x00-\x1f]+$", "an address that begins with http:// or https://, without spaces"), StringConstraints(max_length=2000)
]
"""Where something can be read."""


ONE_OR_SEVERAL: Final = BeforeValidator(lambda given: [given] if isinstance(given, str) else given)
"""Takes one text where several may be given."""


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


class Balance(Money):
    """An amount that is below zero where it came back."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Money")

    amount: Annotated[Decimal, Field(max_digits=18, allow_inf_nan=False, description=_DECIMALS)]


EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
"""No public body's team worked before; and what counts back from a day must find days to count."""


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs its offset, as in 2024-05-01T09:00:00Z")
    try:
        found = value if value.tzinfo is HOME else value.astimezone(UTC)
    except OverflowError as e:
        raise ValueError("lies outside of the calendar") from e
    if found < EARLIEST:
        raise ValueError("lies before 1800")
    return found


def _day_or_instant(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return midnight(value)
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return midnight(date.fromisoformat(value))
        except ValueError:
            return value
    # What would be read as seconds since 1970, or as a day of a week, is nobody's way to write an instant.
    if not isinstance(value, str) or not _INSTANT.match(value):
        raise ValueError("must be a day (2024-05-01) or an instant with its offset (2024-05-01T09:00:00Z)")
    return value


DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A day as it is written here: Python also reads weeks, and a library behind it seconds since 1970."""
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt _]")
Instant = Annotated[datetime, BeforeValidator(_day_or_instant), AfterValidator(_utc)]
"""An instant, in UTC; or a day, meaning its start at whatever place it turns out to be about (`libs.calendar.local_time.HOME`)."""


def _written_day(value: object) -> object:
    # A number, in digits or not, would be read as seconds since 1970.
    if not isinstance(value, date) and not (isinstance(value, str) and (DAY.fullmatch(value) or _INSTANT.match(value))):
        raise PydanticCustomError("date_parsing", "must be a day such as 2024-05-01")
    return value


def _no_answer(value: object) -> object:
    # True is 1 in Python; whoever says it answers a question that nobody asked.
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "must be a number, not true or false")
    return value


NO_ANSWER: Final = BeforeValidator(_no_answer)
"""Marks every whole number that a command takes, behind its bounds."""


def _true_or_false(value: object) -> object:
    # A lax reader takes "off", "t" and 1 for an answer, and whoever mistook the field is not told.
    if not isinstance(value, bool):
        raise PydanticCustomError("bool_type", "must be true or false")
    return value


Truth = Annotated[bool, BeforeValidator(_true_or_false)]
"""Yes or no, as JSON says it: the type of every such field of a command."""


LATEST: Final = date(2999, 12, 31)
"""No day that anybody means lies after it; and what counts on from a day must find days to count."""


def _within_calendar(day: date) -> date:
    if not EARLIEST.date() <= day <= LATEST:
        raise ValueError(f"must lie between {EARLIEST.date()} and {LATEST}")
    return day


Day = Annotated[date, BeforeValidator(_written_day), AfterValidator(_within_calendar)]
"""A day as it is written here, 2024-05-01: the type of every day that a command takes. An instant is one only where it is the day's first (midnight)."""


def shared(cls: type, given: object, *, without: Collection[str] = ()) -> dict[str, Any]:
    """The values of a dataclass's fields in whatever has fields of the same names; of several ids, texts or numbers none stands there twice."""
    fields = _FIELDS.get(cls)
    if fields is None:
        given_as = asked_as(cls)
        fields = _FIELDS[cls] = {field.name: given_as.get(field.name, field.name) for field in dataclasses.fields(cls)}
    found = {name: getattr(given, of) for name, of in fields.items() if name not in without and hasattr(given, of)}
    return {name: tuple(dict.fromkeys(value)) if isinstance(value, tuple) and _plain(value) else value for name, value in found.items()}


def _plain(values: tuple[object, ...]) -> bool:
    return len(values) > 1 and all(isinstance(value, str | int) for value in values)


_FIELDS: dict[type, dict[str, str]] = {}
"""Of each dataclass its fields, each with what a command calls it."""


def asked_as(cls: type) -> dict[str, str]:
    """The fields of an event that a command calls otherwise, and how."""
    return {name: mark.called for name, mark in _marked(cls) if isinstance(mark, Input) and mark.called}


def references(cls: type) -> tuple[tuple[str, str], ...]:
    """The (field, kind) pairs of a class whose values are ids of other aggregates."""
    found = _REFERENCES.get(cls)
    if found is None:
        found = _REFERENCES[cls] = tuple((name, mark.kind) for name, mark in _marked(cls) if isinstance(mark, Ref))
    return found


_REFERENCES: dict[type, tuple[tuple[str, str], ...]] = {}


def among(cls: type) -> Mapping[str, tuple[str, ...]]:
    """The fields of a class whose values are global ids of other aggregates, and the kinds that these may be of."""
    found = _AMONG.get(cls)
    if found is None:
        found = _AMONG[cls] = {name: mark.kinds for name, mark in _marked(cls) if isinstance(mark, Among)}
    return found


def existing(cls: type) -> Mapping[str, Existing]:
    """The fields of a class that name what must be there."""
    found = _EXISTING.get(cls)
    if found is None:
        found = _EXISTING[cls] = {name: mark for name, mark in _marked(cls) if isinstance(mark, Existing)}
    return found


def naming(cls: type) -> tuple[str, ...]:
    """The fields of a class whose values are ids of other aggregates, plain or global."""
    found = _NAMING.get(cls)
    if found is None:
        found = _NAMING[cls] = tuple(dict.fromkeys((*(field for field, _ in references(cls)), *among(cls))))
    return found


_AMONG: dict[type, Mapping[str, tuple[str, ...]]] = {}
_EXISTING: dict[type, Mapping[str, Existing]] = {}
_NAMING: dict[type, tuple[str, ...]] = {}


def hints_of(cls: type) -> Mapping[str, Any]:
    """The annotations of a class's fields with all that they are marked with, read once: to look for a mark in them takes less than to read them."""
    found = _HINTS.get(cls)
    if found is None:
        found = _HINTS[cls] = typing.get_type_hints(cls, include_extras=True)
    return found


_HINTS: dict[type, Mapping[str, Any]] = {}


def _marked(cls: type) -> Iterator[tuple[str, Any]]:
    """What the fields of a class are marked with, each mark with the name of its field."""
    return ((name, mark) for name, hint in hints_of(cls).items() for mark in marks_of(hint))


def marks_of(hint: Any) -> Iterator[Any]:
    """Whatever an annotation, or one within it, is marked with."""
    yield from getattr(hint, "__metadata__", ())
    for inner in typing.get_args(hint):
        yield from marks_of(inner)


def named(value: object) -> Iterator[str]:
    """The ids in a reference field: one, several or none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (v for v in value if isinstance(v, str))
