"""The tool that puts faults into functions: which it makes, that functions have them whatever is wrapped around them, and how they are named."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import libs.rules
from tools.mutants import reach, targets
from tools.mutants.fork import Code
from tools.mutants.operators import Mutant, mutants, named
from tools.mutants.record import Listed, by_hand, listed
from tools.mutants.reimport import Faulty
from tools.mutants.targets import ROOT, modules


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str], list[str]]:
    def make(text: str) -> list[str]:
        (tmp_path / "module.py").write_text(text, encoding="utf-8")
        return [mutant.name.removeprefix("module.py ") for mutant in mutants(tmp_path, "module.py")]

    return make


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("return a < b", ["return None", "return a <= b"]),
        ("return a and b", ["return None", "return b", "return a"]),
        ("a = b or (c if d else e)", ["a = c if d else e", "a = b", "a = b or (c)", "a = b or (e)"]),
        ("a = zip(b, c, strict=True)", []),
        ("a.b = 1", ["pass", "a.b = 2"]),
        ("raise a", ["pass"]),
        ("f(a, key=b)", ["pass", "f(a, )"]),
        ("kept[a, b] = 0", ["pass", "kept[(None, b)] = 0", "kept[(a, None)] = 0", "kept[a, b] = 1"]),
        ("if a: b()", ["if not a: b()", "if a: pass"]),
        ('raise a("It is wrong.")', ["pass"]),
        ('log.info("said")', []),
        ('"""Says what it does."""', []),
    ],
)
def test_each_place_has_its_faults(made: Callable[[str], list[str]], was: str, becomes: list[str]) -> None:
    found = made(f"class C:\n    def of(a, b):\n        {was}\n")
    assert [one.partition(" → ")[2] for one in found] == becomes
    assert all(one.startswith("C.of: ") for one in found)


def test_a_fault_is_named_alike_wherever_its_function_stands(made: Callable[[str], list[str]]) -> None:
    function = "def of(a: int = 1) -> int:\n    return a + 1\n"
    assert made(function) == made(f'"""A module."""\n\nLATER = 1\n\n\n{function}') != []


def doubled(function: Callable[[int], int]) -> Callable[[int], int]:
    @functools.wraps(function)
    def twice(value: int) -> int:
        return 2 * function(value)

    return twice


@doubled
def larger(value: int) -> int:
    return value + 1


def test_a_function_has_the_fault_also_where_something_is_wrapped_around_it() -> None:
    path = Path(__file__).relative_to(ROOT).as_posix()
    fault = next(mutant for mutant in mutants(ROOT, path) if mutant.function == "larger" and "value - 1" in mutant.becomes)
    inner = larger.__wrapped__  # type: ignore[attr-defined]
    before = inner.__code__
    try:
        assert Code().put(fault)
        assert larger(5) == 8
    finally:
        inner.__code__ = before
    assert larger(5) == 12


def test_the_modules_are_those_that_must_not_be_wrong_and_their_faults_are_told_apart() -> None:
    assert {"libs/rules/money/amounts.py", "libs/events/facts.py", "services/gateway/graphql/cost/limits.py", "headway/connections.py"} <= set(modules())
    every: list[Mutant] = mutants(ROOT, "libs/rules/money/amounts.py")
    assert len({mutant.key for mutant in every}) == len(every) > 30


def test_what_is_listed_and_what_was_put_in_by_hand_stands_in_the_code_as_it_is() -> None:
    for one in by_hand():
        named(ROOT, one["path"], one["was"], one["becomes"]).build()
    of = listed()
    found = {of.line(mutant.name) for path in modules() for mutant in mutants(ROOT, path)}
    assert [name for name in of.whys if name not in found] == []
    assert all(of.whys.values())


def test_one_line_may_list_a_kind_of_faults_and_nothing_beside_it() -> None:
    of = Listed([("It only spares time.", ["m.py …: if a[0] …> b: → …"]), ("For the type checker.", ["m.py f: x → y"])])
    assert of.why("m.py C.of: if a[0] + c > b: → if a[0] + c >= b:") == "It only spares time." and of.why("m.py f: x → y") == "For the type checker."
    assert of.why("m.py C.of: if a0 > b: → if a0 >= b:") is None and of.why("m.py f: x → z") is None


def test_one_pattern_chooses_modules() -> None:
    assert list(modules(["libs/rules/money/amounts*"])) == ["libs/rules/money/amounts.py"]
    assert next(iter(modules())) == targets.FIRST[0]


def test_tests_are_measured_again_where_they_or_a_module_they_run_have_changed_and_a_run_that_is_cut_short_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contents = {"m.py": "1", "other.py": "1", "a.py": "1", "b.py": "1"}
    monkeypatch.setattr(reach, "FILE", tmp_path / "reach.json")
    monkeypatch.setattr(reach, "digest", lambda name: contents[name])
    tests, every = ["a.py::one", "a.py::two", "b.py::three"], ["m.py", "other.py"]
    of = reach.Reach()
    assert of.stale(every, tests) == tests
    of.begin(every, tests)
    of.measured(tests[:1], {"a.py::one": (0.1, {"m.py": [3, 4]})})
    assert reach.Reach.read().stale(every, tests) == tests[1:], "the first is known"
    of.measured(tests[1:], {"b.py::three": (0.05, {"m.py": [4], "other.py": [1]})})
    assert of.stale(every, tests) == [] and of.tests("m.py", 4) == ["b.py::three", "a.py::one"] and of.tests("other.py", 2) == []
    contents["other.py"] = "2"
    assert of.stale(every, tests) == ["b.py::three"]
    of.begin(every, ["b.py::three"])
    assert of.tests("m.py", 4) == ["a.py::one"]
    contents["a.py"] = "2"
    assert reach.Reach.read().stale(every, tests) == tests


def test_a_module_is_imported_with_its_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "libs/rules/text.py"
    fault = next(one for one in mutants(ROOT, path) if "→ return None" in one.name)
    monkeypatch.setattr(libs.rules, "text", importlib.import_module("libs.rules.text"))  # put back afterwards, as in sys.modules
    monkeypatch.delitem(sys.modules, "libs.rules.text")
    monkeypatch.setattr(sys, "meta_path", [Faulty(fault), *sys.meta_path])
    assert importlib.import_module("libs.rules.text").listed(["a", "b"]) is None
