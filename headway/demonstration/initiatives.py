"""What the demonstration tells of initiatives, one in its second iteration after an honest failure, and of changes: their classes, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from headway.demonstration.teller import Teller
from headway.importers.line import ImportLine

# Days before today, command, fields: the courts answer within a week. The first plan trained everybody at once, and failed.
_WEEK: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (400, "enter_step", {"step": "vision"}),
    (390, "enter_step", {"step": "now"}),
    (384, "assess", {"dimension": "value", "text": "Four in ten who write to a court call a week later", "source": "statistics"}),
    (382, "assess", {"dimension": "people", "text": "Two clerks of eleven can answer everything", "source": "interview"}),
    (380, "assess", {"dimension": "processes", "text": "A letter passes five desks", "source": "audit", "metric": "court-dates-satisfaction"}),
    (365, "enter_step", {"step": "want"}),
    (
        360,
        "set_objective",
        {
            "objective": "within-a-week",
            "kind": "objective",
            "text": "Nine in ten letters are answered within a week",
            "metric": "court-dates-satisfaction",
            "target": "88",
            "due": 225,
            "achievable": "The court of appeal does it with fewer people",
            "relevant": "Who waits for an answer calls, and calls take half of the day",
        },
    ),
    (358, "set_objective", {"objective": "clerks", "kind": "csf", "text": "Every clerk can answer what is asked most"}),
    (345, "enter_step", {"step": "how"}),
    (340, "plan_initiative", {"kind": "direct", "text": "Train all clerks in one month, then close two of the five desks"}),
    (330, "enter_step", {"step": "act"}),
    (329, "add_action", {"action": "course", "text": "The course, for one court", "scope": "pilot", "carries": ["roadmap_item:court-dates-r0"]}),
    (300, "report_progress", {"text": "One court is trained", "share": "0.2"}),
    (295, "add_action", {"action": "course-everywhere", "text": "The course in all nine courts", "scope": "roll_out"}),
    (250, "report_progress", {"text": "Six courts are trained, and two have stopped: nobody was left at the counters", "share": "0.6"}),
    (220, "enter_step", {"step": "there"}),
    (
        212,
        "judge_initiative",
        {
            "progress": "not_achieved",
            "value": "relevant",
            "evidence": "Five in ten letters are answered within a week, as before; calls are as many",
        },
    ),
    (
        205,
        "analyse_failure",
        {
            "analysis": "All were trained at once, so the counters stood empty; what was learned was forgotten before the desks were closed",
            "lesson": "Change one desk at a time, and train those who work there in the week in which it changes",
            "shared_with": ["the clerks of all courts", "the product owners of the ministry"],
        },
    ),
    (190, "skip_step", {"step": "vision", "reason": "It is what it was"}),
    (188, "enter_step", {"step": "now"}),
    (180, "assess", {"dimension": "processes", "text": "Letters wait longest between the second desk and the third", "source": "statistics"}),
    (178, "assess", {"dimension": "culture", "text": "Nobody closes a letter that another desk has opened", "source": "interview"}),
    (165, "enter_step", {"step": "want"}),
    (150, "enter_step", {"step": "how"}),
    (
        145,
        "plan_initiative",
        {
            "kind": "experimental",
            "text": "One desk less in one court at a time; go on where letters become faster",
            "reason": "Nobody knows beforehand which desk can be spared",
        },
    ),
    (120, "enter_step", {"step": "act"}),
    (
        119,
        "add_action",
        {"action": "third-desk", "text": "One court without its third desk", "scope": "pilot", "carries": ["improvement:court-dates-text-reminder"]},
    ),
    (80, "report_progress", {"text": "Letters of that court take nine days instead of fourteen", "share": "0.3"}),
    (30, "report_progress", {"text": "A second court has begun, and takes ten", "share": "0.5"}),
)

# A small one, by the light template: it worked, and leaves out what a small change can do without.
_ENVELOPES: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (300, "enter_step", {"step": "vision"}),
    (298, "enter_step", {"step": "now"}),
    (297, "assess", {"dimension": "technology", "text": "One letter in twelve comes back, its address cut off by the window", "source": "statistics"}),
    (296, "enter_step", {"step": "want"}),
    (
        296,
        "set_objective",
        {
            "objective": "none-back",
            "kind": "kpi",
            "text": "Fewer than one letter in a hundred comes back",
            "due": 240,
            "achievable": "The paper office has other envelopes",
            "relevant": "Each costs a week",
        },
    ),
    (290, "enter_step", {"step": "act"}),
    (270, "report_progress", {"text": "The new envelopes are in use", "share": "1"}),
    (240, "enter_step", {"step": "there"}),
    (235, "judge_initiative", {"progress": "achieved", "value": "relevant", "evidence": "One in two hundred came back in the last month"}),
    (234, "close_initiative", {}),
)

_EVIDENCE = ["all tests passed", "read by a second developer"]


def initiatives(say: Teller) -> Iterator[ImportLine]:
    """All of it, in an order in which each line finds what it rests on."""
    vision = {"subject": "organisation:justice", "text": "Whoever turns to a court knows within a week where their case stands"}
    yield say("roadmap.set_vision", say.ago(420), "justice:vision", vision="justice", **vision)
    week = {"subject": "product:court-dates", "title": "Answers within a week", "value": "Nobody has to call to learn where a case stands"}
    yield from _told("answers-within-a-week", week, "strategic", "full", "Every letter is answered within a week, by whoever opens it", _WEEK, say)
    envelopes = {"subject": "product:fines", "title": "Envelopes with a window that fits", "value": "A fine is read before it grows"}
    yield from _told("envelopes", envelopes, "operational", "light", "No letter comes back", _ENVELOPES, say)
    yield from _standard_change(say)


def _told(
    id: str, what: dict[str, Any], level: str, template: str, vision: str, steps: tuple[tuple[int, str, dict[str, Any]], ...], say: Teller
) -> Iterator[ImportLine]:
    first = steps[0][0]
    yield say("roadmap.open_initiative", say.ago(first + 5), f"{id}:opened", initiative=id, level=level, template=template, vision="justice", **what)
    for n, (days, command, fields) in enumerate(steps):
        due = {"due": say.ago(fields["due"]).isoformat()} if "due" in fields else {}
        yield say(f"roadmap.{command}", say.ago(days), f"{id}:{n}", initiative=id, **fields | due)
        if n == 0:
            yield say("roadmap.set_vision", say.ago(days), f"{id}:vision", vision=id, subject=f"initiative:{id}", text=vision)


def _standard_change(say: Teller) -> Iterator[ImportLine]:
    """Texts of the court dates go out without a sitting of the board, by what the pipeline attaches."""
    named = {"organisation": "justice", "name": "Texts on a page", "evidence": _EVIDENCE}
    yield say("roadmap.define_change_class", say.ago(130), "texts:defined", change_class="texts", **named)
    approved = {"approved": True, "reason": "Thirty such changes went out without harm"}
    yield say("roadmap.decide_change_class", say.ago(122), "texts:approved", by="cab@justice", change_class="texts", **approved)
    release, product = "court-dates-plain-words", "court-dates"
    proposed = {"stage": "improve", "title": "A summons in plain words"}
    yield say("roadmap.propose_release", say.ago(61), "texts:release", release=release, product=product, **proposed)
    asked = {"release": release, "title": "Reword the summons", "change_class": "texts"}
    yield say("roadmap.raise_change_request", say.ago(61), "texts:change", change=release, product=product, **asked)
    for n, evidence in enumerate(_EVIDENCE):
        yield say("roadmap.attach_evidence", say.ago(60), f"texts:evidence:{n}", change=release, evidence=evidence, url=f"https://ci.example.org/runs/{n + 17}")
    yield say("roadmap.sign_off_release", say.ago(60), "texts:signed", by=f"product_owner@{product}", release=release)
    yield say("roadmap.publish_release", say.ago(60), "texts:published", release=release)


def monitored(say: Teller, release: str, product: str, published: date, closed: date) -> Iterator[ImportLine]:
    """What was looked at after a release, and what that came to."""
    looked = {"product": product, "about": f"release:{release}", "metrics": [f"{product}-satisfaction"]}
    yield say("roadmap.open_monitoring", published, f"{release}:monitored", monitoring=release, **looked)
    found = {"worked": True, "evidence": "Satisfaction rose from 61 to 82, and fewer people call"}
    yield say("roadmap.close_monitoring", closed, f"{release}:looked", monitoring=release, **found)
