"""Which of a list are wanted, and in which order: typed filters and orders of the connections."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from libs.events.catalog.backlog.item import ItemState
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.investment import Funding, InvestmentState
from libs.events.catalog.portfolio.team import HealthReading
from libs.events.catalog.roadmap.roadmap_item import Horizon
from libs.events.choice import Choice, choice


class Direction(Choice):
    """Which end comes first. What has no such value comes last either way."""

    ASC = choice("asc", "The smallest, the earliest, A.", words="Ascending")
    DESC = choice("desc", "The largest, the latest, Z.", words="Descending")


class TeamOrderField(Choice):
    """By what teams can be ordered."""

    ID = choice("id", "Its id, character by character.")
    NAME = choice("name", "Its name, without regard to case and accents.")
    STATUS = choice("status", "How far it is on its way to graduation: in the order of GraduationStatus.")
    CRITERIA_MET = choice("criteria_met", "How many of R-01 to R-06 are met.")
    FORMED = choice("formed", "When it was formed.")


class ProductOrderField(Choice):
    """By what products can be ordered."""

    ID = choice("id", "Its id, character by character.")
    NAME = choice("name", "Its name, without regard to case and accents.")
    PHASE_SINCE = choice("phase_since", "When it entered its phase.")


class RoadmapItemOrderField(Choice):
    """By what items of a roadmap can be ordered."""

    PLACED = choice("placed", "The order of their placing.")
    PRODUCT = choice("product", "The name of its product, without regard to case and accents; of one product by the start.")
    TITLE = choice("title", "Its title, without regard to case and accents.")
    STARTS = choice("starts", "When it is planned to start.")
    ENDS = choice("ends", "When it is planned to end.")
    SLIP = choice("slip", "How many days it has slipped.")


class ItemOrderField(Choice):
    """By what backlog items can be ordered."""

    POSITION = choice("position", "The product owner's order (S0-12).")
    TITLE = choice("title", "Its title, without regard to case and accents.")
    ADDED = choice("added", "When it was added.")


class InvestmentOrderField(Choice):
    """By what investments can be ordered."""

    ID = choice("id", "Its id, character by character.")
    PROPOSED = choice("proposed", "When it was proposed.")
    DECIDED = choice("decided", "When it was decided.")


def _wanted(description: str) -> Any:
    return strawberry.field(default=None, description=description)


_ONE_OF = "every field that is given must fit, and of a list one of its values."


@strawberry.input(description=f"Which teams are wanted: {_ONE_OF}")
class TeamFilter:
    status: list[GraduationStatus] | None = _wanted("Where they stand on the way to graduation.")
    organisation: list[strawberry.ID] | None = _wanted("At home in one of these.")
    product: list[strawberry.ID] | None = _wanted("Serving one of these.")
    health: list[HealthReading] | None = _wanted("With this latest reading of the team's health.")
    name: str | None = _wanted("With a name that holds this, without regard to case and accents.")


@strawberry.input(description=f"Which products are wanted: {_ONE_OF}")
class ProductFilter:
    phase: list[str] | None = _wanted("In a phase of one of these ids, such as beta.")
    lifecycle: list[strawberry.ID] | None = _wanted("Going through one of these lifecycles; `default` is the one of products that name none.")
    organisation: list[strawberry.ID] | None = _wanted("At home in one of these.")
    program: list[strawberry.ID] | None = _wanted("Part of one of these.")
    halted: bool | None = _wanted("Whether work on them is halted (S0-03).")
    name: str | None = _wanted("With a name that holds this, without regard to case and accents.")


@strawberry.input(description=f"Which items of a roadmap are wanted: {_ONE_OF}")
class RoadmapItemFilter:
    horizon: list[Horizon] | None = _wanted("Under one of these headings.")
    organisation: list[strawberry.ID] | None = _wanted("Of products at home in one of these, or co-owned by one of them (S4-12).")
    program: list[strawberry.ID] | None = _wanted("Of products that are part of one of these.")
    team: list[strawberry.ID] | None = _wanted("Of products that one of these serves.")
    product: list[strawberry.ID] | None = _wanted("Of one of these products.")
    text: str | None = _wanted("With a title, or a product's name, that holds this, without regard to case and accents.")
    ends_from: date | None = _wanted("Planned to end on this day or later.")
    ends_until: date | None = _wanted("Planned to end on this day or earlier.")
    slipped: bool | None = _wanted("Whether they end later than was planned first.")


@strawberry.input(description=f"Which backlog items are wanted: {_ONE_OF}")
class ItemFilter:
    state: list[ItemState] | None = _wanted("Where they stand; DROPPED needs `dropped: true` beside it.")
    system: list[str] | None = _wanted("From one of these sources, such as github or jira.")
    roadmap_item: list[strawberry.ID] | None = _wanted("Part of one of these.")


@strawberry.input(description=f"Which investments are wanted: {_ONE_OF}")
class InvestmentFilter:
    state: list[InvestmentState] | None = _wanted("Where they stand with the steering group (S0-14).")
    funding: list[Funding] | None = _wanted("Meant in one of these ways (S4-03).")
    team: list[strawberry.ID] | None = _wanted("For one of these teams.")
    product: list[strawberry.ID] | None = _wanted("For one of these products.")


def _direction() -> Any:
    return strawberry.field(default=Direction.ASC, description="Which end comes first.")


@strawberry.input(description="In which order teams come.")
class TeamOrder:
    by: TeamOrderField = strawberry.field(description="The value by which they are ordered.")
    direction: Direction = _direction()


@strawberry.input(description="In which order products come.")
class ProductOrder:
    by: ProductOrderField = strawberry.field(description="The value by which they are ordered.")
    direction: Direction = _direction()


@strawberry.input(description="In which order items of a roadmap come.")
class RoadmapItemOrder:
    by: RoadmapItemOrderField = strawberry.field(description="The value by which they are ordered.")
    direction: Direction = _direction()


@strawberry.input(description="In which order backlog items come.")
class ItemOrder:
    by: ItemOrderField = strawberry.field(description="The value by which they are ordered.")
    direction: Direction = _direction()


@strawberry.input(description="In which order investments come.")
class InvestmentOrder:
    by: InvestmentOrderField = strawberry.field(description="The value by which they are ordered.")
    direction: Direction = _direction()


TeamsWanted = Annotated[TeamFilter | None, strawberry.argument(description="Which of them. Default: all.")]
TeamsOrdered = Annotated[TeamOrder | None, strawberry.argument(description="In which order. Default: by id.")]
ProductsWanted = Annotated[ProductFilter | None, strawberry.argument(description="Which of them. Default: all.")]
ProductsOrdered = Annotated[ProductOrder | None, strawberry.argument(description="In which order. Default: by id.")]
RoadmapItemsWanted = Annotated[RoadmapItemFilter | None, strawberry.argument(description="Which of them. Default: all.")]
RoadmapItemsOrdered = Annotated[RoadmapItemOrder | None, strawberry.argument(description="In which order. Default: of their placing.")]
ItemsWanted = Annotated[ItemFilter | None, strawberry.argument(description="Which of them. Default: all.")]
ItemsOrdered = Annotated[ItemOrder | None, strawberry.argument(description="In which order. Default: the product owner's.")]
InvestmentsWanted = Annotated[InvestmentFilter | None, strawberry.argument(description="Which of them. Default: all.")]
InvestmentsOrdered = Annotated[InvestmentOrder | None, strawberry.argument(description="In which order. Default: by id.")]
