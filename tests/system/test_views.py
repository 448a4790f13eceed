"""Every view of every service, asked with every field of its state filled: what a state can hold, its readers can be shown."""

from __future__ import annotations

import enum
import typing
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union

import pytest
from pydantic import BaseModel

from headway.contracts.samples import sample
from headway.stack import SERVICES, create_stack
from libs.events.event import PAYLOADS, Actor, Event, Kind
from libs.events.ports.store import Commit
from libs.events.values import Money, named
from libs.service.adapters import Adapters, adapters_of
from libs.service.settings import Settings
from tests.system.conftest import Running, running

INSTANT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLAIN: dict[Any, Any] = {str: "x", int: 1, bool: True, Decimal: Decimal("1.50"), date: INSTANT.date(), datetime: INSTANT, Any: "x", object: "x"}


def filled(hint: Any) -> Any:
    """A value of a type with nothing left out: every field is given, every collection holds something."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return filled(inner[0])
    if origin in (Union, UnionType):
        return filled(next(part for part in inner if part is not type(None)))
    if origin is tuple:
        return tuple(filled(part) for part in inner if part is not Ellipsis)
    if origin in (list, set, frozenset):
        return origin([filled(inner[0])])
    if origin is not None and issubclass(origin, typing.Mapping):
        return {filled(inner[0]): filled(inner[1])}
    if origin is Event:
        return sample(next(name for name, payload in PAYLOADS.items() if payload is inner[0]))
    if hint is Event:
        return sample("headway.portfolio.investment.proposed.v1")
    if hint is Money:
        return Money(amount=Decimal("12.50"), currency="CAD")
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint.model_construct(**{name: filled(one.annotation) for name, one in hint.model_fields.items()})
    if isinstance(hint, type) and (is_dataclass(hint) or hasattr(hint, "_fields")):
        hints = typing.get_type_hints(hint, include_extras=True)
        names = [one.name for one in fields(hint)] if is_dataclass(hint) else list(hints)
        return hint(**{name: filled(hints[name]) for name in names})
    return PLAIN[hint]


def first_event(kind: Kind[Any]) -> Event:
    """An event with which an aggregate of a kind is there."""
    called = kind.name.replace(f"{kind.service}_duty", "duty")
    of = (name for name in PAYLOADS if name.startswith(f"headway.{kind.service}.{called}."))
    type_name = next(name for name in of if not name.endswith((".retracted.v1", ".overridden.v1")))
    return Event(kind.key("x"), 1, INSTANT, INSTANT, INSTANT, Actor("ann", "importer"), sample(type_name).data)


@asynccontextmanager
async def holding(service: str, data: Path, events: Iterable[Event]) -> AsyncIterator[Running]:
    """A stack of one service whose store holds these first events."""
    settings = Settings(data=data)
    found = adapters_of(settings)
    adapters = Adapters(found.log, cache(found.store), found.decisions)
    async with running(settings, lambda settings: create_stack(settings, [service], adapters)) as stack:
        await adapters.store(service).append([Commit(event.aggregate, 1, (event,), None, {}) for event in events])
        yield stack


@pytest.mark.parametrize("service", SERVICES)
async def test_a_view_shows_whatever_its_state_can_hold(service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [view.kind for view in SERVICES[service].views]
    states = {kind: filled(type(kind.initial(id="x"))) for kind in kinds}
    for kind in kinds:
        monkeypatch.setattr(kind, "evolve", lambda *_, state=states[kind]: state)
    async with holding(service, tmp_path, map(first_event, kinds)) as stack:
        for kind, persona in product(kinds, ("auditor", "subscriber")):
            for path in (f"/{service}/v1/{kind.plural}", f"/{service}/v1/{kind.plural}/x"):
                answer = await stack.client.get(path, headers=stack.signed_in(persona))
                assert answer.status_code == 200, (path, answer.text)
                shown = answer.json()
                shown = shown[kind.plural][0] if kind.plural in shown else shown
                names = {one.name for one in fields(states[kind])}
                assert names <= shown.keys(), path
                assert all(shown[name] is not None for name in names) or persona == "subscriber", (path, shown)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_list_is_narrowed_by_whatever_its_things_name(service: str, tmp_path: Path) -> None:
    views = {view.kind: view.by for view in SERVICES[service].views if view.by}
    said = {kind: first_event(kind) for kind in views}
    async with holding(service, tmp_path, said.values()) as stack:

        async def listed(kind: Kind[Any], **by: str) -> list[str]:
            answer = await stack.client.get(f"/{service}/v1/{kind.plural}", params=by, headers=stack.signed_in("auditor"))
            assert answer.status_code == 200, (kind.name, by, answer.text)
            return [one["id"] for one in answer.json()[kind.plural]]

        for kind, field in ((kind, field) for kind, by in views.items() for field in by):
            assert await listed(kind, **{field: "nobody"}) == [], (kind.name, field)
            if names := [*named(getattr(said[kind].data, field, None))]:
                assert await listed(kind, **{field: names[0]}) == ["x"], (kind.name, field)
