"""Histories of any kind: whatever its events can say, with few values so that they meet, in any order of time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

import libs.events.catalog  # noqa: F401  (the kinds are declared by importing them)
from libs.events.catalog.backlog.item_source import ItemLabel
from libs.events.catalog.portfolio.investment import PlannedYear
from libs.events.catalog.portfolio.lifecycle import LifecyclePhase
from libs.events.catalog.roadmap.initiative_events import Reinforcement
from libs.events.event import EVERYWHERE, KINDS, PAYLOADS, UPCASTS, Actor, Event, Overridden, Payload, Retracted
from libs.events.values import Among, Money, Ref

_TWO_AND_A_HALF: Final = st.just(Money(amount=Decimal("2.50"), currency="CAD"))
FIRST: Final = datetime(2024, 1, 1, tzinfo=UTC)
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
DECLARED: Final = {name: kind for name, kind in KINDS.items() if kind.state.__module__.startswith("libs.")}
"""The kinds of the catalogue. Other tests declare some of their own."""


def said_of(kind: str) -> list[type[Payload]]:
    """The events of a kind, each in its newest version."""
    of = f"headway.{KINDS[kind].service}.{kind}."
    return [cls for name, cls in PAYLOADS.items() if name.startswith(of) and cls not in UPCASTS and cls not in EVERYWHERE.values()]


@cache
def payloads(kind: str) -> st.SearchStrategy[Payload]:
    """Any event of a kind; one that lifts a rule, or takes an earlier event back, among them."""
    positions = [f"{kind}:x@{n}" for n in (1, 2, 3)]
    lifted = st.builds(Overridden, rule=st.just("S0-14"), reason=st.just("Flood"), command=st.just("a.b"), judges=st.sampled_from([None, *positions]))
    taken_back = st.builds(Retracted, event=st.sampled_from(positions), reason=st.just("Wrong"))
    hints = {cls: {name: hint for name, hint in get_type_hints(cls, include_extras=True).items() if name != "TYPE"} for cls in said_of(kind)}
    said = [st.builds(cls, **{name: _value(kind, name, hint) for name, hint in fields.items()}) for cls, fields in hints.items()]
    return st.one_of([*said, *said, lifted, taken_back])


@st.composite
def histories(draw: st.DrawFn, kind: str, id: str = "x") -> list[Event]:
    """Events of one aggregate, numbered as said and dated in any order."""
    said = draw(st.lists(st.tuples(st.integers(0, 5), payloads(kind)), min_size=1, max_size=10))
    return [Event(f"{kind}:{id}", n, FIRST + timedelta(days=day), NOW, NOW, Actor("a", "importer"), data) for n, (day, data) in enumerate(said, 1)]


def _value(kind: str, field: str, hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field: of a reference x and another, of positions those of the aggregate itself, else by its type."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        if whole := next((mark for mark in inner[1:] if isinstance(mark, Among)), None):
            return st.sampled_from([f"{whole.kinds[0]}:x", f"{whole.kinds[-1]}:y"])
        return st.sampled_from(["x", "y"]) if any(isinstance(mark, Ref) for mark in inner[1:]) else _value(kind, field, inner[0])
    if origin is tuple:
        return st.lists(_value(kind, field, inner[0]), max_size=2).map(tuple)
    if origin is UnionType or origin is Union:
        return st.one_of([st.none() if part is type(None) else _value(kind, field, part) for part in inner])
    if field in _POSITIONS:
        return st.sampled_from([f"{kind}:x@1", f"{kind}:x@2", f"{kind}:x@9"])
    return _OF_FIELD[field] if field in _OF_FIELD else _OF_TYPE[hint] if hint in _OF_TYPE else st.from_type(hint)


_POSITIONS: Final = frozenset({"event", "judges", "follows", "replaces", "decision"})
_OF_FIELD: Final = {"currency": st.sampled_from(["CAD", "EUR"]), "fiscal_year_start": st.sampled_from(["01-01", "04-01"])}
_OF_TYPE: Final[dict[Any, st.SearchStrategy[Any]]] = {
    str: st.sampled_from(["a", "b"]),
    int: st.integers(2, 4),
    Decimal: st.sampled_from([Decimal(0), Decimal("-1.5"), Decimal(7)]),
    date: st.dates(date(2024, 1, 1), date(2024, 3, 1)),
    datetime: st.sampled_from([FIRST, NOW]),
    Money: st.builds(Money, amount=st.sampled_from([Decimal(0), Decimal(1), Decimal("2.50")]), currency=st.sampled_from(["CAD", "EUR"])),
    PlannedYear: st.builds(PlannedYear, starts=st.just(date(2024, 4, 1)), enhance=_TWO_AND_A_HALF, support=_TWO_AND_A_HALF),
    LifecyclePhase: st.builds(LifecyclePhase, id=st.sampled_from(["a", "b"]), title=st.just("Title"), active=st.booleans()),
    Reinforcement: st.builds(Reinforcement, text=st.just("Training"), owner=st.sampled_from(["a", "b"])),
    ItemLabel: st.builds(ItemLabel, system=st.just("jira"), reference=st.sampled_from(["A-1", "A-2"]), url=st.sampled_from([None, "https://a.test/1"])),
}
