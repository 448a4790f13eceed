"""Serialises states as JSON for readers: events as references, money blanked for whoever may not see it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from libs.events.currencies import exact
from libs.events.envelope import iso
from libs.events.event import Event
from libs.events.values import Money


def presented(value: Any, *, money: bool) -> Any:
    """JSON values of a state: an event as `{event, at, by}`, money as `{amount, currency}` or null, days and instants as ISO text."""
    match value:
        case Money():
            return {"amount": exact(value.amount, value.currency), "currency": value.currency} if money else None
        case Event():
            return {"event": value.id, "at": iso(value.time), "by": value.actor.role}
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case BaseModel():
            return {name: presented(getattr(value, name), money=money) for name in type(value).model_fields}
        case dict():
            return {str(presented(k, money=money)): presented(v, money=money) for k, v in value.items()}
        case tuple() | list() | frozenset() | set():
            return [presented(v, money=money) for v in value]
        case _ if (parts := _parts(value)) is not None:
            return {name: presented(part, money=money) for name, part in parts.items()}
    return value


def has_money(value: Any) -> bool:
    """Whether money stands anywhere in a state."""
    if isinstance(value, Money):
        return True
    if isinstance(value, Event):
        return False
    if isinstance(value, tuple | list | frozenset | set):
        return any(has_money(v) for v in value)
    parts = value if isinstance(value, dict) else _parts(value)
    return parts is not None and any(has_money(part) for part in parts.values())


def _parts(value: Any) -> dict[str, Any] | None:
    """The fields of a state, of what it is made of, or of a model that an event holds; None for what has none."""
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    return None
