"""The functions that a plan is made of: each completes a value of one type, or one field of an object.

Where a plan spends its time is in how many functions are called for each leaf; so there is one for each way in which a field may be
read and completed, rather than one for each step of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from graphql.pyutils import Path

from libs.events.event import Kind
from services.gateway.graphql.plan.leaves import Unfit
from services.gateway.graphql.plan.plan_run import COUNTED, PlanRun

Complete = Callable[[Any, PlanRun, Path | None], Any]
"""Makes of a value that is there what is shown of it, given where it stands; that is left out (None) where nothing below is told of it."""


class Completer(NamedTuple):
    """What completes a value of one type.

    `located` says whether it must be told where that stands; values of the class `as_it_is` are shown as they are; `none` stands for None, or raises Unfit.
    """

    complete: Complete
    located: bool = False
    as_it_is: type | None = None
    none: Callable[[], None] = lambda: None
    whole: bool = True
    """Whether it rests on nothing but the thing, its moment, and the caller's rights: neither on arguments nor on what type is met."""


def must_be_there() -> None:
    """In place of a value that may not be missing. Raises Unfit."""
    raise Unfit


def selection(fields: Sequence[tuple[str, Completer]]) -> Completer:
    """What completes an object by its fields; it is counted."""
    completed = [(key, field.complete) for key, field in fields]

    def complete(value: Any, run: PlanRun, path: Path | None) -> dict[str, Any]:
        run.made += 1
        if run.made >= COUNTED:
            run.count()
        return {key: field(value, run, path) for key, field in completed}

    return Completer(complete, any(field.located for _, field in fields), whole=all(field.whole for _, field in fields))


def attribute(read: Callable[[Any], Any], completer: Completer, key: str) -> Completer:
    """What completes a field that is read of an object alone."""
    complete, located, as_it_is, none, whole = completer

    def leaf(value: Any, run: PlanRun, path: Path | None) -> Any:
        found = read(value)
        if type(found) is as_it_is:
            return found
        return none() if found is None else complete(found, run, None)

    def at(value: Any, run: PlanRun, path: Path | None) -> Any:
        found = read(value)
        return none() if found is None else complete(found, run, Path(path, key, None))

    def anywhere(value: Any, run: PlanRun, path: Path | None) -> Any:
        found = read(value)
        return none() if found is None else complete(found, run, None)

    return Completer(at if located else leaf if as_it_is else anywhere, located, whole=whole)


def resolved(resolve: Callable[[Any, PlanRun, Path], Any], completer: Completer, key: str) -> Completer:
    """What completes a field that a resolver gives, which is told where it stands."""
    complete, _, _, none, whole = completer

    def at(value: Any, run: PlanRun, path: Path | None) -> Any:
        here = Path(path, key, None)
        found = resolve(value, run, here)
        return none() if found is None else complete(found, run, here)

    return Completer(at, located=True, whole=whole)


def listed(item: Completer) -> Completer:
    """What completes a list."""
    complete, located, _, none, whole = item

    def anywhere(value: Any, run: PlanRun, path: Path | None) -> list[Any]:
        _must_be_list(value, run)
        return [none() if one is None else complete(one, run, None) for one in value]

    def at(value: Any, run: PlanRun, path: Path | None) -> list[Any]:
        _must_be_list(value, run)
        return [none() if one is None else complete(one, run, Path(path, n, None)) for n, one in enumerate(value)]

    return Completer(at if located else anywhere, located, whole=whole)


def _must_be_list(value: Any, run: PlanRun) -> None:
    if type(value) is not list and type(value) is not tuple:
        raise Unfit
    run.must_have_room(len(value))


def as_piece(kind: Kind[Any], selection: int, completer: Completer) -> Completer:
    """What completes a thing of a kind as a piece, where it is one of the moment of which pieces are kept. `selection` tells it from others of its plan."""
    complete = completer.complete

    def in_one_piece(value: Any, run: PlanRun, path: Path | None) -> Any:
        keeper = run.keeper
        if keeper is None or value.facts is not keeper.facts:
            return complete(value, run, path)
        return keeper.piece(kind, selection, value.of.id, lambda: complete(value, run, path), path)

    return completer._replace(complete=in_one_piece)
