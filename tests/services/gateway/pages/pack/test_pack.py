"""The pack: which sections it has, what it leaves out, how a page stands in it, and what stands at the edges of its printed pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.gateway.pages.kit.as_of import Moment
from services.gateway.pages.pack.page import PACK, PackView
from services.gateway.pages.pack.routes import edges, instant, quoted
from services.gateway.pages.page_parts import part_of
from tests.services.gateway.pages.answers import HTML, TODAY, signed_in, visit
from tests.services.gateway.small_world import Gateway


def data(teams: int = 2, products: int = 1) -> dict[str, object]:
    def nodes(kind: str, many: int) -> dict[str, object]:
        return {"totalCount": many, "nodes": [{"id": f"{kind}:{kind[0]}{n}", "name": f"{kind.capitalize()} {n}"} for n in range(many)]}

    return {
        "portfolio": {"teams": nodes("team", teams), "products": nodes("product", products)},
        "everywhere": {"organisations": [{"id": "organisation:env", "name": "Environment"}]},
    }


def pack(query: dict[str, str] | None = None, **many: int) -> PackView:
    view = PACK.present(visit(PACK, query), data(**many))
    assert isinstance(view, PackView)
    return view


def test_all_pages_are_sections_with_numbers_and_each_team_and_product_below_them() -> None:
    view = pack()
    assert [(one.number, one.title) for one in view.shown] == [
        ("1", "Overview"),
        ("2", "Roadmap"),
        ("3", "Investment"),
        ("4", "Graduation"),
        ("5", "Changes"),
        ("6", "Teams"),
        ("6.1", "Team 0"),
        ("6.2", "Team 1"),
        ("7", "Products"),
        ("7.1", "Product 0"),
    ]
    assert len({one.id for one in view.shown}) == 10


def test_every_part_shows_the_moment_and_the_portfolio_of_the_pack_in_full() -> None:
    asked = visit(PACK, {"organisation": "env", "asOf": "2025-12-31", "from": "2025-01-01"}, as_of=date(2025, 12, 31))
    assert PACK.parts is not None
    parts = PACK.parts(asked, PACK.present(asked, data()))
    assert len(parts) == 8
    assert all(one.whole and one.moment == asked.moment and one.query["organisation"] == "env" for one in parts)
    assert [one.page.name for one in parts if "from" in one.query] == ["changes"]
    assert [one.path for one in parts[5:]] == [{"id": "t0"}, {"id": "t1"}, {"id": "p0"}]


def test_a_large_portfolio_has_its_stories_only_where_they_are_asked_for() -> None:
    assert pack(teams=30).sections[-1].title == "Changes"
    assert pack(teams=30).other == ("Take the stories in", "/pack?stories=all")
    assert pack({"stories": "all"}, teams=30).sections[-1].title == "Products"
    assert pack({"stories": "none"}).sections[-1].title == "Changes"


def test_a_page_in_a_pack_has_ids_of_its_own_lower_headings_and_nothing_to_press_but_what_scrolls() -> None:
    page = (
        '<nav aria-label="x"><a href="#a">A</a></nav><form method="get"><input id="q"></form><h1 class="t">Graduation</h1><h2 id="a">A</h2>'
        '<table id="t" aria-labelledby="a b" tabindex="0"></table><a href="#a">to A</a><a href="/teams/x#story">away</a>'
        '<details class="hw-fields"><summary>1</summary></details><details class="other"></details>'
    )
    assert part_of(page, "g", "Graduation") == (
        '<h4 id="g-a">A</h4><table id="g-t" aria-labelledby="g-a g-b" tabindex="0"></table><a href="#g-a">to A</a><a href="/teams/x#story">away</a>'
        '<details class="other"></details>'
    )


def test_each_printed_page_bears_its_number_and_the_instant() -> None:
    made = datetime(2026, 3, 2, 10, 5, tzinfo=UTC)
    said = instant(Moment(TODAY), made, "abc-1")
    assert said.replace("\N{NO-BREAK SPACE}", " ") == "As of 2 March 2026, as known on 2 March 2026, 10:05 UTC. World abc-1"
    known = instant(Moment(TODAY, date(2025, 12, 31), datetime(2026, 1, 15, 9, 0, tzinfo=UTC)), made, "")
    assert known.replace("\N{NO-BREAK SPACE}", " ") == "As of 31 December 2025, as known on 15 January 2026, 09:00 UTC"
    style = edges("x", "")
    assert 'counter(page) " of " counter(pages)' in style


@pytest.mark.parametrize("text", ['"} body { display: none } "', "\\", "line\nbreak", "Ministère", "</style>"])
def test_no_name_breaks_out_of_the_style_sheet(text: str) -> None:
    inside = quoted(text)[1:-1]
    assert not set(inside) & set('"{}<>\n')
    assert "\\" not in inside.replace("\\00", "")


async def test_the_pack_holds_every_section_and_its_style_is_for_who_may_open_it(site: Gateway) -> None:
    assert (await site.client.get("/pack/print.css", headers=HTML)).status_code == 303
    await signed_in(site.client)
    answer = await site.client.get("/pack", headers=HTML)
    assert answer.status_code == 200
    assert answer.text.count('id="section-') == answer.text.count('href="#section-')
    ids = [part.partition('"')[0] for part in answer.text.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
    assert site.process.world.digest in answer.text
    style = await site.client.get("/pack/print.css", params={"organisation": "env", "world": "abc", "at": "2026-03-02T10:00Z"})
    assert style.headers["content-type"].startswith("text/css")
    assert "World abc" in style.text
    assert (await site.client.get("/pack/print.css", params={"at": "never"})).status_code == 422
