"""The seven steps of continual improvement as data: what leaving one out costs, which principles help most in it, what it asks for (S2-17, S2-19)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from libs.events.catalog.roadmap.initiative import Initiative
from libs.events.catalog.roadmap.initiative_choices import InitiativeStep, InitiativeTemplate
from libs.events.choice import Choice, choice
from libs.events.facts import Facts
from libs.rules.visions import vision_of


class GuidingPrinciple(Choice):
    """What helps to decide well in whatever step; each says what to ask (S2-19)."""

    VALUE = choice("value", "Ask who gains from this, and what it is worth to them.", words="Focus on value")
    START = choice("start", "Ask what is there already that can be kept, or measured as it is.", words="Start where you are")
    ITERATE = choice("iterate", "Ask what the smallest piece is that would show whether this is right.", words="Progress iteratively with feedback")
    COLLABORATE = choice("collaborate", "Ask who must take part in this or see it, and whether they do.", words="Collaborate and promote visibility")
    HOLISTIC = choice("holistic", "Ask what else this touches, before it and after it.", words="Think and work holistically")
    SIMPLE = choice("simple", "Ask what can be left out without losing the result.", words="Keep it simple and practical")
    AUTOMATE = choice("automate", "Ask what of it a machine can do, once it works well by hand.", words="Optimize and automate")


def _helping(names: str) -> tuple[GuidingPrinciple, ...]:
    return tuple(GuidingPrinciple(name) for name in names.split())


@dataclass(frozen=True, slots=True)
class Guide:
    """One step: what skipping it costs, its guiding principles, and what it asks for before the next: by which rule and command, and whether it is there."""

    cost: str
    principles: tuple[GuidingPrinciple, ...]
    rule: str
    asks: str
    command: str
    brought: Callable[[Facts, Initiative], bool]


GUIDES: Final[Mapping[InitiativeStep, Guide]] = MappingProxyType(
    {
        InitiativeStep.VISION: Guide(
            "What is improved may be good only for those who do it and not for the organisation, and work that is of no worth to anybody may become all of it.",
            _helping("value collaborate holistic"),
            "S2-06",
            "a vision of its own",
            "roadmap.set_vision",
            lambda facts, one: vision_of(facts, f"initiative:{one.id}") is not None,
        ),
        InitiativeStep.NOW: Guide(
            "Nobody knows how things stand, and there is no baseline by which it could later be told whether anything became better.",
            _helping("start collaborate"),
            "S2-07",
            "an assessment of where it stands now",
            "roadmap.assess",
            lambda facts, one: any(found.iteration == one.iteration for found in one.assessments),
        ),
        InitiativeStep.WANT: Guide(
            "It stays unclear what shall be reached, so it is hard to say what anybody gains by it; support will be thin, and some will push back.",
            _helping("iterate holistic simple automate"),
            "S2-09",
            "an objective",
            "roadmap.set_objective",
            lambda facts, one: bool(one.objectives),
        ),
        InitiativeStep.HOW: Guide(
            "The work is likely to founder and to miss what was asked of it; every failure costs trust, and makes it harder to find support the next time.",
            _helping("iterate collaborate holistic simple"),
            "S2-11",
            "a plan",
            "roadmap.plan_initiative",
            lambda facts, one: any(found.iteration == one.iteration for found in one.plans),
        ),
        InitiativeStep.ACT: Guide(
            "Nothing becomes better, and all the time and effort of the steps before may have been spent for nothing.",
            _helping("value iterate collaborate"),
            "S2-12",
            "a report of its progress",
            "roadmap.report_progress",
            lambda facts, one: any(found.iteration == one.iteration for found in one.reports),
        ),
        InitiativeStep.THERE: Guide(
            "Nobody can be sure that what was promised came about, and what this iteration could have taught for a change of course is lost.",
            _helping("value collaborate holistic"),
            "S2-13",
            "both verdicts, on progress and on value",
            "roadmap.judge_initiative",
            lambda facts, one: any(found.iteration == one.iteration for found in one.verdicts),
        ),
        InitiativeStep.MOMENTUM: Guide(
            "The improvement stays alone, what was won wears off with time, the next one finds little support, and improving never becomes a habit here.",
            _helping("value collaborate holistic automate"),
            "S2-15",
            "its success, told to others",
            "roadmap.tell_success",
            lambda facts, one: any(found.iteration == one.iteration for found in one.successes),
        ),
    }
)
"""Step -> what is known of it."""

LEFT_OUT: Final[Mapping[InitiativeTemplate, frozenset[InitiativeStep]]] = MappingProxyType(
    {InitiativeTemplate.FULL: frozenset(), InitiativeTemplate.LIGHT: frozenset({InitiativeStep.HOW, InitiativeStep.MOMENTUM})}
)
"""The steps that a template leaves out by itself where they are not entered (S2-18)."""
BY_TEMPLATE: Final = "The light template leaves it out."
"""The reason of a step that was so left out."""
