"""Which of a list are wanted, and in which order: typed filters and orders of the connections."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Any

import strawberry

from libs.events.catalog.backlog.item import ItemState
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.investment import Funding
from libs.events.catalog.portfolio.team import HealthReading
from libs.events.catalog.roadmap.roadmap_item import Horizon
from services.gateway.types.investing import InvestmentState
from services.gateway.types.telling import known


class Direction(Enum):
    """Which end comes first."""

    ASC = "asc"
    DESC = "desc"


class TeamOrderField(Enum):
    """By what teams can be ordered."""

    ID = "id"
    NAME = "name"
    STATUS = "status"
    CRITERIA_MET = "criteria_met"
    FORMED = "formed"


class ProductOrderField(Enum):
    """By what products can be ordered."""

    ID = "id"
    NAME = "name"
    PHASE_SINCE = "phase_since"


class RoadmapItemOrderField(Enum):
    """By what items of a roadmap can be ordered."""

    PLACED = "placed"
    PRODUCT = "product"
    TITLE = "title"
    STARTS = "starts"
    ENDS = "ends"
    SLIP = "slip"


class ItemOrderField(Enum):
    """By what backlog items can be ordered."""

    POSITION = "position"
    TITLE = "title"
    ADDED = "added"


class InvestmentOrderField(Enum):
    """By what investments can be ordered."""

    ID = "id"
    PROPOSED = "proposed"
    DECIDED = "decided"


known(
    Direction, "Which end comes first. What has no such value comes last either way.", ASC="The smallest, the earliest, A.", DESC="The largest, the latest, Z."
)
known(
    TeamOrderField,
    "By what teams can be ordered.",
    ID="Its id.",
    NAME="Its name, without regard to case and accents.",
    STATUS="How far it is on its way to graduation: in the order of GraduationStatus.",
    CRITERIA_MET="How many of R-01 to R-06 are met.",
    FORMED="When it was formed.",
)
known(
    ProductOrderField,
    "By what products can be ordered.",
    ID="Its id.",
    NAME="Its name, without regard to case and accents.",
    PHASE_SINCE="When it entered its phase.",
)
known(
    RoadmapItemOrderField,
    "By what items of a roadmap can be ordered.",
    PLACED="The order of their placing.",
    PRODUCT="The name of its product, without regard to case and accents; of one product by the start.",
    TITLE="Its title, without regard to case and accents.",
    STARTS="When it is planned to start.",
    ENDS="When it is planned to end.",
    SLIP="How many days it has slipped.",
)
known(
    ItemOrderField,
    "By what backlog items can be ordered.",
    POSITION="The product owner's order (S0-12).",
    TITLE="Its title, without regard to case and accents.",
    ADDED="When it was added.",
)
known(
    InvestmentOrderField,
    "By what investments can be ordered.",
    ID="Its id.",
    PROPOSED="When it was proposed.",
    DECIDED="When it was decided.",
)


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
    by: TeamOrderField = strawberry.field(description="By what.")
    direction: Direction = _direction()


@strawberry.input(description="In which order products come.")
class ProductOrder:
    by: ProductOrderField = strawberry.field(description="By what.")
    direction: Direction = _direction()


@strawberry.input(description="In which order items of a roadmap come.")
class RoadmapItemOrder:
    by: RoadmapItemOrderField = strawberry.field(description="By what.")
    direction: Direction = _direction()


@strawberry.input(description="In which order backlog items come.")
class ItemOrder:
    by: ItemOrderField = strawberry.field(description="By what.")
    direction: Direction = _direction()


@strawberry.input(description="In which order investments come.")
class InvestmentOrder:
    by: InvestmentOrderField = strawberry.field(description="By what.")
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
