"""Events as rows: what was said of what, by whom, when it was true and when it was learned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from libs.events.choice import Choice, choices_of
from libs.events.cost import spend
from libs.events.event import KINDS, PAYLOADS
from libs.events.references import telling_of, thing_of
from libs.rules.text import clock_of
from services.gateway.pages.kit import words
from services.gateway.pages.kit.addresses import address_of
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Column, Path, Table, text

KIND: Final = "said"
AFTER: Final = "after"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})\Z")
SHORT: Final = 70
_OTHERWISE: Final[Mapping[str, str]] = {"item": "Backlog item", "change": "Change request"}
"""Kinds that people call by more than the name in ids."""
_WORK: Final = 4
"""To tell of an event takes as long as to find so much."""
_TELLING: Final = tuple(
    "criterion function person role amount phase status subject reading value verdict approved won horizon ends borrower event title name text reason".split()
)
"""Fields that say most of an event, the most telling first."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event: `id` its position, `what` in words, its `gist`, what it is about with its page (None: it has none), who said it, both times, its fields.

    `judges` is the position of what it judges (None: it judges nothing); it has `lapsed` where that is gone, or is another by now.
    """

    id: str
    what: str
    gist: str
    about: str
    href: str | None
    kind: str
    by: str
    at: str
    learned: str
    late: bool
    retracted: bool
    lapsed: bool
    judges: str | None
    fields: tuple[tuple[str, str], ...]
    exact: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Telling:
    """A page of a story: the events, the same as a table for CSV, where it goes on, and the kinds it can be narrowed to."""

    events: tuple[EventRow, ...]
    table: Table
    total: int
    first: str | None
    more: str | None
    kinds: tuple[tuple[str, str, bool], ...]


def telling(visit: Visit, story: Mapping[str, Any], kinds: Sequence[str], path: Path = ()) -> Telling:
    """The page of a story that an answer holds (at `path`); `kinds` are those of aggregates that it may be narrowed to."""
    events = tuple(told(visit, one) for one in story["nodes"])
    info, chosen = story["pageInfo"], visit.query.get(KIND, "")
    links = [("All", visit.here(said=None, after=None) + "#story", not chosen)]
    links += [(kind_words(kind), visit.here(said=kind, after=None) + "#story", chosen == kind) for kind in kinds]
    return Telling(
        events=events,
        table=events_table(events).of(path or (visit.page.name, "story"), story),
        total=story["totalCount"],
        first=visit.here(after=None) + "#story" if info["hasPreviousPage"] else None,
        more=visit.here(after=info["endCursor"]) + "#story" if info["hasNextPage"] else None,
        kinds=tuple(links),
    )


def told(visit: Visit, event: Mapping[str, Any]) -> EventRow:
    """An event of an answer (`SaidEvent` with its subject and data) in words."""
    spend(_WORK)
    subject = event.get("subject") or {"id": event["id"].partition("@")[0], "name": ""}
    data = _with_choices(event["type"], event.get("data") or {})
    return EventRow(
        id=event["id"],
        what=what_of(event["type"]),
        gist=_gist(data),
        about=subject["name"],
        href=page_of(visit, subject["id"]),
        kind=kind_words(subject["id"].partition(":")[0]),
        by=words.said_by(event),
        at=when(event["at"]),
        learned=when(event["recorded"]),
        late=event["recorded"][:10] > event["at"][:10],
        retracted=event["retracted"],
        lapsed=not (event.get("counts", True) or event["retracted"]),
        judges=event.get("judges"),
        fields=tuple(_fields({name: value for name, value in data.items() if name != "judges"})),
        exact=event,
    )


def events_table(events: Sequence[EventRow]) -> Table:
    """Events for CSV: instants and types as they are."""
    columns = (
        Column("When it was true", "at"),
        Column("When it was learned", "recorded"),
        Column("What", "type"),
        Column("About", "about"),
        Column("Said by", "asserted_by"),
        Column("Taken back", "retracted"),
        Column("Event", "event"),
        Column("What it says", "data"),
        Column("Person", "person"),
        Column("Counts", "counts"),
        Column("Judges", "judges"),
    )
    rows = tuple(
        (
            Cell(one.at, value=one.exact["at"]),
            Cell(one.learned, value=one.exact["recorded"]),
            Cell(one.what, value=one.exact["type"]),
            text(one.about),
            Cell(one.by, value=one.exact["assertedBy"]),
            Cell("yes" if one.retracted else "no"),
            text(one.id),
            text("; ".join(f"{name}: {value}" for name, value in one.fields), value="; ".join(f"{name}: {value}" for name, value in one.fields)),
            text((one.exact.get("by") or {}).get("name")),
            Cell("no" if one.retracted or one.lapsed else "yes"),
            text(one.judges),
        )
        for one in events
    )
    return Table("events", "Events", columns, rows, empty="Nothing was said.")


def what_of(type_: str) -> str:
    """`headway.portfolio.team.member_joined.v1` as `Member joined`; `headway.backlog.item.added.v1` as `Backlog item added`."""
    kind, said = type_.split(".")[-3:-1]
    said = said.replace("_", " ").replace("handoff", "hand-off")
    whole = said if kind in telling_of("team") or len(said.split()) > 1 else f"{kind_words(kind)} {said}"
    return whole[:1].upper() + whole[1:]


def kind_words(kind: str) -> str:
    """A kind of aggregate as people call it."""
    return _OTHERWISE.get(kind) or kind.replace("_", " ").capitalize()


def plural_words(kind: str) -> str:
    """Several of a kind of aggregate as people call them: `Opportunities`, `People`, `Change requests`."""
    return f"{_OTHERWISE[kind]}s" if kind in _OTHERWISE else KINDS[kind].plural.replace("_", " ").capitalize()


def when(instant: str) -> str:
    """A day where an instant is its beginning, else with the time; both at the place that it is about."""
    found = datetime.fromisoformat(instant)
    day = words.short_day(found)
    return day if (found.hour, found.minute, found.second) == (0, 0, 0) else f"{day}, {found:%H:%M}{words.NBSP}{clock_of(found)}"


def page_of(visit: Visit, global_id: str) -> str | None:
    """The page that tells most of a thing: the portfolio of an organisation, else its own; None where it has none."""
    kind, id = thing_of(global_id)
    path = address_of(global_id)
    return visit.href("/", organisation=id) if kind == "organisation" else visit.href(path) if path else None


def _with_choices(type_: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The same data with the members of choices, as the type of the event declares them, in place of what stands for them."""
    of = choices_of(PAYLOADS[type_]) if type_ in PAYLOADS else {}
    return {name: next((one for one in of.get(name, ()) if one == value), value) for name, value in data.items()}


def _gist(data: Mapping[str, Any]) -> str:
    """The one or two fields that say most, briefly."""
    found = [value.spoken if isinstance(value, Choice) else _shown(value).replace("_", " ") for name in _TELLING if (value := data.get(name)) is not None]
    return ", ".join([one for one in found if len(one) <= SHORT][:2])


def _fields(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        shown = _shown(value)
        if shown:
            yield name.replace("_", " ").capitalize(), shown


def _shown(value: Any) -> str:
    match value:
        case None:
            return "withheld"
        case Choice():
            return value.words
        case {"amount": amount, "currency": currency}:
            return words.amount({"amount": amount, "currency": currency})
        case {**inner}:
            return "; ".join(f"{str(name).replace('_', ' ')}: {_shown(one)}" for name, one in inner.items())
        case [*many]:
            return ", ".join(_shown(one) for one in many)
        case bool():
            return "yes" if value else "no"
        case str() if _DAY.match(value):
            return words.day(value)
        case str() if _INSTANT.match(value):
            return when(value)
    return str(value)
