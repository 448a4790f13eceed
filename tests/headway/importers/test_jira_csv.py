"""What the rows of Jira's export say, quirks and all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from headway.importers.cells.notation import Notation
from headway.importers.jira_csv import Items, lines
from headway.importers.line import ImportLine, Rejected

HEADER = "Summary,Issue key,Status,Status Category,Created,Updated,Resolved,Sprint,Sprint,Description,Parent\n"


def said(text: str, now: datetime | None = None, known: bool = True) -> tuple[list[ImportLine], list[Rejected]]:
    found = list(lines("permits", [("jira.csv", text)], known, now))
    return [x for x in found if isinstance(x, ImportLine)], [x for x in found if isinstance(x, Rejected)]


def adding(found: list[ImportLine]) -> list[ImportLine]:
    return [line for line in found if line.command == "backlog.add_item"]


def test_an_issue_is_added_when_it_was_created_and_delivered_when_it_was_resolved() -> None:
    found, refused = said(
        "\ufeff" + HEADER + 'Search,PER-2,Shipped,Done,07/Mar/23 12:05 AM,09/Mar/23 1:00 PM,08/Mar/23 12:30 PM,S1,S2,"two\nlines, and ""more""",PER-9\n'
    )
    assert not refused
    assert [(line.command, line.key, line.at, line.revise) for line in found] == [
        ("backlog.add_item", "jira:permits:PER-2:add", "2023-03-07T00:05:00+00:00", True),
        ("backlog.deliver_item", "jira:permits:PER-2:state", "2023-03-08T12:30:00+00:00", True),
    ]
    assert found[0].data == {"item": "permits.per-2", "product": "permits", "title": "Search", "source": {"system": "jira", "reference": "PER-2"}}


@pytest.mark.parametrize(
    ("status", "category", "commands"),
    [
        ("Anything", "To Do", ["add", "reopen"]),
        ("Anything", "In Progress", ["add", "start"]),
        ("Resolved", "", ["add", "deliver"]),
        ("Open", "", ["add", "reopen"]),
        ("in  progress", "", ["add", "start"]),
    ],
)
def test_the_status_category_says_the_state_and_else_the_name_of_the_status(status: str, category: str, commands: list[str]) -> None:
    found, _ = said(HEADER + f"Search,PER-2,{status},{category},07/Mar/23 12:05 AM,09/Mar/23 1:00 PM,,,,,\n")
    assert [line.command for line in found] == [f"backlog.{verb}_item" for verb in commands]


def test_an_issue_has_one_row_for_its_state_so_that_going_back_is_a_change() -> None:
    keys = [said(HEADER + f"Search,PER-2,,{category},07/Mar/23 12:05 AM,,,,,,\n")[0][1].key for category in ("To Do", "In Progress", "Done")]
    assert set(keys) == {"jira:permits:PER-2:state"}


def test_the_backlog_is_opened_from_its_first_issue_on_where_it_is_not_there_yet() -> None:
    rows = HEADER + "B,PER-2,Open,,07/Mar/23 9:00 AM,,,,,,\n" + "A,PER-1,Open,,06/Mar/23 9:00 AM,,,,,,\n"
    found, _ = said(rows, known=False)
    assert (found[0].command, found[0].data, found[0].at) == ("backlog.open_backlog", {"product": "permits"}, "2023-03-06T09:00:00+00:00")
    assert said(rows, known=True)[0] == found[1:]


EXPORT = "Summary,Issue key,Issue id,Status,Resolution,Created,Resolved\nSearch,PER-2,{number},{status},{resolution},07/Mar/23 9:00 AM,08/Mar/23 9:00 AM\n"


@pytest.mark.parametrize("resolution", ["Won't Do", "Won\u2019t Fix", "Duplicate", "Cannot Reproduce", "Declined", "incomplete"])
def test_what_is_done_without_its_work_was_dropped_when_it_was_resolved(resolution: str) -> None:
    (_, state), _ = said(EXPORT.format(number="10004", status="Closed", resolution=resolution))
    assert (state.command, state.at) == ("backlog.drop_item", "2023-03-08T09:00:00+00:00")
    assert state.data == {"item": "permits.jira.10004", "reason": resolution}


