"""Tables of what is improved: on the page of improvement, and on those of teams and products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from libs.events.catalog.backlog.improvement import ImprovementState
from libs.events.catalog.duties import DutyKind
from libs.events.catalog.roadmap.metric import ThresholdSide
from libs.rules.improvement.experiments import FollowUp
from libs.rules.improvement.improvements import PaceReading
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Table, text
from services.gateway.pages.kit.tables.columns import Cells, table
from services.gateway.pages.kit.tables.field_tables import FieldTable

Node = Mapping[str, Any]


def under_way(visit: Visit, found: Sequence[Node]) -> Table:
    """What is under way, with its goal and what of it should be looked at."""
    columns = "Improvement: *, Team: team, Since: startedOn as since, Goal: metric as goal, Level: level, Scope: scope, -value, -due"
    cells: Cells = {"improvement": lambda one: _cautions(one["warnings"]), "goal": _goal}
    return table(visit, "under-way", "Under way", "Improvement", columns, found, empty="Nothing is under way.", cells=cells)


def ended(visit: Visit, id: str, caption: str, found: Sequence[Node]) -> Table:
    """What is finished, with what was learned."""
    columns = "Improvement: *, Team: team, Finished: finishedOn as finished, What was learned: learned as learned, -level, -scope, -Started: startedOn"
    return table(visit, id, caption, "Improvement", columns, found, empty="None is on record.")


def pace(visit: Visit, teams: Sequence[Node]) -> Table:
    """The pace of teams, in the order in which they come."""
    columns = (
        "Team: *, Pace: pace.reading as pace, #Under way: pace.underWay as under_way, #Finished in a year: pace.finished as finished, "
        "#Median days: pace.medianDays as median_days, -Meant at once: pace.limit as limit"
    )
    cells: Cells = {"under_way": lambda team: f"{words.number(team['pace']['limit'])} meant" if team["pace"]["underWay"] > team["pace"]["limit"] else ""}
    return table(visit, "pace", "Pace by team", "Team", columns, teams, empty="No team is here.", cells=cells)


def quarters(visit: Visit, found: Sequence[Node]) -> Table:
    """What was finished in each quarter, and how much of it worked."""
    columns = "quarter, finished, worked, #Share: worked as share, -First day: starts, -Last day: ends"
    caption = "What worked, quarter by quarter"
    return table(visit, "quarters", caption, "QuarterCount", columns, found, empty="None.", caption_hidden=True, cells={"share": _share})


def counts(visit: Visit, of: str, field: str, found: Sequence[Node]) -> Table:
    """How many there are of each level or scope; what is none of those that are shown stands at nothing."""
    columns = f"{field}, #Under way: underWay as under_way, finished, worked, #Share: worked as share"
    return table(visit, f"{field}s", f"By {field}", of, columns, found, empty="None.", cells={"share": _share})


def _share(one: Node) -> Cell:
    worked, finished = Decimal(one["worked"]), Decimal(one["finished"])
    return text(words.share(worked, finished), value=f"{worked / finished:.4f}" if finished else "")


def initiatives(visit: Visit, found: Sequence[Node]) -> Table:
    """The larger improvements, each with the step that it is in, and the lesson of what failed."""
    columns = "Initiative: *, About: subject as about, Step: course.step as step, #Iteration: iteration, Outcome: course.outcome as outcome, -level"
    cells: Cells = {"outcome": lambda one: " ".join(words.sentence(failure["lesson"]) for failure in one["failures"])}
    return table(visit, "initiatives", "Initiatives", "Initiative", columns, found, empty="No initiative was opened.", cells=cells)


def overdue(visit: Visit, duties: Sequence[Node]) -> Table:
    """The reviews and checks that should have been by now; outcomes of bids and evidence of graduates are looked at elsewhere.

    The impact of deliveries comes last: one is asked for with each delivery, so they are many.
    """
    found = sorted((duty for duty in duties if duty["kind"] not in _ELSEWHERE), key=lambda duty: str(duty["kind"]) == DutyKind.IMPACT_ASKED.name)
    columns = "About: subject as about, What: kind as what, Due: dueOn as due, -rule"
    return table(visit, "overdue", "Overdue", "Duty", columns, found, empty="No review and no check is overdue.")


def redesign(metric: Node) -> Cell:
    """Whether it lies beyond its redesign threshold, and which that is."""
    threshold, since = metric["redesignThreshold"], metric["redesignSince"]
    if threshold is None:
        return text(None)
    said = f"{side_of(threshold)} {in_unit(metric, threshold['value'])}"
    if since is None:
        return Cell("Not called for", note=said, value="")
    return Cell("Called for", tone="bad", note=f"{said}, since {words.short_day(since)}", value=since)


def side_of(threshold: Node | None) -> str:
    """On which side of a threshold a redesign is called for, within a sentence; empty without one."""
    return ThresholdSide[threshold["when"]].spoken if threshold else ""


def in_unit(metric: Node, value: Any) -> str:
    """A value of a metric with its unit."""
    return f"{Decimal(str(value)).normalize():f} {metric['unit'] or ''}".strip()


def beyond(visit: Visit, found: Sequence[Node]) -> Table:
    """The metrics that lie beyond their redesign threshold (S1-23)."""
    columns = "Metric: *, Product: product, Redesign: redesignSince as redesign, -latest, -latestOn"
    empty, caption = "No metric lies beyond its redesign threshold.", "Redesign thresholds crossed"
    return table(visit, "beyond", caption, "Metric", columns, found, empty=empty, cells={"redesign": redesign})


def lacking(visit: Visit, found: Sequence[Node]) -> Table:
    """The products that have no metric of a kind (S1-01)."""
    columns, empty = "Product: *, Lacks metrics that are: lackingMetrics as lacking", "Every product has metrics of both kinds."
    return table(visit, "lacking", "Products that lack a kind of metrics", "Product", columns, found, empty=empty)


_ELSEWHERE: Final = frozenset({DutyKind.BID_UNDECIDED.name, DutyKind.EVIDENCE_EXPIRES.name, DutyKind.HEALTH_CHECK.name})


def improved(*, of_team: bool) -> tuple[FieldTable, FieldTable]:
    """What a team, or whoever works on a product, improves and tries, with what came of it; a product's each with its team."""
    team = "" if of_team else "Team: team, "
    return (
        FieldTable(
            "improvements",
            "Improvements",
            f"Improvement: *, State: state, {team}Since: startedOn as since, Finished: finishedOn as finished, -learned, -worked",
            {"improvement": lambda one: _cautions(one["warnings"]), "state": _outcome},
            empty="No improvement was raised.",
            also="warnings { rule message }",
            arguments="orderBy: { by: RAISED, direction: DESC }",
        ),
        FieldTable(
            "experiments",
            "Experiments",
            f"Experiment: *, Step: step, {team}Until: ends as until, Outcome: outcome, -finding, -worked, -method, -Missing: followUp",
            {
                "experiment": lambda one: words.sentence(one["finding"]) if one["finding"] else "",
                "outcome": lambda one: FollowUp[one["followUp"]].description if one["followUp"] else "",
            },
            empty="No experiment was planned.",
            arguments="orderBy: { by: PLANNED, direction: DESC }",
        ),
    )


