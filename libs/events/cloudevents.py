"""Parses CloudEvents 1.0 strictly, from any producer and of any type: JSON, batches, and messages of Kafka and HTTP."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote

import orjson

REQUIRED: Final = ("specversion", "id", "source", "type")
# Not the SDK: it makes up an id, a time and a specversion that are missing, looks into no URI, media type or character, and cuts an instant to microseconds.

_NAME = re.compile(r"[a-z0-9]+")
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 - of a media type
_MEDIA_TYPE = re.compile(rf'{_TOKEN}/{_TOKEN}(?:\s*;\s*{_TOKEN}=(?:{_TOKEN}|"(?:[^"\\]|\\.)*"))*')
_JSON = re.compile(r"[^/]+/(?:[^;]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
_REFERENCE = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.*")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_NO_CHARACTERS = "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
_FORBIDDEN = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]")
_PREFIX = re.compile(r"ce[_-]")


class MalformedCloudEvent(ValueError):
    """What was given is no CloudEvent; the text says which attribute is wrong and why."""


def read_cloudevent(event: object) -> dict[str, Any]:
    """One event in the JSON format: its attributes (those that are null are left out) and `data`, which is bytes where it came as `data_base64`.

    Raises MalformedCloudEvent (a ValueError).
    """
    if not isinstance(event, Mapping):
        raise MalformedCloudEvent("an event is a JSON object")
    attributes = {name: value for name, value in event.items() if name not in ("data", "data_base64") and value is not None}
    _check(attributes)
    if event.get("data_base64") is None:
        return {**attributes, "data": event["data"]} if "data" in event else attributes
    if "data" in event:
        raise MalformedCloudEvent("data and data_base64 exclude each other")
    try:
        return {**attributes, "data": base64.b64decode(event["data_base64"], validate=True)}
    except (binascii.Error, TypeError, ValueError) as e:
        raise MalformedCloudEvent(f"data_base64 is not Base64: {e}") from e


def read_batch(batch: object) -> list[dict[str, Any]]:
    """The events of a batch in the JSON format, all or none. Raises MalformedCloudEvent."""
    if not isinstance(batch, list):
        raise MalformedCloudEvent("a batch is a JSON array")
    return [read_cloudevent(event) for event in batch]


def read_message(headers: Mapping[str, str], body: bytes) -> list[dict[str, Any]]:
    """The events in a message of Kafka (headers `ce_…`) or HTTP (`ce-…`): one in binary or structured mode, any number in a batch.

    `data` is a JSON value where the content type says JSON, else bytes. Raises MalformedCloudEvent.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    content_type = lower.get("content-type", "")
    mode = content_type.partition(";")[0].strip().lower()
    if mode == "application/cloudevents+json":
        return [read_cloudevent(_json(body))]
    if mode == "application/cloudevents-batch+json":
        return read_batch(_json(body))
    if mode.startswith("application/cloudevents"):
        raise MalformedCloudEvent(f"{mode}: of the structured formats JSON alone is read")
    found: dict[str, Any] = {n[3:]: unquote(v) if n.startswith("ce-") else v for n, v in lower.items() if _PREFIX.match(n)}
    if "datacontenttype" in found:
        raise MalformedCloudEvent("datacontenttype travels as content-type")
    if content_type:
        found["datacontenttype"] = content_type
    _check(found)
    if body:
        found["data"] = _json(body) if _JSON.fullmatch(content_type) else body
    return [found]


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as e:
        raise MalformedCloudEvent(f"not JSON: {e}") from e


def _check(attributes: Mapping[Any, Any]) -> None:
    for name in REQUIRED:
        if name not in attributes:
            raise MalformedCloudEvent(f"{name} is missing")
    for name, value in attributes.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise MalformedCloudEvent(f"{name!r} is no name of an attribute: small letters and digits alone")
        _check_value(name, value, text=name in _CORE)
    if attributes["specversion"] != "1.0":
        raise MalformedCloudEvent(f"specversion is {attributes['specversion']!r}, and 1.0 alone is read")
    for name, (fits, words) in _CORE.items():
        if name in attributes and not fits(attributes[name]):
            raise MalformedCloudEvent(f"{name} is not {words}: {attributes[name]!r}")


def _check_value(name: str, value: object, *, text: bool) -> None:
    if isinstance(value, str):
        if _FORBIDDEN.search(value):
            raise MalformedCloudEvent(f"{name} holds a control character or half a character")
    elif text:
        raise MalformedCloudEvent(f"{name} is text, not {type(value).__name__}")
    elif not isinstance(value, bool) and not (isinstance(value, int) and -(2**31) <= value < 2**31):
        raise MalformedCloudEvent(f"{name} is text, a Boolean or an integer of 32 bits, not {value!r}")


def _is_time(text: str) -> bool:
    """RFC 3339, with any number of decimals and the second that is leapt."""
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    day, minute, second, _, offset = found.groups()
    try:
        datetime.fromisoformat(f"{day}T{minute}:{'59' if second == '60' else second}{offset.upper()}")
    except ValueError:
        return False
    return True


_CORE: Final[dict[str, tuple[Callable[[str], object], str]]] = {
    "specversion": (bool, "a version"),
    "id": (bool, "a name"),
    "type": (bool, "a name"),
    "source": (_REFERENCE.fullmatch, "a URI reference"),
    "subject": (bool, "a name"),
    "time": (_is_time, "an instant of RFC 3339"),
    "datacontenttype": (_MEDIA_TYPE.fullmatch, "a media type"),
    "dataschema": (lambda text: _REFERENCE.fullmatch(text) and _ABSOLUTE.fullmatch(text), "an absolute URI"),
}
