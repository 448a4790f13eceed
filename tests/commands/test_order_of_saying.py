"""At one instant things come in the order in which they were said, whatever they are called, on every replica and in every list that has an order of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.item import AddItem, DropItem
from libs.commands.command import COMMANDS, Command
from libs.commands.execution.admission import Ask
from libs.commands.execution.answers import Answer
from libs.commands.execution.handler import Handling
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM
from libs.events.choice import CHOICES
from libs.events.event import Event, split
from libs.events.world import World
from libs.rules.duties import duties
from libs.rules.history.stories import story
from libs.rules.money.spending import borne_by
from libs.rules.products.backlogs import items, ordered
from libs.rules.products.milestones import milestones
from libs.rules.products.roadmaps import planned
from libs.rules.search import search
from libs.rules.tasks import awaited
from libs.rules.teams import loans
from services.backlog.domain import decisions as of_backlog
from services.gateway.graphql.types.kinds.lists import Direction, Whole, listing, order_type
from services.gateway.graphql.types.roadmap import roadmap
from services.portfolio.domain import decisions as of_portfolio
from services.roadmap.domain import decisions as of_roadmap
from tests.commands.conftest import IMPORTER, NOW

IDS = ["a-2", "a-10", "a-3"]
AT = datetime(2026, 4, 1, 12, tzinfo=UTC)
DECISIONS = {"backlog": of_backlog, "portfolio": of_portfolio, "roadmap": of_roadmap}
MONEY = {"amount": "10.00", "currency": "CAD"}
RELEASE = {"product": "p", "stage": "beta", "title": "Beta", "functional": False, "at": AT}


def made(command: str, /, **fields: object) -> Command:
    return COMMANDS[command].model_validate(fields)


async def said(store: SqliteCommitStore, commands: list[Command], *, at_once: bool = True) -> list[Event]:
    """The events of commands that one process answers at an instant that stands still, in one call or in as many as there are."""
    heard = World()
    handlings = {service: Handling(service, store, heard, decisions, clock=lambda: NOW) for service, decisions in DECISIONS.items()}
    answers = []
    for service, handling in handlings.items():
        asks = [Ask(command, IMPORTER) for command in commands if command.SPEC.service == service]
        for call in [asks] if at_once else [[ask] for ask in asks]:
            answers += await handling.answer_all(call)
    assert all(isinstance(answer, Answer) and answer.created for answer in answers), answers
    names = {position.rpartition("@")[0] for answer in answers if isinstance(answer, Answer) for position in answer.events}
    return [event for history in (await store.load(sorted(names))).values() for event in history]


def replica(events: list[Event]) -> World:
    """A listener that has heard aggregate after aggregate in some other order."""
    world = World()
    for event in events:
        world.apply(event)
    return world


def replicas(events: list[Event]) -> list[World]:
    """Listeners that have heard the aggregates in different orders."""
    names = list(dict.fromkeys(event.aggregate for event in events))
    return [replica([e for name in order for e in events if e.aggregate == name]) for order in list(permutations(names))[:: max(len(names) - 1, 1)][:12]]


@pytest.mark.requirement("S0-19")
@pytest.mark.parametrize("at_once", [True, False])
async def test_three_items_of_one_instant_stand_in_the_order_in_which_they_were_added(store: SqliteCommitStore, at_once: bool) -> None:
    commands = [made("backlog.open_backlog", product="p", at=AT), *(AddItem(item=id, product="p", title="Pay", at=AT) for id in IDS)]
    events = await said(store, commands, at_once=at_once)
    stored = [event.stored for event in sorted(events, key=lambda event: event.stored)]
    assert all(later - earlier >= timedelta(microseconds=1) for earlier, later in pairwise(stored))
    for world in replicas(events):
        facts = world.facts(NOW.date())
        assert [item.id for item in ordered(facts, "p")] == [item.id for item in items(facts, "p")] == IDS
        assert [hit.key for hit in search(facts, "pay")] == IDS


async def test_a_file_whose_rows_were_known_at_their_own_instant_keeps_its_order(store: SqliteCommitStore) -> None:
    rows = [AddItem(item=id, product="p", title="Pay", at=AT, known=AT) for id in IDS]
    events = await said(store, [made("backlog.open_backlog", product="p", at=AT, known=AT), *rows, DropItem(item="a-10", at=AT, known=AT)])
    assert [item.id for item in ordered(replica(events).facts(NOW.date()), "p")] == ["a-2", "a-3"]


async def test_what_was_learned_earlier_comes_before_what_was_stored_earlier(store: SqliteCommitStore) -> None:
    late, early = (AddItem(item=id, product="p", title="Pay", at=AT, known=AT + timedelta(days=n)) for id, n in (("b", 9), ("c", 1)))
    events = await said(store, [made("backlog.open_backlog", product="p", at=AT), late, early])
    assert [item.id for item in ordered(replica(events).facts(NOW.date()), "p")] == ["c", "b"]


async def test_what_an_earlier_release_stored_of_one_bulk_at_one_instant_comes_by_its_ids(store: SqliteCommitStore) -> None:
    commands = [made("backlog.open_backlog", product="p", at=AT), *(AddItem(item=id, product="p", title="Pay", at=AT) for id in IDS)]
    events = [Event(e.aggregate, e.sequence, e.time, e.time, NOW, e.actor, e.data, e.traceparent, e.written) for e in await said(store, commands)]
    for world in replicas(events):
        assert [item.id for item in ordered(world.facts(NOW.date()), "p")] == ["a-10", "a-2", "a-3"]


async def test_the_roadmap_its_milestones_and_what_waits_come_in_the_order_in_which_they_were_said(store: SqliteCommitStore) -> None:
    placed = [made("roadmap.place_item", item=id, product="p", title="Maps", horizon="now", at=AT) for id in IDS]
    proposed = [made("roadmap.propose_release", release=id, **RELEASE | {"title": f"Release {9 - n}"}) for n, id in enumerate(IDS)]
    asked = [made("roadmap.raise_change_request", change=id, product="p", title="Maps", at=AT) for id in IDS]
    out = [made(f"roadmap.{verb}", release=id, at=AT) for id in IDS for verb in ("sign_off_release", "publish_release")]
    waiting = await said(store, [*placed, *proposed, *asked])
    for world in replicas(waiting):
        facts = world.facts(NOW.date())
        assert [item.id for item in planned(facts, "p")] == IDS
        assert [one.subject_id for one in awaited(facts)] == [*IDS, *IDS]
    (opened,) = [await said(store, out)]
    facts = replica([*(e for e in waiting if split(e.aggregate)[0] == "roadmap_item"), *opened]).facts(NOW.date())
    assert [one.title for one in milestones(facts, "p")] == ["Release 9", "Release 8", "Release 7"]


async def test_bids_loans_and_stories_come_in_the_order_in_which_they_were_said(store: SqliteCommitStore) -> None:
    money = [
        made("portfolio.form_team", team="t", name="T", home="env", at=AT - timedelta(9)),
        made("portfolio.propose_investment", investment="i", team="t", amount=MONEY, at=AT - timedelta(8)),
        made("portfolio.decide_investment", investment="i", approved=True, reason="x", at=AT - timedelta(7)),
        *(made("portfolio.submit_bid", bid=id, investment="i", amount=MONEY, body="Board", at=AT) for id in IDS),
    ]
    lent = []
    for n, id in enumerate(IDS):
        lent.append(made("portfolio.lend_team", loan=id, team="t", lender="env", borrower=f"org-{n}", staffing="staff", agreement="x", at=AT))
        lent.append(made("portfolio.return_team", loan=id, at=AT))
    spent = made("portfolio.record_actual", investment="i", amount=MONEY, covers_from="2026-04-01", covers_until="2026-04-01", at=AT)
    events = await said(store, [*money, *lent, spent])
    for world in replicas(events):
        facts = world.facts(NOW.date())
        assert [duty.subject_id for duty in duties(facts, overdue=False) if duty.subject_kind == "bid"] == IDS
        assert [loan.loan for loan in loans(facts, "t")] == IDS
        told = [split(one.event.aggregate) for one in story(facts, "team", "t") if one.event.sequence == 1 and one.event.time == AT]
        assert told == [*(("loan", id) for id in reversed(IDS)), *(("bid", id) for id in reversed(IDS))]


async def test_of_loans_of_one_day_the_one_said_last_bears(store: SqliteCommitStore) -> None:
    commands = [made("portfolio.form_team", team="t", name="T", home="env", at=AT - timedelta(9))]
    for id in IDS:
        commands.append(made("portfolio.lend_team", loan=id, team="t", lender="env", borrower=f"to-{id}", staffing="staff", agreement="x", at=AT))
        commands.append(made("portfolio.return_team", loan=id, at=AT))
    commands += [
        made("portfolio.propose_investment", investment="i", team="t", amount=MONEY, at=AT),
        made("portfolio.record_actual", investment="i", amount=MONEY, covers_from="2026-04-01", covers_until="2026-04-01", at=AT),
    ]
    facts = replica(await said(store, commands)).facts(NOW.date())
    (organisation,) = [name for name, part in facts.derive(borne_by).items() if part.to_tuple()]
    assert organisation == "to-a-3"


@pytest.mark.requirement("S0-20")
async def test_a_roadmap_of_several_products_is_in_the_order_of_placing(store: SqliteCommitStore) -> None:
    rows = [
        made("roadmap.place_item", item=id, product=product, title="Maps", horizon="now", ends="2026-12-31", at=AT)
        for id, product in zip(IDS, "qpq", strict=True)
    ]
    facts = replica(await said(store, rows)).facts(NOW.date())
    shown = roadmap(facts, "portfolio", ("p", "q")).states
    assert [item.id for item in shown] == IDS
    by_end = order_type(ROADMAP_ITEM)(by=CHOICES["RoadmapItemOrderField"]("ends"), direction=Direction.DESC)
    assert [item.id for item in listing(ROADMAP_ITEM, facts, Whole("roadmap", shown, own="placed"), None, by_end).wanted] == IDS
