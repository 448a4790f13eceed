"""What the roadmap page makes of an answer: the grid and its words, now, next, later, filters in the address; and the page over a gateway."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from libs.commands.errors import Invalid
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced
from services.gateway.pages.kit.charts.timeline import Mark, TimelineRow, timeline
from services.gateway.pages.kit.quarters import quarters
from services.gateway.pages.kit.words import NBSP
from services.gateway.pages.roadmap import filters as asked
from services.gateway.pages.roadmap.page import ROADMAP, RoadmapView
from tests.given import given, say
from tests.services.gateway.pages.answers import HTML, visit
from tests.services.gateway.portfolio import small
from tests.services.gateway.small_world import Gateway

COUNTS = {"items": 0, "now": 0, "next": 0, "later": 0, "done": 0, "undated": 0, "slipped": 0, "earlier": 0, "medianSlipDays": None, "mostSlipDays": None}


def product(id: str, *, on: tuple[str, ...] = (), milestones: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    home = {"id": "organisation:env", "name": "Environment"}
    needs = [{"id": f"product:{one}", "name": one.capitalize()} for one in on]
    return {"id": f"product:{id}", "name": id.capitalize(), "home": home, "dependsOn": needs, "milestones": list(milestones)}


def item(title: str, of: dict[str, Any], horizon: str = "NOW", starts: str | None = None, ends: str | None = None, slip: int | None = 0) -> dict[str, Any]:
    first = ends if not slip or not ends else str(date.fromordinal(date.fromisoformat(ends).toordinal() - slip))
    of_item = {"id": f"roadmap_item:{title}", "title": title, "horizon": horizon, "starts": starts, "ends": ends, "slipDays": slip if ends else None}
    return {**of_item, "product": of, "firstStarts": starts, "firstEnds": first, "progress": None, "coOwners": [], "owner": None, "notes": None, "links": []}


def answer(*items: dict[str, Any], more: bool = False, begins: str = "04-01", **counts: Any) -> dict[str, Any]:
    """The answer to the document of the page."""

    def under(name: str) -> dict[str, Any]:
        found = [one for one in items if one["horizon"] == name]
        return {"totalCount": len(found), "nodes": found}

    counted = COUNTS | {"items": len(items), **{name.lower(): under(name)["totalCount"] for name in Horizon.__members__}} | counts
    info = {"hasNextPage": more, "hasPreviousPage": False, "endCursor": "next"}
    page = {"totalCount": len(items), "pageInfo": info, "nodes": list(items)}
    organisations = [{"id": "organisation:env", "name": "Environment", "roadmap": {"counts": counted}}]
    choices = {"fiscalYearStart": begins, "programs": [{"id": "program:x", "name": "X"}], "teams": {"nodes": []}, "products": {"totalCount": 200, "nodes": []}}
    roadmap = {"counts": counted, "items": page, **{name.lower(): under(name) for name in Horizon.__members__}}
    return {"portfolio": {"organisations": organisations, "roadmap": roadmap}, "choices": choices}


def shown(data: dict[str, Any], query: dict[str, str] | None = None, **given: Any) -> RoadmapView:
    view = ROADMAP.present(visit(ROADMAP, query, **given), data)
    assert isinstance(view, RoadmapView)
    return view


RELEASE = {"kind": "RELEASE", "title": "Beta", "on": "2026-02-10", "reached": True}
MISSED = {"kind": "TARGET", "title": "Speed: 5", "on": "2026-02-20", "reached": False}


@pytest.mark.requirement("S0-20")
def test_items_stand_under_their_product_with_slip_and_overdue_in_words() -> None:
    wells = product("wells")
    late = item("Pump", wells, starts="2026-01-01", ends="2026-06-18", slip=17)
    over = item("Pipe", wells, starts="2025-10-01", ends="2026-02-10")
    view = shown(answer(late, over, item("Tap", wells, "DONE", "2025-01-01", "2025-12-01", 3), slipped=2, mostSlipDays=17, medianSlipDays=3))
    assert [(label.text, label.leads) for label in view.labels] == [("Wells", True), ("Pump", False), ("Pipe", False), ("Tap", False)]
    drawn = view.grid.replace(NBSP, " ")
    assert "17 days later" in drawn and "overdue for about three weeks" in drawn and "ended 1 Dec 2025" not in drawn
    assert drawn.count("hw-ghost--plan") == 2 and "first planned: 1 Jan 2026 to 1 Jun 2026" in drawn
    assert [row[11].text.replace(NBSP, " ") for row in view.items.rows] == [
        "17 days later than first planned", "As first planned", "3 days later than first planned"
    ]  # fmt: skip
    assert " ".join(view.summary).replace(NBSP, " ") == (
        "Three items: 2 now and 1 done. Two end later than first planned, at most by 17 days; the middle one of them by 3 days."
    )
    assert [card.late for card in view.headings[0].cards] == [True, True] and not view.headings[3].cards[0].late


@pytest.mark.requirement("S0-17")
def test_dependencies_are_drawn_between_products_and_said() -> None:
    view = shown(answer(item("A", product("wells", on=("dams", "afar"))), item("B", product("dams"))))
    assert view.grid.count('class="hw-edge"') == 1, "a product that is not on the page is said, not drawn"
    assert view.labels[0].note == "Depends on Dams and Afar"
    assert [[cell.text for cell in row] for row in view.dependencies.rows] == [["Wells", "Dams"], ["Wells", "Afar"]]
    assert 'class="hw-edge"' not in shown(answer(item("A", product("wells", on=("dams",))), item("B", product("dams"))), {"order": "slip"}).grid


def test_milestones_are_drawn_by_shape_and_listed() -> None:
    view = shown(answer(item("A", product("wells", milestones=(RELEASE, MISSED)))))
    assert "Released: Beta" in view.grid and "Target missed: Speed: 5" in view.grid and "hw-mark-cross" in view.grid
    assert [(row[0].text, row[2].value, row[3].text) for row in view.milestones.rows] == [
        ("Beta", "2026-02-10", "Released"), ("Speed: 5", "2026-02-20", "Target missed")
    ]  # fmt: skip


def test_quarters_are_fiscal_where_the_organisation_has_such_a_year_and_calendar_where_asked() -> None:
    data = answer(item("A", product("wells"), starts="2026-01-01", ends="2026-06-18"))
    assert shown(data).grid_words == "Q2 2025/26 to Q1 2027/28"
    assert shown(data, {"quarters": "calendar", "span": "1", "from": "2026-02-02"}).grid_words == "Q1 2026 to Q4 2026"
    assert len(shown(data).grid_links) == 3 and len(shown(answer(begins="01-01")).grid_links) == 2
    assert shown(data).grid_links[0][1].href == "/roadmap?from=2026-07-01"


@pytest.mark.parametrize("query", [{"horizon": "never"}, {"order": "luck"}, {"span": "9"}, {"quarters": "lunar"}, {"from": "soon"}, {"from": "0999-01-01"}])
def test_what_cannot_be_chosen_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        asked.variables(visit(ROADMAP, query))
        shown(answer(), query)
    assert refused.value.field in query


def test_the_address_is_the_filter() -> None:
    query = {
        "organisation": "env",
        "program": "x",
        "team": "t",
        "product": "p",
        "horizon": "next",
        "text": " tap ",
        "slipped": "yes",
        "order": "slip",
        "after": "c",
    }
    found = asked.variables(visit(ROADMAP, query, as_of=date(2026, 1, 1)))
    wanted = {"organisation": ["env"], "program": ["x"], "team": ["t"], "product": ["p"], "horizon": ["NEXT"], "text": "tap", "slipped": True}
    assert found["filter"] == wanted == found["next"] and found["now"] == wanted | {"horizon": []}
    assert (found["order"], found["after"], found["asOf"]) == ({"by": "SLIP", "direction": "DESC"}, "c", "2026-01-01")
    view = shown(answer(), query)
    assert [one.words for one in view.narrowed] == ["Program: X", "Team: t", "Product: p", "Horizon: next", "Text:  tap ", "Only what slips"]
    assert "team=t" not in view.narrowed[1].href and "program=x" in view.narrowed[1].href
    assert view.summary == ("Nothing is planned here on this day.",) and view.labels == ()


def test_pages_go_on_where_there_is_more() -> None:
    view = shown(answer(item("A", product("wells")), more=True), {"text": "a"})
    assert view.more == "/roadmap?text=a&after=next" and view.before is None
    assert view.choices["product"] == (), "too many to choose from: the text finds them"


def test_what_lies_outside_of_the_grid_is_said_at_its_edge() -> None:
    shown_quarters = quarters(date(2026, 1, 1), 4)
    lines = [
        TimelineRow(date(2020, 1, 1), date(2020, 3, 1), words="3 days later"),
        TimelineRow(date(2028, 1, 1), date(2028, 3, 1)),
        TimelineRow(),
        TimelineRow(date(2026, 5, 1), date(2028, 3, 1)),
        TimelineRow(None, date(2026, 6, 30), first=(None, date(2026, 5, 1))),
        TimelineRow(date(2026, 6, 1), None),
        TimelineRow(leads=True, marks=(Mark("target", date(2026, 7, 1), "Open", None), Mark("release", date(2030, 1, 1), "Far", True))),
    ]
    drawn = timeline(lines, shown_quarters, date(2026, 11, 24), "Today", [(6, 0)], "all <of> it").replace(NBSP, " ")
    assert "planned to end 1 Mar 2020, 3 days later" in drawn and "from 1 Jan 2028" in drawn and "no dates" in drawn and "ends 1 Mar 2028" in drawn
    assert "hw-open" in drawn and "hw-empty" in drawn and "Far" not in drawn and "all &lt;of&gt; it" in drawn
    assert "hw-today" in drawn and "hw-today" not in timeline(lines, shown_quarters, date(2027, 11, 24), "Today", [], "none")


async def test_the_page_shows_what_the_gateway_has_heard(site: Gateway) -> None:
    page = await site.client.get("/roadmap?span=1&from=2025-10-01", headers=site.signed_in("executive") | HTML)
    assert page.status_code == 200
    text = page.text.replace(NBSP, " ")
    assert "Four items: 1 now, 1 next, 1 later and 1 done." in text and "10 days later than first planned" in text
    assert re.search(r'<svg[^>]*role="img"[^>]*class="[^"]*hw-timeline__chart', text) and "style=" not in text
    narrowed = await site.client.get("/roadmap?text=pump", headers=site.signed_in("executive") | HTML)
    assert "Pump" in narrowed.text and ">Pipe<" not in narrowed.text and "One item, all now." in narrowed.text
    before = await site.client.get("/roadmap?asOf=2025-02-20", headers=site.signed_in("executive") | HTML)
    assert "None ends later than first planned." in before.text and "Gone" in before.text


async def test_each_table_is_csv_with_exact_days(site: Gateway) -> None:
    csv = await site.client.get("/roadmap?format=csv&table=items&text=pump", headers=site.signed_in("executive"))
    assert csv.text.splitlines()[0].startswith("item,product,home,co_owners,horizon,planned,starts,ends")
    assert ",2025-12-11," in csv.text and ",10," in csv.text and ",0.3333" in csv.text


async def test_what_cannot_be_chosen_is_a_page_that_says_what_can(site: Gateway) -> None:
    page = await site.client.get("/roadmap?horizon=never", headers=site.signed_in("executive") | HTML)
    assert page.status_code == 422 and "NOW, NEXT, LATER, DONE" in page.text


def test_an_item_says_who_sees_to_it_what_else_there_is_to_say_and_where_more_is_read() -> None:
    placed = RoadmapItemPlaced(
        product="wells", title="Pumps", horizon=Horizon.NOW, owner="ann", links=("https://example.org/plan",), notes="Waits for the law."
    )
    told = given(small(), say("roadmap_item:pumps", placed))
    told.says("/roadmap", "Seen to by ann", "Waits for the law.", "https://example.org/plan")
    told.shows(
        "roadmap_item:pumps", "{ owner { id } links notes }", {"owner": {"id": "person:ann"}, "links": ["https://example.org/plan"], "notes": placed.notes}
    )
