"""The table of authority: which role may give which command within which scope (S4-20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from libs.events.event import KINDS, split
from libs.events.facts import Facts
from libs.rules.roles import EVERYWHERE, ROLES, Role

AUTHORITY: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "product_owner": frozenset(
            {
                "order",
                "reviews",
                "checklists",
                "confidence",
                "records",
                "sign-off",
                "publishing",
                "needs",
                "metrics",
                "targets",
                "readings",
                "monitoring",
                "roadmap",
                "items",
                "change links",
                "visions",
                "target conditions",
                "feedback",
                "recommendations",
                "initiatives",
            }
        ),
        "team": frozenset(
            {
                "items",
                "experiments",
                "improvements",
                "readings",
                "monitoring",
                "releases",
                "changes",
                "change classes",
                "change links",
                "sources",
                "members",
                "target conditions",
                "feedback",
                "exposures",
                "records",
            }
        ),
        "portfolio_manager": frozenset(
            {
                "applications",
                "opportunities recorded",
                "redesigns",
                "organisations",
                "programs",
                "products",
                "checklists",
                "confidence",
                "records",
                "teams",
                "members",
                "exposures",
                "investments",
                "bids",
                "forecasts",
                "actuals",
                "returns",
                "loans",
                "loan answers",
                "agreements",
                "people",
                "accountables",
                "evaluations",
                "visions",
                "initiatives",
                "roadmap",
                "backlogs",
                "corrections",
            }
        ),
        "steering_group": frozenset({"decisions", "baselines", "overrides"}),
        "cab": frozenset({"change decisions", "change class decisions"}),
        "executive": frozenset(
            {
                "accountables",
                "attestations",
                "confidence",
                "stories",
                "ceremonies",
                "acceptances",
                "opportunities",
                "redesigns",
                "visions",
                "initiatives",
                "overrides",
            }
        ),
        "lab_ops": frozenset(
            {
                "teams",
                "health",
                "exposures",
                "onboarding",
                "opportunities recorded",
                "sustain",
                "preparations",
                "pivots",
                "precedents",
                "agreements",
                "lifecycles",
                "organisations",
                "backlogs",
                "webhooks",
                "people",
                "forgetting",
            }
        ),
        "subscriber": frozenset({"webhooks"}),
        "auditor": frozenset({"webhooks"}),
    }
)
"""Role -> the topics it may speak on within its scope. An importer may say anything; a subscriber and an auditor only where events are sent to them."""

OVERRIDES: Final = "overrides"
"""The topic of who may lift a rule (never authority), and take that back."""

AT_HOME: Final = frozenset({"change classes"})
"""The topics on which a team speaks of what is its home's, as it does of what is its own."""

IN_NAME_OF: Final = MappingProxyType({"loan answers": "borrower"})
"""The topics on which an organisation that a thing names in this field speaks, and not that in which it lies."""

HOMELESS: Final = frozenset({"people", "records"})
"""The topics on which whoever speaks of an organisation's own speaks of what is nobody's yet, too: of a record that names none, its decision says so."""

JUDGING: Final = frozenset(
    {
        "decisions",
        "baselines",
        "change decisions",
        "change class decisions",
        "sign-off",
        "acceptances",
        "attestations",
        "recommendations",
        "onboarding",
        "opportunities",
        "loan answers",
    }
)
"""The topics on which whoever speaks judges what somebody else said: their events record what that was (`libs.events.judgement`)."""

RULE_OF_TOPIC: Final[Mapping[str, str]] = MappingProxyType(
    {"order": "S0-12", "sign-off": "S0-13", "decisions": "S0-14", "change decisions": "S0-16", "change class decisions": "S3-10"}
)
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


def answering(facts: Facts, topic: str, kind: str, id: str) -> Belonging | None:
    """The scopes of whoever speaks on a topic in the name of an organisation that a thing names; None where it is who speaks of the thing."""
    named = getattr(facts.defined(KINDS[kind], id), IN_NAME_OF[topic], None) if topic in IN_NAME_OF else None
    return None if named is None else belonging(facts, "organisation", named)


