"""Every view of every service, asked with every field of its state filled: what a state can hold, its readers can be shown."""

from __future__ import annotations

import enum
import typing
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
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
from libs.service.read_routes import ReadableKind
from libs.service.settings import Settings
from tests.system.conftest import running

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


VIEWS = [pytest.param(view, id=view.kind.name) for declared in SERVICES.values() for view in declared.views]


@pytest.mark.parametrize("view", VIEWS)
async def test_a_view_shows_whatever_its_state_can_hold(view: ReadableKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = view.kind
    state = filled(type(kind.initial(id="x")))
    monkeypatch.setattr(kind, "evolve", lambda *_: state)
    settings = Settings(data=tmp_path)
    found = adapters_of(settings)
    adapters = Adapters(found.log, cache(found.store), found.decisions)
    async with running(settings, lambda settings: create_stack(settings, [kind.service], adapters)) as stack:
        await adapters.store(kind.service).append([Commit(kind.key("x"), 1, (first_event(kind),), None, {})])
        for persona in ("auditor", "subscriber"):
            for path in (f"/{kind.service}/v1/{kind.plural}", f"/{kind.service}/v1/{kind.plural}/x"):
                answer = await stack.client.get(path, headers=stack.signed_in(persona))
                assert answer.status_code == 200, answer.text
                shown = answer.json()
                shown = shown[kind.plural][0] if kind.plural in shown else shown
                assert {one.name for one in fields(state)} <= shown.keys()
                assert all(shown[one.name] is not None for one in fields(state)) or persona == "subscriber", shown


@pytest.mark.parametrize("view", [view for declared in SERVICES.values() for view in declared.views if view.by], ids=lambda view: view.kind.name)
async def test_a_list_is_narrowed_by_whatever_its_things_name(view: ReadableKind, tmp_path: Path) -> None:
    kind, said = view.kind, first_event(view.kind)
    settings = Settings(data=tmp_path)
    found = adapters_of(settings)
    adapters = Adapters(found.log, cache(found.store), found.decisions)
    async with running(settings, lambda settings: create_stack(settings, [kind.service], adapters)) as stack:
        await adapters.store(kind.service).append([Commit(kind.key("x"), 1, (said,), None, {})])

        async def listed(**by: str) -> list[str]:
            answer = await stack.client.get(f"/{kind.service}/v1/{kind.plural}", params=by, headers=stack.signed_in("auditor"))
            assert answer.status_code == 200, answer.text
            return [one["id"] for one in answer.json()[kind.plural]]

        for field in view.by:
            assert await listed(**{field: "nobody"}) == []
            if names := [*named(getattr(said.data, field, None))]:
                assert await listed(**{field: names[0]}) == ["x"], field
