"""Filters and orders of lists that are not simply fields of a state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from libs.commands.errors import NotFound
from libs.commands.validation import did_you_mean
from libs.events.catalog.portfolio.evaluations.evaluation import Evaluation
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.investment import Investment
from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE, LIFECYCLE
from libs.events.catalog.portfolio.product import PRODUCT, Product
from libs.events.catalog.portfolio.team import TEAM, HealthReading, Team
from libs.events.catalog.roadmap.initiative_choices import InitiativeOutcome, InitiativeStep
from libs.events.catalog.roadmap.metric import Metric, MetricKind
from libs.events.catalog.roadmap.roadmap_item import RoadmapItem
from libs.events.facts import Facts
from libs.events.values import LifecycleId, OrganisationId, ProgramId, TeamId
from libs.rules.graduation.status import graduation
from libs.rules.improvement.initiatives import current, outcome
from libs.rules.money.figures import sums
from libs.rules.products import backlogs
from libs.rules.products.homes import home_of_product
from libs.rules.products.metrics import lacking_kinds, redesign_since
from libs.rules.products.phases import phase_of
from libs.rules.text import fold


class By(NamedTuple):
    """What something is wanted or ordered by: in words, and where it is of a thing, as an attribute of its state or by a function that gives values of `type`.

    `exact` is of a text that is asked for as it is, not by a part of it. `check` is asked whether what is wanted can be there at all. What is `money` is looked
    at only of what the reader may read the money of: the rest fits nothing, and comes last.
    """

    words: str
    get: str | Callable[[Facts, Any], Any]
    type: Any = None
    exact: bool = False
    check: Callable[[Facts, Iterable[Any], str], None] | None = None
    money: bool = False


@dataclass(frozen=True)
class ListFields:
    """What one of a kind is called as a field of the schema, and many in words, where the kind says otherwise, and the fields of its filter and its order.

    None stands for a field that the state describes; the other fields of the state follow by themselves.
    """

    name: str = ""
    words: str = ""
    filter: Mapping[str, By | None] = field(default_factory=dict)
    order: Mapping[str, By | None] = field(default_factory=dict)


def _status(facts: Facts, team: Team) -> GraduationStatus:
    return facts.derive(graduation, team.id).status


def _phase(facts: Facts, product: Product) -> str | None:
    entered = facts.derive(phase_of, product.id)
    return entered.id if entered else None


def _in_phase_since(facts: Facts, product: Product) -> date | None:
    entered = facts.derive(phase_of, product.id)
    return entered.since if entered else None


def _lifecycle(_: Facts, product: Product) -> str:
    return product.lifecycle or DEFAULT_LIFECYCLE.id


def known_phases(facts: Facts, wanted: Iterable[str], name: str) -> None:
    """Raises NotFound for a phase that no lifecycle has, neither at this moment nor by all that is known: a mistyped one would be an empty list."""
    now = Facts(facts.histories, day=facts.day, before=None)
    there = {phase.id for at in (facts, now) for lifecycle in (DEFAULT_LIFECYCLE, *at.every(LIFECYCLE)) for phase in lifecycle.phases}
    for one in wanted:
        if one not in there and all(_phase(facts, product) != one for product in facts.every(PRODUCT)):
            what = f"there is no phase {one[:80]!r}{did_you_mean(one, sorted(there))}"
            raise NotFound(what, field=name, remedy=f"The phases are {', '.join(sorted(there))}.")


def in_phase(facts: Facts, products: Iterable[Product], phase: str | None) -> list[Product]:
    """Those of the products that are in a phase, or (None) all. Raises NotFound for a phase that there is not."""
    if phase is None:
        return list(products)
    known_phases(facts, (phase,), "phase")
    return [product for product in products if _phase(facts, product) == phase]


def _serving(facts: Facts, product: str) -> tuple[str, ...]:
    return tuple(team.id for team in facts.related(TEAM, "products", product))


def _beyond_threshold(facts: Facts, metric: Metric) -> bool:
    return facts.derive(redesign_since, metric.id) is not None


def _product_of(facts: Facts, item: RoadmapItem) -> Product:
    return facts.get(PRODUCT, item.product) or Product(id=item.product)


def _owners(facts: Facts, item: RoadmapItem) -> tuple[str | None, ...]:
    return *item.co_owners, home_of_product(facts, _product_of(facts, item))


def _titles(facts: Facts, item: RoadmapItem) -> tuple[str, str]:
    return item.title or item.id, _called(_product_of(facts, item))


def _by_product(facts: Facts, item: RoadmapItem) -> Any:
    return fold(_called(_product_of(facts, item))), item.product, item.starts or date.max


def _home_of_evaluated(facts: Facts, one: Evaluation) -> str | None:
    return home_of_product(facts, facts.get(PRODUCT, one.product))


def _amount(_: Facts, one: Investment) -> Decimal | None:
    amounts = one.current_baseline.amounts if one.current_baseline else one.asked
    return amounts.total.amount if amounts else None


def _over(facts: Facts, one: Investment) -> Decimal | None:
    found = facts.derive(sums, one.id)
    return found.against_current_baseline.get(one.currency or "") if found.against_current_baseline else None


def _programs(facts: Facts, one: Investment) -> tuple[str, ...]:
    team = facts.get(TEAM, one.team) if one.product is None else None
    products = (one.product,) if one.product else team.products if team else ()
    return tuple(product.program for id in products if (product := facts.get(PRODUCT, id)) and product.program)


_AMOUNT: Final = "What holds of it, else what is asked for, whatever the currency."


def _called(product: Product) -> str:
    return product.name or product.id


LIST_FIELDS: Final[Mapping[str, ListFields]] = MappingProxyType(
    {
        "team": ListFields(
            filter={
                "status": By("Where they stand on the way to graduation.", _status, GraduationStatus),
                "organisation": By("At home in one of these.", "home"),
                "product": By("Serving one of these.", "products"),
                "health": By("With this latest reading of the team's health.", lambda _, team: team.team_health and team.team_health.reading, HealthReading),
                "name": None,
            },
            order={
                "id": None,
                "name": None,
                "status": By("How far it is on its way to graduation: in the order of GraduationStatus.", _status),
                "criteria_met": By("How many of R-01 to R-06 are met.", lambda facts, team: sum(one.met for one in facts.derive(graduation, team.id).criteria)),
                "formed": By("When it was formed.", "formed"),
            },
        ),
        "product": ListFields(
            filter={
                "phase": By("In a phase of one of these ids, such as beta.", _phase, str, exact=True, check=known_phases),
                "lifecycle": By("Going through one of these lifecycles; `default` is the one of products that name none.", _lifecycle, LifecycleId),
                "organisation": By("At home in one of these.", home_of_product, OrganisationId),
                "program": By("Part of one of these.", "program"),
                "lacking_metrics": By("Lacking metrics of one of these kinds (S1-01).", lambda facts, one: facts.derive(lacking_kinds, one.id), MetricKind),
                "halted": By("Whether work on them is halted (S0-03).", lambda _, product: product.halted is not None, bool),
                "name": None,
            },
            order={
                "id": None,
                "name": None,
                "phase_since": By("When it entered its phase.", _in_phase_since),
            },
        ),
        "roadmap_item": ListFields(
            words="items of a roadmap",
            filter={
                "horizon": By("Under one of these headings.", "horizon"),
                "organisation": By("Of products at home in one of these, or co-owned by one of them (S4-12).", _owners, OrganisationId),
                "program": By("Of products that are part of one of these.", lambda facts, item: _product_of(facts, item).program, ProgramId),
                "team": By("Of products that one of these serves.", lambda facts, item: facts.derive(_serving, item.product), TeamId),
                "product": By("Of one of these products.", "product"),
                "text": By("With a title, or a product's name, that holds this, without regard to case and accents.", _titles, str),
                "ends_from": By("Planned to end on this day or later.", "ends"),
                "ends_until": By("Planned to end on this day or earlier.", "ends"),
                "slipped": By("Whether they end later than was planned first.", lambda _, item: (item.slip_days or 0) > 0, bool),
            },
            order={
                "placed": By("The order of their placing.", "placed"),
                "product": By("The name of its product, without regard to case and accents; of one product by the start.", _by_product),
                "title": None,
                "starts": By("When it is planned to start.", "starts"),
                "ends": By("When it is planned to end.", "ends"),
                "slip": By("How many days it has slipped.", "slip_days"),
            },
        ),
        "item": ListFields(
            words="backlog items",
            filter={
                "state": By("Where they stand; of a backlog DROPPED needs `dropped: true` beside it.", "state"),
                "system": By("From one of these sources, such as github or jira.", lambda _, item: item.source and item.source.system, str, exact=True),
                "roadmap_item": By("Part of one of these.", "roadmap_item"),
            },
            order={
                "position": By("The product owner's order (S0-12).", lambda facts, item: facts.derive(backlogs.positions, item.product).get(item.id)),
                "title": None,
                "added": By("When it was added.", "added"),
            },
        ),
        "investment": ListFields(
            filter={
                "state": By("Where they stand with the steering group (S0-14).", "state"),
                "funding": By("Meant in one of these ways (S4-03).", "funding"),
                "team": By("For one of these teams.", "team"),
                "product": By("For one of these products.", "product"),
                "program": By("Counting in one of these programs, by its product or by what its team serves.", _programs, ProgramId),
                "amount_at_least": By(f"{_AMOUNT} This or more.", _amount, Decimal, money=True),
                "amount_at_most": By(f"{_AMOUNT} This or less.", _amount, Decimal, money=True),
                "overspent": By(
                    "Whether it is forecast to cost more than its current baseline (S4-09).", lambda f, one: (_over(f, one) or 0) > 0, bool, money=True
                ),
            },
            order={
                "id": None,
                "proposed": By("When it was proposed.", "proposed"),
                "decided": By("When it was decided.", "decision"),
                "amount": By(_AMOUNT, _amount, Decimal, money=True),
                "overspend": By("By how much it is forecast to cost more than its current baseline (S4-09).", _over, Decimal, money=True),
            },
        ),
        "initiative": ListFields(
            filter={
                "step": By("In one of these steps.", lambda _, one: current(one), InitiativeStep),
                "outcome": By("Standing so as a whole.", lambda _, one: outcome(one), InitiativeOutcome),
                "title": None,
            },
        ),
        "confidence": ListFields("confidence_rating"),
        "evaluation": ListFields(
            filter={
                "good_practice": By(
                    "Of which others can learn something that holds this, without regard to case and accents.", lambda _, one: one.good_practice or "", str
                ),
                "has_good_practice": By("Whether others can learn from them (S1-14).", lambda _, one: bool(one.good_practice), bool),
                "organisation": By("Of products at home in one of these.", _home_of_evaluated, OrganisationId),
            }
        ),
        "change": ListFields("change_request"),
        "metric": ListFields(filter={"beyond_threshold": By("Whether they lie beyond their redesign threshold (S1-23).", _beyond_threshold, bool)}),
        "need": ListFields("user_need"),
        "loan": ListFields(
            filter={
                "starts_from": By("Beginning on this day or later.", "starts"),
                "starts_until": By("Beginning on this day or earlier.", "starts"),
                "returned": By("Whether the team is back.", lambda _, loan: loan.returned is not None, bool),
            },
            order={"starts": By("Its first day.", "starts"), "until": By("Its last day, as it was planned.", "until")},
        ),
    }
)
"""Kind -> what lists of it say beside its state."""
