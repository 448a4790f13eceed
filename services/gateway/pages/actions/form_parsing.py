"""Parses a submitted form into the fields of a command, and words what is wrong beside each field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

from libs.commands.command import COMMANDS, NAMED, Command
from libs.commands.validation import validated_json
from services.gateway.pages.actions.forms import FormField, Widget, title_of

_GROUPED: Final = re.compile(r"-?[1-9]\d{0,2}([ ,\u00a0\u202f])\d{3}(?:\1\d{3})*(?:\.\d+)?\Z", re.ASCII)
_POINT_IN_THREES: Final = re.compile(r"-?[1-9]\d{0,2}\.\d{3}\Z", re.ASCII)
_INTEGER: Final = re.compile(r"-?\d{1,15}\Z")
_EMPTY: Final = frozenset({"missing", "string_too_short", "too_short"})
_IN_WORDS: Final[Mapping[str, str]] = {
    "enum": "Choose one of these.",
    "literal_error": "Choose one of these.",
    "bool_type": "Choose yes or no.",
    "date_parsing": "Write a day as 2026-03-31.",
    "date_from_datetime_parsing": "Write a day as 2026-03-31.",
    "datetime_from_date_parsing": "Write a day as 2026-03-31.",
    "datetime_parsing": "Write a day as 2026-03-31.",
    "decimal_parsing": "Write a number such as 1250.50.",
    "int_parsing": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "greater_than_equal": "Write a larger number.",
    "less_than_equal": "Write a smaller number.",
    "string_too_long": "Write less: it is too long.",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong: `field` by its name in the form (None: no single one), in words, with the rule that says so, its source, and what to do."""

    text: str
    field: str | None = None
    rule: str | None = None
    source: str | None = None
    remedy: str | None = None


def data_of(fields: Iterable[FormField], form: Mapping[str, str]) -> dict[str, Any]:
    """The fields that were filled in, as the JSON values that a command takes; what was left empty is left out."""
    found: dict[str, Any] = {}
    for field in fields:
        value = _value(field, form)
        if value is not None:
            found[field.name.rpartition(".")[2]] = value
    return found


def ambiguous_in(fields: Iterable[FormField], form: Mapping[str, str]) -> tuple[Wrong, ...]:
    """Numbers that other countries read as a thousand times as much: `1.250`, although these pages mark decimals by a point (docs/decisions/0024)."""
    asked = [one for field in fields for one in (field.parts or (field,)) if one.widget in (Widget.MONEY, Widget.NUMBER)]
    typed = [(name, form.get(name, "").strip()) for name in (one.names[0] for one in asked)]
    return tuple(Wrong(_two_readings(text), name) for name, text in typed if _POINT_IN_THREES.match(text))


def wrong_in(command: type[Command], data: Mapping[str, Any]) -> tuple[Wrong, ...]:
    """What the declaration itself finds wrong, all at once; the owner judges the rules."""
    try:
        validated_json(command, json.dumps(data))
    except ValidationError as e:
        return tuple(Wrong(_in_words(one), ".".join(map(str, one["loc"]))) for one in e.errors(include_url=False, include_input=False))
    return ()


def wrong_of(problem: Mapping[str, Any]) -> tuple[Wrong, ...]:
    """What an owner's problem details say (RFC 9457): its fields, or the rule with its source and remedy."""
    many = problem.get("errors")
    if many:
        return tuple(Wrong(str(one["reason"]), str(one["field"])) for one in many)
    text = str(problem.get("detail") or problem.get("title") or "The owner refused it.")
    remedy = problem.get("remedy")
    return (Wrong(_by_title(text), problem.get("field"), problem.get("rule"), problem.get("source"), _by_title(remedy) if remedy else None),)


def _by_title(text: str) -> str:
    """A text that names commands, by the titles of their forms: `Form team` instead of portfolio.form_team."""
    return NAMED.sub(lambda found: title_of(COMMANDS[found[0]]) if found[0] in COMMANDS else found[0], text.replace("`", ""))


def placed(wrong: Sequence[Wrong], fields: Iterable[FormField]) -> dict[str, Wrong]:
    """What is wrong by the name of the form's field beside which it stands; what belongs to none of them stands in the summary alone."""
    names: dict[str, str] = {}
    for field in fields:
        for name in (field.name, *(part.name for part in field.parts), *(f"{field.name}.{part}" for part in ("amount", "currency"))):
            names.setdefault(name, field.name if field.widget is Widget.MONEY else name)
    found: dict[str, Wrong] = {}
    for one in wrong:
        beside = names.get(one.field or "") or names.get((one.field or "").partition(".")[0])
        if beside is not None:
            found.setdefault(beside, one)
    return found


def _value(field: FormField, form: Mapping[str, str]) -> Any:
    if field.widget is Widget.PARTS:
        return data_of(field.parts, form) or None
    if field.widget is Widget.MONEY:
        amount, currency = (form.get(name, "").strip() for name in field.names)
        return {"amount": _ungrouped(amount), "currency": currency.upper()} if amount else None
    text = form.get(field.name, "")
    if field.widget is Widget.UNSHOWN:
        return text or None
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return None
    match field.widget:
        case Widget.MANY:
            return [line.strip() for line in text.split("\n") if line.strip()]
        case Widget.NUMBER:
            number = _ungrouped(text)
            return int(number) if field.whole_number and _INTEGER.match(number) else number
        case Widget.CHOICE if field.truth and text in ("true", "false"):
            return text == "true"
    return text


def _two_readings(text: str) -> str:
    small, large = format(Decimal(text).normalize(), "f"), f"{int(text.replace('.', '')):,}"
    plain = f"{text}0" if small == text else small
    return f"{text} is {small} where a point marks decimals and {large} where it parts thousands: write {plain} or {large}."


def _ungrouped(text: str) -> str:
    """`1,250,000.50` as `1250000.50`; what is not grouped by thousands as it is."""
    return re.sub("[ ,\u00a0\u202f]", "", text) if _GROUPED.match(text) else text


def _in_words(one: Mapping[str, Any]) -> str:
    if one["type"] in _EMPTY:
        return "Fill this in, it is needed."
    if one["type"] == "string_pattern_mismatch":
        return f"It {one['msg']}."
    if one["type"] == "decimal_max_places":
        return f"Write at most {one['ctx']['decimal_places']} digits after the point."
    return _IN_WORDS.get(one["type"]) or str(one["msg"]).removeprefix("Value error, ")
