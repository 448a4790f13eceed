"""Who may say what: the table of authority as data, and what belongs to whose scope (S4-20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from libs.events.event import KINDS
from libs.events.facts import Facts
from libs.rules.roles import ROLES, Role

AUTHORITY: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "product_owner": frozenset(
            {"order", "reviews", "sign-off", "publishing", "needs", "metrics", "targets", "readings", "roadmap", "items", "change links"}
        ),
        "team": frozenset({"items", "experiments", "improvements", "readings", "releases", "changes", "change links", "sources", "members"}),
        "portfolio_manager": frozenset(
            {
                "organisations",
                "programs",
                "products",
                "teams",
                "members",
                "investments",
                "bids",
                "forecasts",
                "actuals",
                "returns",
                "loans",
                "evaluations",
                "visions",
                "roadmap",
                "backlogs",
            }
        ),
        "steering_group": frozenset({"decisions", "baselines", "overrides"}),
        "cab": frozenset({"change decisions"}),
        "executive": frozenset({"attestations", "stories", "ceremonies", "acceptances", "opportunities", "visions", "overrides"}),
        "lab_ops": frozenset(
            {"teams", "health", "onboarding", "sustain", "preparations", "pivots", "precedents", "lifecycles", "organisations", "backlogs", "webhooks"}
        ),
        "subscriber": frozenset({"webhooks"}),
        "auditor": frozenset({"webhooks"}),
    }
)
"""Role -> the topics it may speak on within its scope. An importer may say anything; a subscriber and an auditor only where events are sent to them."""

OVERRIDES: Final = "overrides"
"""The topic of who may lift a rule (never authority), and take that back."""

RULE_OF_TOPIC: Final[Mapping[str, str]] = MappingProxyType({"order": "S0-12", "sign-off": "S0-13", "decisions": "S0-14", "change decisions": "S0-16"})
"""Where a requirement itself gives the authority, the refusal cites it."""

MONEY: Final = frozenset({"executive", "portfolio_manager", "steering_group", "auditor"})
"""Who reads money, within its scope."""

Belonging = frozenset[tuple[str, str]]
"""The scopes that something lies in: ("product", id), ("team", id), ("organisation", id)."""


def belonging(facts: Facts, kind: str, id: str) -> Belonging:
    """The scopes that an aggregate lies in: a product in itself, its home and the teams that serve it; a team in itself and its home; the rest in theirs."""
    kind = _SAME_ID.get(kind, kind)
    own = frozenset({(kind, id)}) if kind in ("product", "team", "organisation") else frozenset()
    if kind == "organisation" or kind not in KINDS:
        return own
    found = own | within(facts, facts.defined(KINDS[kind], id))
    if kind == "product" and "team" in KINDS:
        found |= {("team", team.id) for team in facts.related(KINDS["team"], "products", id)}
    return found


_SAME_ID: Final = {"graduation": "team", "backlog": "product"}
"""Kinds that bear the id of what they are about."""

_SCOPED_BY: Final = (
    ("investment", "investment"),
    ("team", "team"),
    ("product", "product"),
    ("lender", "organisation"),
    ("home", "organisation"),
    ("organisation", "organisation"),
    ("program", "program"),
)


def within(facts: Facts, subject: Any) -> Belonging:
    """The scopes that a command or a state lies in by what it names: its investment, else its team, its product, its organisation, its program.

    What is not known yet (a team that is formed later) says nothing of a home: then the next one counts as well.
    """
    found: Belonging = frozenset()
    has = _fields_of(type(subject))
    for field, kind in _SCOPED_BY:
        id = getattr(subject, field, None) if field in has else None
        if isinstance(id, str):
            found |= belonging(facts, kind, id)
            if any(scope == "organisation" for scope, _ in found):
                break
    return found


def _fields_of(cls: type) -> frozenset[str]:
    """The fields of a class of states or commands; asking a command for one that it lacks is slow."""
    found = _FIELDS.get(cls)
    if found is None:
        found = _FIELDS[cls] = frozenset(getattr(cls, "model_fields", None) or dir(cls))
    return found


_FIELDS: dict[type, frozenset[str]] = {}


def speaking(roles: Iterable[Role], topic: str, lies_in: Belonging) -> Role | None:
    """The role by which somebody may speak on a topic about what lies in these scopes; None without one."""
    for role in roles:
        if role.name == "importer" or (topic in AUTHORITY.get(role.name, ()) and covers(role, lies_in)):
            return role
    return None


def covers(role: Role, lies_in: Belonging) -> bool:
    """Whether what lies in these scopes is in the role's."""
    return role.scope_kind is None or role.scope == "*" or (role.scope_kind, role.scope) in lies_in


def who_may(topic: str) -> str:
    """The roles that may speak on a topic, in words for a refusal."""
    may = [f"{name} (of its {ROLES[name]})" if ROLES[name] else name for name, topics in AUTHORITY.items() if topic in topics]
    return " or ".join(may) or "importer"


def reads_money(roles: Iterable[Role], lies_in: Belonging) -> bool:
    """Whether somebody may see the money of what lies in these scopes."""
    return any(role.name in MONEY and covers(role, lies_in) for role in roles)
