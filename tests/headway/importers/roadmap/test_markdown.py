"""A folder of versions of a roadmap, told as history."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from headway.importers.line import ImportLine, Rejected
from headway.importers.roadmap.document import entries, plain
from headway.importers.roadmap.markdown import lines

HEADINGS = {"now": "Working on now", "next": "Coming up next", "later": "Future plans", "done": "Recently shipped"}
Roadmap = dict[str, list[str]]
File = tuple[str, str]


def version(**horizons: list[str]) -> str:
    """A version's text: each horizon with its bullets."""
    return "# Roadmap\n\n" + "\n".join(f"## {HEADINGS[horizon]}\n\n" + "".join(f"- {title}\n" for title in titles) for horizon, titles in horizons.items())


def said(*files: File, known: bool = True) -> list[ImportLine]:
    found = list(lines("permits", files, known))
    assert not [x for x in found if isinstance(x, Rejected)]
    return [x for x in found if isinstance(x, ImportLine)]


def verbs(found: list[ImportLine], day: str) -> list[str]:
    return [line.command.removeprefix("roadmap.") for line in found if line.at == day]


def as_of(found: list[ImportLine], day: str) -> dict[str, Counter[str]]:
    """The roadmap on a day, folded as plainly as can be; what acts on an item that is not there fails."""
    items: dict[str, tuple[str, str]] = {}
    for line in found:
        if line.at is None or line.at > day or not line.command.startswith("roadmap."):
            continue
        item = line.data["item"]
        match line.command.removeprefix("roadmap."):
            case "place_item":
                assert item not in items
                items[item] = line.data["title"], line.data["horizon"]
            case "retitle_item":
                items[item] = line.data["title"], items[item][1]
            case "move_item":
                assert items[item][1] != line.data["horizon"] != "done"
                items[item] = items[item][0], line.data["horizon"]
            case "finish_item":
                items[item] = items[item][0], "done"
            case "drop_item":
                assert items.pop(item)[1] != "done"
            case other:
                raise AssertionError(other)
    result: dict[str, Counter[str]] = {horizon: Counter() for horizon in HEADINGS}
    for title, horizon in items.values():
        result[horizon][title] += 1
    return result


def test_a_product_that_is_not_there_is_registered_from_the_day_of_the_first_version() -> None:
    found = said(("2021-02-03-b.md", version(now=["Search"])), ("2020-01-01-a.md", version(now=["Search"])), known=False)
    assert (found[0].command, found[0].data, found[0].at) == ("portfolio.register_product", {"product": "permits", "name": "Permits"}, "2020-01-01")
    assert "portfolio.register_product" not in [line.command for line in said(("2020-01-01-a.md", version(now=["Search"])))]


def test_an_item_under_another_heading_has_moved_and_one_under_done_is_finished() -> None:
    found = said(("2020-01-01.md", version(next=["Search", "Maps"])), ("2020-02-01.md", version(now=["Search"], done=["Maps"])))
    assert verbs(found, "2020-02-01") == ["move_item", "finish_item"]


def test_an_item_reworded_slightly_is_retitled_and_may_move_at_once() -> None:
    found = said(("2020-01-01.md", version(now=["Publish a strategy for access"])), ("2020-02-01.md", version(done=["Published our strategy for access"])))
    assert verbs(found, "2020-02-01") == ["retitle_item", "finish_item"]


def test_another_noun_or_another_number_is_another_item() -> None:
    found = said(
        ("2020-01-01.md", version(now=["Review the address page"], done=["Released v4.1"])),
        ("2020-02-01.md", version(now=["Review the login page"], done=["Released v4.2"])),
    )
    assert verbs(found, "2020-02-01") == ["drop_item", "finish_item", "place_item", "place_item"]


def test_a_version_that_says_nothing_new_still_says_that_it_was_there() -> None:
    found = said(("2020-01-01.md", version(now=["Search"], done=["Maps"])), ("2020-02-01.md", version(now=["Search"], done=["Maps"])))
    assert [(line.command, line.data["title"]) for line in found if line.at == "2020-02-01"] == [("roadmap.retitle_item", "Search")]


