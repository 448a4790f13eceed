"""The queue for onboarding: whoever plans more products comes first, and why (S4-10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.intake.candidate import CANDIDATE, Candidate, CandidateState
from libs.events.event import Event
from libs.events.facts import Facts
from libs.rules.statements import explains
from libs.rules.text import fold


class OnboardingPlace(NamedTuple):
    """Where a candidate stands in the queue for onboarding, and why there (S4-10)."""

    place: Annotated[int, Doc("Its place; 1 comes next.")]
    waiting: Annotated[int, Doc("How many wait, with it.")]
    planned: Annotated[int, Doc("How many different products it plans.")]
    why: Annotated[str, Doc("Why it stands there, in a sentence.")]


def queue(facts: Facts) -> tuple[Candidate, ...]:
    """The candidates that wait: by the number of different products that they plan, most first; of as many, by their application (S4-10)."""
    waiting = [(one, one.applied) for one in facts.every(CANDIDATE) if one.state is CandidateState.WAITING]
    return tuple(one for one, _ in sorted(((one, event) for one, event in waiting if event is not None), key=lambda each: _order(*each)))


def _order(one: Candidate, applied: Event) -> tuple[object, ...]:
    return -planned(one), applied.time, one.id


def planned(candidate: Candidate) -> int:
    """How many different products it plans: one that is named twice is one."""
    return len({fold(one) for one in candidate.products})


@explains("candidate", "onboarding")
def onboarding(facts: Facts, id: str) -> OnboardingPlace | None:
    """Among those that wait, whoever plans more different products comes first, since a team for many is the better investment; of as many, whoever applied
    first (S4-10). None where it does not wait.
    """
    waiting = facts.derive(queue)
    found = next((n for n, one in enumerate(waiting) if one.id == id), None)
    if found is None:
        return None
    return OnboardingPlace(found + 1, len(waiting), planned(waiting[found]), _why(waiting, found))


def _why(waiting: Sequence[Candidate], n: int) -> str:
    """By comparison with whoever comes before it, or, for the first, after it."""
    own = planned(waiting[n])
    said = f"It plans {own} product{'s' if own != 1 else ''}"
    if len(waiting) == 1:
        return f"{said}, and nobody else waits."
    other = waiting[n - 1] if n else waiting[1]
    name, theirs = other.name or other.id, planned(other)
    if theirs == own:
        return f"{said}, as many as {name}, and applied {'later' if n else 'earlier'}."
    return f"{said}, {'fewer' if n else 'more'} than the {theirs} of {name}."