def test_an_issue_is_the_item_that_the_backlog_knows_by_its_id_else_by_its_key() -> None:
    text = EXPORT.format(number="10004", status="Done", resolution="Fixed")

    def named(items: Items) -> tuple[Any, str]:
        added = next(iter(lines("permits", [("jira.csv", text)], True, items=items)))
        assert isinstance(added, ImportLine)
        return added.data["item"], added.key

    assert named({}) == ("permits.jira.10004", "jira:permits:10004:add")
    assert named({"jira#10004": ("permits.old-7", "10004")}) == ("permits.old-7", "jira:permits:OLD-7:add")
    assert named({"jira:PER-2": ("permits.per-2", None)}) == ("permits.per-2", "jira:permits:PER-2:add")
    assert named({"jira:PER-2": ("by-hand", None)}) == ("by-hand", "jira:permits:by-hand:add")
    assert named({"jira:PER-2": ("permits.jira.10003", "10003")}) == ("permits.jira.10004", "jira:permits:10004:add")


def test_parents_may_come_after_children_and_states_follow_all_that_is_added() -> None:
    found, refused = said(
        HEADER
        + "Child,PER-3,In Progress,In Progress,07/Mar/23 9:00 AM,,,,,,PER-1\n"
        + "\n"
        + "Parent,PER-1,Done,Done,06/Mar/23 9:00 AM,,08/Mar/23 9:00 AM,,,,\n"
    )
    assert not refused
    assert [(line.command, line.data["item"]) for line in found] == [
        ("backlog.add_item", "permits.per-3"),
        ("backlog.add_item", "permits.per-1"),
        ("backlog.start_item", "permits.per-3"),
        ("backlog.deliver_item", "permits.per-1"),
    ]


