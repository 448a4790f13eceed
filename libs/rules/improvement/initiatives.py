"""Where an initiative stands: its step, what it left out and what that costs, which objectives are not SMART, and what can be done next (S2-05 to S2-19)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.roadmap.initiative import INITIATIVE, Initiative, Objective, Taken
from libs.events.catalog.roadmap.initiative_choices import InitiativeOutcome, InitiativeStep, ProgressVerdict, ValueVerdict
from libs.events.choice import Choice, choice
from libs.events.event import Event, Order
from libs.events.facts import Facts
from libs.rules.improvement.seven_steps import BY_TEMPLATE, GUIDES, LEFT_OUT, GuidingPrinciple


class SmartCriterion(Choice):
    """What makes an objective one that can be worked towards: its initials are SMART (S2-10)."""

    SPECIFIC = choice("specific", "It says in more than two words what shall be so.")
    MEASURABLE = choice("measurable", "It names a metric, and the value that this shall come to.")
    ACHIEVABLE = choice("achievable", "It says why it can be reached.")
    RELEVANT = choice("relevant", "It says why it matters.")
    TIME_BOUND = choice("time_bound", "It names the last day that counts.")


class StepState(Choice):
    """How a step of an iteration stands."""

    OPEN = choice("open", "It was not taken yet.")
    CURRENT = choice("current", "It is the step that the initiative is in.")
    DONE = choice("done", "It was entered, and the initiative has gone on.")
    SKIPPED = choice("skipped", "It was left out.")


class StepTaken(NamedTuple):
    """One of the seven steps, in one iteration, with the principles that help most in it (S2-05, S2-19)."""

    step: Annotated[InitiativeStep, Doc("Which of the seven.")]
    state: Annotated[StepState, Doc("How it stands.")]
    taken: Annotated[Event | None, Doc("The day on which it was entered or skipped; null before, and where the template left it out.")]
    principles: Annotated[tuple[GuidingPrinciple, ...], Doc("The guiding principles that help most in it; the meaning of each is what to ask.")]


class SkippedStep(NamedTuple):
    """A step that was left out, and what that costs, which is shown for good (S2-17)."""

    iteration: Annotated[int, Doc("The iteration in which it was left out, from 1.")]
    step: Annotated[InitiativeStep, Doc("Which of the seven.")]
    reason: Annotated[str, Doc("Why it was left out.")]
    cost: Annotated[str, Doc("What that costs.")]
    skipped: Annotated[Event | None, Doc("The day on which it was skipped; null where the template left it out.")]


class NextStep(NamedTuple):
    """Something that can be done next with an initiative."""

    command: Annotated[str, Doc("The command that does it, as in a bulk import, such as roadmap.enter_step.")]
    what: Annotated[str, Doc("What to do, in words.")]
    step: Annotated[InitiativeStep | None, Doc("The step that it is about; null where it is about the whole.")]
    rule: Annotated[str, Doc("The id of the rule that asks for it.")]


class InitiativeCourse(NamedTuple):
    """Where an initiative stands in its seven steps (S2-05)."""

    step: Annotated[InitiativeStep | None, Doc("The step that it is in; null where an iteration has not begun its first.")]
    outcome: Annotated[InitiativeOutcome, Doc("How it stands as a whole.")]
    steps: Annotated[tuple[StepTaken, ...], Doc("All seven steps of the iteration that it is in.")]
    skipped: Annotated[tuple[SkippedStep, ...], Doc("Every step that it ever left out, and what each costs (S2-17).")]
    next: Annotated[tuple[NextStep, ...], Doc("What can be done next, the most needed first.")]


def course(facts: Facts, id: str) -> InitiativeCourse:
    """Where an initiative stands at this moment."""
    one = facts.get(INITIATIVE, id) or Initiative(id=id)
    return InitiativeCourse(current(one), outcome(one), tuple(_steps(one)), tuple(_skipped(one)), tuple(_next(facts, one)))


def current(one: Initiative) -> InitiativeStep | None:
    """The step that it is in: the last that was entered in its iteration, and not left out after all."""
    return next((taken.step for taken in sorted(one.taken_in(one.iteration).values(), key=_taken, reverse=True) if taken.reason is None), None)


def _taken(one: Taken) -> Order:
    return one.event.order


def failed(one: Initiative) -> bool:
    """Whether the verdicts that came last say that it did not work: what it wanted was not reached, or matters no longer."""
    return one.verdict is not None and (one.verdict.progress is ProgressVerdict.NOT_ACHIEVED or one.verdict.value is ValueVerdict.IRRELEVANT)


def outcome(one: Initiative) -> InitiativeOutcome:
    """How it stands as a whole (S2-13, S2-16)."""
    if one.closed is None:
        return InitiativeOutcome.UNDER_WAY
    if one.verdict is None:
        return InitiativeOutcome.UNKNOWN
    return InitiativeOutcome.FAILED if failed(one) else InitiativeOutcome.WORKED


def analysed(one: Initiative) -> bool:
    """Whether the failure that was found last is analysed, with its lesson shared (S2-16)."""
    return one.verdict is not None and any(found.iteration == one.verdict.iteration for found in one.failures)


def missing(one: Initiative, iteration: int, before: InitiativeStep | None = None) -> list[InitiativeStep]:
    """The steps before one (None: all) that an iteration has neither entered nor skipped, and that its template does not leave out."""
    earlier = _before(before)
    return [step for step in earlier if step not in one.taken_in(iteration) and step not in LEFT_OUT[one.template]]


def gone_past(one: Initiative, iteration: int, step: InitiativeStep) -> bool:
    """Whether an iteration has taken a step behind this one."""
    return any(_number(taken) > _number(step) for taken in one.taken_in(iteration))


def _before(step: InitiativeStep | None) -> list[InitiativeStep]:
    every = list(InitiativeStep)
    return every if step is None else every[: _number(step)]


def fails(objective: Objective) -> tuple[SmartCriterion, ...]:
    """The letters of SMART that an objective, a success factor or an indicator fails (S2-10)."""
    holds = {
        SmartCriterion.SPECIFIC: len(objective.text.split()) > 2,
        SmartCriterion.MEASURABLE: objective.metric is not None and objective.target is not None,
        SmartCriterion.ACHIEVABLE: objective.achievable is not None,
        SmartCriterion.RELEVANT: objective.relevant is not None,
        SmartCriterion.TIME_BOUND: objective.due is not None,
    }
    return tuple(criterion for criterion, held in holds.items() if not held)


def _steps(one: Initiative) -> Iterator[StepTaken]:
    taken, here = one.taken_in(one.iteration), current(one)
    out = _left_out(one, one.iteration)
    for step, guide in GUIDES.items():
        found = taken.get(step)
        if found is None:
            state = StepState.SKIPPED if step in out else StepState.OPEN
        elif found.reason is not None:
            state = StepState.SKIPPED
        else:
            state = StepState.CURRENT if step is here and one.closed is None else StepState.DONE
        yield StepTaken(step, state, found.event if found else None, guide.principles)


def _skipped(one: Initiative) -> Iterator[SkippedStep]:
    for iteration in range(1, one.iteration + 1):
        taken, out = one.taken_in(iteration), _left_out(one, iteration)
        for step, guide in GUIDES.items():
            found = taken.get(step)
            if found is not None and found.reason is not None:
                yield SkippedStep(iteration, step, found.reason, guide.cost, found.event)
            elif step in out:
                yield SkippedStep(iteration, step, BY_TEMPLATE, guide.cost, None)


def _left_out(one: Initiative, iteration: int) -> frozenset[InitiativeStep]:
    """The steps that the template has left out of an iteration: those that it has gone past, and all of them once it is closed."""
    taken = one.taken_in(iteration)
    if not taken:
        return frozenset()
    closed = one.closed is not None and iteration == one.iteration
    return LEFT_OUT[one.template].intersection(_before(None if closed else max(taken, key=_number))) - taken.keys()


def _number(step: InitiativeStep) -> int:
    return list(InitiativeStep).index(step)


def _next(facts: Facts, one: Initiative) -> Iterator[NextStep]:
    """What the step asks for, then the steps that may be taken, then what the end asks for."""
    if one.closed is not None or one.opened is None:
        return
    here = current(one)
    if failed(one) and not analysed(one):
        yield NextStep("roadmap.analyse_failure", "Say why it failed and what others learn from it, and share that.", None, "S2-16")
    lacking = here is not None and not GUIDES[here].brought(facts, one) and not (here is InitiativeStep.MOMENTUM and failed(one))
    if here is not None and lacking:
        guide = GUIDES[here]
        yield NextStep(guide.command, f"{here.words} asks for {guide.asks}.", here, guide.rule)
    if not lacking:
        yield from _steps_to_take(one)
    if closable(facts, one) is None:
        what = "Close it as one that failed." if failed(one) else "Close it."
        yield NextStep("roadmap.close_initiative", what, None, "S2-16" if failed(one) else "S2-05")


def _steps_to_take(one: Initiative) -> Iterator[NextStep]:
    judged = one.verdict is not None and one.verdict.iteration == one.iteration
    if judged and one.verdict is not None and one.verdict.progress is ProgressVerdict.PARTLY and current(one) is InitiativeStep.THERE:
        yield NextStep("roadmap.enter_step", "Begin another iteration, for what was not reached.", InitiativeStep.VISION, "S2-14")
    taken = one.taken_in(one.iteration)
    last = max((_number(step) for step in taken), default=-1)
    for step in list(InitiativeStep)[last + 1 :]:
        yield NextStep("roadmap.enter_step", f"Enter the step: {step.description}", step, "S2-05")
        if step not in LEFT_OUT[one.template]:
            yield NextStep("roadmap.skip_step", f"Or leave it out, at this cost: {GUIDES[step].cost}", step, "S2-17")
            return


def closable(facts: Facts, one: Initiative) -> tuple[str, str] | None:
    """By which rule, and why, it cannot be closed; None where it can."""
    if failed(one):
        return None if analysed(one) else ("S2-16", "it failed, and no analysis with a shared lesson is on record")
    here = current(one)
    if here is not None and not GUIDES[here].brought(facts, one):
        return GUIDES[here].rule, f"the step {here} lacks {GUIDES[here].asks}"
    if steps := missing(one, one.iteration):
        return "S2-13" if InitiativeStep.THERE in steps else "S2-05", f"it has neither entered nor skipped {', '.join(steps)}"
    return None
