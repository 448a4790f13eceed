"""The parts of a list that a filter wants, in the order that was asked for, as listings that pages are cut from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from libs.commands.errors import Invalid, NotFound
from libs.commands.validation import did_you_mean
from libs.events.catalog.backlog.item import Item
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.investment import Investment
from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE, LIFECYCLE
from libs.events.catalog.portfolio.product import PRODUCT, Product
from libs.events.catalog.portfolio.team import TEAM, Team
from libs.events.catalog.roadmap.roadmap_item import RoadmapItem
from libs.events.event import Event, Identified
from libs.events.facts import EVENTS, Facts, Histories
from libs.events.metering import spend
from libs.rules.graduation import graduation
from libs.rules.homes import home_of_product
from libs.rules.phases import phase_of
from libs.rules.searching import fold
from services.gateway.ids import chosen, inside
from services.gateway.types.connection import Listing
from services.gateway.types.filtering import (
    Direction,
    InvestmentFilter,
    InvestmentOrder,
    InvestmentOrderField,
    ItemFilter,
    ItemOrder,
    ItemOrderField,
    ProductFilter,
    ProductOrder,
    ProductOrderField,
    RoadmapItemFilter,
    RoadmapItemOrder,
    RoadmapItemOrderField,
    TeamFilter,
    TeamOrder,
    TeamOrderField,
)

S = TypeVar("S", bound=Identified)

MOST_SOUGHT: Final = 1_000
"""Characters of a text that a name must hold."""


def teams_of(name: str, facts: Facts, whole: Sequence[Team], wanted: TeamFilter | None, order: TeamOrder | None) -> Listing[Team]:
    """The teams that are wanted, in order. Raises Invalid for an id of something else."""
    states = whole
    if wanted is not None:
        homes, products = _ids(facts.histories, "organisation", wanted.organisation), _ids(facts.histories, "product", wanted.product)
        called = _folded(wanted.name)
        states = [
            team
            for team in _through(states)
            if (homes is None or team.home in homes)
            and (products is None or not products.isdisjoint(team.products))
            and (wanted.health is None or (team.team_health is not None and team.team_health.reading in wanted.health))
            and (called is None or called in fold(team.name or team.id))
            and (wanted.status is None or facts.derive(graduation, team.id).status in wanted.status)
        ]
    keys: dict[TeamOrderField, Callable[[Team], Any]] = {
        TeamOrderField.ID: lambda team: team.id,
        TeamOrderField.NAME: lambda team: fold(team.name or team.id),
        TeamOrderField.STATUS: lambda team: _STATUSES[facts.derive(graduation, team.id).status],
        TeamOrderField.CRITERIA_MET: lambda team: sum(criterion.met for criterion in facts.derive(graduation, team.id).criteria),
        TeamOrderField.FORMED: lambda team: _when(team.formed),
    }
    return _listing(name, whole, states, keys, order)


_STATUSES = {status: n for n, status in enumerate(GraduationStatus)}


def products_of(
    name: str, facts: Facts, whole: Sequence[Product], wanted: ProductFilter | None, order: ProductOrder | None, phase: str | None = None
) -> Listing[Product]:
    """The products that are wanted, in order, in one phase or in any. Raises Invalid for an id of something else."""
    if phase is not None:
        _known_phases(facts, (phase,), "phase")
    states = [product for product in whole if phase is None or _phase(facts, product) == phase]
    if wanted is not None:
        _known_phases(facts, wanted.phase or (), "filter.phase")
        homes, programs = _ids(facts.histories, "organisation", wanted.organisation), _ids(facts.histories, "program", wanted.program)
        lifecycles = _ids(facts.histories, "lifecycle", wanted.lifecycle, given=DEFAULT_LIFECYCLE.id)
        called = _folded(wanted.name)
        states = [
            product
            for product in _through(states)
            if (homes is None or home_of_product(facts, product) in homes)
            and (programs is None or product.program in programs)
            and (wanted.phase is None or _phase(facts, product) in wanted.phase)
            and (lifecycles is None or (product.lifecycle or DEFAULT_LIFECYCLE.id) in lifecycles)
            and (wanted.halted is None or (product.halted is not None) == wanted.halted)
            and (called is None or called in fold(product.name or product.id))
        ]
    keys: dict[ProductOrderField, Callable[[Product], Any]] = {
        ProductOrderField.ID: lambda product: product.id,
        ProductOrderField.NAME: lambda product: fold(product.name or product.id),
        ProductOrderField.PHASE_SINCE: lambda product: entered.since if (entered := facts.derive(phase_of, product.id)) else None,
    }
    return _listing(name, whole, states, keys, order)


def _known_phases(facts: Facts, wanted: Iterable[str], field: str) -> None:
    """Raises NotFound for a phase that no lifecycle has, neither at this moment nor by all that is known: a mistyped one would be an empty list."""
    now = Facts(facts.histories, day=facts.day, before=None)
    there = {phase.id for at in (facts, now) for lifecycle in (DEFAULT_LIFECYCLE, *at.every(LIFECYCLE)) for phase in lifecycle.phases}
    for one in wanted:
        if one not in there and all(_phase(facts, product) != one for product in facts.every(PRODUCT)):
            what = f"there is no phase {one[:80]!r}{did_you_mean(one, sorted(there))}"
            raise NotFound(what, field=field, remedy=f"The phases are {', '.join(sorted(there))}.")


def _phase(facts: Facts, product: Product) -> str | None:
    entered = facts.derive(phase_of, product.id)
    return entered.id if entered else None


def roadmap_items_of(
    name: str, facts: Facts, whole: Sequence[RoadmapItem], wanted: RoadmapItemFilter | None, order: RoadmapItemOrder | None
) -> Listing[RoadmapItem]:
    """The items of a roadmap that are wanted, in order. Raises Invalid for an id of something else."""
    states = whole
    if wanted is not None:
        begin, end, text = wanted.ends_from, wanted.ends_until, _folded(wanted.text)
        homes, programs = _ids(facts.histories, "organisation", wanted.organisation), _ids(facts.histories, "program", wanted.program)
        products, teams = _ids(facts.histories, "product", wanted.product), _ids(facts.histories, "team", wanted.team)
        served = None if teams is None else {product for one in sorted(teams) if (team := facts.get(TEAM, one)) for product in team.products}
        of = {id: facts.get(PRODUCT, id) for id in {item.product for item in states}}
        states = [
            item
            for item in _through(states)
            if (wanted.horizon is None or item.horizon in wanted.horizon)
            and (begin is None or (item.ends is not None and item.ends >= begin))
            and (end is None or (item.ends is not None and item.ends <= end))
            and (wanted.slipped is None or ((item.slip_days or 0) > 0) == wanted.slipped)
            and (products is None or item.product in products)
            and (served is None or item.product in served)
            and (programs is None or ((product := of[item.product]) is not None and product.program in programs))
            and (homes is None or not homes.isdisjoint(item.co_owners) or home_of_product(facts, of[item.product]) in homes)
            and (text is None or text in fold(item.title or item.id) or text in fold(_name(of[item.product], item.product)))
        ]
    keys: dict[RoadmapItemOrderField, Callable[[RoadmapItem], Any]] = {
        RoadmapItemOrderField.PRODUCT: lambda item: (fold(_name(facts.get(PRODUCT, item.product), item.product)), item.product, item.starts or date.max),
        RoadmapItemOrderField.TITLE: lambda item: fold(item.title or item.id),
        RoadmapItemOrderField.STARTS: lambda item: item.starts,
        RoadmapItemOrderField.ENDS: lambda item: item.ends,
        RoadmapItemOrderField.SLIP: lambda item: item.slip_days,
    }
    return _listing(name, whole, states, keys, order, by_id=False)


def items_of(
    name: str, facts: Facts, whole: Sequence[Item], states: Sequence[Item], wanted: ItemFilter | None, order: ItemOrder | None, mark: Callable[[Item], int]
) -> Listing[Item]:
    """The backlog items that are wanted, in order; `mark` changes where the owner has moved one. Raises Invalid for an id of something else."""
    if wanted is not None:
        parents = _ids(facts.histories, "roadmap_item", wanted.roadmap_item)
        states = [
            item
            for item in _through(states)
            if (wanted.state is None or item.state in wanted.state)
            and (wanted.system is None or (item.source is not None and item.source.system in wanted.system))
            and (parents is None or item.roadmap_item in parents)
        ]
    keys: dict[ItemOrderField, Callable[[Item], Any]] = {
        ItemOrderField.TITLE: lambda item: fold(item.title or item.id),
        ItemOrderField.ADDED: lambda item: _when(item.added),
    }
    return _listing(name, whole, states, keys, order, by_id=False, mark=mark)


def investments_of(name: str, facts: Facts, whole: Sequence[Investment], wanted: InvestmentFilter | None, order: InvestmentOrder | None) -> Listing[Investment]:
    """The investments that are wanted, in order. Raises Invalid for an id of something else."""
    states = whole
    if wanted is not None:
        teams, products = _ids(facts.histories, "team", wanted.team), _ids(facts.histories, "product", wanted.product)
        states = [
            one
            for one in _through(states)
            if (wanted.state is None or one.state in wanted.state)
            and (wanted.funding is None or one.funding in wanted.funding)
            and (teams is None or one.team in teams)
            and (products is None or one.product in products)
        ]
    keys: dict[InvestmentOrderField, Callable[[Investment], Any]] = {
        InvestmentOrderField.ID: lambda one: one.id,
        InvestmentOrderField.PROPOSED: lambda one: _when(one.proposed),
        InvestmentOrderField.DECIDED: lambda one: _when(one.decision),
    }
    return _listing(name, whole, states, keys, order)


def _listing(
    name: str,
    whole: Sequence[S],
    wanted: Sequence[S],
    keys: Mapping[Any, Callable[[S], Any]],
    order: Any,
    *,
    by_id: bool = True,
    mark: Callable[[S], int] = lambda state: 0,
) -> Listing[S]:
    """A listing in the order that was asked for; a field without a key means the order as it is."""
    if order is None:
        return Listing(name, whole, wanted, by_id=by_id, mark=mark)
    key, backwards = keys.get(order.by), order.direction is Direction.DESC
    return Listing(f"{name} by {order.by.name} {order.direction.name}", whole, _ordered(wanted, key, order.direction), key, backwards, by_id, mark)


def _ordered(states: Sequence[S], key: Callable[[S], Any] | None, direction: Direction) -> Sequence[S]:
    """By a key, without one in the order as it is; what has none comes last either way, and equals stay as they were."""
    backwards = direction is Direction.DESC
    if key is None:
        return states[::-1] if backwards else states
    keyed = [(key(state), state) for state in _through(states)]
    known = sorted(((k, s) for k, s in keyed if k is not None), key=lambda one: one[0], reverse=backwards)
    return [s for _, s in known] + [s for k, s in keyed if k is None]


def _ids(histories: Histories, kind: str, wanted: Iterable[str] | None, *, given: str | None = None) -> frozenset[str] | None:
    """Plain ids, from global or plain ones; `given` is there without anybody's having said so. Raises Invalid and NotFound as `chosen` does."""
    return (
        None
        if wanted is None
        else frozenset(given if given and inside(kind, one) == given else chosen(histories, kind, one, f"filter.{kind}") for one in wanted)
    )


def _name(product: Product | None, id: str) -> str:
    return (product.name if product else "") or id


def _through(states: Iterable[S]) -> Iterator[S]:
    """Each of them; looking at a long list costs what it costs."""
    for n, state in enumerate(states):
        if n % EVENTS == 0:
            spend()
        yield state


def _folded(text: str | None) -> str | None:
    if text is not None and len(text) > MOST_SOUGHT:
        raise Invalid(f"longer than {MOST_SOUGHT:,} characters", field="filter", remedy="Give a part of the name.")
    return None if text is None else fold(text)


def _when(event: Event | None) -> Any:
    return event.order if event else None