def test_the_very_title_wins_over_a_rewording() -> None:
    found = said(
        ("2020-01-01.md", version(now=["Improve the search page", "Improves the search page"])), ("2020-02-01.md", version(now=["Improves the search page"]))
    )
    dropped = [line.data["item"] for line in found if line.command == "roadmap.drop_item"]
    assert dropped == [line.data["item"] for line in found if line.data.get("title") == "Improve the search page"]


def test_what_is_done_stays_when_it_is_no_longer_listed_and_may_come_back_to_work() -> None:
    found = said(
        ("2020-01-01.md", version(now=["Maps"], done=["Search"])),
        ("2020-02-01.md", version(now=["Maps"])),
        ("2020-03-01.md", version(now=["Maps"], next=["Search"])),
    )
    assert verbs(found, "2020-02-01") == ["finish_item"], "what is no longer listed is said to be done once more"
    assert verbs(found, "2020-03-01") == ["move_item"]


def test_what_was_dropped_and_comes_back_is_a_new_item() -> None:
    found = said(("2020-01-01.md", version(now=["Search"])), ("2020-01-02.md", version(now=[])), ("2020-01-03.md", version(later=["Search"])))
    first, second = [line.data["item"] for line in found if line.command == "roadmap.place_item"]
    assert first != second
    assert as_of(found, "2020-01-03")["later"] == Counter(["Search"])


def test_of_several_versions_of_a_day_the_last_by_name_counts() -> None:
    found = said(("2020-01-01-b.md", version(next=["Search"])), ("2020-01-01-a.md", version(now=["Search", "Maps"])))
    assert as_of(found, "2020-01-01") == {**{horizon: Counter() for horizon in HEADINGS}, "next": Counter(["Search"])}


def test_the_same_title_twice_in_a_version_is_two_items() -> None:
    found = said(("2020-01-01.md", version(now=["Search", "Search"], next=["Search"])))
    assert as_of(found, "2020-01-01")["now"] == Counter({"Search": 2})
    assert len({line.data["item"] for line in found}) == 3


def test_a_version_without_horizons_or_without_a_day_is_refused_and_changes_nothing() -> None:
    files = [
        ("2020-01-01.md", version(now=["Search"])),
        ("2020-02-01.md", "# Roadmap\n\n- moved elsewhere\n"),
        ("2020-13-01.md", version(now=["Maps"])),
        ("read-me.md", version(now=["Maps"])),
    ]
    found = list(lines("permits", files, True))
    assert [x.where for x in found if isinstance(x, Rejected)] == ["2020-02-01.md", "2020-13-01.md", "read-me.md"]
    assert [x.command for x in found if isinstance(x, ImportLine)] == ["roadmap.place_item"]


def test_ids_fit_and_keys_are_one_a_line_for_the_longest_of_products() -> None:
    files = [("2020-01-01.md", version(now=["Search"])), ("2020-02-01.md", version(now=[])), ("2020-03-01.md", version(now=["Search"]))]
    found = [x for x in lines("p" * 64, files) if isinstance(x, ImportLine)]
    assert all(len(line.data.get("item", "")) <= 64 for line in found)
    assert len({line.key for line in found}) == len(found)


def test_a_title_is_the_text_of_its_bullet_without_markdown() -> None:
    assert plain("**Release** [the _map_ `v1`](https://a.example/x_(y)_z),  and &amp; [more][ref]") == "Release the map v1, and & more"
    assert plain("[![logo](a.png) Home](/)") == "logo Home"
    assert plain("[x] Search") == "Search"


def test_what_marks_nothing_stays_in_a_title() -> None:
    assert plain("Keep snake_case and 5 * 3, `a_b*c`, \\*starred\\*") == "Keep snake_case and 5 * 3, a_b*c, *starred*"
    assert plain("~~Old~~ <https://a.example/x_y_z> ***all* of** it`") == "Old https://a.example/x_y_z all of it"
    assert plain("[Search] and [maps]", {"references": {"SEARCH": {"href": "", "title": ""}}}) == "Search and [maps]"


def test_a_horizon_is_known_in_whatever_decoration() -> None:
    for heading in (
        "## \U0001f6a7 Working on now ##",
        "## :rocket: **Working on now**:",
        "## Working on now {#now}",
        "Working on now\n---",
        "Working on now\n===",
    ):
        found = entries(f"{heading}\n1. one\n   - a part of one\n-\n2) two\n\nAbout\n=====\n- three\n", ignored=["About"])
        assert found is not None
        assert [entry.title for entry in found] == ["one", "two"]
    assert entries("---\ntitle: Later\n---\n- a\n") is None


