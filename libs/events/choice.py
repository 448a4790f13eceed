"""Closed choices: each member is declared once, with what it means and the words and the tone in which people read it."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final


class Tone(StrEnum):
    """How something stands, at a glance. Colour never says it alone: the words stand beside it."""

    GOOD = "good"
    GOING = "going"
    BAD = "bad"
    ENDED = "ended"
    PLAIN = "plain"


def choice(value: str, description: str, *, words: str = "", spoken: str = "", tone: Tone | None = None) -> Any:
    """Declares a member of a `Choice`: what stands in events and commands, and what it means, in a sentence.

    `words` are what people read in cells, forms and documents, where it is not the value with blanks and a capital; `spoken` is how it is called within a
    sentence, where it is not the words with a small first letter; with a `tone` it is shown as a tag.
    """
    return value, description, words, spoken, tone


class Choice(StrEnum):
    """A closed choice. Its docstring says what is chosen; it equals, and travels as, its value, which is its name in small letters."""

    description: str
    words: str
    spoken: str
    tone: Tone | None

    def __new__(cls, value: str, description: str = "", words: str = "", spoken: str = "", tone: Tone | None = None) -> Choice:
        if not description.strip():
            raise TypeError(f'{cls.__name__} does not say what {value!r} means: declare it as {value.upper()} = choice("{value}", "What it means.")')
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        member.words = words or value.replace("_", " ").capitalize()
        member.spoken = spoken or _within_a_sentence(member.words)
        member.tone = tone
        return member

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if not (cls.__doc__ or "").strip() or cls.__doc__ == Choice.__doc__:
            raise TypeError(f"{cls.__name__} does not say what is chosen: give it a docstring")
        if cls.__name__ in CHOICES and CHOICES[cls.__name__].__module__ != cls.__module__:
            raise TypeError(f"{cls.__name__} is declared twice, in {CHOICES[cls.__name__].__module__} and in {cls.__module__}: call one of them otherwise")
        CHOICES[cls.__name__] = cls


CHOICES: Final[dict[str, type[Choice]]] = {}
"""Every choice that is declared, by its name. The schema, forms and documents take their words from here."""


def choices_of(cls: type) -> Mapping[str, type[Choice]]:
    """The fields of a class whose values are members of a choice, or None, by their names."""
    found = _CHOICES_OF.get(cls)
    if found is None:
        hints = [(name, one) for name, hint in typing.get_type_hints(cls).items() for one in (hint, *typing.get_args(hint))]
        found = _CHOICES_OF[cls] = {name: one for name, one in hints if isinstance(one, type) and issubclass(one, Choice)}
    return found


_CHOICES_OF: dict[type, Mapping[str, type[Choice]]] = {}


def _within_a_sentence(words: str) -> str:
    """`Signed off` as `signed off`; `IT agency` stays."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]
