"""Initiatives: the seven steps in order, each with what it asks for, and an end that is honest about failure (S2-05 to S2-18)."""

from __future__ import annotations

from libs.commands.catalog.roadmap.initiative import (
    AddAction,
    AnalyseFailure,
    Assess,
    CloseInitiative,
    EnterStep,
    JudgeInitiative,
    OpenInitiative,
    PlanInitiative,
    ReportProgress,
    SetObjective,
    SkipStep,
    TellSuccess,
)
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided, Invalid
from libs.commands.existence import begun
from libs.commands.recommendations import demand_not_declined
from libs.events.catalog.roadmap.initiative import Initiative
from libs.events.catalog.roadmap.initiative_choices import ActionScope, InitiativeStep
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.vision import VISION
from libs.rules.improvement.initiatives import closable, current, failed, gone_past, missing
from libs.rules.improvement.seven_steps import GUIDES
from libs.rules.products.homes import home_of_subject
from libs.rules.visions import vision_of
from services.roadmap.domain import decisions
from services.roadmap.domain.days import demand_ahead


@decisions.decides(OpenInitiative)
def open_initiative(command: OpenInitiative, case: Case[Initiative]) -> None:
    """A larger improvement, perhaps because of a recommendation that was not declined (S1-12). Raises Refused."""
    demand_not_declined(case, command.recommendation)


@decisions.decides(EnterStep, SkipStep)
def take_step(command: EnterStep | SkipStep, case: Case[Initiative]) -> None:
    """The steps in their order, each once an iteration, each after what the one before asks for (S2-05); a vision serves the organisation's (S2-06)."""
    one, step = _under_way(case), command.step
    iteration, skipping = one.next_by(step), isinstance(command, SkipStep)
    leaves = skipping and step is current(one) and iteration == one.iteration
    for seen in () if case.revising else (one, case.there):
        found = seen.taken_in(iteration).get(step)
        if found is not None and not (leaves and found.reason is None):
            said = "skipped" if found.reason else "entered"
            raise AlreadyDecided(
                "S2-05", f"the step {step} was {said} in iteration {iteration} on {found.event.time.date()}", field="step", remedy="Take the next step."
            )
    before = missing(one, iteration, step)
    case.demand("S2-05", not before, f"before {step} the initiative must enter or skip {', '.join(before)}", field="step")
    case.demand("S2-05", not gone_past(one, iteration, step), f"the initiative has gone past {step} in iteration {iteration}", field="step")
    here = current(one)
    if here is not None and iteration == one.iteration and not leaves:
        guide = GUIDES[here]
        lacks = f"the step {here} lacks {guide.asks}"
        case.demand(guide.rule, guide.brought(case.facts, one), lacks, remedy=f"Bring it (`{guide.command}`), or skip the step with a reason.")
    if step is InitiativeStep.VISION and not skipping:
        _serves_a_vision(one, case)


def _serves_a_vision(one: Initiative, case: Case[Initiative]) -> None:
    home = home_of_subject(case.facts, one.subject)
    held = case.facts.get(VISION, one.vision) or (vision_of(case.facts, f"organisation:{home}") if home else None)
    whose = f"the organisation {home!r} has no vision" if home else f"where {one.subject} is at home is not known, and so no vision"
    case.demand("S2-06", held, f"{whose} that it could serve")


@decisions.decides(Assess)
def assess(command: Assess, case: Case[Initiative]) -> None:
    """Where it stands now (S2-07)."""
    _under_way(case)


@decisions.decides(SetObjective)
def set_objective(command: SetObjective, case: Case[Initiative]) -> None:
    """What is aimed at, after an assessment (S2-07), on a day that is not past; no target without a baseline to compare it with (S2-08)."""
    one = _under_way(case)
    skipped = any(taken.step is InitiativeStep.NOW and taken.reason for taken in one.taken)
    case.demand("S2-07", one.assessments or skipped, "nothing has been assessed yet")
    demand_ahead(case, "due", command.due, "it was due on")
    if command.target is not None and command.metric is None:
        raise Invalid("a target is a value of a metric, and none is named", field="metric", remedy="Name the metric whose target it is.")
    metric = case.facts.get(METRIC, command.metric)
    if command.target is not None and metric is not None:
        case.demand("S2-08", metric.baseline is not None, f"the baseline of {metric.name!r} has not been measured", field="target")


