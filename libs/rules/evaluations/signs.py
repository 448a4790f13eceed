"""What the rules themselves make of a team, a product, an investment, a program or an organisation, on the five levels by which people rate it (S1-24)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Final, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.evaluations.confidence import ConfidenceLevel
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM, HealthReading
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.event import KINDS, Event
from libs.events.facts import Facts
from libs.rules.graduation.status import status_on
from libs.rules.money.figures import sums
from libs.rules.products.homes import products_at, teams_at
from libs.rules.products.metrics import redesign_since
from libs.rules.products.targets import targets
from libs.rules.teams import health

WORST_FIRST: Final = (*reversed(ConfidenceLevel),)
"""The levels from low to high."""
Sign = tuple[ConfidenceLevel, str]
"""Something that is known, and the level above which a thing cannot stand because of it."""

_READINGS: Final[Mapping[HealthReading, ConfidenceLevel]] = MappingProxyType(
    {HealthReading.GOOD: ConfidenceLevel.HIGH, HealthReading.FAIR: ConfidenceLevel.MEDIUM, HealthReading.POOR: ConfidenceLevel.LOW}
)
_OVER: Final = ((Decimal("0.25"), ConfidenceLevel.LOW), (Decimal("0.10"), ConfidenceLevel.MEDIUM_LOW), (Decimal(0), ConfidenceLevel.MEDIUM))
"""By more than which share the forecast lies above the baseline, and what that comes to."""


class Standing(NamedTuple):
    """What the rules make of something, on the levels by which people rate it."""

    level: Annotated[ConfidenceLevel, Doc("The worst that any of the signs allows; of a program or an organisation what half of what lies in it reaches.")]
    because: Annotated[tuple[str, ...], Doc("The signs that decide, in words.")]


@dataclass(frozen=True, slots=True)
class StandingOf:
    """What the rules make of things of a kind; None where they know nothing that tells."""

    kind: str

    def __call__(self, facts: Facts, id: str) -> Standing | None:
        if self.kind in _INNER:
            return _middle(found for kind, inner in _INNER[self.kind](facts, id) if (found := facts.derive(_OF[kind], inner)) is not None)
        return _worst(_SIGNS[self.kind](facts, id)) if ended(facts, self.kind, id) is None else None


def ended(facts: Facts, kind: str, id: str) -> Event | None:
    """What made an end of something that is rated, since when the rules make nothing of it and nobody has to rate it; None while it is there."""
    found: Event | None = getattr(facts.get(KINDS[kind], id), _ENDED.get(kind, ""), None)
    return found


def _worst(signs: Iterable[Sign]) -> Standing | None:
    found = [*signs]
    if not found:
        return None
    level = min((level for level, _ in found), key=WORST_FIRST.index)
    return Standing(level, tuple(dict.fromkeys(why for at, why in found if at is level)))


def _middle(found: Iterable[Standing]) -> Standing | None:
    """The level that half of these, or more, reach."""
    levels = sorted((one.level for one in found), key=WORST_FIRST.index)
    if not levels:
        return None
    level = levels[(len(levels) - 1) // 2]
    return Standing(level, (f"{sum(WORST_FIRST.index(one) >= WORST_FIRST.index(level) for one in levels)} of {len(levels)} stand so or better",))


def _of_team(facts: Facts, id: str) -> Iterator[Sign]:
    found = facts.derive(health, id)
    for reading, of in ((found.team, "team"), (found.product, "product")) if found else ():
        if reading is not None:
            yield _READINGS[reading], f"the health of the {of} is {reading.spoken}"
    if facts.derive(status_on, id, facts.day) is GraduationStatus.AT_RISK:
        yield ConfidenceLevel.LOW, "it graduated, and a criterion is no longer met"


def _of_product(facts: Facts, id: str) -> Iterator[Sign]:
    product = facts.get(PRODUCT, id)
    if product is None:
        return
    if product.halted is not None:
        yield ConfidenceLevel.LOW, "work on it is halted"
    aims = facts.derive(targets, (id,))
    if aims.missed:
        yield ConfidenceLevel.MEDIUM_LOW, f"{aims.missed} of its targets {'was' if aims.missed == 1 else 'were'} missed"
    elif aims.hit:
        yield ConfidenceLevel.HIGH, "its targets that were due are hit"
    for metric in facts.related(METRIC, "product", id):
        if facts.derive(redesign_since, metric.id) is not None:
            yield ConfidenceLevel.MEDIUM_LOW, f"{metric.name or metric.id} lies beyond its redesign threshold"
    for team in facts.related(TEAM, "products", id):
        found = facts.derive(health, team.id) if team.ended is None else None
        if found is not None and found.product is not None:
            yield _READINGS[found.product], f"the health of the product is {found.product.spoken}"


def _of_investment(facts: Facts, id: str) -> Iterator[Sign]:
    """By its money, and by the team and the product that it is for."""
    one, found = facts.get(INVESTMENT, id), facts.derive(sums, id)
    if one is None:
        return
    for (currency, more), (_, baseline) in zip(found.against_current_baseline, found.committed, strict=False):
        over = more / baseline if baseline else Decimal(0)
        level = next((level for share, level in _OVER if over > share), ConfidenceLevel.HIGH)
        yield level, f"its forecast {'is above' if more > 0 else 'is not above'} its baseline in {currency}"
    for kind, named in (("team", one.team), ("product", one.product)):
        standing = facts.derive(_OF[kind], named) if named else None
        if standing is not None:
            yield standing.level, f"of the {kind}: {'; '.join(standing.because)}"


def in_program(facts: Facts, id: str) -> Iterator[tuple[str, str]]:
    """The products of a program, each by kind and id: from these it stands."""
    yield from (("product", product.id) for product in facts.related(PRODUCT, "program", id))


def in_organisation(facts: Facts, id: str | None) -> Iterator[tuple[str, str]]:
    """The products and the teams at home in an organisation (None: all), each by kind and id: from these it stands."""
    yield from (("product", product.id) for product in products_at(facts, id))
    yield from (("team", team.id) for team in teams_at(facts, id))


_SIGNS: Final[Mapping[str, Callable[[Facts, str], Iterable[Sign]]]] = MappingProxyType({"team": _of_team, "product": _of_product, "investment": _of_investment})
_INNER: Final[Mapping[str, Callable[[Facts, str], Iterable[tuple[str, str]]]]] = MappingProxyType({"program": in_program, "organisation": in_organisation})
_OF: Final = MappingProxyType({kind: StandingOf(kind) for kind in (*_SIGNS, *_INNER)})
_ENDED: Final = MappingProxyType({"team": "ended", "product": "decommissioned", "investment": "ended"})
"""By which field of its state something that is rated has ended."""
