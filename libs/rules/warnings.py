"""What should be looked at about a thing of any kind, made from the one rule of its kind: for lists, and for the answer to a command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from libs.events.event import KINDS, split
from libs.events.facts import Facts
from libs.rules.authority import money_of, reads_money
from libs.rules.improvement.experiments import planned_in_the_past
from libs.rules.improvement.improvements import cautions
from libs.rules.money import warnings
from libs.rules.money.warnings import Warning
from libs.rules.roles import Role

RULES: Final[Mapping[str, Callable[[Facts, str], tuple[Warning, ...]]]] = MappingProxyType(
    {
        "investment": warnings.of_investment,
        "bid": warnings.of_bid,
        "product": warnings.of_product,
        "team": warnings.of_team,
        "program": warnings.of_program,
        "organisation": warnings.of_organisation,
        "improvement": cautions,
        "experiment": planned_in_the_past,
    }
)
"""Kind -> what is warned of about a thing of it. Of every other kind it is the rules that were lifted for it."""
_SAY_AMOUNTS: Final = frozenset({"investment", "bid"})


def warnings_of(facts: Facts, aggregate: str) -> tuple[Warning, ...]:
    """What should be looked at about the thing that an aggregate (`kind:id`) tells of: of a graduation the team, where one service owns both."""
    kind, id = split(aggregate)
    of = KINDS[kind].tells_of
    whole = of if of and KINDS[of].service == KINDS[kind].service else kind
    rule = RULES.get(whole)
    return facts.derive(rule, id) if rule is not None else warnings.ordered(warnings.lifted_for(facts, KINDS[kind], id))


def warnings_for(facts: Facts, roles: Iterable[Role], aggregate: str) -> tuple[Warning, ...]:
    """The same for a reader with these roles: without those that say amounts, for whoever may not read that money."""
    kind, id = split(aggregate)
    withheld = kind in _SAY_AMOUNTS and not reads_money(roles, money_of(facts, facts, kind, id))
    return () if withheld else warnings_of(facts, aggregate)
