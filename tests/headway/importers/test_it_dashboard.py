"""What the rows of an IT Dashboard file say, and which are refused."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.importers.it_dashboard import lines
from headway.importers.line import ImportLine, Rejected

COLUMNS = (
    "Unique_Investment_Identifier,Agency_Code,Agency_Name,Investment_Title,Project_ID,Project_Name,Start_Date,Cost_Variance,PlannedCost,Planned_Duration,Project_delay"
).split(",")
PERMITS = ("007-0001", "7", "Bureau of Permits", "Permits &amp; Fees", "11", "Search", "2011-10-01", "1.5", "0.125", "30.0", "12.0")


def row(**changes: str) -> list[str]:
    """The first project, with some cells said otherwise."""
    return [changes.get(name.lower(), cell) for name, cell in zip(COLUMNS, PERMITS, strict=True)]


def table(*rows: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *rows])
    return text.getvalue()


def said(*rows: list[str], **options: Any) -> tuple[list[ImportLine], list[Rejected]]:
    found = list(lines("it.csv", table(*rows), **options))
    return [x for x in found if isinstance(x, ImportLine)], [x for x in found if isinstance(x, Rejected)]


def of(found: list[ImportLine], command: str) -> list[dict[str, Any]]:
    return [dict(line.data) for line in found if line.command == command]


def test_a_project_becomes_its_agency_product_investment_and_item() -> None:
    found, refused = said(row())
    assert not refused
    assert [(line.command, line.data, line.at) for line in found] == [
        ("portfolio.register_organisation", {"organisation": "us-007", "name": "Bureau of Permits", "currency": "USD"}, "2011-10-01"),
        ("portfolio.register_product", {"product": "us-007-0001", "name": "Permits & Fees", "home": "us-007"}, "2011-10-01"),
        (
            "portfolio.propose_investment",
            {"investment": "us-007-0001", "product": "us-007-0001", "amount": {"amount": "125000.00", "currency": "USD"}},
            "2011-10-01",
        ),
        (
            "portfolio.decide_investment",
            {"investment": "us-007-0001", "approved": True, "reason": "Listed on the federal IT Dashboard"},
            "2011-10-01",
        ),
        (
            "roadmap.place_item",
            {"item": "us-project-11", "product": "us-007-0001", "title": "Search", "horizon": "now", "starts": "2011-10-01", "ends": "2011-10-31"},
            "2011-10-01",
        ),
        (
            "roadmap.redate_item",
            {"item": "us-project-11", "starts": "2011-10-01", "ends": "2011-11-12", "reason": "Delayed by 12 days against the planned end 2011-10-31"},
            "2011-10-01",
        ),
    ]
    assert all(line.revise for line in found)
    assert len({line.key for line in found}) == len(found)


def test_an_investment_is_the_sum_of_its_projects_each_rounded_half_up_to_the_cent() -> None:
    found, _ = said(row(plannedcost="0.000000005"), row(project_id="12", plannedcost="0.000000005", start_date="2010-01-31"))
    assert of(found, "portfolio.propose_investment")[0]["amount"] == {"amount": "0.02", "currency": "USD"}
    assert {line.at for line in found if line.command.startswith("portfolio.")} == {"2010-01-31"}


def test_a_project_without_delay_is_re_dated_all_the_same_so_that_a_delay_taken_back_is_heard() -> None:
    found, _ = said(row(project_delay="0.0"))
    assert of(found, "roadmap.redate_item")[0]["ends"] == of(found, "roadmap.place_item")[0]["ends"]


def test_a_plan_and_a_delay_that_move_against_each_other_are_another_line() -> None:
    first, _ = said(row(planned_duration="30", project_delay="12"))
    second, _ = said(row(planned_duration="42", project_delay="0"))
    assert first[-1].data["ends"] == second[-1].data["ends"]
    assert first[-1].key == second[-1].key
    assert first[-1] != second[-1]


def test_a_start_after_today_is_not_called_true_yet() -> None:
    found, _ = said(row(start_date="2031-01-01"), today=date(2026, 11, 24))
    assert {line.at for line in found} == {None}
    assert of(found, "roadmap.place_item")[0]["starts"] == "2031-01-01"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"plannedcost": "NaN"}, "plannedcost"),
        ({"plannedcost": "Infinity"}, "plannedcost"),
        ({"plannedcost": ""}, "plannedcost"),
        ({"plannedcost": "1,5"}, "plannedcost"),
        ({"plannedcost": "-1"}, "plannedcost"),
        ({"plannedcost": "1e99"}, "too large"),
        ({"planned_duration": "-1"}, "planned_duration"),
        ({"planned_duration": "9e9"}, "too large"),
        ({"project_delay": "soon"}, "project_delay"),
        ({"start_date": "20111001"}, "start_date"),
        ({"start_date": "2011-13-01"}, "start_date"),
        ({"project_name": " "}, "project_name"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_number_and_the_rest_goes_on(changes: dict[str, str], word: str) -> None:
    found, refused = said(row(**changes), row(project_id="12", plannedcost="2"))
    assert [(r.where, word in r.reason, "007-0001 counts its other projects" in r.reason) for r in refused] == [("it.csv: row 2", True, True)]
    assert of(found, "portfolio.propose_investment")[0]["amount"]["amount"] == "2000000.00"
    assert len(of(found, "roadmap.place_item")) == 1


def test_a_row_wider_or_narrower_than_the_header_is_refused_and_never_shifted() -> None:
    found, refused = said([*row(), "more"], row()[:-1], row(project_id="12"))
    assert [r.where for r in refused] == ["it.csv: row 2", "it.csv: row 3"]
    assert [item["item"] for item in of(found, "roadmap.place_item")] == ["us-project-12"]


def test_the_same_project_again_counts_once_and_a_contradiction_is_refused() -> None:
    found, refused = said(row(), row(), row(plannedcost="3"), row(project_id="12", agency_name="Bureau of Fees"), row(project_id="13", investment_title="Fees"))
    assert [r.where for r in refused] == ["it.csv: row 4", "it.csv: row 5", "it.csv: row 6"]
    assert of(found, "portfolio.propose_investment")[0]["amount"]["amount"] == "125000.00"


def test_a_file_without_its_columns_is_refused_as_a_whole() -> None:
    (refused,) = lines("it.csv", "\ufeffAgency_Code,Agency_Name\n1,X\n")
    assert isinstance(refused, Rejected)
    assert "project_id" in refused.reason


@given(st.lists(st.tuples(st.integers(1, 4), st.decimals(0, 1000, places=9)), min_size=1, max_size=20))
def test_what_the_investments_sum_to_is_what_the_rows_sum_to(projects: list[tuple[int, Decimal]]) -> None:
    rows = [
        row(project_id=str(number), unique_investment_identifier=f"inv-{investment}", investment_title=f"Investment {investment}", plannedcost=str(cost))
        for number, (investment, cost) in enumerate(projects)
    ]
    found, refused = said(*rows)
    assert not refused
    cents = sum(int(cost * 100_000_000 + Decimal("0.5")) for _, cost in projects)
    assert sum(Decimal(proposed["amount"]["amount"]) for proposed in of(found, "portfolio.propose_investment")) * 100 == cents
    kinds = [line.command for line in found]
    assert kinds == sorted(kinds, key=list(dict.fromkeys(kinds)).index)
