"""What is needed around a graduation: its agenda, the outline of an article, the profile of the team, and the survey on how it was in the Lab (R-08)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.gateway.pages.kit import words
from services.gateway.pages.reports.report import Report, ReportPart
from services.gateway.pages.reports.sentences import figures, functions, lacking, money
from services.gateway.pages.team.page import TEAM, TeamView


def _story(view: TeamView) -> Iterable[str]:
    """What executives told at the ceremony."""
    return (words.sentence(view.card.story),) if view.card.story else ("No story is told yet.",)


def _decided(view: TeamView) -> Iterable[str]:
    """Who decided what on the way."""
    return [f"{words.day(one.on)}: {one.what}, by {one.by}." for one in view.card.decisions] or ["Nothing is decided yet."]


def _home(view: TeamView) -> Iterable[str]:
    """Where it is at home."""
    return (f"It is at home in {view.home}.",) if view.home else ()


def _criteria(view: TeamView) -> Iterable[str]:
    """Each criterion, and how it stands."""
    return (f"{one.id} {one.title}: {'met' if one.met else 'not met'}. {one.why}" for one in view.card.criteria)


AGENDA: Final = Report(
    "graduation-agenda",
    "Graduation agenda",
    TEAM,
    (
        ReportPart("To do before the day", ("duties",), lacking),
        ReportPart("Hand-off to the home organisation", says=functions),
        ReportPart("Who is invited", ("people", "former-members"), _home),
        ReportPart(
            "Agenda of the day",
            asks=(
                "What the team set out to do, and for whom (the product owner)",
                "What was achieved and what was not, both with figures (the team)",
                "What the executives say to that, honestly (the sponsors)",
                "What the home organisation takes over, function by function (its leads)",
                "What comes next, and whom to ask from now on (the product owner)",
            ),
        ),
        ReportPart("What has been decided", says=_decided),
        ReportPart(
            "To do after the day", ("roadmap",), asks=("Publish the story, with what failed.", "Agree on the first check of health after the hand-off.")
        ),
    ),
)
BLOG: Final = Report(
    "graduation-blog",
    "Graduation blog",
    TEAM,
    (
        ReportPart("Who are you?", ("people",), _home, ("How did you find together?", "Who had never worked like this before?")),
        ReportPart("What are you here for?", ("backlog",), asks=("Whose day is better because of this product? Tell of one of them.",)),
        ReportPart("What changed for people?", ("roadmap",), figures, ("Which figure are you proud of, and how do you know that it is your doing?",)),
        ReportPart("What went wrong?", ("improvements",), _story, ("What did you give up, and what did it teach you?", "What would you tell your first day?")),
        ReportPart("How did you get here?", ("statuses",), asks=("Which step was the hardest, and who helped?",)),
        ReportPart("Who takes care of it now?", says=functions, asks=("What does your home organisation do differently since?",)),
        ReportPart("What comes next?", says=lacking, asks=("What are you looking forward to?",)),
    ),
)
PROFILE: Final = Report(
    "team-profile",
    "Team profile",
    TEAM,
    (
        ReportPart("Who they are", ("people", "former-members"), _home),
        ReportPart("What they serve", ("backlog",)),
        ReportPart("Where they stand", ("statuses",), _criteria),
        ReportPart("What it was worth", ("improvements",), figures),
        ReportPart("What it costs", ("money",), money),
        ReportPart("What comes next", ("roadmap",)),
    ),
)
_SCALE: Final = "Answer from 1 (not at all) to 5 (fully), and say why."
SURVEY: Final = Report(
    "experience-survey",
    "Experience survey",
    TEAM,
    (
        ReportPart(
            "The time in the Lab",
            ("statuses",),
            lambda view: (_SCALE,),
            ("The time was as long as we needed.", "We knew at each step what was expected of us."),
        ),
        ReportPart(
            "People and skills",
            ("people",),
            asks=(
                "We had the people and the skills that the product needed.",
                "We learned what we need to go on without the Lab.",
                "Which training came too late?",
            ),
        ),
        ReportPart(
            "Help from specialists",
            ("specialists",),
            asks=("Specialists of the ministry understood how we work.", "Which function would you have needed earlier?"),
        ),
        ReportPart(
            "Improving", ("improvements",), lambda view: (view.pace,), ("We had the time to improve how we work.", "Our experiments decided something.")
        ),
        ReportPart(
            "Handing off", says=functions, asks=("Our home organisation was ready to take over.", "What is still done by somebody who is about to leave?")
        ),
        ReportPart("All in all", asks=("I would join a team in the Lab again.", "What should the Lab stop doing, and what should it do that it does not?")),
    ),
)
