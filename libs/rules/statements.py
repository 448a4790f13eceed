"""How a figure comes about, said where its rule is: the docstring of the rule is what people read, and `libs.rules.explanations` makes the figure of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any, Final, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from libs.events.event import Payload

R = TypeVar("R", bound=Callable[..., Any])

_SAID: Final = re.compile(r"(?P<statement>.+?) \((?P<cites>[A-Z]\d?-\d\d(?:, [A-Z]\d?-\d\d)*)\)[.;]")


class Statement(NamedTuple):
    """What people may ask the why of: a field of a subject, the rule that gives it, how it comes about and by which requirements.

    `only` names the kinds of which not all that is said matters; `parts` are the fields of what the rule gives, which are asked for one by one as well.
    """

    field: str
    rule: Callable[..., Any]
    text: str
    cites: tuple[str, ...]
    only: dict[str, tuple[type[Payload], ...]]
    parts: tuple[str, ...]


_STATEMENTS: Final[dict[str, dict[str, Statement]]] = {}


def explains(subject: str, field: str, **only: tuple[type[Payload], ...]) -> Callable[[R], R]:
    """Above a rule that gives a field of a subject by its id: it is explained by the docstring, up to the requirement ids in parentheses.

    `only` names a kind of which not all that is said matters, and the types of events that do. Raises TypeError where the docstring cites nothing.
    """

    def declare(rule: R) -> R:
        said = _SAID.match(" ".join((rule.__doc__ or "").split()))
        if said is None:
            raise TypeError(f"{rule.__name__}: say in the docstring how {field} of a {subject} comes about, then the requirements: `… (S4-01).`")
        parts = tuple(getattr(_value(get_type_hints(rule)["return"]), "_fields", ()))
        statement = Statement(field, rule, f"{said['statement']}.", tuple(said["cites"].split(", ")), only, parts)
        _STATEMENTS.setdefault(subject, {})[field] = statement
        return rule

    return declare


def statements(subject: str) -> Iterator[Statement]:
    """What was so said of a subject, in the order of modules and of the rules in each, whatever was imported first."""
    yield from sorted(_STATEMENTS[subject].values(), key=lambda one: (one.rule.__module__, one.rule.__code__.co_firstlineno))


def _value(hint: Any) -> Any:
    """The class of what a rule gives where it gives anything."""
    return next(one for one in get_args(hint) if one is not type(None)) if get_origin(hint) in (Union, UnionType) else hint