def test_an_address_below_the_text_makes_a_link_of_its_label() -> None:
    found = entries("## Later\r\n- [Search] for all\r\n\r\n[search]: https://a.example\r\n")
    assert found is not None
    assert [entry.title for entry in found] == ["Search for all"]


def test_only_top_level_bullets_under_a_horizon_count() -> None:
    text = (
        "\ufeff---\ntitle: x\n---\n- before\n## WORKING ON NOW:\nWe do:\n- one\n  - a part of one\n* two\n\n---\n<!--\n- hidden\n-->\n```\n- code\n```\n"
        "### Components\n+ three\n## About\n- four\n"
    )
    found = entries(text, ignored=["about"])
    assert found is not None
    assert [entry.title for entry in found] == ["one", "two", "three"]


def test_a_version_found_later_makes_an_item_stand_from_its_earlier_day_on_under_the_same_row() -> None:
    late = ("2020-02-01.md", version(now=["Maps", "Search"]))
    between = ("2020-01-15.md", version(now=["Maps"], later=["Search"]))
    placings = [
        {line.key: (line.data["item"], line.at) for line in said(*files) if line.command == "roadmap.place_item" and line.data["title"] == "Search"}
        for files in ([late], [between, late])
    ]
    assert [list(placing) for placing in placings] == [list(placings[0])] * 2
    assert [at for placing in placings for _, at in placing.values()] == ["2020-02-01", "2020-01-15"]


titles = st.sampled_from(
    ["Search", "Maps", "Improve the search page", "Improved the search page", "Improving the search pages", "Release v4.1", "Release v4.2", "release v4.1"]
)
roadmaps = st.fixed_dictionaries({horizon: st.lists(titles, max_size=4) for horizon in HEADINGS})
histories = st.lists(st.tuples(st.integers(0, 2), st.one_of(st.none(), roadmaps)), min_size=1, max_size=8)


def folder(history: list[tuple[int, Roadmap | None]]) -> list[tuple[str, str, Roadmap | None]]:
    """Days (some have several versions), files and what they say; None is a version without horizons."""
    day, result = date(2020, 1, 1), []
    for number, (days, roadmap) in enumerate(history):
        day += timedelta(days=days)
        result.append((day.isoformat(), f"{day.isoformat()}-{number:02}.md", roadmap))
    return result


@settings(deadline=None)
@given(histories)
def test_on_each_day_the_roadmap_is_what_the_last_version_of_that_day_says(history: list[tuple[int, Roadmap | None]]) -> None:
    versions = folder(history)
    found = [
        x
        for x in lines("permits", [(name, version(**roadmap) if roadmap is not None else "# Gone\n") for _, name, roadmap in versions])
        if isinstance(x, ImportLine)
    ]
    assert len({line.key for line in found}) == len(found)
    wanted: dict[str, Roadmap] = {}
    last: Roadmap = {horizon: [] for horizon in HEADINGS}
    for day, _, roadmap in versions:
        last = last if roadmap is None else roadmap
        wanted[day] = last
    for day, roadmap in wanted.items():
        got = as_of(found, day)
        for horizon in ("now", "next", "later"):
            assert got[horizon] == Counter(roadmap[horizon])
        assert got["done"] >= Counter(roadmap["done"])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2), st.one_of(st.none(), roadmaps)), min_size=1, max_size=8), st.integers(1, 8))
def test_a_folder_that_has_grown_says_the_same_lines_and_then_more(history: list[tuple[int, Roadmap | None]], first: int) -> None:
    files = [(name, version(**roadmap) if roadmap is not None else "# Gone\n") for _, name, roadmap in folder(history)]
    whole = [x for x in lines("permits", files) if isinstance(x, ImportLine)]
    part = [x for x in lines("permits", files[:first]) if isinstance(x, ImportLine)]
    assert whole[: len(part)] == part
    assert [x for x in lines("permits", list(reversed(files))) if isinstance(x, ImportLine)] == whole
