"""A reference to what nobody has said yet is shown as such, never as null: held for every field of the schema that refers to something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_composite_type, is_list_type, is_required_argument

from headway.contracts.samples import sample
from libs.commands.testing import money
from libs.events import values
from libs.events.catalog.backlog.item import ITEM, ItemAdded
from libs.events.catalog.backlog.need import NEED, NeedRecorded
from libs.events.catalog.portfolio.bid import BID, BidSubmitted
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentProposed
from libs.events.catalog.portfolio.loan import LOAN, TeamLent
from libs.events.catalog.portfolio.product import PRODUCT, ProductRegistered
from libs.events.catalog.portfolio.program import PROGRAM, ProductsLinked, ProgramOpened
from libs.events.catalog.portfolio.team import TEAM, Staffing, TeamFormed
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeRaised, Effect
from libs.events.catalog.roadmap.metric import METRIC, MetricDefined, MetricKind
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, Horizon, RoadmapItemPlaced
from libs.events.event import KINDS
from services.gateway.graphql.schema import schema
from services.gateway.graphql.types.kinds.types import BY_KIND
from tests.events.any_history import said_of
from tests.services.gateway.small_world import Gateway

SCHEMA = schema()._schema
HOLDERS = {
    "Product": "product:held",
    "Team": "team:held",
    "Program": "program:held",
    "Loan": "loan:held",
    "InvestmentCase": "investment:held",
    "Bid": "bid:held",
    "RoadmapItem": "roadmap_item:held",
    "Release": "release:held",
    "ChangeRequest": "change:held",
    "Metric": "metric:held",
    "Need": "need:held",
    "Item": "item:held",
}
SAMPLED = [kind for kind in sorted(BY_KIND) if f"{kind}:held" not in HOLDERS.values() and kind not in ("organisation", "lifecycle")]
HOLDERS |= {BY_KIND[kind].__strawberry_definition__.name: f"{kind}:held" for kind in SAMPLED}  # type: ignore[attr-defined]
"""A thing of each type that refers to what nobody has said."""
HOLDING = {id.partition(":")[0]: type_ for type_, id in HOLDERS.items()}
OF_WHAT_IS_THERE = {"Product.teams", "Product.releases", "Program.products", "Team.loans", "InvestmentCase.bids", "Initiative.ownVision"} | {
    *(f"{type_}.vision" for type_ in ("Product", "Program", "Team")),
    *("Product.linkedPrograms", "Loan.precedentsAlike", "Opportunity.precedentsAlike", "Precedent.alike", "Precedent.loan"),
}
"""What refers to the thing, which is there then."""


def unsaid(g: Gateway) -> None:
    """One thing of each kind, all of whose references are to what nobody has said."""
    at = "2025-01-01"
    g.tell(PRODUCT, "held", ProductRegistered(name="Held", home="unsaid", program="unsaid", lifecycle="unsaid"), at)
    g.tell(TEAM, "held", TeamFormed(name="Held", home="unsaid", products=("unsaid",)), at)
    g.tell(PROGRAM, "held", ProgramOpened(name="Held", home="unsaid"), at)
    g.tell(PROGRAM, "held", ProductsLinked(linked_products=("unsaid",)), at)
    lent = TeamLent(team="unsaid", lender="unsaid", borrower="unsaid2", product="unsaid", staffing=Staffing.STAFF, agreement="x", until=date(2025, 9, 30))
    g.tell(LOAN, "held", lent, at)
    g.tell(INVESTMENT, "held", InvestmentProposed(team="unsaid", product="unsaid", amount=money("10.00"), value="v"), at)
    g.tell(BID, "held", BidSubmitted(investment="unsaid", amount=money("10.00"), body="Treasury"), at)
    g.tell(ROADMAP_ITEM, "held", RoadmapItemPlaced(product="unsaid", title="Held", horizon=Horizon.NOW, co_owners=("unsaid",)), at)
    g.tell(RELEASE, "held", ReleaseProposed(product="unsaid", stage=ReleaseStage.BETA, title="Held", recommendation="unsaid"), at)
    g.tell(CHANGE, "held", ChangeRaised(product="unsaid", title="Held", release="unsaid", change_class="unsaid"), at)
    g.tell(CHANGE, "needs", ChangeRaised(product="held", title="Needs", on="unsaid", effect=Effect.BEGINS), at)
    g.tell(CHANGE, "needs", ChangeDecided(approved=True, reason="Good"), at)
    g.tell(CHANGE, "needed", ChangeRaised(product="unsaid", title="Needed", on="held", effect=Effect.BEGINS), at)
    g.tell(CHANGE, "needed", ChangeDecided(approved=True, reason="Good"), at)
    g.tell(
        METRIC,
        "held",
        MetricDefined(product="unsaid", name="Held", kind=MetricKind.QUANTITATIVE, goal="g", method="m", tool="t", source="s", responsible="a"),
        at,
    )
    g.tell(NEED, "held", NeedRecorded(product="unsaid", user="people", text="water", origin="discovery"), at)
    g.tell(ITEM, "held", ItemAdded(product="unsaid", title="Held", need="unsaid", roadmap_item="unsaid"), at)
    for kind in SAMPLED:
        for said in (sample(cls.TYPE).data for cls in said_of(kind)):
            fields = {field: ("unsaid",) if isinstance(getattr(said, field), tuple) else "unsaid" for field, _ in values.references(type(said))}
            g.tell(KINDS[kind], "held", replace(said, **fields), at)  # type: ignore[type-var]


def references() -> Iterator[tuple[str, str]]:
    """Each field of a thing by which it refers to another: its type and its name."""
    node = SCHEMA.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    there = {one.name for one in SCHEMA.get_possible_types(node)} - {"Person"} | {"Lifecycle"}
    for type_ in sorted(there - {"Organisation", "Lifecycle"}):
        found = SCHEMA.type_map[type_]
        assert isinstance(found, GraphQLObjectType)
        for name, field in found.fields.items():
            if get_named_type(field.type).name in there and f"{type_}.{name}" not in OF_WHAT_IS_THERE:
                yield type_, name


@pytest.mark.parametrize(("type_", "field"), list(references()), ids=lambda one: one)
async def test_a_reference_to_what_nobody_said_is_there_with_its_id_and_is_not_known(gateway: Gateway, type_: str, field: str) -> None:
    unsaid(gateway)
    query = f'{{ node(id: "{HOLDERS[type_]}") {{ ... on {type_} {{ known found: {field} {{ id known }} }} }} }}'
    node = (await gateway.ask(query))["node"]
    assert node["known"] is True
    found = node["found"][0] if isinstance(node["found"], list) else node["found"]
    assert found is not None and found["known"] is False
    assert found["id"].partition(":")[2].startswith("unsaid")


def plain_fields(type_: GraphQLObjectType, depth: int = 2) -> str:
    """All fields of a type that need no argument, and theirs."""
    said = []
    for name, field in type_.fields.items():
        if any(is_required_argument(one) for one in field.args.values()):
            continue
        named = get_named_type(field.type)
        if not is_composite_type(named):
            said.append(name)
        elif depth and isinstance(named, GraphQLObjectType) and not is_list_type(field.type):
            inner = plain_fields(named, depth - 1)
            said += [f"{name} {{ {inner} }}"] if inner else []
    return " ".join(said)


@pytest.mark.parametrize(
    ("holder", "field", "type_"),
    [
        ("loan:held", "team", "Team"),
        ("bid:held", "investment", "InvestmentCase"),
        ("item:held", "roadmapItem", "RoadmapItem"),
        ("change:held", "release", "Release"),
        ("item:held", "product", "Product"),
        ("product:held", "program", "Program"),
        ("product:held", "home", "Organisation"),
    ],
)
async def test_every_field_of_what_nobody_said_can_be_asked_for(gateway: Gateway, holder: str, field: str, type_: str) -> None:
    unsaid(gateway)
    found = SCHEMA.type_map[type_]
    assert isinstance(found, GraphQLObjectType)
    of = HOLDING[holder.partition(":")[0]]
    answer: Any = await gateway.ask(f'{{ node(id: "{holder}") {{ ... on {of} {{ {field} {{ {plain_fields(found, 1)} }} }} }} }}')
    assert answer["node"][field]["known"] is False
