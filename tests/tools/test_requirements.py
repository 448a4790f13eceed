"""The requirements are traced by the code itself: what cites them is found, and what does not fit is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.command import COMMANDS, Command
from libs.rules.catalogue import RULES
from tools.citations import Citations, Place, collect, documented, ids_in, marked, refusals, short
from tools.requirements import LIST, ROOT, Requirement, State, counted, declared, listed, main, page, problems

ROW = Requirement("S0-14", "Phase 4 - Improve", "portfolio", "the group decides before any bid", headline=True)
BID = Citations(commands={"portfolio.submit_bid"}, events={"bid.submitted"}, tests={Place("tests/test_bids.py", "test_a_bid_too_early_is_refused")})


def test_ids_are_found_in_a_text_and_a_range_is_all_of_them() -> None:
    assert ids_in("S0-14, and R-03 to R-06 (not R-0 or XS0-15).") == {"S0-14", "R-03", "R-04", "R-05", "R-06"}


def test_the_marks_of_tests_are_found_on_the_test_its_class_and_the_file() -> None:
    source = """
import pytest
pytestmark = [pytest.mark.requirement("S0-01")]
@pytest.mark.requirement("S0-14")
@pytest.mark.parametrize("n", [1])
async def test_a_bid(n): ...
def helper(): ...
@pytest.mark.requirement("S0-12")
class TestOrder:
    def test_an_owner(self): ...
"""
    assert sorted(marked(source)) == [("S0-01", "test_a_bid"), ("S0-01", "test_an_owner"), ("S0-12", "test_an_owner"), ("S0-14", "test_a_bid")]


def test_a_module_cites_by_the_docstrings_of_what_is_public() -> None:
    source = '"""Needs (S0-04, S0-22)."""\ndef share():\n    """How many are met (S0-22)."""\ndef _hidden():\n    """S0-06."""\n# S0-07\n'
    assert sorted(documented(source)) == [("S0-04", ""), ("S0-22", "share")]


def test_a_decision_names_the_rules_it_refuses_by_and_its_docstring_refuses_nothing() -> None:
    source = '@decisions.decides(SubmitBid, Other)\ndef submit(command, case):\n    """S0-15."""\n    case.demand("S0-14", False, "S0-13 no")\n'
    assert sorted(refusals(source)) == [("S0-14", "Other"), ("S0-14", "SubmitBid")]


def test_an_event_is_named_by_its_aggregate_and_verb() -> None:
    assert short("headway.portfolio.team.formed.v1") == "team.formed"


def test_a_row_is_built_in_part_open_or_nothing_to_build() -> None:
    assert ROW.state(Citations()) is State.OPEN
    assert ROW.state(BID) is State.BUILT
    assert replace(ROW, open="the rest").state(BID) is State.PART
    assert replace(ROW, nothing="a reading list").state(Citations()) is State.NOTHING


def test_what_fits_is_no_problem_and_counts() -> None:
    other = replace(ROW, id="S0-24", headline=False)
    rows, cited = {"S0-14": ROW, "S0-24": other}, {"S0-14": BID}
    assert list(problems(rows, cited, {"S0-14": {"libs/a.py"}})) == []
    assert counted(rows.values(), cited) == ("Of 2 requirements: 1 built, 0 in part, 1 not built yet. Of the 1 headlines: 1 built, 0 in part, 0 not built yet.")


@pytest.mark.parametrize(
    ("row", "cited", "named", "words"),
    [
        (ROW, {"S9-99": Citations(tests={Place("tests/a.py", "test_b")})}, {}, "S9-99 is not on the list (docs/requirements.toml), but stands in tests/a.py"),
        (ROW, {}, {"S0-99": {"libs/a.py"}}, "S0-99 is not on the list (docs/requirements.toml), but stands in libs/a.py"),
        (ROW, {"S0-14": replace(BID, tests=set())}, {}, "S0-14 is cited (portfolio.submit_bid), and no test holds it"),
        (ROW, {"S0-14": replace(BID, commands=set())}, {}, "S0-14 is held by a test (test_a_bid_too_early_is_refused), and no command or rule cites it"),
        (replace(ROW, nothing="a link"), {"S0-14": BID}, {}, "S0-14 has nothing to build, and is cited (portfolio.submit_bid)"),
        (replace(ROW, open="the rest"), {}, {}, "S0-14 says what of it is open, but all of it is"),
    ],
)
def test_what_does_not_fit_is_named(row: Requirement, cited: dict[str, Citations], named: dict[str, set[str]], words: str) -> None:
    [problem] = problems({"S0-14": row}, cited, named)
    assert problem.startswith(words)


def test_a_page_shows_where_a_requirement_is_and_that_another_is_not_built() -> None:
    found = replace(BID, code={Place("libs/rules/bids.py", "early")})
    text = page([replace(ROW, open="the body"), replace(ROW, id="S0-24", headline=False, asks="reviews")], {"S0-14": found})
    where = "`portfolio.submit_bid`; [`bids.early`](../libs/rules/bids.py); *open: the body*"
    test = "[a bid too early is refused](../tests/test_bids.py)"
    assert f"| **S0-14** | the group decides before any bid | portfolio | {where} | `bid.submitted` | {test} |" in text
    assert "| S0-24 | reviews | portfolio | *not built yet* |  |  |" in text


@pytest.mark.parametrize(
    "row", ['S0-1 = { owner = "portfolio", asks = "x" }', 'S0-14 = { asks = "x" }', 'S0-14 = { owner = "nobody", asks = "x" }', 'S0-14 = { owner = "all" }']
)
def test_a_row_that_cannot_be_read_is_named(row: str) -> None:
    with pytest.raises(ValueError, match=row.split(" ")[0]):
        listed(f'[S0]\nsource = "Phase 4 - Improve"\n{row}\n')


def test_a_command_that_is_refused_by_a_rule_must_cite_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("project")
    (root / "services/portfolio/domain").mkdir(parents=True)
    decision = '@decisions.decides(SubmitBid)\ndef submit(command, case):\n    case.demand("S2-08", False, "no")\n'
    (root / "services/portfolio/domain/bid.py").write_text(decision, encoding="utf-8")
    bid: list[type[Command]] = [COMMANDS["portfolio.submit_bid"]]
    found, wrong = collect(root, bid, {"bid.withdrawn": "It rests no longer (S0-15)."})
    assert wrong == ["portfolio.submit_bid: it is refused by S2-08, which its declaration does not cite"]
    assert found["S0-15"].events == {"bid.submitted", "bid.withdrawn"}


def test_the_catalogue_of_rules_has_every_rule_that_a_decision_names() -> None:
    named = {id for path in ROOT.glob("services/*/domain/*.py") for id, _ in refusals(path.read_text(encoding="utf-8"))}
    assert named <= set(RULES)


def test_the_catalogue_of_rules_is_on_the_list_and_every_command_may_cite_it() -> None:
    rows = listed((ROOT / LIST).read_text(encoding="utf-8"))
    assert set(RULES) <= set(rows)
    commands, events = declared()
    assert len(commands) == len(COMMANDS)
    assert "graduation.criterion_met" in events


def test_a_wrong_argument_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--wrte"]) == 2
    assert "usage" in capsys.readouterr().err
