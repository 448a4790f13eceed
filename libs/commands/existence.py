"""Whether what a command speaks of was there by its time: its own aggregate, and what it names where the field says so (`Existing`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from libs.commands.command import creating
from libs.commands.decision import Case
from libs.commands.errors import Invalid, NotFound
from libs.events.event import KINDS, Event, Kind, Payload, S, split
from libs.events.facts import Facts
from libs.events.values import existing, named, references
from libs.rules.text import by_time, with_article


def demand_begun(case: Case[Any]) -> None:
    """Refuses what is dated before its own aggregate, of a kind that begins by being said, had begun. Raises Invalid."""
    kind = case.kind
    if not kind.begins or _began(case.facts, kind, case.id):
        return
    if (began := _began(case.current, kind, case.id)) is None:
        raise Invalid(f"what made {called(kind)} {case.id!r} was taken back", field=kind.name, remedy=f"Say it again first: {_said_first(kind)}.")
    what, remedy = _too_early(kind, case.id, case.at, began)
    raise Invalid(what, field="at", remedy=remedy)


def begun(case: Case[S]) -> S:
    """The aggregate at the command's time, of a kind that begins by being said. Raises Invalid where it had not begun by then."""
    demand_begun(case)
    return case.there if case.then is None else case.then


def demand_going_on(case: Case[Any], kind: Kind[Any], id: str, field: str = "") -> None:
    """Refuses what is said of a thing for a time after it ended, such as a team that was dissolved; what a changed row says instead of its end is not. Raises
    Invalid."""
    there = case.facts.get(kind, id) if kind.ends else None
    ended: Event | None = getattr(there, kind.ends) if there is not None else None
    if ended is not None and ended.id not in case.row:
        remedy = "Give an earlier time, or retract that first, if it was wrong: portfolio.retract."
        raise Invalid(f"{id} was {step_of(ended)} on {ended.time.date()}", field=field or kind.name, remedy=remedy)


def demand_named(case: Case[Any], said: Iterable[Payload]) -> None:
    """Refuses what names something that must be there and is not by then, or is of another product, say. Raises NotFound, Invalid.

    What another service owns may be heard of later. Of what was there before anybody said so (`Kind.begins`) an importer may tell earlier days.
    """
    for data in said:
        for field, mark in existing(type(data)).items():
            plain = dict(references(type(data))).get(field)  # None where ids are global
            for given in named(getattr(data, field)):
                name, id = (plain, given) if plain else split(given)
                demand_there(case, field, KINDS[name], id, later=mark.later)
                demand_going_on(case, KINDS[name], id, field)
                if mark.same:
                    ours = getattr(data, mark.same, None) or getattr(case.now, mark.same, None)
                    _demand_same(case, field, KINDS[name], id, mark.same, ours)


def called(kind: Kind[Any]) -> str:
    """A kind as a sentence calls it: `change class`."""
    return kind.name.replace("_", " ")


def step_of(event: Event) -> str:
    """What an event says was done, in the word of its type: `started`."""
    return event.type.split(".")[3]


def demand_there(case: Case[Any], field: str, kind: Kind[Any], id: str, *, later: bool = False) -> None:
    """Refuses what names a thing that is not there by then. What another service owns, or with `later` anybody, may be heard of later. Raises NotFound."""
    if _began(case.facts, kind, id):
        return
    if (began := _began(case.current, kind, id)) is None:
        if not later and kind.service == case.kind.service:
            raise NotFound(f"there is no {called(kind)} {id!r}", field=field, remedy=f"Check the id, or say it first: {_said_first(kind)}.")
    elif kind.begins or not case.importing:
        what, remedy = _too_early(kind, id, case.at, began)
        raise NotFound(what, field=field, remedy=remedy)


def _too_early(kind: Kind[Any], id: str, at: datetime, began: Event) -> tuple[str, str]:
    what = f"the {called(kind)} {id!r} had not been {step_of(began)} by {by_time(at, began.time)}"
    return what, f"Give a later time: it was on {by_time(began.time, at)}."


def _demand_same(case: Case[Any], field: str, kind: Kind[Any], id: str, same: str, ours: str | None) -> None:
    theirs = getattr(case.current.defined(kind, id), same, None)
    if ours and theirs and theirs != ours:
        of = called(kind)
        raise Invalid(f"the {of} {id!r} is of {theirs!r}, not of {ours!r}", field=field, remedy=f"Name {with_article(of)} of the same {same}.")


def _began(facts: Facts, kind: Kind[Any], id: str) -> Event | None:
    """The first event, by this moment, that says what a thing is; None where none does."""
    return next((event for event in facts.history(kind, id) if isinstance(event.data, kind.defined_by)), None)


def _said_first(kind: Kind[Any]) -> str:
    return next((of.SPEC.name for of in creating(kind)), called(kind))
