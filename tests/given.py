"""given/on/knowing/shows: the word for what is read, as `libs.commands.testing.Scenario` is the one for what is decided."""

from __future__ import annotations

import asyncio
import atexit
import re
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar
from urllib.parse import urlencode

import httpx
from graphql import get_named_type, is_leaf_type

import libs.events.catalog  # noqa: F401  (the kinds are declared by importing them)
from libs.calendar.local_time import start_of
from libs.events.event import KINDS, Payload, split
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.explanations import FIGURES
from libs.rules.roles import Principal, Role
from libs.service.host.process import Process
from libs.service.settings import Settings
from services.gateway import gateway
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.schema import schema
from services.gateway.graphql.types.kinds.types import BY_KIND
from services.gateway.pages.kit.words import NBSP
from tests.services.gateway.pages.answers import page, plain
from tests.services.gateway.small_world import TODAY, Gateway, Telling

Q = ParamSpec("Q")
T = TypeVar("T")

_STEP = re.compile(r"[^.({]+(?:\([^)]*\))?(?:\s*\{.*\})?", re.DOTALL)
"""One field of a path, with its arguments, and what is wanted of it where that is several fields."""


class _Statement(NamedTuple):
    """What is said of an aggregate: true from the start of a day on, known since then or since the start of another."""

    aggregate: str
    data: Payload
    at: str
    by: str
    known: str | None


def say(aggregate: str, *data: Payload, at: str = "2024-01-01", by: str = "importer", known: str | None = None) -> list[_Statement]:
    """Statements about one aggregate, of one day."""
    return [_Statement(aggregate, one, at, by, known) for one in data]


def given(*told: World | Iterable[_Statement]) -> Read:
    """What was said, in this order; a world that has heard of something before comes first.

    >>> given(say("team:roadworks", TeamFormed(...)), say("graduation:roadworks", SustainEntered(), at="2024-03-01"))
    ...     .on("2024-06-01").knowing("2024-07-01").shows("team:roadworks", "graduation.status", "SUSTAIN")
    """
    world = next((one for one in told if isinstance(one, World)), None) or World()
    for aggregate, data, at, by, known in (one for some in told if not isinstance(some, World) for one in some):
        kind, id = split(aggregate)
        Telling(world).tell(KINDS[kind], id, data, at, by=by, known=known)
    return Read(world)


