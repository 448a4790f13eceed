"""The improvements and experiments of the demonstration: one at a time in most teams, three at once in one, and an experiment after one that failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from headway.demonstration.teller import Teller
from headway.importers.line import ImportLine


class _Improvement(NamedTuple):
    """One thing that a team improves: when it was begun and, where it was, ended (days before today), whether it worked, and what was learned.

    `told` is when others heard of its end, where that was later: until then it was believed to be under way.
    """

    team: str
    product: str
    name: str
    title: str
    why: str
    sizes: tuple[str, str, str]
    begun: int
    ended: int | None = None
    worked: bool = True
    learned: str = ""
    goal: bool = True
    told: int | None = None


_SMALL, _AREA = ("operational", "team", "practice"), ("tactical", "service_area", "service")

_IMPROVEMENTS = (
    _Improvement(
        "licences-team",
        "driving-licences",
        "photo-help",
        "Photos that are accepted the first time",
        "Every third photo came back, and each cost a week",
        ("operational", "service_area", "component"),
        610,
        570,
        learned="An outline on the screen halved what came back",
    ),
    _Improvement(
        "licences-team",
        "driving-licences",
        "one-letter",
        "One letter instead of three",
        "People took the second letter for the first",
        ("operational", "service_area", "service"),
        420,
        395,
        learned="The print shop needs two weeks: ask it first",
    ),
    _Improvement(
        "licences-team",
        "driving-licences",
        "shared-desk",
        "One desk with the office of vehicles",
        "Both ask the same people for the same papers",
        ("strategic", "public_services", "relationship"),
        330,
        190,
        False,
        "Two laws forbid one file: the law comes first, then the desk",
    ),
    _Improvement("licences-team", "driving-licences", "fewer-calls", "Fewer calls after a renewal", "Half of those who renew call again", _AREA, 24),
    _Improvement(
        "courts-team",
        "court-dates",
        "pair-review",
        "Two people look at each change",
        "Faults were found by users",
        ("operational", "team", "practice"),
        300,
        262,
        learned="Reviews of less than an hour find most",
    ),
    _Improvement(
        "courts-team",
        "court-dates",
        "text-reminder",
        "A reminder by text before the day in court",
        "One in six stays away and is summoned again",
        ("tactical", "service_area", "service"),
        160,
        118,
        learned="Sent two days ahead it works, a week ahead it does not",
    ),
    _Improvement(
        "courts-team",
        "court-dates",
        "clerks-guide",
        "A guide for new clerks",
        "New clerks ask the same for months",
        ("operational", "profession", "practice"),
        96,
        52,
        False,
        "Nobody reads forty pages: two days beside somebody teach more",
    ),
    _Improvement("courts-team", "court-dates", "plain-summons", "A summons in plain words", "People call to ask what it means", _AREA, 30),
    _Improvement(
        "fines-team",
        "fines",
        "pay-page",
        "A payment page that opens at once",
        "On old phones it took ten seconds",
        _SMALL,
        120,
        88,
        learned="Pictures were to blame",
        told=41,
    ),
    _Improvement(
        "grants-team",
        "insulation-grants",
        "forecast",
        "A forecast of applications",
        "Winters come as a surprise",
        _SMALL,
        150,
        96,
        False,
        "Weather says little, prices say much",
    ),
    _Improvement("parking-team", "resident-parking", "map", "A map of free zones", "Residents ask at the counter", _AREA, 39),
    _Improvement("parking-team", "resident-parking", "visitors", "Permits for visitors by the hour", "Visitors buy a whole day", _AREA, 26),
    _Improvement(
        "parking-team",
        "resident-parking",
        "wardens",
        "Talks with the wardens",
        "They hear of changes last",
        ("operational", "business_unit", "relationship"),
        12,
        goal=False,
    ),
)


class _Experiment(NamedTuple):
    """One experiment: planned so many days before today, run from and until so many days before (below nothing: after) today, and what came of it."""

    team: str
    product: str
    name: str
    hypothesis: str
    scope: str
    method: str
    days: tuple[int, int, int]
    finding: str = ""
    worked: bool = False
    outcome: str = ""
    follows: str | None = None


_EXPERIMENTS = (
    _Experiment(
        "licences-team",
        "driving-licences",
        "outline",
        "With an outline on the screen fewer photos come back",
        "One office, 300 applications",
        "ab",
        (640, 633, 615),
        finding="17 in a hundred came back with it, 34 without",
        worked=True,
        outcome="adopt",
    ),
    _Experiment(
        "permits-team",
        "solar-permits",
        "video",
        "Those who see a short video ask less",
        "One town, two weeks",
        "standard",
        (75, 70, 56),
        finding="one in twenty opened it",
        outcome="adapt",
    ),
    _Experiment(
        "permits-team",
        "solar-permits",
        "example",
        "Those who see a filled-in example ask less",
        "The same town, every second visitor",
        "ab",
        (40, 18, -10),
        follows="video",
    ),
    _Experiment(
        "fines-team",
        "fines",
        "instalments",
        "Those who may pay in parts pay sooner",
        "Fines above 200, one month",
        "standard",
        (62, 55, 20),
    ),
)


def improvements(say: Teller) -> Iterator[ImportLine]:
    """All of it, in an order in which each line finds what it rests on."""
    for one in _IMPROVEMENTS:
        yield from _improved(one, say)
    for tried in _EXPERIMENTS:
        yield from _tried(tried, say)


def _improved(one: _Improvement, say: Teller) -> Iterator[ImportLine]:
    id = f"{one.product}-{one.name}"
    level, scope, target = one.sizes
    goal: dict[str, Any] = {
        "need": f"{one.product}-need-1",
        "goal": {"metric": f"{one.product}-satisfaction", "value": "90", "due": say.ago(one.begun - 120).isoformat()},
    }
    said = {"team": one.team, "product": one.product, "title": one.title, "why": one.why, "level": level, "scope": scope, "target": target}
    yield say("backlog.raise_improvement", say.ago(one.begun + 5), f"{id}:raised", improvement=id, **said, **(goal if one.goal else {}))
    yield say("backlog.start_improvement", say.ago(one.begun), f"{id}:started", improvement=id)
    if one.ended is not None:
        came_of_it = {"worked": one.worked, "learned": one.learned}
        told_on = say.ago(one.ended if one.told is None else one.told).isoformat()
        yield say("backlog.finish_improvement", say.ago(one.ended), f"{id}:finished", learned_on=told_on, improvement=id, **came_of_it)


def _tried(one: _Experiment, say: Teller) -> Iterator[ImportLine]:
    id = f"{one.product}-{one.name}"
    planned, starts, ends = one.days
    yield say(
        "backlog.plan_experiment",
        say.ago(planned),
        f"{id}:planned",
        experiment=id,
        team=one.team,
        product=one.product,
        hypothesis=one.hypothesis,
        scope=one.scope,
        method=one.method,
        starts=say.ago(starts).isoformat(),
        ends=say.ago(ends).isoformat(),
        need=f"{one.product}-need-1",
        metric=f"{one.product}-satisfaction",
        **({"follows": f"{one.product}-{one.follows}"} if one.follows else {}),
    )
    yield say("backlog.start_experiment", say.ago(starts), f"{id}:started", experiment=id)
    if one.outcome:
        yield say("backlog.check_experiment", say.ago(ends - 1), f"{id}:checked", experiment=id, finding=one.finding, worked=one.worked)
        taken = {"roadmap_items": [f"{one.product}-r0"]} if one.outcome == "adopt" else {}
        yield say("backlog.conclude_experiment", say.ago(ends - 2), f"{id}:concluded", experiment=id, outcome=one.outcome, **taken)
