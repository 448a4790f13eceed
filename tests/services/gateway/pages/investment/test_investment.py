"""What the investment page and its explanations make of answers: by currency, never added, each figure with what it rests on; and over a gateway."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from libs.commands.errors import Invalid, NotFound
from services.gateway.pages.explanation.page import EXPLANATION, ExplanationView
from services.gateway.pages.investment.page import INVESTMENT, InvestmentView
from services.gateway.pages.kit.charts import money
from services.gateway.pages.kit.table import tables_in
from services.gateway.pages.kit.tables.amounts import amounts, deviation, scales
from services.gateway.pages.kit.words import NBSP
from tests.services.gateway.pages.answers import HTML, cad, visit
from tests.services.gateway.small_world import Gateway

FIGURES = ("committed", "forecast", "actual", "firstBaseline", "enhance", "support", "againstFirstBaseline", "againstCurrentBaseline")


def invested(committed: str, forecast: str, actual: str, first: str | None = None, **more: Any) -> dict[str, Any]:
    """An investment in Canadian dollars, split into three quarters and one."""
    first = first or committed
    by = {
        "committed": committed,
        "forecast": forecast,
        "actual": actual,
        "firstBaseline": first,
        "enhance": str(Decimal(committed) * 3 / 4),
        "support": str(Decimal(committed) / 4),
        "againstFirstBaseline": str(Decimal(forecast) - Decimal(first)),
        "againstCurrentBaseline": str(Decimal(forecast) - Decimal(committed)),
    }
    year = {"starts": "2025-04-01", "ends": "2026-03-31", **{name: cad(by[name]) for name in ("firstBaseline", "committed", "forecast", "actual")}}
    return {name: cad(value) for name, value in by.items()} | {"fiscalYears": [year]} | more


def answer(whole: dict[str, Any] | None, *teams: dict[str, Any], organisations: tuple[dict[str, Any], ...] = (), loans: tuple[Any, ...] = ()) -> dict[str, Any]:
    """The answer to the document of the page."""
    info = {"hasNextPage": False, "hasPreviousPage": False, "endCursor": None}
    portfolio = {
        "investment": whole,
        "organisations": list(organisations),
        "programs": [],
        "teams": {"totalCount": len(teams), "pageInfo": info, "nodes": list(teams)},
        "loans": {"totalCount": len(loans), "nodes": list(loans)},
    }
    return {"portfolio": portfolio, "everywhere": {"organisations": [{"id": "organisation:env", "name": "Environment"}]}}


@pytest.mark.requirement("S4-09")
def test_the_year_furthest_above_its_budget_comes_first_and_the_waterfall_leads_from_the_first_baseline_to_the_forecast() -> None:
    def year(starts: int, budget: str, forecast: str) -> dict[str, Any]:
        over = str(Decimal(forecast) - Decimal(budget))
        figures = {"budget": budget, "forecast": forecast, "actual": "10.00", "variance": over}
        return {"starts": f"{starts}-04-01", "ends": f"{starts + 1}-03-31", **{name: cad(value) for name, value in figures.items()}}

    view = shown(answer(invested("120.00", "90.00", "10.00", "100.00", budgetYears=[year(2024, "50.00", "40.00"), year(2025, "50.00", "65.00")])))
    assert [[str(one.value or one.text) for one in row][2:] for row in view.budgets.rows] == [
        ["2026-03-31", "CAD 50.00", "CAD 65.00", "CAD 10.00", "CAD 15.00"],
        ["2025-03-31", "CAD 50.00", "CAD 40.00", "CAD 10.00", "CAD -10.00"],
    ]
    assert [row[6].note for row in view.budgets.rows] == ["30.0 % over".replace(" ", NBSP, 1), "20.0 % under".replace(" ", NBSP, 1)]
    assert [[one.value or one.text for one in row] for row in view.variance.table.rows] == [
        ["First baseline", "CAD 100.00", "CAD 100.00"],
        ["Re-baselines", "CAD 20.00", "CAD 120.00"],
        ["Forecast", "CAD -30.00", "CAD 90.00"],
    ]
    drawn = [re.findall(r'<rect x="([0-9.]+)"[^>]* width="([0-9.]+)"[^>]* class="hw-bar hw-(\w+)"', one) for one in view.variance.bars]
    assert drawn == [[("0", "83.33", "going")], [("83.33", "16.67", "bad")], [("75", "25", "good")]]
    assert shown(answer(None)).budgets.empty.startswith("Withheld")


def team(id: str, investment: dict[str, Any] | None) -> dict[str, Any]:
    return {"id": f"team:{id}", "name": id.capitalize(), "home": {"name": "Environment"}, "investment": investment}


def shown(data: dict[str, Any], query: dict[str, str] | None = None) -> InvestmentView:
    view = INVESTMENT.present(visit(INVESTMENT, query), data)
    assert isinstance(view, InvestmentView)
    return view


@pytest.mark.requirement("S4-09")
def test_the_whole_is_said_in_a_sentence_and_each_figure_opens_what_it_rests_on() -> None:
    view = shown(
        answer(
            invested("1000.00", "1100.00", "250.00", returned=cad("5.00"), warnings=[{"rule": "S0-08", "message": "support is zero", "link": "/investments/i"}])
        )
    )
    assert [one.replace(NBSP, " ") for one in view.said] == [
        "1,000 CAD committed, 250 CAD of it spent (25.0 %). The forecast is 1,100 CAD, 10.0 % over the first baseline."
    ]
    rows = {row[0].exact: row[1] for row in view.whole.rows}
    assert rows["forecast"].href == "/investment/explain?of=portfolio&figure=forecast" and rows["againstFirstBaseline"].text.startswith("+100")
    assert view.years.table.rows[0][0].text == "2025/26" and len(view.years.bars) == 1
    assert view.years.table.rows[0][4].href == "/investment/explain?of=portfolio&figure=fiscalYears"
    assert view.warnings == (("Support is zero (S0-08).", "/investments/i"),)
    assert view.levels == (), "nothing is shown by what there is none of"


def test_currencies_have_rows_and_scales_of_their_own() -> None:
    both = invested("1000.00", "1000.00", "0.00")
    both["committed"] = [*both["committed"], {"amount": "7.00", "currency": "EUR"}]
    view = shown(answer(both, team("parks", both), team("none", invested("0.00", "0.00", "0.00") | {name: [] for name in FIGURES})))
    assert [column.title for column in view.whole.columns] == ["Figure", "CAD", "EUR"]
    rows = view.levels[0].money.table.rows
    assert [(row[0].text, row[2].exact) for row in rows] == [("Parks", "CAD 1000.00"), ("Parks", "EUR 7.00"), ("None", "")]
    assert scales(amounts("x", both)) == {"CAD": Decimal(1000), "EUR": Decimal(7)}
    assert len(view.levels[0].money.bars) == 3 and 'width="99.4"' in view.levels[0].money.bars[1], "its own longest"


@pytest.mark.requirement("S0-14")
@pytest.mark.requirement("S0-08")
def test_both_baselines_and_both_parts_stand_beside_each_other() -> None:
    view = shown(answer(invested("800.00", "900.00", "850.00"), team("parks", invested("800.00", "900.00", "850.00", "1000.00"))))
    baselines, split, years = view.levels[0].more
    assert [cell.text.replace(NBSP, " ") for cell in baselines.table.rows[0]] == ["Parks", "1,000 CAD", "800 CAD", "\N{MINUS SIGN}200 CAD", "+100 CAD"]
    assert baselines.table.rows[0][4].note.replace(NBSP, " ") == "12.5 % over"
    assert "hw-ghost" in baselines.bars[0] and "first baseline" in baselines.bars[0]
    assert [cell.exact for cell in split.table.rows[0]] == ["Parks", "CAD 600.00", "CAD 200.00", "CAD 0.00"]
    assert split.table.rows[0][2].note.replace(NBSP, " ") == "25.0 % of both"
    assert [cell.text for cell in years.table.rows[0]][:2] == ["Parks", "2025/26"]
    assert "hw-bad" in view.levels[0].money.bars[0], "more was spent than is committed"


@pytest.mark.requirement("S4-15")
def test_loans_say_what_they_move_and_who_lends_whom() -> None:
    lender = {"id": "organisation:env", "name": "Environment", "investment": invested("100.00", "100.00", "60.00", lentOut=cad("40.00"), borrowed=[])}
    idle = {"id": "organisation:sea", "name": "Sea", "investment": invested("100.00", "100.00", "60.00", lentOut=[], borrowed=[])}
    loan = {
        "id": "loan:l",
        "from": "2026-01-01",
        "until": None,
        "returned": False,
        "staffing": "STAFF",
        "team": None,
        "lender": None,
        "borrower": {"name": "Sea"},
    }
    back = loan | {"until": "2026-02-01", "returned": True, "team": {"id": "team:parks", "name": "Parks"}}
    view = shown(answer(invested("1.00", "1.00", "0.00"), organisations=(lender, idle), loans=(loan, back, back | {"returned": False})))
    assert [[cell.exact for cell in row] for row in view.moved_by_loans.rows] == [["Environment", "CAD 100.00", "CAD 40.00", "", "CAD 60.00"]]
    assert [row[3].note.replace(NBSP, " ") for row in view.loans.rows] == ["still away, no end planned", "back on 1 Feb 2026", "planned until 1 Feb 2026"]
    assert view.loans.rows[1][0].href == "/teams/parks"


def test_withheld_money_is_said_and_other_money_is_shown() -> None:
    view = shown(answer(None, team("parks", None), team("rivers", invested("1.00", "1.00", "1.00"))))
    assert view.withheld and view.said == ()
    assert [row[2].exact for row in view.levels[0].money.table.rows] == ["withheld", "CAD 1.00"]


def test_a_deviation_is_a_share_of_what_was_planned() -> None:
    assert deviation(Decimal(0), Decimal(0)) == "as planned" and deviation(Decimal(5), Decimal(0)) == ""
    assert deviation(Decimal(-5), Decimal(50)).replace(NBSP, " ") == "10.0 % under"


def test_bars_hold_within_their_frame() -> None:
    drawn = money.spent_of(Decimal(50), Decimal(100), Decimal(0), Decimal(100), "half")
    assert 'width="49.4"' in drawn and 'x1="99.6"' in drawn and "<title>half</title>" in drawn
    assert "hw-forecast" not in money.spent_of(Decimal(0), Decimal(0), Decimal(0), Decimal(0), "nothing")
    assert 'width="0"' in money.split(Decimal(0), Decimal(0), "nothing")


def explained(query: dict[str, str], holder: dict[str, Any] | None, *, whole: bool = False) -> ExplanationView:
    view = EXPLANATION.present(visit(EXPLANATION, query), {"portfolio": holder, "nodes": []} if whole else {"nodes": [holder]})
    assert isinstance(view, ExplanationView)
    return view


def why(value: Any) -> dict[str, Any]:
    said = {
        "id": "investment:inv@3",
        "type": "headway.portfolio.investment.actual_recorded.v1",
        "at": "2025-03-01T00:00:00Z",
        "recorded": "2025-03-09T10:00:00Z",
        "assertedBy": "portfolio_manager@env",
        "retracted": False,
        "data": {"amount": {"amount": "250.50", "currency": "CAD"}},
        "subject": {"id": "investment:inv", "name": "Parks money"},
    }
    rule = {"id": "S4-09", "statement": "What was recorded as spent.", "source": "Sustain", "also": ["S4-15"]}
    info = {"hasNextPage": True, "hasPreviousPage": False, "endCursor": "c"}
    return {"field": "investment.actual", "value": value, "rule": rule, "events": {"totalCount": 51, "pageInfo": info, "nodes": [said]}}


def test_an_explanation_gives_the_value_the_rule_and_events_with_both_times_and_who_said_them() -> None:
    view = explained({"of": "team:parks", "figure": "actual"}, {"__typename": "Team", "id": "team:parks", "name": "Parks", "explain": why(cad("250.50"))})
    assert (view.title, (view.value or "").replace(NBSP, " "), view.rule, view.also) == ("Spent: Parks", "250.50 CAD", "S4-09", "S4-15")
    event = view.events[0]
    assert (event.by, event.at.replace(NBSP, " "), event.learned.replace(NBSP, " "), event.late) == (
        "portfolio manager of env", "1 Mar 2025", "9 Mar 2025, 10:00 UTC", True
    )  # fmt: skip
    assert view.more == "/investment/explain?of=team%3Aparks&figure=actual&after=c"
    assert view.table.rows[0][6].text == "investment:inv@3"


def test_fiscal_years_are_explained_with_their_table_and_withheld_values_are_said() -> None:
    years = invested("10.00", "10.00", "4.00")["fiscalYears"]
    whole = {"organisations": [{"id": "organisation:env", "name": "Environment"}], "explain": why(years)}
    view = explained({"figure": "fiscalYears", "organisation": "env"}, whole, whole=True)
    assert view.title == "By fiscal year: Environment" and view.value == "one fiscal year"
    assert view.years is not None and view.years.rows[0][0].text == "2025/26" and [*tables_in(view)] == [view.years, view.table]
    assert explained({"figure": "committed"}, whole | {"explain": why(None)}, whole=True).value is None


def test_what_is_no_figure_or_not_there_is_refused() -> None:
    for query in ({"figure": "wealth"}, {"of": "release:beta"}):
        with pytest.raises(Invalid):
            _ = visit(EXPLANATION, query).variables
    with pytest.raises(NotFound):
        explained({"of": "team:gone"}, None)
    assert visit(EXPLANATION, {"of": "team:parks"}).variables == {
        "whole": False, "ids": ["team:parks"], "field": "investment.committed", "first": 50
    }  # fmt: skip


async def test_every_figure_of_the_page_leads_to_its_explanation(site: Gateway) -> None:
    site.client.headers.update(site.signed_in("executive") | HTML)
    page = (await site.client.get("/investment")).text
    assert "style=" not in page and "1,000" in page and "700" in page
    links = sorted(set(re.findall(r'href="(/investment/explain\?[^"]+)"', page)))
    assert len(links) > 20
    for link in links:
        found = await site.client.get(link.replace("&amp;", "&"))
        assert found.status_code == 200 and "It rests on" in found.text, link
    spent = (await site.client.get("/investment/explain?of=team:wells-team&figure=actual")).text.replace(NBSP, " ")
    assert "250.50 CAD" in spent and "investment:inv-wells@3" in spent and "learned" in spent


async def test_tables_are_csv_with_exact_amounts(site: Gateway) -> None:
    site.client.headers.update(site.signed_in("executive"))
    csv = (await site.client.get("/investment?format=csv&table=team-money")).text.splitlines()
    assert (
        csv[0] == "name,id,committed,forecast,spent,against_first_baseline" and "Wells team,team:wells-team,CAD 1000.00,CAD 1000.00,CAD 250.50,CAD 0.00" in csv
    )
    years = (await site.client.get("/investment?format=csv&table=fiscal-years")).text.splitlines()
    assert years[1] == "2025,2025-01-01,2025-12-31,CAD 1000.00,CAD 1000.00,CAD 1000.00,CAD 250.50"
    for table in ("whole", "organisation-money", "organisation-years", "program-split", "team-baselines", "moved-by-loans", "loans"):
        assert (await site.client.get(f"/investment?format=csv&table={table}")).status_code == 200, table


async def test_the_page_is_of_its_moment_and_of_its_organisation(site: Gateway) -> None:
    site.client.headers.update(site.signed_in("executive") | HTML)
    before = (await site.client.get("/investment?asOf=2025-01-16")).text
    assert "Nothing is invested." in before or "1,000" not in before
    roads = (await site.client.get("/investment?organisation=roads")).text
    assert "EUR" in roads and "CAD" not in roads.replace("Canadian", "")


async def test_an_executive_of_one_organisation_sees_its_own_money_alone(site: Gateway) -> None:
    site.client.headers.update(site.signed_in("executive@water") | HTML)
    page = (await site.client.get("/investment")).text
    assert "The sum is withheld" in page and "1,000" in page and "EUR" not in page
    assert "Withheld: your roles" in (await site.client.get("/investment/explain?figure=committed")).text