def test_a_row_wider_than_the_header_is_refused_with_its_number_and_never_shifted() -> None:
    wide = "Search, and more,PER-2,Done,Done,07/Mar/23 9:00 AM,,08/Mar/23 9:00 AM,,,,,\n"
    found, refused = said(HEADER + 'Maps,PER-1,Open,To Do,07/Mar/23 9:00 AM,,,,,"a\nb",\n' + wide + "Fees,PER-3,Open,To Do,07/Mar/23 9:00 AM,,,,,,\n")
    assert [r.where for r in refused] == ["jira.csv: row 3"]
    assert [line.data["title"] for line in adding(found)] == ["Maps", "Fees"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("Search,,Open,To Do,07/Mar/23 9:00 AM,,,,,,", "key"),
        (",PER-2,Open,To Do,07/Mar/23 9:00 AM,,,,,,", "summary"),
        ("Search,PER-2,Blocked,,07/Mar/23 9:00 AM,,,,,,", "Status Category"),
        ("Search,PER-2,Open,To Do,03/04/2023,,,,,,", "created"),
        ("Search,PER-2,Open,To Do,07/Mar/23 13:00 PM,,,,,,", "created"),
        ("Search,PER-2,Open,To Do,30/Feb/23 9:00 AM,,,,,,", "created"),
        ("Search,PER-2,Done,Done,07/Mar/23 9:00 AM,,06/Mar/23 9:00 AM,,,,", "before it was created"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_whole(row: str, word: str) -> None:
    found, refused = said(HEADER + row + "\n")
    assert not found
    assert [(r.where, word in r.reason) for r in refused] == [("jira.csv: row 2", True)]


def test_of_several_exports_in_one_run_the_last_one_says_the_state() -> None:
    older, newer = (HEADER + f"Pay,PER-1,x,{category},07/Mar/23 1:00 AM,{day}/Mar/23 1:00 PM,,,,,\n" for category, day in (("Done", "08"), ("To Do", "09")))
    found = [one for one in lines("permits", [("a.csv", older), ("b.csv", newer)], known=True) if isinstance(one, ImportLine)]
    assert [line.command for line in found] == ["backlog.add_item", "backlog.add_item", "backlog.deliver_item", "backlog.reopen_item"]


@pytest.mark.parametrize("ids", [(True, False), (False, True), (True, False, True)])
def test_exports_with_and_without_ids_in_one_run_are_of_one_item(ids: tuple[bool, ...]) -> None:
    header, row = "Issue key,Status,Summary,Created,Issue id\n", "PER-1,Done,Pay,2024-01-01,10004\n"
    exports = [(f"{n}.csv", header.replace("Issue id", "Nothing" if not one else "Issue id") + row) for n, one in enumerate(ids)]
    assert len({line.data["item"] for line in lines("permits", exports, known=True) if isinstance(line, ImportLine)}) == 1


def test_what_nobody_can_see_is_left_out_of_what_another_system_exported() -> None:
    found, refused = said(HEADER + "Sea\u202erch\0,\u200ePER-2\u200e,Shipped,Done,\u200e07/Mar/23 12:05 AM,,,,,,\n")
    assert not refused and found[0].data["title"] == "Search" and found[0].data["source"]["reference"] == "PER-2"


def test_a_key_that_comes_twice_is_refused_the_second_time() -> None:
    found, refused = said(HEADER + 2 * "Search,PER-2,Open,To Do,07/Mar/23 9:00 AM,,,,,,\n")
    assert (len(adding(found)), [r.where for r in refused]) == (1, ["jira.csv: row 3"])


def test_times_in_iso_and_with_a_narrow_space_are_read_and_one_ahead_of_the_clock_is_left_out() -> None:
    text = HEADER + "Search,PER-2,Open,To Do,2023-03-07T09:00:00+02:00,,,,,,\nMaps,PER-3,Open,To Do,07/Mar/23 9:00\u202fPM,,,,,,\n"
    found, _ = said(text, datetime(2023, 3, 7, 12, tzinfo=UTC))
    assert [line.at for line in adding(found)] == ["2023-03-07T07:00:00+00:00", None]


def test_a_quotation_mark_that_is_never_closed_is_said() -> None:
    found, refused = said(HEADER + 'Maps,PER-1,Open,To Do,07/Mar/23 9:00 AM,,,,,,\n"Search,PER-2,Open\nFees,PER-3\n')
    assert len(adding(found)) == 1
    assert "quotation mark" in refused[0].reason


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("7/mars/23 14:15", "2023-03-07T14:15:00+00:00"),
        ("07. Mär. 2023 14:15", "2023-03-07T14:15:00+00:00"),
        ("7 março 2023 2:15 PM", "2023-03-07T14:15:00+00:00"),
        ("13/04/2023 09:00", "2023-04-13T09:00:00+00:00"),
        ("45413", None),
    ],
)
def test_a_time_is_read_in_the_major_languages_or_refused_by_its_column(text: str, at: str | None) -> None:
    found, refused = said(HEADER + f"Search,PER-2,Open,To Do,{text},,,,,,\n")
    assert [line.at for line in adding(found)] == ([at] if at else [])
    assert ["column 'created'" in r.reason for r in refused] == ([] if at else [True])


def test_figures_that_two_countries_read_differently_are_refused_with_both_readings_unless_the_day_is_first() -> None:
    text = HEADER + "Search,PER-2,Open,To Do,03/04/23 09:00,,,,,,\nMaps,PER-3,Open,To Do,03/04/2023 09:00,,,,,,\n"
    refused = [one for one in lines("permits", [("jira.csv", text)]) if isinstance(one, Rejected)]
    assert [r.where for r in refused] == ["jira.csv: row 2", "jira.csv: row 3"]
    assert "2023-04-03 where the day comes first and 2023-03-04 where the month does" in refused[1].reason
    found = [one for one in lines("permits", [("jira.csv", text)], notation=Notation(day_first=True)) if isinstance(one, ImportLine)]
    assert [line.at for line in adding(found)] == ["2023-04-03T09:00:00+00:00"] * 2
