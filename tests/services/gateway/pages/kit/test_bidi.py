"""A name that is written from right to left stands in `<bdi>` on every page, and nowhere where there can be no elements."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.commands.testing import money
from libs.events.catalog.backlog.item import ITEM, ItemAdded
from libs.events.catalog.portfolio.evaluations.evaluation import EVALUATION, Degree, EvaluationConcluded, EvaluationPublished, EvaluationStarted
from libs.events.catalog.portfolio.intake.candidate import CANDIDATE, CandidateApplied
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.product import PRODUCT, ProductRegistered
from libs.events.catalog.portfolio.program import PROGRAM, ProgramOpened
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, Horizon, RoadmapItemPlaced
from services.gateway.pages.kit.bidi import isolated
from services.gateway.pages.registry import PAGES, REPORT_PAGES
from tests.services.gateway.pages.answers import HTML
from tests.services.gateway.small_world import Gateway

HEBREW, ARABIC = "\u05de\u05e9\u05e8\u05d3 \u05d4\u05de\u05d9\u05dd", "\u0641\u0631\u064a\u0642 \u0627\u0644\u0622\u0628\u0627\u0631"
EXAMPLES = {
    "/teams/{id}": "/teams/right",
    "/products/{id}": "/products/right",
    "/reports/brief/{id}": "/reports/brief/right",
    "/search": "/search?q=right",
    "/investment/explain": "/investment/explain?of=team:right&figure=committed",
    "/changes": "/changes?from=2024-12-31",
}


@pytest.fixture
def written(site: Gateway) -> Gateway:
    """A ministry, a program, a product, a team and their work with such names."""
    site.tell(ORGANISATION, "right", OrganisationRegistered(name=HEBREW, currency="CAD"), "2025-01-01")
    site.tell(PROGRAM, "right", ProgramOpened(name=ARABIC, home="right"), "2025-01-02")
    site.tell(PRODUCT, "right", ProductRegistered(name=ARABIC, home="right", program="right"), "2025-01-03")
    site.tell(TEAM, "right", TeamFormed(name=HEBREW, home="right", products=("right",)), "2025-01-04")
    site.tell(ROADMAP_ITEM, "right", RoadmapItemPlaced(product="right", title=ARABIC, horizon=Horizon.NOW), "2025-01-05")
    site.tell(ITEM, "right", ItemAdded(product="right", title=HEBREW), "2025-01-06")
    site.tell(INVESTMENT, "right", InvestmentProposed(team="right", product="right", amount=money("10.00"), value=ARABIC), "2025-01-07")
    site.tell(INVESTMENT, "right", InvestmentDecided(approved=True, reason=HEBREW), "2025-01-08", by="steering_group@right")
    site.tell(CANDIDATE, "right", CandidateApplied(organisation="right", name=ARABIC, products=(HEBREW,)), "2025-01-09")
    site.tell(EVALUATION, "right", EvaluationStarted(product="right", knows="noor"), "2025-01-09")
    site.tell(EVALUATION, "right", EvaluationConcluded(effective=Degree.YES, efficient=Degree.YES, aims=()), "2025-01-10")
    site.tell(EVALUATION, "right", EvaluationPublished(good_practice=HEBREW), "2025-01-11")
    return site


@pytest.mark.parametrize("page", (*PAGES, REPORT_PAGES[-1]), ids=lambda page: page.name)
async def test_every_such_name_on_every_page_is_isolated(written: Gateway, page: object) -> None:
    path = next(one.path for one in (*PAGES, *REPORT_PAGES) if one is page)
    answer = await written.client.get(EXAMPLES.get(path, path), headers=written.signed_in("executive") | HTML)
    assert answer.status_code == 200
    assert "<bdi>" in answer.text
    flat = re.sub(r"<(title|option|textarea|svg)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
    assert "<bdi>" not in "".join(re.findall(r"<(?:title|option|textarea|svg)\b.*?</", answer.text, flags=re.DOTALL))
    for text in re.findall(r"(<[^>]*>)([^<]+)", flat):
        assert text[0] == "<bdi>" or not re.search("[\u0590-\u06ff]", text[1]), text
    for name in (HEBREW, ARABIC):
        assert name not in flat or f"<bdi>{name}</bdi>" in flat


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (f"<p>Served by {HEBREW} and {ARABIC}.</p>", f"<p>Served by <bdi>{HEBREW}</bdi> and <bdi>{ARABIC}</bdi>.</p>"),
        (f"<td> {HEBREW} 21\n</td>", f"<td> <bdi>{HEBREW} 21</bdi>\n</td>"),
        (f'<a href="/x" title="{HEBREW}">{HEBREW} IT</a>', f'<a href="/x" title="{HEBREW}"><bdi>{HEBREW} IT</bdi></a>'),
        (f"<p>{HEBREW}: 3 of 6</p>", f"<p><bdi>{HEBREW}</bdi>: 3 of 6</p>"),
        (f"<svg><title>{HEBREW}</title><text>{HEBREW}</text></svg>", f"<svg><title>{HEBREW}</title><text>{HEBREW}</text></svg>"),
        (f"<option>{ARABIC}</option>", f"<option>{ARABIC}</option>"),
        ("<p>\u05e6\u05d4&#34;\u05dc here</p>", "<p><bdi>\u05e6\u05d4&#34;\u05dc</bdi> here</p>"),
        ("<p>Wells</p>", "<p>Wells</p>"),
    ],
)
def test_a_name_is_isolated_where_it_stands(html: str, found: str) -> None:
    assert isolated(html) == found


@given(
    st.lists(st.sampled_from(["<p>", "</p>", '<a href="x">', "</a>", HEBREW, ARABIC, "a b", " ", "&amp;", "1", ".", "<svg>", "</svg>", "\u202e"]), max_size=12)
)
def test_nothing_but_isolation_is_added(parts: list[str]) -> None:
    html = "".join(parts)
    found = isolated(html)
    assert found.replace("<bdi>", "").replace("</bdi>", "") == html
    assert found.count("<bdi>") == found.count("</bdi>")
