"""What the overview and the graduation page make of an answer: pure functions of the data and the visit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from markupsafe import Markup

from libs.commands.errors import Invalid
from services.gateway.pages.graduation.page import GRADUATION, GraduationView
from services.gateway.pages.home.page import HOME, HomeView
from services.gateway.pages.kit import words
from services.gateway.pages.kit.charts import charts
from services.gateway.pages.kit.table import Cell, Column, Table, day, money, tables_in, text
from tests.services.gateway.pages.answers import cad, team, visit, way


def home(teams: list[dict[str, Any]], then: list[dict[str, Any]] | None = None, investment: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The answer to the overview's document."""
    return {
        "portfolio": {
            "investment": investment,
            "needs": {"prioritised": 0, "met": 0},
            "targets": {"hit": 0, "missed": 0, "notMeasured": 0},
            "confidenceSummary": {"byLevel": [], "unrated": 0, "old": 0, "disagreeing": 0},
            "duties": [],
            "teams": {"totalCount": len(teams), "nodes": teams},
        }
        | more,
        "then": {"teams": {"nodes": then or []}},
        "awaiting": {"totalCount": 0, "nodes": []},
        "everywhere": {"organisations": []},
    }


def shown(data: dict[str, Any], **given: Any) -> HomeView:
    view = HOME.present(visit(HOME, **given), data)
    assert isinstance(view, HomeView)
    return view


def test_teams_are_counted_by_status_with_their_change() -> None:
    view = shown(home([team("a", way("READY")), team("b", way("AT_RISK", unmet=["R-03"]))], [team("a", way("SUSTAIN"))]))
    assert [[cell.exact for cell in row] for row in view.by_status.rows] == [["AT_RISK", 1, 1], ["SUSTAIN", 0, -1], ["READY", 1, 1]]
    assert [cell.text for cell in view.by_status.foot] == ["All teams", "2", "+1"]
    assert len(view.status_bars) == len(view.by_status.rows)
    assert "Sustain: no teams now, one then" in view.status_bars[1]


def test_the_comparison_is_with_the_end_of_the_last_quarter_and_says_why() -> None:
    assert visit(HOME).variables == {"since": "2025-12-31", "sinceKnown": "2025-12-31T23:59:59.999999+00:00"}
    assert "no review of the whole portfolio is on record" in shown(home([])).since_words
    chosen = visit(HOME, {"since": "2025-06-01"}, as_of=date(2025, 7, 1))
    assert chosen.variables["since"] == "2025-06-01" and chosen.variables["asOf"] == "2025-07-01"
    with pytest.raises(Invalid):
        _ = visit(HOME, {"since": "2026-06-01"}).variables


def test_money_is_set_against_both_baselines() -> None:
    investment = {"committed": cad("90"), "forecast": cad("110"), "actual": cad("55"), "againstFirstBaseline": cad("10"), "againstCurrentBaseline": cad("20")}
    view = shown(home([], investment=investment | {"warnings": [{"rule": "S0-08", "message": "support is zero", "link": "/investments/i"}]}))
    assert view.money is not None
    assert [(row[0].text, row[1].exact) for row in view.money.rows] == [
        ("First baseline", "CAD 100.00"),
        ("Current baseline", "CAD 90.00"),
        ("Forecast", "CAD 110.00"),
        ("Spent so far", "CAD 55.00"),
    ]
    assert [one.replace(words.NBSP, " ") for one in view.money_words] == [
        "The forecast is 10 CAD (10.0 %) over the first baseline and 20 CAD (22.2 %) over the current one."
    ]
    assert view.warnings == (("Support is zero (S0-08).", "/investments/i"),)


def test_withheld_money_is_no_table() -> None:
    view = shown(home([team("a", way("READY"))]))
    assert view.money is None and "forecast" not in view.verdict.sentence
    assert "money" not in [table.id for table in tables_in(view)]


def test_duties_are_divided_into_overdue_and_next() -> None:
    duties = [
        {"kind": "BID_UNDECIDED", "dueOn": "2026-02-01", "overdue": True, "rule": "S0-15", "subject": {"id": "bid:b", "name": "Bid for x"}},
        {"kind": "EVIDENCE_EXPIRES", "dueOn": "2026-04-01", "overdue": False, "rule": "S9-99", "subject": {"id": "team:t", "name": "T"}},
    ]
    view = shown(home([], duties=duties), as_of=date(2026, 2, 20))
    assert [cell.text for cell in view.overdue.rows[0]][1:] == ["Outcome of a bid", "Bid for x", "S0-15"]
    assert view.overdue.rows[0][2].href == "/bids/b"
    assert view.next.rows[0][1].text == "Evidence to renew"
    assert view.next.rows[0][2].href == "/teams/t" or view.next.rows[0][2].href == "/teams/t?asOf=2026-02-20"


ACT = {"subject": {"id": "team:t", "name": "T"}, "command": "portfolio.attest", "data": {"team": "t", "criterion": "R-04"}}


