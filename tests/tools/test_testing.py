"""The parts in which the tests are run: every folder is in one of them, and what they count is added."""

from __future__ import annotations

import io

from tools import testing


def test_every_folder_with_tests_is_in_one_part() -> None:
    folders = {path.parent.relative_to(testing.TESTS).parts[0] for path in testing.TESTS.rglob("test_*.py")}
    assert sorted(name for part in (*testing.PARTS, testing._others()) for name in part) == sorted(folders)


def test_every_file_of_faults_is_in_one_part_and_those_named_are_there() -> None:
    every = [*testing.WAITING_FAULTS, *testing._other_faults()]
    assert sorted(name for name in every if name.startswith("faults/")) == sorted(f"faults/{path.name}" for path in testing.TESTS.glob("faults/test_*.py"))
    assert all((testing.TESTS / name).is_file() for name in every)


def test_what_a_part_counts_is_read_from_its_closing_line() -> None:
    said = "== 3 failed in 1.00s ==\nlater\n===== 1 failed, 12 passed, 2 skipped, 1 error in 61.20s (0:01:01) =====\n"
    assert testing._counted(io.StringIO(said)) == {"failed": 1, "passed": 12, "skipped": 2, "error": 1}
    assert testing._counted(io.StringIO("nothing ran")) == {}


def test_what_failed_in_a_part_is_read_from_its_summary_with_each_reason_once() -> None:
    printed, summary = "ERROR    root:printed by a test\n", "=== short test summary info ===\n"
    failed, broken = "FAILED tests/a.py::test_b - assert 1 == 2", "ERROR tests/c.py::test_d - OSError"
    why = "E   OSError: no space is left"
    assert testing._wrong(io.StringIO(f"{printed}{why}\nmore\n{why}\n{summary}{failed}\n{broken}\n== 1 failed ==\n")) == [failed, broken, why]
    assert testing._wrong(io.StringIO(f"{printed}12 passed\n")) == []