def itself(facts: Facts, kind: str, id: str) -> Belonging:
    """The scopes that name an aggregate itself, known or not: its own, of an organisation that was merged its heir's, and of a product those of the teams
    that serve it; most are none.
    """
    lies = facts.heir(KINDS[kind], id) if kind == "organisation" and kind in KINDS else id
    own = frozenset({(kind, lies)}) if kind in ("product", "team", "organisation") else frozenset[tuple[str, str]]()
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
    ("channel", "channel"),
)
SUBJECT: Final = "subject"
"""The field with the global id of what something is said of, whatever its kind."""
PARTIES: Final = "parties"
"""The field with the organisations each of which something is of: whoever speaks for one of them speaks of it."""
SCOPES_OF_PRODUCTS: Final = frozenset({"organisation", "product", "program", "team"})
"""The kinds that the scopes of what is a product's rest on: the product, its home or that of its program, and the teams that serve it."""
_DEFINED: Final = {
    "investment": ("team", "product"),
    "team": ("home",),
    "product": ("name",),
    "organisation": ("name",),
    "program": ("home",),
    "channel": ("product",),
    "initiative": ("subject",),
}
"""Of what a scope may rest on, the fields of its state of which one is given once it was said."""


def within(facts: Facts, subject: Any, *, own: str | None = None) -> Belonging:
    """The scopes that a command, an event or a state lies in: those of the first that it names of an investment, a team, a product, an organisation, a program.

    The others say nothing: an investment in a team for another organisation's product is the team's home's. `own` is the field with the subject's own id.
    """
    first = rests_on(subject, own=own)
    if first is not None:
        return through(facts, *first[1:])
    return frozenset(("organisation", id) for id in getattr(subject, PARTIES, ())) if PARTIES in _fields_of(type(subject)) else frozenset()


def rests_on(subject: Any, *, own: str | None = None) -> tuple[str, str, str] | None:
    """Field, kind and id of what gives a command, an event or a state its scopes; None where it names nothing that does."""
    has = _fields_of(type(subject))
    for field, kind in _SCOPED_BY:
        id = getattr(subject, field, None) if field in has and field != own else None
        if isinstance(id, str) and id:
            return field, kind, id
    whole = getattr(subject, SUBJECT, None) if SUBJECT in has else None
    return (SUBJECT, *split(whole)) if isinstance(whole, str) and ":" in whole else None


def has_scope(state: type) -> bool:
    """Whether states of this class name what gives them their scopes."""
    return any(field in _fields_of(state) for field in (SUBJECT, *(field for field, _ in _SCOPED_BY)))


def known(facts: Facts, kind: str, id: str) -> bool:
    """Whether an investment, a team, a product, an organisation or a program has been said, be it for a later day, and was not taken back.

    What gives nothing else its scopes, such as a release, is known where its own are.
    """
    if kind not in _DEFINED:
        return rests_on(facts.get(KINDS[kind], id)) is not None
    state = facts.defined(KINDS[kind], id)
    return any(getattr(state, field, None) for field in _DEFINED[kind])


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


def of_those_at_home(facts: Facts, lies_in: Belonging) -> Belonging:
    """The scopes of the teams that are at home in an organisation among these."""
    homes = [id for of, id in lies_in if of == "organisation"]
    return frozenset(("team", team.id) for home in homes for team in facts.related(KINDS["team"], "home", home))


def speaking(roles: Iterable[Role], topic: str, lies_in: Belonging) -> Role | None:
    """The role by which somebody may speak on a topic about what lies in these scopes; None without one."""
    for role in roles:
        if role.name == "importer" or (topic in AUTHORITY.get(role.name, ()) and covers(role, lies_in)):
            return role
    return None


def covers(role: Role, lies_in: Belonging) -> bool:
    """Whether what lies in these scopes is in the role's. A product owner of everything owns all products, and nothing that is of none."""
    if role.scope == EVERYWHERE:
        return role.scope_kind != "product" or any(of == "product" for of, _ in lies_in)
    return role.scope_kind is None or (role.scope_kind, role.scope) in lies_in


def roles_on(topic: str) -> tuple[str, ...]:
    """The names of the roles that may speak on a topic, each within its scope (S4-20)."""
    return tuple(name for name, topics in AUTHORITY.items() if topic in topics)


def who_may(topic: str, lies_in: Belonging | None = None) -> str:
    """The roles that may speak on a topic, in words: of anything, or, for a refusal, of what lies in these scopes (`portfolio_manager@transport`)."""
    names = roles_on(topic)
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
