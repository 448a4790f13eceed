"""The roles that a token may carry, what each is scoped by, and the principal who has them (domain.md, Authority)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

from libs.events.values import PLAIN_ID

ScopeKind = Literal["product", "team", "organisation"]

EVERYWHERE: Final = "*"

ROLES: Final[Mapping[str, ScopeKind | None]] = MappingProxyType(
    {
        "product_owner": "product",
        "team": "team",
        "steering_group": "organisation",
        "cab": "organisation",
        "executive": "organisation",
        "portfolio_manager": "organisation",
        "lab_ops": None,
        "importer": None,
        "subscriber": None,
        "auditor": None,
    }
)

CLOCK: Final = "clock"
"""The role in which a service itself announces: no token carries it, and nobody speaks in it."""

_ID = re.compile(PLAIN_ID)


@dataclass(frozen=True, slots=True)
class Role:
    """A role and where it holds: `scope` is the id of a product, team or organisation, `*` for all, and None for a role that has no scope.

    Raises ValueError for a name that is no role, for a scope that is no id, and for a scope on a role that has none.
    A scoped role without a scope holds everywhere.
    """

    name: str
    scope: str | None = None

    def __post_init__(self) -> None:
        if self.name not in ROLES:
            near = get_close_matches(self.name, ROLES, n=1)
            raise ValueError(f"{self.name[:64]!r} is no role" + (f"; did you mean {near[0]}?" if near else f"; the roles are {', '.join(ROLES)}"))
        scope = self.scope
        if ROLES[self.name] is None:
            if scope not in (None, EVERYWHERE):
                raise ValueError(f"the role {self.name} has no scope: write it without @")
            scope = None
        elif scope is None:
            scope = EVERYWHERE
        elif scope != EVERYWHERE and not _ID.fullmatch(scope):
            raise ValueError(f"the scope of {self.name} must be the id of its {ROLES[self.name]}, or * for all")
        object.__setattr__(self, "scope", scope)

    @classmethod
    def parse(cls, text: str) -> Role:
        """`name@scope`, or `name` alone, as a role. Raises ValueError as the class does."""
        name, at, scope = text.partition("@")
        return cls(name, scope if at else None)

    def __str__(self) -> str:
        """The canonical text: `executive@*`, `product_owner@permits`, `importer`."""
        return self.name if self.scope is None else f"{self.name}@{self.scope}"

    @property
    def scope_kind(self) -> ScopeKind | None:
        """What the scope is an id of; None for a role without scope."""
        return ROLES[self.name]

    @property
    def everywhere(self) -> bool:
        """Whether it holds for all there is: its scope is `*`, or it has none."""
        return self.scope in (None, EVERYWHERE)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: `id` is the token's subject, `roles` what it may say, `expires` (aware UTC) when its token ends; None for one without a token."""

    id: str
    roles: frozenset[Role] = frozenset()
    expires: datetime | None = field(default=None, compare=False)

    @property
    def rights(self) -> str:
        """Names all that the roles allow: equal for those who may see the same."""
        return _rights(self.roles)

    def has(self, name: str) -> bool:
        """Whether one of the roles has this name, whatever its scope."""
        return any(role.name == name for role in self.roles)


@lru_cache(maxsize=1_000)  # every answer asks
def _rights(roles: frozenset[Role]) -> str:
    return " ".join(sorted(map(str, roles)))


def spoken(role: str) -> str:
    """`executive@*` as `executive`, `product_owner@permits` as `product owner of permits`: a role as people say it."""
    name, _, scope = role.partition("@")
    words = name.replace("_", " ")
    return words if scope in ("", EVERYWHERE) else f"{words} of {scope}"


def who(person: str | None, role: str) -> str:
    """Who said, decided or signed something off, the same wherever that is told: `product owner of permits (ana)`."""
    said = spoken(role)
    return said if person in (None, "", role, said) else f"{said} ({person})"


def known_roles(texts: Iterable[object]) -> frozenset[Role]:
    """The roles among the texts of a token's claim; what is no role is left out, since an identity provider's realm has others."""
    roles = set()
    for text in texts:
        if isinstance(text, str):
            with suppress(ValueError):
                roles.add(Role.parse(text))
    return frozenset(roles)
