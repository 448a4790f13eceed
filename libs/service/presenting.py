"""A state as JSON for readers: events as references, money blanked for whoever may not see it."""

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
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {f.name: presented(getattr(value, f.name), money=money) for f in fields(value)}
    return value


def has_money(value: Any) -> bool:
    """Whether money stands anywhere in a state."""
    if isinstance(value, Money):
        return True
    if isinstance(value, tuple | list):
        return any(has_money(v) for v in value)
    if is_dataclass(value) and not isinstance(value, type | Event):
        return any(has_money(getattr(value, f.name)) for f in fields(value))
    return False
