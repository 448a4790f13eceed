"""`/initiatives/{id}`: where it stands, the questions of its step, what can be done next, and what was lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from libs.events.catalog.roadmap.initiative_choices import InitiativeStep
from libs.events.catalog.roadmap.initiative_events import InitiativeClosed, ProgressReported, StepSkipped
from libs.events.event import Retracted
from libs.rules.improvement.seven_steps import GUIDES
from tests.given import say
from tests.rules.improvement.test_initiatives import MISSED, told

PAGE = "/initiatives/i"


@pytest.mark.requirement("S2-05")
@pytest.mark.requirement("S2-17")
@pytest.mark.requirement("S2-19")
def test_the_page_shows_the_steps_the_questions_of_the_step_and_what_was_left_out() -> None:
    read = told()
    read.says(PAGE, "Iteration 1.", "Vision Skipped, 1 February 2024", "Where we are now Current, 1 February 2024", "Where we want to be Open")
    read.says(PAGE, "Ask what is there already", GUIDES[InitiativeStep.VISION].cost, "Left out on 1 February 2024: It is clear")
    assert 'aria-current="step"' in read.page(PAGE)


def test_what_can_be_done_next_leads_to_its_form_for_whoever_may_say_it() -> None:
    form = "/act/roadmap.enter_step?initiative=i&step=want"
    assert form in told().page(PAGE)
    assert form not in told().to("auditor").page(PAGE)
    told().to("auditor").says(PAGE, "Enter the step: Where do we want to be?")
    assert form not in told().on("2024-03-01").page(PAGE), "nothing is said of another moment"


def test_after_a_failure_the_next_iteration_has_not_begun_and_at_its_end_nothing_is_to_be_done() -> None:
    failed = say("initiative:i", MISSED, at="2024-03-01")
    told(failed).says(PAGE, "Iteration 2.", "Vision Open", "Say why it failed and what others learn from it, and share that.")
    closed = told(failed, say("initiative:i", StepSkipped(step=InitiativeStep.VISION, reason="As before"), InitiativeClosed(), at="2024-04-01"))
    closed.says(PAGE, "Where it stands Failed", "Vision, iteration 1", "Vision, iteration 2")
    assert "What can be done next" not in closed.page(PAGE)


def test_a_list_that_stands_as_a_line_is_a_table_as_csv() -> None:
    assert "SKIPPED" in told().page(f"{PAGE}?format=csv&table=course-steps")


def test_an_initiative_whose_opening_was_taken_back_is_not_there() -> None:
    assert told().answers("{ initiatives { totalCount } }") == {"initiatives": {"totalCount": 1}}
    gone = told(say("initiative:i", Retracted(event="initiative:i@1", reason="A duplicate"), at="2024-05-01"))
    assert gone.answers("{ initiatives { totalCount } }") == {"initiatives": {"totalCount": 0}}
    gone.text(PAGE, status=404)


def test_how_much_is_done_is_said_in_a_hundred() -> None:
    reported = told(say("initiative:i", ProgressReported(text="One court is trained", share=Decimal("0.2")), at="2024-03-01"))
    reported.says(PAGE, "One court is trained 20.0 %")
    assert ",0.2" in reported.page(f"{PAGE}?format=csv&table=reports")
