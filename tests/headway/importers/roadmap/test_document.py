"""What the headings of a roadmap mean, and that nothing under one that means nothing is passed over."""

from __future__ import annotations

from datetime import date

import pytest

from headway.importers.roadmap.document import Entry, PassedOver, entries
from headway.importers.roadmap.horizons import horizon_of

AUGUST = date(2024, 8, 15)


@pytest.mark.parametrize(
    ("horizon", "headings"),
    [
        ("now", "Now; In progress; Working on; Working on now; What we're working on now; Current; Doing; In development; Now (2 teams); Now: Q1 2025"),
        ("next", "Next; Up next; Coming up next; Planned; What we’re working on next; Coming soon"),
        ("later", "Later; Future; Future plans; Later: ideas; Someday"),
        ("done", "Done; Shipped; Recently shipped; What we've shipped; Released; Completed; Delivered; Launched"),
    ],
)
def test_the_usual_words_are_known(horizon: str, headings: str) -> None:
    assert {heading: horizon_of(heading, AUGUST) for heading in headings.split("; ")} == dict.fromkeys(headings.split("; "), horizon)


@pytest.mark.parametrize(
    ("horizon", "headings"),
    [
        (
            "now",
            "Q3 2024; 2024 Q3; 2024-Q3; Q3/2024; 2024-25 Q2; 2024/25 Q2; H2 2024; 2024 H2; 2024; 2024-25; FY 2024-25; July 2024 to September 2024".split("; ")[
                :11
            ],
        ),
        ("now", ["August 2024", "Jul-Sep 2024", "July to September 2024", "août 2024", "FY2024/25"]),
        ("next", ["Q4 2024", "2024-25 Q3", "H1 2025", "2025", "2025-26", "Sept 2024", "Oct–Dec 2024"]),
        ("later", ["Q1 2025", "2024-25 Q4", "H2 2025", "2026", "2026-27", "October 2024"]),
        ("done", ["Q2 2024", "2024-25 Q1", "H1 2024", "2023", "2023-24", "July 2024"]),
    ],
)
def test_a_period_is_what_it_is_on_the_day_of_the_version(horizon: str, headings: list[str]) -> None:
    assert {heading: horizon_of(heading, AUGUST) for heading in headings} == dict.fromkeys(headings, horizon)


def test_what_nobody_can_see_is_left_out_of_a_title() -> None:
    assert entries("# Now\n- \u200eSea\u202erch\ufeff\n") == [Entry("Search", "now")]


@pytest.mark.parametrize(
    "heading", ["Ideas", "Q3", "H1", "Q5 2024", "H3 2024", "2024-27", "Now and next", "Now / Later", "Done by others", "Ideas – later", "Backlog", ""]
)
def test_what_may_mean_anything_is_no_horizon(heading: str) -> None:
    assert horizon_of(heading, AUGUST) is None


def test_a_heading_that_is_not_known_is_an_error_that_names_it_and_its_line_with_what_would_be_lost() -> None:
    text = (
        "---\ntitle: x\n---\n# Roadmap\n\nWe do:\n- open source\n\n## Now\n<!-- a\nb -->\n- Search\n\n## **Ideas** :rocket:\n- Maps\n- Fees\n\n"
        "## About\nProse.\n\nParked\n------\n- Forms\n"
    )
    with pytest.raises(PassedOver) as passed:
        entries(text, AUGUST)
    first, second = str(passed.value).split("; ")
    assert "line 14: the heading 'Ideas :rocket:' is no horizon, and 2 bullets under it would be lost" in first
    assert "line 21: the heading 'Parked' is no horizon, and 1 bullet" in second
    found = entries(text, AUGUST, ["ideas", "Parked"])
    assert found is not None
    assert [(entry.title, entry.horizon) for entry in found] == [("Search", "now")]


def test_a_title_around_the_horizons_a_table_of_contents_and_prose_pass_nothing_over() -> None:
    text = "# Roadmap\n- [Now](#now)\n- [Later](#later)\n\n## How to read this\nProse.\n- [Now](#now)\n\n## Now\n- Search\n\n## Contact\nWrite to us.\n"
    found = entries(text, AUGUST)
    assert found is not None
    assert [entry.title for entry in found] == ["Search"]


@pytest.mark.parametrize("text", ["## Now\n| Item | Team |\n|---|---|\n| Search | A |\n", "## Now\n### Search\nProse.\n### Maps\nMore.\n\n## Later\n- Fees\n"])
def test_what_stands_under_a_horizon_otherwise_than_in_bullets_is_an_error(text: str) -> None:
    with pytest.raises(PassedOver, match=r"line 1: .*'Now'"):
        entries(text, AUGUST)


def test_headings_within_a_horizon_and_a_line_in_bold_that_names_one_are_understood() -> None:
    text = "## Q3 2024\n### Components\n- Search\n### Pages\n- Maps\n\n**Later:**\n- Fees\n\n**Note**\n- Forms\n"
    found = entries(text, AUGUST)
    assert found is not None
    assert [(entry.title, entry.horizon) for entry in found] == [("Search", "now"), ("Maps", "now"), ("Fees", "later"), ("Forms", "later")]


def test_a_block_of_code_may_hold_fences_of_its_own() -> None:
    assert entries("# Now\n````\n```\n- code\n```\n````\n- Search\n") == [Entry("Search", "now")]


@pytest.mark.parametrize("list_of", ["**Later:**\n2) Fees\n3) Forms\n", "**Later**\n  - Fees\n  - Forms\n", "__Later__\n1. Fees\n7. Forms\n"])
def test_a_line_in_bold_that_names_a_horizon_needs_no_blank_line_about_it(list_of: str) -> None:
    assert entries("# Now\n- Search\n" + list_of) == [Entry("Search", "now"), Entry("Fees", "later"), Entry("Forms", "later")]


def test_a_table_right_below_a_bullet_is_not_passed_over() -> None:
    with pytest.raises(PassedOver, match="a table stands under 'Now'"):
        entries("# Now\n- Search\n| Maps | A |\n")


def test_a_table_under_a_heading_that_is_no_horizon_is_not_passed_over_unless_that_is_ignored() -> None:
    text = "# Roadmap\n| Sign | Meaning |\n|---|---|\n| x | y |\n\n## Now\n- Search\n\n## Ideas\n\n| Maps | A |\n|---|---|\n| Kiosk | B |\n"
    with pytest.raises(PassedOver, match=r"^line 9: the heading 'Ideas' is no horizon, and a table under it would be lost"):
        entries(text)
    assert entries(text, ignored=["Ideas"]) == [Entry("Search", "now")]


def test_a_heading_in_html_is_one() -> None:
    assert entries('## Now\n- Search\n\n<h2 id="b">Next</h2>\n\n- Maps\n') == [Entry("Search", "now"), Entry("Maps", "next")]
    with pytest.raises(PassedOver, match="'Ideas' is no horizon"):
        entries("## Now\n- Search\n\n<h2>Ideas</h2>\n\n- Maps\n")


def test_a_title_in_many_marks_is_read_in_its_time() -> None:
    assert entries("# Now\n- " + "*a " * 2_000) == [Entry(" ".join(["*a"] * 2_000), "now")]