@dataclass(frozen=True)
class Read:
    """What a reader finds at a moment: now by all that is known, unless `on` or `knowing` say otherwise."""

    world: World
    today: datetime = TODAY
    day: date | None = None
    known_at: datetime | None = None
    reader: str = "executive"

    def on(self, day: str) -> Read:
        """As of the end of a day."""
        return replace(self, day=date.fromisoformat(day))

    def knowing(self, instant: str) -> Read:
        """As known at an instant, or at the start of a day."""
        return replace(self, known_at=datetime.fromisoformat(instant) if "T" in instant else start_of(date.fromisoformat(instant)))

    def to(self, reader: str) -> Read:
        """As somebody with this role reads it."""
        return replace(self, reader=reader)

    @property
    def facts(self) -> Facts:
        """The moment, for rules."""
        return self.world.facts(self.day or self.today.date(), self.known_at)

    def derives(self, rule: Callable[Concatenate[Facts, Q], T], *args: Q.args, **named: Q.kwargs) -> T:
        """What a rule makes of it."""
        return self.facts.derive(rule, *args, **named)

    def shows(self, subject: str, path: str, expected: Any) -> Read:
        """A field of a thing (`team:parks`), or of the portfolio (`portfolio`, `portfolio:env`), by its path in GraphQL; of lists a list, of nothing None.

        Several fields are `{ … }`, also at the end of a path. Where the field is a figure that is explained, its rule gives the same.
        """
        shown, (kind, _, id) = self.shown(subject, path), subject.partition(":")
        assert shown == expected, f"{subject} shows {path} as {shown!r}"
        figure = FIGURES.get(kind, {}).get(path)
        if figure is not None and not isinstance(expected, list | dict):
            made = figure.value(self.facts, id or None)
            assert _plain(made) in (expected, NotImplemented), f"the rule of {path} makes {made!r} of {subject}"
        return self

    def shown(self, subject: str, path: str) -> Any:
        """What such a field is, where a test has more to say of it."""
        kind, _, id = subject.partition(":")
        name = "Portfolio" if kind == "portfolio" else BY_KIND[kind].__strawberry_definition__.name  # type: ignore[attr-defined]
        steps = [] if path.startswith("{") else _STEP.findall(path)
        names = [re.split(r"[\s({]", step)[0] for step in steps]
        fields = " { ".join([*steps, *_within(name, names, path)]) + " }" * (len(steps) - 1) if steps else path[1:-1]
        if kind == "portfolio":
            asked = f"query($d: Date, $k: DateTime, $id: ID) {{ it: portfolio(asOf: $d, knownAt: $k, organisation: $id) {{ {fields} }} }}"
            found = self.answers(asked, id=id or None)["it"]
        else:
            asked = f"query($d: Date, $k: DateTime, $id: ID!) {{ it: nodes(ids: [$id], asOf: $d, knownAt: $k) {{ ... on {name} {{ {fields} }} }} }}"
            (found,) = self.answers(asked, id=subject)["it"]
        return _at(found, names)

    def answers(self, query: str, **variables: Any) -> Mapping[str, Any]:
        """The data of an answer without errors; `$d` and `$k` are the moment's day and knowledge. Not of the search, which gives way to others meanwhile."""
        moment = {"d": self.day and self.day.isoformat(), "k": self.known_at and self.known_at.isoformat()}
        process = _process()
        process.world, process.adapters = self.world, replace(process.adapters, clock=lambda: self.today)
        asking = OperationContext(gateway.Gateway(process), Principal(self.reader, frozenset({Role.parse(self.reader)})))
        with asking.holding():
            result = schema().execute_sync(query, variable_values=moment | variables, context_value=asking)
        assert not result.errors and result.data is not None, result.errors
        return result.data

    def says(self, address: str, *words: str) -> Read:
        """A page says these words."""
        read = plain(self.page(address))
        missing = [one for one in words if one not in read]
        assert not missing, f"{address} does not say {missing}, but {read}"
        return self

    def page(self, address: str) -> str:
        """A page, as HTML."""
        return self._answered(address, lambda gateway, whole: page(gateway, whole, self.reader))

    def text(self, address: str, status: int = 200) -> str:
        """What a program that takes anything gets at the address of a page."""

        async def read(gateway: Gateway, whole: str) -> str:
            answer = await gateway.client.get(whole, headers=gateway.signed_in(self.reader))
            assert answer.status_code == status, answer.text
            return answer.text.replace(NBSP, " ")

        return self._answered(address, read)

    def _answered(self, address: str, read: Callable[[Gateway, str], Coroutine[Any, Any, str]]) -> str:
        """What a reading of the gateway that holds this moment comes to, at an address with the moment in it."""
        moment = {"asOf": self.day and self.day.isoformat(), "knownAt": self.known_at and self.known_at.isoformat()}
        query = urlencode({name: value for name, value in moment.items() if value})

        async def ready() -> bool:
            return True

        async def opened(gateway: Gateway) -> str:
            gateway.process.is_ready = ready  # type: ignore[method-assign]
            async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway.process.app), base_url="http://127.0.0.1") as gateway.client:
                return await read(gateway, f"{address}{'&' if '?' in address else '?'}{query}" if query else address)

        with self._gateway() as gateway:
            return asyncio.run(opened(gateway))

    @contextmanager
    def _gateway(self) -> Iterator[Gateway]:
        with tempfile.TemporaryDirectory() as folder:
            gateway = Gateway(Path(folder))
            gateway.clock.now, gateway.process.world = self.today, self.world
            yield gateway


@cache
def _process() -> Process:
    """What the schema is executed in: one for all, whose doors are never opened; to build these takes longer than any answer."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Process(Settings(data=Path(folder)), hears_all=True)


def _within(type_: str, names: list[str], path: str) -> list[str]:
    """What is asked of a thing at the end of a path that names no field of it: whether it is there."""
    kind: Any = schema()._schema.type_map[type_]
    for name in names:
        kind = get_named_type(kind.fields[name].type)
    return [] if path.endswith("}") or is_leaf_type(kind) else ["__typename }"]


def _at(found: Any, path: list[str]) -> Any:
    if isinstance(found, list):
        return [_at(one, path) for one in found]
    return found if found is None or not path else _at(found[path[0]], path[1:])


def _plain(value: Any) -> Any:
    """A value of a rule as GraphQL writes it; NotImplemented for what has fields of its own."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | bool | int) else NotImplemented
