"""What comes in and is answered, each once: candidates by Lab Operations (S4-10), opportunities by the executive of the team's home (S4-14)."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.intake.candidate import ApplyForOnboarding, DeclineCandidate, OnboardCandidate
from libs.commands.catalog.portfolio.intake.opportunity import AcceptOpportunity, DeclineOpportunity, RecordOpportunity
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.steps import in_order
from libs.events.catalog.portfolio.intake.candidate import Candidate, CandidateApplied
from libs.events.catalog.portfolio.intake.opportunity import Opportunity
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import Payload
from libs.rules.text import fold
from services.portfolio.domain import decisions

_APPLY, _RECORD = "Apply first: portfolio.apply_for_onboarding", "Record it first: portfolio.record_opportunity"


@decisions.decides(ApplyForOnboarding)
def apply_for_onboarding(command: ApplyForOnboarding, case: Case[Candidate]) -> Iterator[Payload]:
    """Of products that are written alike, the one that is named first (S4-10)."""
    named: dict[str, str] = {}
    for product in command.products:
        named.setdefault(fold(product), product)
    yield CandidateApplied.of(command, products=tuple(named.values()))


@decisions.decides(OnboardCandidate)
def onboard_candidate(command: OnboardCandidate, case: Case[Candidate]) -> None:
    """It became a team of its own organisation (S4-10). Who waits before it is shown, and stops nobody. Raises Invalid."""
    in_order(case, "S4-10", "onboarded", after="applied", ends=("declined",), first=_APPLY)
    team = case.facts.get(TEAM, command.team)
    if team is not None and team.home != case.there.organisation:
        raise Invalid(f"{command.team} is at home in {team.home!r}, and {case.id} is of {case.there.organisation!r}", field="team")


@decisions.decides(DeclineCandidate)
def decline_candidate(command: DeclineCandidate, case: Case[Candidate]) -> None:
    """It is not taken on (S4-10)."""
    in_order(case, "S4-10", "declined", after="applied", ends=("onboarded",), first=_APPLY)


@decisions.decides(RecordOpportunity)
def record_opportunity(command: RecordOpportunity, case: Case[Opportunity]) -> None:
    """It does not end before it starts (S4-14). Raises Invalid."""
    if command.starts is not None and command.ends is not None and command.ends < command.starts:
        raise Invalid(f"it would end on {command.ends}, before it starts", field="ends")


@decisions.decides(AcceptOpportunity)
def accept_opportunity(command: AcceptOpportunity, case: Case[Opportunity]) -> None:
    """The team takes it up (S4-14)."""
    in_order(case, "S4-14", "accepted", after="recorded", ends=("declined",), first=_RECORD)


@decisions.decides(DeclineOpportunity)
def decline_opportunity(command: DeclineOpportunity, case: Case[Opportunity]) -> None:
    """The team stays with its program (S4-14)."""
    in_order(case, "S4-14", "declined", after="recorded", ends=("accepted",), first=_RECORD)