def paced(pace: Node) -> str:
    """The pace of a team in a sentence."""
    took = f", each in {words.count(pace['medianDays'], 'day')} (the median)" if pace["medianDays"] is not None else ""
    active = f"{words.number(pace['underWay'])} under way at once, where {words.number(pace['limit'])} is meant"
    idle = "nothing begun or finished for six weeks"
    begin = {PaceReading.TOO_MANY.name: active, PaceReading.NONE.name: idle}.get(pace["reading"], f"{words.number(pace['underWay'])} under way")
    return words.sentence(f"{begin}; {words.number(pace['finished']) if pace['finished'] else 'none'} finished in a year{took}")


def summed(summary: Node) -> str:
    """What is improved of a product in a sentence; empty where nothing was."""
    if not summary["underWay"] and not summary["finished"]:
        return ""
    worked = f", of which {words.number(summary['worked'])} worked" if summary["finished"] else ""
    return words.sentence(f"{words.number(summary['underWay'])} under way, {words.number(summary['finished'])} finished{worked}")


def _cautions(warnings: Sequence[Node]) -> str:
    return " ".join(words.warning(one) for one in warnings)


def _goal(one: Node) -> Cell | str:
    """Beside the metric the value that it shall reach, and by when."""
    by = f" by {words.short_day(one['due'])}" if one["due"] else ""
    value = f": {one['value']}" if one["value"] is not None else ""
    if one["metric"] is None:
        return text(f"{value[2:]}{by}".strip())
    return f"{value[2:]}{by}".strip()


def _outcome(one: Node) -> str:
    """Whether what is finished worked, and what was learned."""
    if one["state"] != ImprovementState.FINISHED.name:
        return ""
    return f"{'worked' if one['worked'] else 'did not work'}: {one['learned']}"
