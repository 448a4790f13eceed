"""By what a change may go out, and since when: the board's outcome, or its class and all the evidence that this asks for."""

from __future__ import annotations

import pytest

from libs.events.catalog.roadmap.change import ChangeDecided, ChangeRaised, EvidenceAttached
from libs.events.catalog.roadmap.change_class import ChangeClassDecided, ChangeClassDefined
from libs.events.event import Payload
from libs.rules.clearance import Clearance, clearance
from tests.rules.way import Statement, seen, world_of

CLASS = Statement("change_class:texts", ChangeClassDefined(organisation="env", name="Texts", evidence=("tested", "read")), 0)
RAISED = Statement("change:c", ChangeRaised(product="maps", title="Words", change_class="texts"), 10)


def of_class(approved: bool, n: int) -> Statement:
    return Statement("change_class:texts", ChangeClassDecided(approved=approved, reason="Safe"), n)


def brings(evidence: str, n: int) -> Statement:
    return Statement("change:c", EvidenceAttached(evidence=evidence), n)


def found(*said: Statement) -> Clearance:
    return clearance(seen(world_of([CLASS, RAISED, *said]), 100), "c")


def since(*said: Statement) -> str | None:
    settled = found(*said).settled
    return settled.id if settled else None


TESTED, READ = brings("tested", 20), brings("read", 30)


@pytest.mark.requirement("S3-10")
@pytest.mark.parametrize(
    ("said", "settled"),
    [
        ((of_class(True, 1), TESTED, READ), "change:c@3"),
        ((of_class(True, 1), TESTED, READ, brings("praised", 50)), "change:c@3"),
        ((TESTED, READ, of_class(True, 40)), "change_class:texts@2"),
        ((TESTED, READ, of_class(False, 40), of_class(True, 50)), "change_class:texts@3"),
        ((TESTED, READ, of_class(False, 40)), None),
        ((of_class(True, 1), TESTED, READ, of_class(False, 40)), "change:c@3"),
        ((of_class(True, 1), of_class(False, 25), TESTED, READ), None),
        ((of_class(True, 1), TESTED), None),
        ((TESTED, READ), None),
    ],
)
def test_a_change_goes_out_by_its_class_since_it_brought_all_of_the_evidence_or_since_the_approval_that_came_later(
    said: tuple[Statement, ...], settled: str | None
) -> None:
    assert since(*said) == settled
    assert (found(*said).approved, found(*said).by_class) == ((True, True) if settled else (None, False))


@pytest.mark.requirement("S0-16")
@pytest.mark.parametrize("approved", [True, False])
def test_the_boards_own_outcome_comes_first_and_what_the_class_asks_for_is_said_all_the_same(approved: bool) -> None:
    decided: Payload = ChangeDecided(approved=approved, reason="So")
    one = found(of_class(True, 1), TESTED, Statement("change:c", decided, 40))
    assert (one.approved, one.by_class, one.lacking, one.class_approved) == (approved, False, ("read",), True)
    assert one.settled is not None and one.settled.data == decided


def test_what_nobody_has_raised_may_not_go_out() -> None:
    assert clearance(seen(world_of([]), 10), "c") == Clearance(None, None, False, (), False)
