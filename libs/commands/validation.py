"""Parses and validates incoming commands; explains in words what does not fit, with the name that was probably meant."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from libs.events.values import PATTERNS

M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], data: Any) -> M:
    """The model with these fields. Raises ValidationError, whose reasons are in words."""
    return _in_words(model, lambda: model.model_validate(data))


def validated_json(model: type[M], data: bytes | str) -> M:
    """The model in a JSON text. Raises ValidationError, whose reasons are in words."""
    return _in_words(model, lambda: model.model_validate_json(data))


def did_you_mean(given: str, known: Sequence[str]) -> str:
    """`; did you mean it?` for the name that is most like the one given; else nothing."""
    near = most_like(given, known)
    return f"; did you mean {near}?" if near else ""


def most_like(given: str, known: Sequence[str]) -> str | None:
    """The name that is most like the one given; None where none is."""
    return next(iter(get_close_matches(given[:100], known)), None)


def _in_words(model: type[M], read: Callable[[], M]) -> M:
    try:
        return read()
    except ValidationError as e:
        # A name that nobody knows comes first: that another is missing often follows from it.
        found = [_worded(model, one) for one in sorted(e.errors(), key=lambda one: one["type"] != "extra_forbidden")]
        raise ValidationError.from_exception_data(e.title, found, hide_input=True) from None


def _worded(model: type[BaseModel], one: Mapping[str, Any]) -> InitErrorDetails:
    kind, where = one["type"], one["loc"]
    words: str = one["msg"].removeprefix("Value error, ")
    if kind == "missing":
        words = "must be given"
    elif kind == "string_too_short" and one["ctx"]["min_length"] == 1:
        words = "must not be empty"
    elif kind == "string_pattern_mismatch":
        words = PATTERNS.get(one["ctx"]["pattern"], words)
    elif kind == "extra_forbidden":
        inner = _within(model, where[:-1])
        names = list(inner.model_fields) if inner else []
        words = f"there is no such field{did_you_mean(str(where[-1]), names)}"
    return InitErrorDetails(type=PydanticCustomError(kind, "{words}", {**one.get("ctx", {}), "words": words}), loc=where, input=one["input"])


def _within(model: type[BaseModel] | None, path: Sequence[Any]) -> type[BaseModel] | None:
    """The model at a path of fields and indexes within another; None where there is none."""
    for step in path:
        if isinstance(step, str) and model is not None:
            field = model.model_fields.get(step)
            model = _model_in(field.annotation) if field else None
    return model


def _model_in(hint: Any) -> type[BaseModel] | None:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    return next((found for part in typing.get_args(hint) if (found := _model_in(part))), None)
