"""Describes what changed between two JSON Schemas of the same version of an event that breaks readers or stored events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

UNSAID = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description", "examples", "deprecated"})
"""What a schema tells people alone: it may change."""

Schema = Mapping[str, Any]


def breaks(old: Schema, new: Schema) -> list[str]:
    """Why `new` is no longer the same version as `old`, one line a reason; none where at most optional fields with a default were added."""
    return list(_compared("data", _whole(old, old), _whole(new, new)))


def _whole(schema: Any, root: Schema) -> Any:
    """The schema with what it refers to in place, without what is for people alone."""
    if isinstance(schema, list):
        return [_whole(part, root) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return {
        key: {name: _whole(part, root) for name, part in value.items()} if key == "properties" else _whole(value, root)
        for key, value in schema.items()
        if key not in UNSAID
    }


def _compared(path: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if "properties" in old or "properties" in new:
        yield from _fields(path, old, new)
    for key in sorted((old.keys() | new.keys()) - {"properties", "required"}):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if key == "enum" and before and after:
            yield from (f"{path} may be {value!r} now, which its readers do not know" for value in after if value not in before)
            yield from (f"{path} may no longer be {value!r}, which is stored already" for value in before if value not in after)
        elif key == "items" and before and after:
            yield from _compared(f"{path}[]", before, after)
        elif key == "anyOf" and before and after and len(before) == len(after):
            for one, other in zip(before, after, strict=True):
                yield from _compared(path, one, other)
        elif key == "default":
            yield f"{path} stands for {after!r} now where it is left out; it stood for {before!r}"
        else:
            yield f"{path} changes its {key}: {_said(before)} before, {_said(after)} now"


def _fields(path: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    had, has = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        field = f"{path}.{name}"
        if name not in after:
            yield f"{field} is gone (removed or renamed), and its readers ask for it"
            continue
        if name in had - has:
            yield f"{field} may be left out now, and its readers rest on it"
        if name in has - had:
            yield f"{field} must be given now, and stored events lack it"
        yield from _compared(field, before[name], after[name])
    for name in after:
        field = f"{path}.{name}"
        if name in before:
            continue
        if name in has:
            yield f"{field} is added as required, and stored events lack it"
        elif "default" not in after[name]:
            yield f"{field} is added without a default, and stored events lack it"
        elif old.get("additionalProperties") is False:
            yield f"{field} is added to an object that takes no other fields, and its readers refuse it"


def _said(value: Any) -> str:
    return "nothing" if value is None else repr(value)
