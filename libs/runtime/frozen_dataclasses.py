"""Makes and copies frozen dataclasses with slots at the price of plain ones, since every event and every step of a fold is one."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, TypeVar, cast

T = TypeVar("T")

# A frozen dataclass fills itself by `object.__setattr__`, some 50 ns a field, a tenth of which an assignment takes that the interpreter has specialised. So an
# object is filled while it is still of a twin of its class, which has the same slots and no lock, and is then made one of its class. Python allows that of
# classes of one layout, and refuses it of others.


def maker(cls: type[T]) -> Callable[..., T]:
    """What makes an object of such a class from the values of all its fields, in their order; neither defaults nor `__post_init__` are looked at."""
    names = _names(cls)
    return cast("Callable[..., T]", _made(cls, ", ".join(names), *(f"new.{name} = {name}" for name in names), "new.__class__ = cls"))


@cache
def copier(cls: type[T]) -> Callable[[T, dict[str, Any]], T]:
    """What copies an object of such a class, with other values for some of its fields. Raises TypeError where it has no field of a name."""
    return cast(
        "Callable[[T, dict[str, Any]], T]",
        _made(
            cls,
            "old, fields",
            *(f"new.{name} = old.{name}" for name in _names(cls)),
            "try:",
            "    for name, value in fields.items():",
            "        set(new, name, value)",
            "except AttributeError:",
            "    raise TypeError(unknown(fields)) from None",
            "new.__class__ = cls",
        ),
    )


def _made(cls: type, takes: str, *body: str) -> Any:
    source = "\n    ".join([f"def made({takes}):", "new = twin()", *body, "return new"])
    scope: dict[str, Any] = {"twin": _twin(cls), "cls": cls, "set": setattr, "unknown": partial(_unknown, cls)}
    exec(source, scope)  # noqa: S102 - of the names of our own fields, as `dataclasses` makes `__init__`
    return scope["made"]


def _unknown(cls: type, fields: Iterable[str]) -> str:
    return f"{cls.__name__} has no {', '.join(name for name in fields if name not in _names(cls))}"


def _names(cls: type) -> list[str]:
    return [field.name for field in dataclasses.fields(cast("Any", cls))]


def _twin(cls: type) -> type:
    own = {
        "__slots__": cls.__dict__["__slots__"],
        "__init__": object.__init__,
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
        "__module__": cls.__module__,
    }
    return types.new_class(cls.__name__, getattr(cls, "__orig_bases__", cls.__bases__), {}, lambda scope: scope.update(own))
