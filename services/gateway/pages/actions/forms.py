"""Makes forms from the declarations of commands: label, hint and widget of each field."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from libs.commands.command import COMMANDS, COMMON, Command
from libs.commands.errors import NotFound
from libs.events.choice import CHOICES
from libs.events.values import references
from services.gateway.pages.kit.page import Option

FEW: Final = 6
"""As many choices are shown at once; more are a list to open."""
LONG: Final = 1_000
"""A text that may be longer gets several lines."""
AS_PRINTED: Final = "As these pages print it: 1,250.50."
"""How a number is written in a form: by the pages' own convention."""
_JOINED: Final = {"handoff": "hand-off", "co owners": "co-owners", "one off": "one-off"}
_WHOLE: Final = {"it": "IT", "hr": "HR", "url": "URL", "cab": "CAB"}


class Widget(enum.StrEnum):
    """What takes a value."""

    LINE = "line"
    LINES = "lines"
    MANY = "many"
    DAY = "day"
    NUMBER = "number"
    CHOICE = "choice"
    MONEY = "money"
    UNSHOWN = "unshown"
    PARTS = "parts"


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a command as a form asks for it.

    `name` is the command's, dotted within a whole (`source.system`); `kind` that of the thing that it is the id of; `seldom` says that most leave it empty.
    """

    name: str
    label: str
    hint: str
    widget: Widget
    required: bool
    choices: tuple[Option, ...] = ()
    kind: str | None = None
    longest: int | None = None
    whole_number: bool = False
    truth: bool = False
    seldom: bool = False
    parts: tuple[FormField, ...] = ()

    @property
    def id(self) -> str:
        """Its id in the page, to which an error leads."""
        return "field-" + self.name.replace(".", "-")

    @property
    def at_once(self) -> bool:
        """Whether its choices are shown all at once."""
        return self.widget is Widget.CHOICE and len(self.choices) <= FEW and self.kind is None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what it sends."""
        if self.widget is Widget.MONEY:
            return f"{self.name}.amount", f"{self.name}.currency"
        return tuple(name for part in self.parts for name in part.names) or (self.name,)


class _Formless(Exception):
    """A field is of a shape that no form here takes."""


def command_named(name: str) -> type[Command]:
    """The command of a name such as portfolio.attest. Raises NotFound for one that is not there, or that no form can take."""
    found = COMMANDS.get(name)
    if found is None or not has_form(found):
        raise NotFound(f"there is no form for {name[:64]!r}", field="command", remedy="Send it through the API.")
    return found


@cache
def has_form(command: type[Command]) -> bool:
    """Whether people can say a command by a form; lists of wholes, such as the phases of a lifecycle, are for programs."""
    try:
        fields_of(command)
    except _Formless:
        return False
    return True


@cache
def fields_of(command: type[Command]) -> tuple[FormField, ...]:
    """The fields in order of declaration, then those that most leave empty: the id of what is to be made, and the day on which it was true."""
    schema = command.model_json_schema()
    kinds = dict(references(command))
    found = list(_fields(schema, schema.get("$defs", {}), kinds, command.SPEC.private, without=COMMON))
    if command.SPEC.creates:
        found = [_seldom(one) if one.name == command.SPEC.id_field and not one.required else one for one in found]
    if not command.SPEC.dated_by_importers_only:
        found.append(FormField("at", "True since", "The day since when it is so; not in the future. Left empty: now.", Widget.DAY, False, seldom=True))
    return tuple(sorted(found, key=lambda one: one.seldom))


def title_of(command: type[Command]) -> str:
    """`portfolio.accept_handoff` as `Accept hand-off`."""
    return named(command.SPEC.verb)


def purpose_of(command: type[Command]) -> str:
    """What it does, from its declaration, in one line."""
    return " ".join((command.__doc__ or "").split())


def named(text: str) -> str:
    """`covers_from` as `Covers from`, `accept_handoff` as `Accept hand-off`."""
    spoken = text.replace("_", " ")
    for written, said in _JOINED.items():
        spoken = spoken.replace(written, said)
    words = [_WHOLE.get(word, word) for word in spoken.split()]
    whole = " ".join(words)
    return whole[:1].upper() + whole[1:]


def _fields(
    schema: Mapping[str, Any],
    models: Mapping[str, Any],
    kinds: Mapping[str, str],
    private: frozenset[str],
    *,
    within: str = "",
    without: frozenset[str] = frozenset(),
) -> Iterator[FormField]:
    for name, declared in schema["properties"].items():
        if name not in without:
            yield _field(within + name, name, declared, models, kinds.get(name), name in private, name in schema.get("required", ()))


def _field(name: str, label: str, declared: Mapping[str, Any], models: Mapping[str, Any], kind: str | None, secret: bool, required: bool) -> FormField:
    shape = _shape(declared, models)
    hint = str(declared.get("description") or "").replace("`", "")
    hint = hint[:1].upper() + hint[1:]
    made: dict[str, Any] = {"name": name, "label": named(label), "hint": hint, "required": required, "kind": kind, "longest": shape.get("maxLength")}
    if "enum" in shape or "const" in shape:
        return FormField(widget=Widget.CHOICE, choices=tuple(Option(one.value, one.words) for one in CHOICES[shape["title"]]), **made)
    if shape.get("title") == "Money":
        return FormField(widget=Widget.MONEY, **_with(made, AS_PRINTED))
    match shape.get("type"), shape.get("format"):
        case "boolean", _:
            return FormField(widget=Widget.CHOICE, choices=(Option("true", "Yes"), Option("false", "No")), truth=True, **made)
        case "integer", _:
            return FormField(widget=Widget.NUMBER, whole_number=True, **made)
        case "number", _:
            return FormField(widget=Widget.NUMBER, **_with(made, AS_PRINTED))
        case "string", "date" | "date-time":
            return FormField(widget=Widget.DAY, **made)
        case "string", _:
            several = (shape.get("maxLength") or 0) > LONG
            return FormField(widget=Widget.UNSHOWN if secret else Widget.LINES if several else Widget.LINE, **made)
        case "array", _ if _shape(shape["items"], models).get("type") in ("string", "integer") and "enum" not in _shape(shape["items"], models):
            return FormField(widget=Widget.MANY, **made)
        case "object", _ if "properties" in shape:
            return FormField(widget=Widget.PARTS, parts=tuple(_fields(shape, models, {}, frozenset(), within=f"{name}.")), **made)
    raise _Formless(name)


def _with(made: Mapping[str, Any], more: str) -> dict[str, Any]:
    """The same with a sentence more in the hint."""
    hint = str(made["hint"])
    return {**made, "hint": f"{hint}{'' if hint.endswith('.') else '.'} {more}".removeprefix(". ")}


def _shape(declared: Mapping[str, Any], models: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a value looks like where one is given; of a number that may come as text, the number."""
    options = [one for one in declared.get("anyOf", [declared]) if one.get("type") != "null"]
    chosen: Mapping[str, Any] = next((one for one in options if one.get("type") == "number"), options[0])
    return {**models[chosen["$ref"].rpartition("/")[2]]} if "$ref" in chosen else chosen


def _seldom(field: FormField) -> FormField:
    hint = "Small letters, digits, dots and hyphens. Left empty: one is made."
    return FormField(field.name, "Its id", hint, Widget.LINE, False, longest=64, seldom=True)
