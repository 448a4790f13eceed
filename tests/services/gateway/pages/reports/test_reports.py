"""Reports: what is known of a thing under the headings of a kind of report, as a page and as Markdown."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from headway.cli import app
from headway.cli import report as command
from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.portfolio.investment import InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import PhaseEntered, ProductRegistered
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, MemberJoined, Staffing, TeamFormed, TeamRole
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced
from services.gateway.pages.kit.table import Cell, Column, Table
from services.gateway.pages.kit.words import NBSP
from services.gateway.pages.product.page import PRODUCT
from services.gateway.pages.registry import REPORTS
from services.gateway.pages.reports.improve import IMPROVE
from services.gateway.pages.reports.markdown import markdown
from tests.given import Read, given, say
from tests.services.gateway.pages.answers import visit

HEADINGS = ["Team and skills", "Governance", "Tools", "Outcomes", "End of phase"]


def told() -> Read:
    return given(
        say("product:permits", ProductRegistered(name="Permits | now", home="env"), PhaseEntered(phase="improve")),
        say("team:fair", TeamFormed(name="Fair *team*", home="env", products=("permits",))),
        say("team:fair", MemberJoined(person="ann", role=TeamRole.PRODUCT_OWNER, core=True, staffing=Staffing.STAFF)),
        say("backlog:permits", BacklogOpened(owner="ann")),
    )


@pytest.mark.requirement("S0-27")
def test_the_report_on_a_product_has_the_five_headings_of_its_phase_and_what_is_known_below_each() -> None:
    assert [part.heading for part in IMPROVE.parts] == HEADINGS and IMPROVE in REPORTS
    said = ["Improve report", "served by Fair *team*.", "Product owner", "The order of its backlog is ann’s to say.", "No need is on record."]
    told().says("/reports/improve/permits", *HEADINGS, *said, "Improve ends by decommissioning alone", "This report as Markdown")


@pytest.mark.requirement("S0-27")
def test_the_same_is_markdown_in_which_no_word_of_anybody_means_more_than_it_says() -> None:
    read = told().on("2024-03-01").text("/reports/improve/permits?format=md")
    begins, _, rest = read.partition("`.\n\n")
    assert begins.startswith("# Improve: Permits \\| now\n\nAs of 1 March 2024, with all that is known. Made from world `")
    assert rest.startswith("In Improve since 1 January 2024")
    assert [line[3:] for line in read.splitlines() if line.startswith("## ")] == HEADINGS
    assert "| Fair \\*team\\* |" in read and "**What its users need**\n\nNo need is on record." in read


def test_it_says_that_money_is_withheld_to_whoever_may_not_read_it() -> None:
    withheld = "Withheld: your roles do not read this money."
    assert withheld not in told().text("/reports/improve/permits?format=md")
    assert withheld in told().to("team@fair").text("/reports/improve/permits?format=md")


def test_a_product_that_was_not_there_yet_has_no_report_and_one_that_never_was_is_not_found() -> None:
    assert told().on("2023-01-01").text("/reports/improve/permits?format=md").count("was not there yet") == 1
    told().on("2023-01-01").says("/reports/improve/permits", "was not there yet")
    assert told().text("/reports/improve/nobody?format=md", status=404) and told().text("/reports/nosuch/permits?format=md", status=404)


def of_a_team() -> Read:
    """A team on its way, in an organisation, with health, money and somebody who left."""
    return given(
        told().world,
        say("organisation:env", OrganisationRegistered(name="Environment", currency="CAD")),
        say("team:fair", HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.POOR, source="Winter check"), at="2024-02-01"),
        say("team:fair", HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="Spring check"), at="2024-05-01"),
        say("investment:i", InvestmentProposed(team="fair", product="permits", amount=money("900.00"), value="Fewer calls"), at="2024-02-01"),
        say("investment:i", InvestmentDecided(approved=True, reason="Worth it"), at="2024-03-01"),
        *(say(f"roadmap_item:r{n}", RoadmapItemPlaced(product="permits", title=f"Form {n}", horizon=Horizon.NOW)) for n in range(7)),
    )


@pytest.mark.requirement("R-07")
def test_the_report_on_health_tells_each_check_and_what_the_next_one_asks() -> None:
    read = of_a_team().text("/reports/team-health/team:fair?format=md")
    assert read.startswith("# Team health: Fair \\*team\\*\n") and "- Does everybody know" in read and "Check of health" in read
    assert read.index("Winter check") < read.index("Spring check") and "| Team | Good | 1 May 2024 | Spring check |" in read
    of_a_team().shows("team:fair", "healthReadings.reading", ["POOR", "GOOD"])
    assert "Winter check" not in of_a_team().on("2024-01-15").text("/reports/team-health/fair?format=md")


@pytest.mark.requirement("R-07")
@pytest.mark.parametrize("subject", ["permits", "product:permits", "team:fair"])
def test_the_report_on_return_sets_the_money_beside_what_came_of_it(subject: str) -> None:
    read = of_a_team().text(f"/reports/return-on-investment/{subject}?format=md")
    assert [line[3:] for line in read.splitlines() if line.startswith("## ")][:3] == ["What it costs", "What was decided", "What users got for it"]
    assert "| First baseline | 900 CAD |" in read and "Worth it" in read
    withheld = of_a_team().to("team@fair").text(f"/reports/return-on-investment/{subject}?format=md")
    assert "900" not in withheld and "Withheld: your roles do not read this money." in withheld


@pytest.mark.requirement("R-08", "S4-19")
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("graduation-agenda", ["R-01", "What the team set out to do", "IT agency: open."]),
        ("graduation-blog", ["No story is told yet.", "What went wrong?", "ann"]),
        ("team-profile", ["It is at home in Environment.", "CAD", "R-03"]),
        ("experience-survey", ["from 1 (not at all) to 5 (fully)", "Never", "I would join a team in the Lab again."]),
    ],
)
def test_each_template_for_a_graduation_has_what_is_known_of_the_team_below_its_questions(kind: str, said: list[str]) -> None:
    read = of_a_team().text(f"/reports/{kind}/fair?format=md")
    assert [one for one in said if one not in read] == [], read


@pytest.mark.requirement("S4-19")
@pytest.mark.parametrize("subject", ["env", "organisation:env", "product:permits", "team:fair"])
def test_a_brief_is_of_an_organisation_a_product_or_a_team_and_short(subject: str) -> None:
    read = of_a_team().text(f"/reports/brief/{subject}?format=md")
    assert read.startswith(f"# Brief: {'Environment' if 'env' in subject else 'Permits' if 'permits' in subject else 'Fair'}")
    assert {"## How it stands", "## Money", "## What is due"} <= set(read.splitlines())
    assert ("Roadmap: the first 5 of 7" in read) is ("env" not in subject)


def test_a_page_leads_to_the_reports_on_what_it_shows() -> None:
    links = re.findall(r'href="(/reports/[^"]*)"', of_a_team().page("/teams/team:fair"))
    assert links[:2] == ["/reports/return-on-investment/team:fair", "/reports/brief/team:fair"] and "/reports/team-health/fair" in links
    assert 'href="/reports/brief/env"' in of_a_team().page("/?organisation=env")
    assert of_a_team().text("/reports/brief/nobody?format=md", status=404) and of_a_team().text("/reports/team-health/product:permits", status=404)


def test_a_line_of_markdown_begins_nothing_by_what_somebody_wrote() -> None:
    table = Table("t", "T", (Column("A", "a"), Column("N", "n", True), Column("C", "c", csv_only=True)), ((Cell("x\ny", note="z|"), Cell("1"), Cell("no")),))
    written = markdown(visit(PRODUCT), "1. One", ["- so"], [("+ H", ("2) two",), ("- why?",), (table,))]).replace(NBSP, " ")
    assert written.splitlines()[::2] == [
        *("# 1\\. One", "As of 2 March 2026, with all that is known. Made from world `world-1`.", "\\- so", "## \\+ H", "2\\) two", "- \\- why?"),
        *("**T**", "| A | N |", "| x y (z\\|) | 1 |"),
    ]
    assert "| --- | ---: |" in written


def test_the_command_line_prints_it_and_says_what_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.path}?{request.url.query.decode()}")
        if request.url.path.endswith("/nobody"):
            return httpx.Response(404, json={"title": "Not found", "detail": "there is no product 'nobody'"})
        return httpx.Response(200, text="# Improve: Permits\n")

    monkeypatch.setattr(command, "client", lambda _: httpx.Client(transport=httpx.MockTransport(answer), base_url="http://127.0.0.1"))
    good = CliRunner().invoke(app, ["report", "improve", "permits", "--as-of", "2026-03-01"])
    assert (good.exit_code, good.output, asked) == (0, "# Improve: Permits\n", ["/reports/improve/permits?format=md&asOf=2026-03-01"])
    assert all(one.kind in command.KINDS for one in REPORTS)
    bad = CliRunner().invoke(app, ["report", "improve", "nobody", "--format", "html"])
    assert bad.exit_code == 2 and "there is no product 'nobody'" in bad.output and asked[1] == "/reports/improve/nobody?format=html"
