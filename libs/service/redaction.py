"""Shows a published record to a reader as a JSON CloudEvent, without what the reader's roles do not cover."""

from __future__ import annotations

from typing import Any

from libs.events.envelope import to_structured
from libs.events.ports.log import Record


def shown(record: Record, *, money: bool, audits: bool) -> dict[str, Any]:
    """The CloudEvent (structured mode): `stored` for auditors alone, and null where money stands for whoever does not read that.

    What is no JSON cannot be looked through: whoever does not read all of it is shown none of it.
    """
    event = to_structured(record)
    if not audits:
        event.pop("stored", None)
    if not money:
        event.pop("data_base64", None)
        if "data" in event:
            event["data"] = blanked(event["data"])
    return event


def blanked(value: Any) -> Any:
    """JSON values with null where money stands."""
    if isinstance(value, dict):
        return None if value.keys() == {"amount", "currency"} else {k: blanked(v) for k, v in value.items()}
    if isinstance(value, list):
        return [blanked(v) for v in value]
    return value