@decisions.decides(PlanInitiative)
def plan_initiative(command: PlanInitiative, case: Case[Initiative]) -> None:
    """How to get there; another plan than the one before says why (S2-11)."""
    one = _under_way(case)
    case.demand(
        "S2-11",
        command.reason or not one.plans,
        "there is a plan already, and no reason is given for another",
        field="reason",
    )


@decisions.decides(AddAction)
def add_action(command: AddAction, case: Case[Initiative]) -> None:
    """What is done; a roll-out after a pilot (S2-12)."""
    one = _under_way(case)
    piloted = any(action.scope is ActionScope.PILOT and action.action != command.action for action in one.actions)
    case.demand("S2-12", command.scope is ActionScope.PILOT or piloted, "no pilot has come before this roll-out", field="scope")


@decisions.decides(ReportProgress)
def report_progress(command: ReportProgress, case: Case[Initiative]) -> None:
    """How far it has come, while it acts (S2-12)."""
    _in_step(case, InitiativeStep.ACT)


@decisions.decides(JudgeInitiative)
def judge_initiative(command: JudgeInitiative, case: Case[Initiative]) -> None:
    """Both verdicts, once an iteration, in the step that asks for them (S2-13)."""
    one = _in_step(case, InitiativeStep.THERE)
    if not case.revising and any(found.iteration == one.iteration for found in case.there.verdicts):
        remedy = "Begin the next iteration, or retract the verdicts, if they are wrong: roadmap.retract."
        raise AlreadyDecided("S2-13", f"iteration {one.iteration} has its verdicts already", field="initiative", remedy=remedy)


@decisions.decides(TellSuccess)
def tell_success(command: TellSuccess, case: Case[Initiative]) -> None:
    """What was reached, once it is known that it was (S2-15)."""
    one = _under_way(case)
    case.demand("S2-15", one.verdict is not None and not failed(one), "the verdicts do not say yet that it worked")


@decisions.decides(AnalyseFailure)
def analyse_failure(command: AnalyseFailure, case: Case[Initiative]) -> None:
    """Why it failed, once it is known that it did (S2-16)."""
    case.demand("S2-16", failed(_under_way(case)), "the verdicts do not say that it failed", remedy="Judge it first: roadmap.judge_initiative.")


@decisions.decides(CloseInitiative)
def close_initiative(command: CloseInitiative, case: Case[Initiative]) -> None:
    """At its end: all steps taken, or its failure analysed (S2-05, S2-13, S2-16)."""
    why = closable(case.facts, _under_way(case))
    if why is not None:
        case.demand(why[0], False, why[1])


def _in_step(case: Case[Initiative], step: InitiativeStep) -> Initiative:
    """The initiative, in an iteration that has entered this step."""
    one, guide = _under_way(case), GUIDES[step]
    taken = one.taken_in(one.iteration).get(step)
    remedy = f"Enter the step first (`roadmap.enter_step`): {step.value}."
    case.demand(guide.rule, taken is not None and taken.reason is None, f"the step {step} has not been entered in iteration {one.iteration}", remedy=remedy)
    return one


def _under_way(case: Case[Initiative]) -> Initiative:
    """The initiative at the command's time, opened and not closed; without what a changed row of an import had said. Raises Invalid, AlreadyDecided."""
    one = begun(case)
    if case.row:
        one = case.kind.fold(case.id, (event for event in case.facts.counting(case.kind, case.id) if event.id not in case.row)) or one
    if case.there.closed is not None and case.there.closed.time <= case.at and case.there.closed.id not in case.row:
        closed = case.there.closed.time.date()
        raise AlreadyDecided("S2-05", f"{case.id} was closed on {closed}", field="initiative", remedy="Open another initiative: roadmap.open_initiative.")
    return one