def test_what_waits_is_ordered_by_urgency_and_leads_to_its_form_today_alone() -> None:
    def waits(what: str, since: str | None, due: str | None, overdue: bool = False) -> dict[str, Any]:
        return {"kind": "K", "what": what, "since": since, "due": due, "overdue": overdue, "rule": "R", **ACT}

    data = home([])
    data["awaiting"]["nodes"] = [
        waits("far", None, "2027-01-01"),
        waits("young", "2026-02-01", None),
        waits("old", "2025-02-01", None),
        waits("soon", None, "2026-03-20"),
        waits("over", None, "2026-01-01", overdue=True),
    ]
    view = shown(data)
    assert [row[0].text for row in view.awaiting.rows] == ["Over.", "Soon.", "Old.", "Young.", "Far."]
    assert view.awaiting.rows[0][2].tone == "bad"
    assert shown(data, query={"waiting": "all"}).awaiting_shown is None
    assert view.awaiting.rows[0][0].href == "/act/portfolio.attest?team=t&criterion=R-04&next=%2F"
    assert shown(data, as_of=date(2026, 2, 20)).awaiting.rows[0][0].href is None


def test_a_team_on_its_way_is_shown_with_what_is_met_what_blocks_and_who_decided() -> None:
    way_ = way("HANDING_OFF", unmet=["R-05"], next_step="R-05: tell the story")
    attested = {
        "event": "graduation:a@4",
        "type": "headway.portfolio.graduation.attested.v1",
        "at": "2026-01-20T00:00:00Z",
        "assertedBy": "executive@env",
        "independent": True,
        "expiresAt": "2027-01-19",
    }
    joined = attested | {
        "event": "team:a@2",
        "type": "headway.portfolio.team.member_joined.v1",
        "assertedBy": "team@a",
        "independent": False,
        "expiresAt": None,
    }
    way_["criteria"][3]["evidence"] = [attested, joined]
    way_["criteria"][4]["evidence"] = [attested]
    way_["ceremony"] = {"heldOn": "2026-02-01", "story": "it worked", "assertedBy": "executive@*", "event": "graduation:a@9"}
    one = team("a", way_)
    page = {"totalCount": 60, "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "endCursor": "abc"}, "nodes": [one, team("z", way("AT_RISK"))]}
    everywhere = {"organisations": [{"id": "organisation:env", "name": "Environment"}]}
    view = GRADUATION.present(visit(GRADUATION), {"portfolio": {"all": {"totalCount": 2, "nodes": [one]}, "teams": page}, "everywhere": everywhere})
    assert isinstance(view, GraduationView)
    assert [card.name for card in view.cards] == ["Z", "A"], "who is at risk comes first"
    card = view.cards[1]
    assert (card.met, card.blocked_by, card.next_step) == (5, "R-05", "R-05: tell the story")
    assert [(one.what, one.by, one.on) for one in card.decisions] == [
        ("Expectations attested", "executive of env", "2026-01-20"),
        ("Ceremony held", "executive", "2026-02-01"),
    ]
    assert "the team's own word" in card.criteria[3].evidence[1] and "counts until" in card.criteria[3].evidence[0]
    assert card.handoff == (("IT agency", "accepted", True),)
    assert view.more == "/graduation?after=abc" and view.before is None
    assert "five of six criteria met, not R-05" in card.steps


def test_charts_escape_what_they_are_given_and_are_named() -> None:
    drawn = charts.svg(10, 10, charts.element("text", "<b>&", x=1.5), label='a "quoted" <label>')
    assert "<b>" not in drawn and "&lt;b&gt;&amp;" in drawn
    assert 'role="img"' in drawn and "<title>a &#34;quoted&#34; &lt;label&gt;</title>" in drawn
    assert isinstance(drawn, Markup)
    assert 'stroke-width="2"' in charts.element("path", stroke_width=2) and "fill" not in charts.element("path", fill=None)


def test_a_bar_is_as_long_as_its_share_and_outlines_what_was() -> None:
    drawn = charts.bar(charts.Bar(Decimal(1), "good", Decimal(4)), Decimal(4), "one, four before")
    assert 'width="25"' in drawn and "hw-ghost" in drawn and 'width="99"' in drawn
    assert 'width="0"' in charts.bar(charts.Bar(Decimal(-5)), Decimal(0), "less than nothing")


def test_csv_gives_exact_values_and_keeps_formulas_from_running() -> None:
    columns = (Column("Team", "team"), Column("Money", "money", True), Column("On", "on"), Column("More", "more", csv_only=True))
    first = (text("=cmd()"), money([{"amount": "-12.50", "currency": "CAD"}]), day("2026-01-02"), Cell("+1", value=1))
    rows = (first, (text('a "b", c'), money(None), day(None), text("-1")))
    table = Table("t", "T", columns, rows)
    assert table.as_csv().split("\r\n") == ["team,money,on,more", "'=cmd(),CAD -12.50,2026-01-02,1", '"a ""b"", c",withheld,,-1', ""]
    assert table.shown == (0, 1, 2)
