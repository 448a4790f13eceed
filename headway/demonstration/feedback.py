"""What the demonstration tells of feedback: themes at a counter and what came of them, a metric that crossed its redesign threshold, and visions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from headway.demonstration.teller import Teller
from headway.importers.line import ImportLine

LICENCES = "driving-licences"
_VISIONS = (
    (1000, "organisation:transport", "Nobody has to come to an office because of a paper that the ministry has already"),
    (700, "program:road-users", "Whoever drives sees to everything that concerns it at one place"),
    (520, f"product:{LICENCES}", "A licence is renewed in the time that it takes to drink a coffee"),
    (160, f"product:{LICENCES}", "A licence renews itself, unless something has changed"),
    (300, "organisation:justice", "Everybody understands what a court wants of them, and by when"),
)
_CHANNELS = (
    ("counter", "Counter at the main station", "counter", "citizens", 560),
    ("in-service", "Question on the last page", "in_service", "citizens", 540),
    ("sessions", "Mornings with users", "session", "citizens", 420),
    ("schools", "Driving schools, by phone", "phone", "businesses", 400),
    ("paper", "Paper form at the exit", "form", "citizens", 560),
)
_THEMES = (
    ("counter", "The photo comes back, and nobody says what is wrong with it", "Photo", 46, 240, 1),
    ("counter", "How much is it? I see that on the last page only", "Fee", 61, 180, None),
    ("in-service", "The fee is a surprise", "Fee", 118, 90, None),
    ("counter", "I have no card to pay with", "Payment", 23, 120, 3),
    ("schools", "We cannot tell how far an application of ours is", "Following an application", 12, 75, None),
    ("sessions", "Three of five users went back to look for the fee", "Fee", 3, 60, None),
    ("counter", "It was quicker than I thought", None, 35, 30, None),
)
"""Channel, what was said, at which problem point, how often, how many days ago, and the number of the backlog item that takes it up."""
_CALLS = ((330, "17"), (240, "21"), (150, "24"), (45, "33"), (15, "36"))
"""Calls for help in a hundred applications: the redesign threshold is 30."""


def feedback(say: Teller) -> Iterator[ImportLine]:
    """All of it, in an order in which each line finds what it rests on."""
    for n, (days, subject, text) in enumerate(_VISIONS):
        yield say("roadmap.set_vision", say.ago(days), f"vision:{n}", vision=f"vision-{n}", subject=subject, text=text)
    aim = {"subject": f"product:{LICENCES}", "text": "No application waits for a person, unless a person has something to decide"}
    yield say("roadmap.set_target_condition", say.ago(500), "licences:aim", target_condition=f"{LICENCES}-aim", **aim)
    for id, name, kind, audience, days in _CHANNELS:
        said = {"product": LICENCES, "name": name, "kind": kind, "audience": audience}
        yield say("roadmap.open_channel", say.ago(days), f"licences:channel:{id}", channel=f"{LICENCES}-{id}", **said)
    reason = "Two forms a week came in, all of them praise"
    yield say("roadmap.close_channel", say.ago(200), "licences:channel:paper:closed", channel=f"{LICENCES}-paper", reason=reason)
    for n, (channel, text, point, times, days, item) in enumerate(_THEMES):
        known: dict[str, Any] = {"problem_point": point} if point else {}
        taken: dict[str, Any] = {"item": f"{LICENCES}-{item}"} if item is not None else {}
        heard = {"theme": f"{LICENCES}-theme-{n}", "channel": f"{LICENCES}-{channel}", "text": text, "times": times}
        yield say("roadmap.record_theme", say.ago(days), f"licences:theme:{n}", **heard, **known, **taken)
    yield from _measured(say)
    yield from _recommended(say)


def _measured(say: Teller) -> Iterator[ImportLine]:
    """A metric with its data listed, and a threshold that it crosses; one that people judge; and how another is measured from now on."""
    calls, words = f"{LICENCES}-calls", f"{LICENCES}-in-words"
    of = {"product": LICENCES, "responsible": "licences-team-user-research"}
    counted = {"name": "Calls for help", "kind": "quantitative", "unit": "in 100 applications", "goal": "People apply without help"}
    how = {"method": "calls by applications of the same month", "tool": "call centre", "source": "log of the call centre"}
    yield say("roadmap.define_metric", say.ago(400), "licences:calls", metric=calls, **of, **counted, **how)
    yield say("roadmap.list_data", say.ago(390), "licences:calls:data", metric=calls, data=["Calls about a licence, by day", "Applications begun, by day"])
    yield say("roadmap.measure_baseline", say.ago(380), "licences:calls:baseline", metric=calls, value="19")
    yield say("roadmap.set_target", say.ago(375), "licences:calls:target", metric=calls, value="10", due=say.ago(-60).isoformat())
    yield say("roadmap.set_redesign_threshold", say.ago(370), "licences:calls:threshold", metric=calls, value="30", when="above")
    for n, (days, value) in enumerate(_CALLS):
        yield say("roadmap.read_metric", say.ago(days), f"licences:calls:{n}", metric=calls, value=value)
    judged = {"name": "What users say of it", "kind": "qualitative", "goal": "People would tell others to apply online"}
    asked = {"method": "asked at the end of each session, from 1 to 5", "tool": "notes", "source": "mornings with users"}
    yield say("roadmap.define_metric", say.ago(350), "licences:words", metric=words, **of, **judged, **asked)
    for n, (days, value) in enumerate(((300, "3"), (120, "4"))):
        yield say("roadmap.read_metric", say.ago(days), f"licences:words:{n}", metric=words, value=value)
    change = {"tool": "survey in four languages", "reason": "Half of those who answered had help with the words"}
    yield say("roadmap.change_metric", say.ago(100), "licences:survey", metric=f"{LICENCES}-satisfaction", **change)


def _recommended(say: Teller) -> Iterator[ImportLine]:
    """What was found in what was heard, what was recommended because of it, and the release that carries it out."""
    heard, calls = [f"theme:{LICENCES}-theme-{n}" for n in range(len(_THEMES))], f"metric:{LICENCES}-calls"
    found = {
        "fee": ("cause", "The fee stands on the last page alone, and whoever is surprised by it calls", [heard[1], heard[2], calls]),
        "photo": ("pattern", "Photos come back on Mondays, when they were taken at home", [heard[0]]),
        "schools": ("opportunity", "Driving schools would follow applications for their pupils", [heard[4]]),
    }
    for id, (kind, text, rests_on) in found.items():
        yield say(
            "roadmap.record_finding", say.ago(40), f"licences:{id}", finding=f"{LICENCES}-{id}", product=LICENCES, kind=kind, text=text, rests_on=rests_on
        )
    first, schools = f"{LICENCES}-fee-first", f"{LICENCES}-for-schools"
    consulted = ["Staff of the counters", "Call centre", "Twelve users"]
    text = "Show the fee on the first page, and what it is for"
    yield say(
        "roadmap.recommend", say.ago(35), "licences:first", recommendation=first, product=LICENCES, text=text, findings=[f"{LICENCES}-fee"], consulted=consulted
    )
    yield say("roadmap.accept_recommendation", say.ago(33), "licences:first:accepted", by=f"product_owner@{LICENCES}", recommendation=first)
    text = "Give driving schools a list of the applications of their pupils"
    yield say("roadmap.recommend", say.ago(35), "licences:schools:made", recommendation=schools, product=LICENCES, text=text, findings=[f"{LICENCES}-schools"])
    reason = "It waits for a law: pupils would have to agree, each by itself"
    yield say("roadmap.decline_recommendation", say.ago(20), "licences:schools:declined", by=f"product_owner@{LICENCES}", recommendation=schools, reason=reason)
    planned = {"title": "The fee comes first", "stage": "improve", "functional": False, "recommendation": first}
    release = f"{LICENCES}-fee-first"
    day = say.ago(-20).isoformat()
    yield say("roadmap.propose_release", say.ago(30), "licences:release:fee", release=release, product=LICENCES, planned=day, **planned)
    later = say.ago(-34).isoformat()
    yield say("roadmap.replan_release", say.ago(8), "licences:release:later", release=release, planned=later, reason="The translations come two weeks later")
