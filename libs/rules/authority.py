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

JUDGING: Final = frozenset({"decisions", "baselines", "change decisions", "sign-off", "acceptances", "attestations"})
"""The topics on which whoever speaks judges what somebody else said: their events record what that was (`libs.events.judgement`)."""

RULE_OF_TOPIC: Final[Mapping[str, str]] = MappingProxyType({"order": "S0-12", "sign-off": "S0-13", "decisions": "S0-14", "change decisions": "S0-16"})
"""Where a requirement itself gives the authority, the refusal cites it."""

MONEY: Final = frozenset({"executive", "portfolio_manager", "steering_group", "auditor"})
"""Who reads money, within its scope."""

Belonging = frozenset[tuple[str, str]]
"""The scopes that something lies in: ("product", id), ("team", id), ("organisation", id); or (UNKNOWN, "team:id"), which no role covers but one for all."""

UNKNOWN: Final = "unknown"
"""Marks what a scope would rest on and nobody has said yet: until then a thing belongs to no organisation."""


def belonging(facts: Facts, kind: str, id: str) -> Belonging:
    """The scopes that an aggregate lies in: a product in itself, its home and the teams that serve it; a team in itself and its home; the rest in theirs."""
    if kind == "organisation" or kind not in KINDS:
        return itself(facts, kind, id)
    if KINDS[kind].tells_of:
        return through(facts, KINDS[kind].tells_of, id)
    return itself(facts, kind, id) | within(facts, facts.defined(KINDS[kind], id))


def itself(facts: Facts, kind: str, id: str) -> Belonging:
    """The scopes that name an aggregate itself, known or not: its own, and of a product those of the teams that serve it; most are none."""
    own = frozenset({(kind, id)}) if kind in ("product", "team", "organisation") else frozenset[tuple[str, str]]()
    if kind == "product" and "team" in KINDS:
        own |= {("team", team.id) for team in facts.related(KINDS["team"], "products", id)}
    return own


_SCOPED_BY: Final = (
    ("investment", "investment"),
    ("team", "team"),
    ("product", "product"),
    ("lender", "organisation"),
    ("home", "organisation"),
    ("organisation", "organisation"),
    ("program", "program"),
)
SCOPES_OF_PRODUCTS: Final = frozenset({"organisation", "product", "program", "team"})
"""The kinds that the scopes of what is a product's rest on: the product, its home or that of its program, and the teams that serve it."""
_DEFINED: Final = {"investment": ("team", "product"), "team": ("home",), "product": ("name",), "organisation": ("name",), "program": ("home",)}
"""Of what a scope may rest on, the fields of its state of which one is given once it was said."""


def within(facts: Facts, subject: Any, *, own: str | None = None) -> Belonging:
    """The scopes that a command, an event or a state lies in: those of the first that it names of an investment, a team, a product, an organisation, a program.

    The others say nothing: an investment in a team for another organisation's product is the team's home's. `own` is the field with the subject's own id.
    """
    first = rests_on(subject, own=own)
    return through(facts, *first[1:]) if first is not None else frozenset()


def rests_on(subject: Any, *, own: str | None = None) -> tuple[str, str, str] | None:
    """Field, kind and id of what gives a command, an event or a state its scopes; None where it names nothing that does."""
    has = _fields_of(type(subject))
    for field, kind in _SCOPED_BY:
        id = getattr(subject, field, None) if field in has and field != own else None
        if isinstance(id, str) and id:
            return field, kind, id
    return None


def has_scope(state: type) -> bool:
    """Whether states of this class name what gives them their scopes."""
    return any(field in _fields_of(state) for field, _ in _SCOPED_BY)


def known(facts: Facts, kind: str, id: str) -> bool:
    """Whether an investment, a team, a product, an organisation or a program has been said, be it for a later day, and was not taken back."""
    state = facts.defined(KINDS[kind], id) if kind in _DEFINED else None
    return any(getattr(state, field, None) for field in _DEFINED.get(kind, ()))


def through(facts: Facts, kind: str, id: str) -> Belonging:
    """The scopes of something that names this.

    What is not known yet has no home, so nothing else that is named gives one either: whoever said it later would take that over. An organisation is a scope
    by itself, known or not.
    """
    if kind == "organisation" or kind not in KINDS or known(facts, kind, id):
        return belonging(facts, kind, id)
    return itself(facts, kind, id) | {(UNKNOWN, f"{kind}:{id}")}


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


def who_may(topic: str, lies_in: Belonging | None = None) -> str:
    """The roles that may speak on a topic, in words: of anything, or, for a refusal, of what lies in these scopes (`portfolio_manager@transport`)."""
    names = [name for name, topics in AUTHORITY.items() if topic in topics]
    if lies_in is None:
        may = [f"{name} (of its {ROLES[name]})" if ROLES[name] else name for name in names]
    else:
        here = {name: [f"{name}@{id}" for of, id in sorted(lies_in) if of == ROLES[name]] for name in names if ROLES[name]}
        everywhere = [] if any(here.values()) else [f"{name}@*" for name in here]
        may = [role for name in names for role in here.get(name, [name])] + everywhere
    return " or ".join(may) or "importer"


def reads_money(roles: Iterable[Role], lies_in: Belonging) -> bool:
    """Whether somebody may see the money of what lies in these scopes."""
    return any(role.name in MONEY and covers(role, lies_in) for role in roles)


def money_of(facts: Facts, today: Facts, kind: str, id: str) -> Belonging:
    """The scopes whose readers may see an aggregate's money at a moment: what they rest on and nobody had said by then is taken as it is known today."""
    lies_in = belonging(facts, kind, id)
    return belonging(today, kind, id) if any(of == UNKNOWN for of, _ in lies_in) else lies_in
