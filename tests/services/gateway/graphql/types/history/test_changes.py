"""What moved is asked for everything, an organisation, a team or a product; page by page; and money is for those who may see it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded, ForecastRecorded, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered
from libs.events.event import Retracted
from libs.rules.history import changes as rules
from services.gateway.graphql.types.history import changes
from tests.given import given, say
from tests.services.gateway.portfolio import small
from tests.services.gateway.small_world import Gateway

ASK = """
query($f: DateTime!, $t: DateTime, $o: ID, $k: [ChangeKind!], $n: Int = 100, $a: String) {
  changes(from: $f, to: $t, organisation: $o, kinds: $k, first: $n, after: $a) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { kind nature subject { id name } field before after at knownSince late eventCount events { id type at recorded assertedBy retracted } }
  }
}
"""


def moved(*told: Any, **variables: Any) -> list[dict[str, Any]]:
    """What moved in the small portfolio, of which this was said as well."""
    found: list[dict[str, Any]] = given(small(), *told).answers(ASK, **variables)["changes"]["nodes"]
    return found


@pytest.mark.requirement("S0-01")
def test_a_change_names_what_moved_when_and_by_which_events() -> None:
    (change,) = moved(f="2025-05-31", t="2025-06-02", k=["PHASE"])
    event = {
        "id": "product:wells@2",
        "type": "headway.portfolio.product.phase_entered.v1",
        "at": "2025-06-01T00:00:00Z",
        "recorded": "2025-06-01T00:00:00Z",
        "assertedBy": "importer",
        "retracted": False,
    }
    assert change == {
        "kind": "PHASE",
        "nature": "NEW",
        "subject": {"id": "product:wells", "name": "Wells"},
        "field": "phase.id",
        "before": None,
        "after": "beta",
        "at": "2025-06-01T00:00:00Z",
        "knownSince": "2025-06-01T00:00:00Z",
        "late": False,
        "eventCount": 1,
        "events": [event],
    }


def test_without_an_end_it_is_today_with_all_that_was_heard() -> None:
    assert moved(f="2026-03-02T09:00:00Z") == []
    live = say("product:wells", PhaseEntered(phase="live"), at="2025-07-01", known="2026-03-02")
    (change,) = moved(live, say("product:wells", Retracted(event="product:wells@2", reason="never"), at="2026-03-02"), f="2026-03-01")
    assert (change["before"], change["after"], change["late"]) == ("beta", "live", True)
    assert [(e["id"], e["retracted"]) for e in change["events"]] == [("product:wells@2", True), ("product:wells@3", False), ("product:wells@4", False)]


async def test_an_organisations_changes_are_its_own(told_gateway: Gateway) -> None:
    everything = moved(f="2024-12-31", t="2025-12-31")
    roads = moved(f="2024-12-31", t="2025-12-31", o="organisation:roads")
    assert {c["subject"]["id"] for c in roads} == {"organisation:roads", "team:signs-team", "product:signs", "investment:inv-signs"}
    assert len(roads) < len(everything) and all(c in everything for c in roads)
    answer = await told_gateway.post(ASK, {"f": "2024-12-31", "o": "team:x"})
    assert answer.json()["errors"][0]["extensions"]["field"] == "organisation"


def test_a_team_and_a_product_tell_what_moved_of_them_until_the_moment_asked_about() -> None:
    told, since = given(small()), 'changes(since: "2025-01-01", kinds: [MEMBER, STATUS])'
    told.on("2025-02-01").shows("team:wells-team", f"{since}.nodes.after", ["IN_RESIDENCY", "ana: product_owner, core, staff"])
    nodes = told.shown("product:wells", 'changes(since: "2025-02-20", kinds: [HORIZON, DATE]).nodes { subject { id } before after }')
    assert [(n["subject"]["id"], n["before"], n["after"]) for n in nodes] == [
        ("roadmap_item:gone", "NOW", "DROPPED"),
        ("roadmap_item:map", "NOW", "DONE"),
        ("roadmap_item:pump", "2025-12-01", "2025-12-11"),
    ]
    whole = told.shown("portfolio:roads", 'changes(since: "2025-01-01", first: 1) { totalCount nodes { field } }')
    assert whole["totalCount"] > 1 and len(whole["nodes"]) == 1


def test_pages_of_changes_follow_each_other() -> None:
    told, whole = given(small()), moved(f="2024-12-31")
    seen: list[dict[str, Any]] = []
    after = None
    while True:
        page = told.answers(ASK, f="2024-12-31", n=7, a=after)["changes"]
        assert page["totalCount"] == len(whole)
        seen, after = seen + page["nodes"], page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == whole


@pytest.mark.parametrize(("persona", "shown"), [("executive", True), ("executive@water", True), ("executive@roads", False), ("lab_ops", False)])
async def test_amounts_are_for_those_who_may_see_them(told_gateway: Gateway, persona: str, shown: bool) -> None:
    told_gateway.tell(INVESTMENT, "inv-wells", ForecastRecorded(amount=money("1200.00")), "2025-04-01")
    ask = '{ changes(from: "2025-03-31", to: "2025-04-02", kinds: [MONEY]) { nodes { subject { id } field before after events { id data } } } }'
    body = (await told_gateway.post(ask, persona=persona)).json()
    nodes = body["data"]["changes"]["nodes"]
    (forecast,) = [n for n in nodes if n["subject"]["id"] == "team:wells-team" and n["field"] == "investment.forecast"]
    assert (forecast["before"], forecast["after"]) == (("1000.00 CAD", "1200.00 CAD") if shown else (None, None))
    assert forecast["events"][0]["data"]["amount"] == ({"amount": "1200.00", "currency": "CAD"} if shown else None)
    assert ("withheld" not in body["extensions"]) is shown


async def test_the_first_moment_must_come_first(told_gateway: Gateway) -> None:
    for variables in ({"f": "2026-04-01"}, {"f": "2025-02-02", "t": "2025-02-01"}):
        error = (await told_gateway.post(ASK, variables)).json()["errors"][0]["extensions"]
        assert error["code"] == "INVALID" and error["field"] == "from"


def test_of_many_events_the_last_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_EVENTS", 2)
    spent = [ActualRecorded(amount=money("1.00"), covers_from=date(2025, n, 1), covers_until=date(2025, n, 9)) for n in (1, 2, 3)]
    found = moved(say("investment:inv-signs", *spent, at="2025-05-01"), f="2025-04-30", t="2025-05-02")
    (change,) = [one for one in found if one["subject"]["id"] == "investment:inv-signs" and one["field"] == "actual"]
    assert change["eventCount"] == 3 and [e["id"] for e in change["events"]] == ["investment:inv-signs@4", "investment:inv-signs@5"]


def test_what_comes_into_being_has_another_nature_than_what_moves_and_what_goes() -> None:
    nodes = moved(f="2024-12-31", t="2025-12-31")
    assert {one["nature"] for one in nodes} == {"NEW"} and all(one["before"] is None for one in nodes if one["before"] or one["after"])
    live = say("product:wells", PhaseEntered(phase="live"), at="2025-07-01")
    nodes = moved(live, say("investment:inv-wells", Retracted(event="investment:inv-wells@2", reason="never"), at="2025-07-01"), f="2025-06-30")
    assert {(one["nature"], one["before"], one["after"]) for one in nodes} >= {("CHANGED", "beta", "live"), ("GONE", "1000.00 CAD", None)}


async def test_what_moved_is_found_once_for_all_pages_and_anew_after_an_event(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[None] = []
    found = rules.changes

    def counted(before: Any, after: Any) -> Any:
        times.append(None)
        return found(before, after)

    monkeypatch.setattr(changes, "changes", counted)
    for n in (1, 5, 9):
        await told_gateway.ask(ASK, {"f": "2025-02-14", "n": n})
    assert len(times) == 1
    told_gateway.tell(PRODUCT, "wells", PhaseEntered(phase="live"), "2025-07-01")
    await told_gateway.ask(ASK, {"f": "2025-02-14"})
    assert len(times) == 2


@pytest.mark.parametrize("organisation", [None, "organisation:water", "organisation:roads"])
async def test_new_less_gone_and_rose_less_fell_come_to_what_the_whole_is_otherwise(told_gateway: Gateway, organisation: str | None) -> None:
    told_gateway.tell(INVESTMENT, "inv-wells", ForecastRecorded(amount=money("1200.00")), "2025-07-01")
    told_gateway.tell(INVESTMENT, "inv-signs", Retracted(event="investment:inv-signs@2", reason="never"), "2025-07-02")
    told_gateway.tell(INVESTMENT, "inv-new", InvestmentProposed(team="wells-team", enhance=money("70.00"), support=money("7.00")), "2025-07-03")
    told_gateway.tell(INVESTMENT, "inv-new", InvestmentDecided(approved=True, reason="yes"), "2025-07-04", by="steering_group@water")
    ask = """
    query($o: ID) {
      changesSummary(from: "2025-06-30", organisation: $o) {
        counts { kind nature to changes }
        late
        sums { field new { amount currency } rose { amount currency } fell { amount currency } gone { amount currency } newCount changedCount goneCount }
      }
      changes(from: "2025-06-30", organisation: $o, first: 100) { totalCount }
      then: portfolio(organisation: $o, asOf: "2025-06-30", knownAt: "2025-06-30") { investment { forecast { amount } } }
      now: portfolio(organisation: $o) { investment { forecast { amount } } }
    }
    """
    found = await told_gateway.ask(ask, {"o": organisation})
    assert sum(one["changes"] for one in found["changesSummary"]["counts"]) == found["changes"]["totalCount"] > 0
    (forecast,) = [one for one in found["changesSummary"]["sums"] if one["field"] == "forecast"]
    came = {part: sum(Decimal(one["amount"]) for one in forecast[part]) for part in ("new", "rose", "fell", "gone")}
    then, now = (sum(Decimal(one["amount"]) for one in found[moment]["investment"]["forecast"]) for moment in ("then", "now"))
    assert came["new"] + came["rose"] - came["fell"] - came["gone"] == now - then
    if organisation is None:
        assert (forecast["newCount"], forecast["changedCount"], forecast["goneCount"]) == (1, 1, 1) and came["rose"] == Decimal(200)


async def test_sums_of_what_moved_are_withheld_from_whoever_may_not_read_money(told_gateway: Gateway) -> None:
    body = (await told_gateway.post('{ changesSummary(from: "2024-12-31") { late counts { changes } sums { field } } }', persona="lab_ops")).json()
    assert body["data"]["changesSummary"]["sums"] is None and body["extensions"]["withheld"] == ["changesSummary.sums"]
