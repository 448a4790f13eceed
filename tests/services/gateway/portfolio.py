"""A small portfolio of two ministries, told as events."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BACKLOG, BacklogOpened, BacklogReordered
from libs.events.catalog.backlog.item import ITEM, ItemAdded, ItemDelivered, ItemDropped
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.catalog.backlog.need import NEED, NeedJudged, NeedRecorded, Verdict
from libs.events.catalog.portfolio.bid import BID, BidSubmitted
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.loan import LOAN, TeamLent
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductRegistered
from libs.events.catalog.portfolio.program import PROGRAM, ProgramOpened
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthRecorded, HealthSubject, MemberJoined, Staffing, TeamFormed, TeamRole
from libs.events.catalog.roadmap.metric import METRIC, BaselineMeasured, MetricDefined, MetricKind, MetricRead, TargetSet
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, Horizon, RoadmapItemDropped, RoadmapItemFinished, RoadmapItemPlaced, RoadmapItemRedated
from libs.events.world import World
from tests.services.gateway.small_world import Gateway, Telling


def told(g: Telling | Gateway) -> None:
    """Water with one team, two products and money in Canadian dollars; Roads with one team and money in euros."""
    _portfolio(g)
    _money(g)
    _roadmap(g)
    _backlog(g)


def small() -> World:
    """The same, as a world."""
    told(found := Telling())
    return found.world


def _portfolio(g: Telling | Gateway) -> None:
    g.tell(ORGANISATION, "water", OrganisationRegistered(name="Ministry of Water", currency="CAD"), "2025-01-01")
    g.tell(ORGANISATION, "roads", OrganisationRegistered(name="Ministry of Roads", currency="EUR"), "2025-01-01")
    g.tell(PROGRAM, "rivers", ProgramOpened(name="Rivers", home="water"), "2025-01-02")
    g.tell(PRODUCT, "wells", ProductRegistered(name="Wells", home="water", program="rivers"), "2025-01-03")
    g.tell(PRODUCT, "wells", PhaseEntered(phase="beta"), "2025-06-01")
    g.tell(PRODUCT, "dams", ProductRegistered(name="Dams", home="water"), "2025-01-04")
    g.tell(PRODUCT, "signs", ProductRegistered(name="Signs", home="roads"), "2025-01-05")
    g.tell(TEAM, "wells-team", TeamFormed(name="Wells team", home="water", products=("wells",)), "2025-01-10")
    g.tell(TEAM, "signs-team", TeamFormed(name="Signs team", home="roads", products=("signs", "unheard")), "2025-01-11")
    for person, role, at in (("ana", TeamRole.PRODUCT_OWNER, "2025-01-10"), ("bo", TeamRole.DEVELOPER, "2025-06-10")):
        g.tell(TEAM, "wells-team", MemberJoined(person=person, role=role, core=True, staffing=Staffing.STAFF), at)
    g.tell(TEAM, "wells-team", HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="check"), "2025-09-01")
    lent = TeamLent(team="wells-team", lender="water", borrower="roads", staffing=Staffing.STAFF, agreement="letter", until=date(2025, 9, 30))
    g.tell(LOAN, "loan-1", lent, "2025-09-01")


def _money(g: Telling | Gateway) -> None:
    proposed = InvestmentProposed(team="wells-team", product="wells", enhance=money("1000.00"), support=money("0.00"), value="cleaner water")
    g.tell(INVESTMENT, "inv-wells", proposed, "2025-01-15")
    g.tell(INVESTMENT, "inv-wells", InvestmentDecided(approved=True, reason="yes"), "2025-01-20", by="steering_group@water")
    g.tell(INVESTMENT, "inv-wells", ActualRecorded(amount=money("250.50"), covers_from=date(2025, 2, 1), covers_until=date(2025, 2, 28)), "2025-03-01")
    g.tell(INVESTMENT, "inv-signs", InvestmentProposed(team="signs-team", product="signs", amount=money("700.00", "EUR")), "2025-01-15")
    g.tell(INVESTMENT, "inv-signs", InvestmentDecided(approved=True, reason="yes"), "2025-01-20", by="steering_group@roads")
    g.tell(BID, "bid-wells", BidSubmitted(investment="inv-wells", amount=money("1000.00"), body="Treasury"), "2025-02-01")


def _roadmap(g: Telling | Gateway) -> None:
    for n, (id, horizon) in enumerate((("pump", Horizon.NOW), ("pipe", Horizon.NEXT), ("tap", Horizon.LATER), ("gone", Horizon.NOW), ("map", Horizon.NOW)), 1):
        placed = RoadmapItemPlaced(product="wells", title=id.capitalize(), horizon=horizon, ends=date(2025, 12, 1))
        g.tell(ROADMAP_ITEM, id, placed, f"2025-02-0{n}")
    g.tell(ROADMAP_ITEM, "gone", RoadmapItemDropped(), "2025-03-01")
    g.tell(ROADMAP_ITEM, "map", RoadmapItemFinished(), "2025-03-02")
    g.tell(ROADMAP_ITEM, "pump", RoadmapItemRedated(ends=date(2025, 12, 11)), "2025-03-03")
    g.tell(RELEASE, "first", ReleaseProposed(product="wells", stage=ReleaseStage.BETA, title="First"), "2025-05-01")
    g.tell(RELEASE, "first", ReleaseSignedOff(), "2025-05-02", by="product_owner@wells")
    g.tell(RELEASE, "first", ReleasePublished(), "2025-05-03")
    defined = MetricDefined(product="wells", name="Speed", kind=MetricKind.QUANTITATIVE, goal="g", method="m", tool="t", source="s", responsible="ana")
    g.tell(METRIC, "speed", defined, "2025-02-01")
    g.tell(METRIC, "speed", BaselineMeasured(value=Decimal(10)), "2025-02-02")
    g.tell(METRIC, "speed", TargetSet(value=Decimal(5), due=date(2025, 6, 1)), "2025-02-03")
    g.tell(METRIC, "speed", MetricRead(value=Decimal(4)), "2025-05-01")


def _backlog(g: Telling | Gateway) -> None:
    g.tell(BACKLOG, "wells", BacklogOpened(owner="ana"), "2025-02-01")
    source = ItemSource(system="jira", reference="WELL-1", url="https://example.org/WELL-1")
    for n in range(1, 5):
        added = ItemAdded(product="wells", title=f"Item {n}", roadmap_item="pump", source=source if n == 1 else None, description=f"long {n}")
        g.tell(ITEM, f"i{n}", added, f"2025-02-0{n + 1}")
    g.tell(ITEM, "i2", ItemDelivered(), "2025-04-01")
    g.tell(ITEM, "i3", ItemDropped(), "2025-04-01")
    g.tell(BACKLOG, "wells", BacklogReordered(item="i4", position=1, reason="first"), "2025-04-02")
    for id, verdict in (("clean", Verdict.MET), ("cheap", Verdict.UNMET)):
        g.tell(NEED, id, NeedRecorded(product="wells", user="people", text="water", origin="discovery", prioritised=True), "2025-02-01")
        g.tell(NEED, id, NeedJudged(verdict=verdict, evidence="survey"), "2025-03-01")
