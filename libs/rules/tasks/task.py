"""A task: what it is about, what to do, who may do it, and the command that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

from annotated_doc import Doc

from libs.events.choice import Choice, choice
from libs.events.event import Event, day_of
from libs.events.facts import Facts
from libs.rules.authority import Belonging, answering, belonging, roles_on
from libs.rules.duties import DECLARED


class AwaitedKind(Choice):
    """What is waited for from somebody."""

    DECIDE_INVESTMENT = choice("decide_investment", "The steering group's decision on an investment (S0-14).")
    ANSWER_CANDIDATE = choice("answer_candidate", "The answer of Lab Operations to a candidate for onboarding (S4-10).")
    ANSWER_OPPORTUNITY = choice("answer_opportunity", "The answer of the executive of a team's home to an opportunity (S4-14).")
    RECORD_SUBMISSION_OUTCOME = choice("record_submission_outcome", "What the Treasury Board said of a submission (S4-13).")
    RECORD_BID_OUTCOME = choice("record_bid_outcome", "What the deciding body said of a bid (S0-15).")
    ACCEPT_LOAN = choice("accept_loan", "The borrower's answer to a loan that is offered (S4-15).", words="Answer a loan")
    RETURN_TEAM = choice("return_team", "Whether a team on loan is back (S4-15).")
    ENTER_SUSTAIN = choice("enter_sustain", "The entering of Sustain, whose pre-conditions are met (S4-02).")
    PREPARE_HANDOFF = choice("prepare_handoff", "The preparation of a hand-off with a function (S4-17).", words="Prepare hand-off")
    ACCEPT_HANDOFF = choice("accept_handoff", "The acceptance of a hand-off that is prepared (R-06).", words="Accept hand-off")
    ATTEST = choice("attest", "An executive's word that a team meets expectations (R-04).")
    TELL_STORY = choice("tell_story", "The story, with what failed (R-05).")
    HOLD_CEREMONY = choice("hold_ceremony", "The ceremony of a team that is ready (S4-18).")
    RAISE_CHANGE = choice("raise_change", "A change request for a release that changes what its product does (S0-16).")
    DECIDE_CHANGE = choice("decide_change", "The change advisory board's outcome (S0-16, S0-17).")
    DECIDE_CHANGE_CLASS = choice("decide_change_class", "The change advisory board's word on a class of changes (S3-10).")
    ATTACH_EVIDENCE = choice("attach_evidence", "The evidence that the approved class of a change asks for (S3-10).")
    JUDGE_INITIATIVE = choice("judge_initiative", "Both verdicts on an initiative that asks whether it got there (S2-13).")
    ANALYSE_FAILURE = choice("analyse_failure", "The analysis of an initiative that failed, with its lesson (S2-16).")
    MONITORING_ENDS = choice("monitoring_ends", "What a change has brought, once its monitoring ends (S1-13).", words="Close monitoring")
    ANSWER_RECOMMENDATION = choice("answer_recommendation", "The product owner's answer to a recommendation (S1-11).")
    SIGN_OFF_RELEASE = choice("sign_off_release", "The product owner's sign-off (S0-13).")
    PUBLISH_RELEASE = choice("publish_release", "The publishing of a release that nothing stands in the way of (S0-16).")
    READ_METRIC = choice("read_metric", "A reading that a target or a graduate waits for (S0-23, R-04).")
    HEALTH_CHECK = choice("health_check", "A check of the health of a team, or of its product (S4-01).", words="Check health")
    EXPERIMENT_CHECK = choice("experiment_check", "What an experiment has shown whose end is near or over (S3-04).", words="Check experiment")
    CONCLUDE_EXPERIMENT = choice("conclude_experiment", "The conclusion of an experiment, and what that still asks for (S3-05).")
    PRIORITISATION_REVIEW = choice("prioritisation_review", "A review of the order of a backlog against metrics (S0-24).", words="Review the order")
    CHECKLIST = choice("checklist", "An entry on the checklist of a product's phase (S0-26).", words="Tick the checklist")
    EVALUATION = choice("evaluation", "The next evaluation of a product (S1-04).", words="Start evaluation")
    CONCLUDE_EVALUATION = choice("conclude_evaluation", "Both verdicts of an evaluation that is open (S1-05).")
    PUBLISH_EVALUATION = choice("publish_evaluation", "The results of an evaluation, for other bodies (S1-14).")
    CONFIDENCE_OLD = choice("confidence_old", "A rating of confidence, when the last one is 90 days old (S1-24).", words="Rate confidence")
    IMPACT_ASKED = choice("impact_asked", "What a delivery has changed for users (S0-05).", words="Say the impact")


@dataclass(frozen=True, slots=True)
class Act:
    """How it is done: the rule that asks for it, the topic by which the table of authority says who may, and the command."""

    rule: str
    topic: str
    command: str


ACTS: Final[Mapping[AwaitedKind, Act]] = MappingProxyType(
    {
        AwaitedKind.DECIDE_INVESTMENT: Act("S0-14", "decisions", "portfolio.decide_investment"),
        AwaitedKind.RECORD_BID_OUTCOME: Act("S0-15", "bids", "portfolio.record_bid_outcome"),
        AwaitedKind.ACCEPT_LOAN: Act("S4-15", "loan answers", "portfolio.accept_loan"),
        AwaitedKind.ANSWER_CANDIDATE: Act("S4-10", "onboarding", "portfolio.onboard_candidate"),
        AwaitedKind.ANSWER_OPPORTUNITY: Act("S4-14", "opportunities", "portfolio.accept_opportunity"),
        AwaitedKind.RECORD_SUBMISSION_OUTCOME: Act("S4-13", "redesigns", "portfolio.record_submission_outcome"),
        AwaitedKind.RETURN_TEAM: Act("S4-15", "loans", "portfolio.return_team"),
        AwaitedKind.ENTER_SUSTAIN: Act("S4-02", "sustain", "portfolio.enter_sustain"),
        AwaitedKind.PREPARE_HANDOFF: Act("S4-17", "preparations", "portfolio.prepare_handoff"),
        AwaitedKind.ACCEPT_HANDOFF: Act("R-06", "acceptances", "portfolio.accept_handoff"),
        AwaitedKind.ATTEST: Act("R-04", "attestations", "portfolio.attest"),
        AwaitedKind.TELL_STORY: Act("R-05", "stories", "portfolio.tell_story"),
        AwaitedKind.HOLD_CEREMONY: Act("S4-18", "ceremonies", "portfolio.hold_ceremony"),
        AwaitedKind.RAISE_CHANGE: Act("S0-16", "changes", "roadmap.raise_change_request"),
        AwaitedKind.DECIDE_CHANGE: Act("S0-16", "change decisions", "roadmap.decide_change"),
        AwaitedKind.DECIDE_CHANGE_CLASS: Act("S3-10", "change class decisions", "roadmap.decide_change_class"),
        AwaitedKind.ATTACH_EVIDENCE: Act("S3-10", "changes", "roadmap.attach_evidence"),
        AwaitedKind.JUDGE_INITIATIVE: Act("S2-13", "initiatives", "roadmap.judge_initiative"),
        AwaitedKind.ANALYSE_FAILURE: Act("S2-16", "initiatives", "roadmap.analyse_failure"),
        AwaitedKind.MONITORING_ENDS: Act("S1-13", "monitoring", "roadmap.close_monitoring"),
        AwaitedKind.ANSWER_RECOMMENDATION: Act("S1-11", "recommendations", "roadmap.accept_recommendation"),
        AwaitedKind.SIGN_OFF_RELEASE: Act("S0-13", "sign-off", "roadmap.sign_off_release"),
        AwaitedKind.PUBLISH_RELEASE: Act("S0-16", "publishing", "roadmap.publish_release"),
        AwaitedKind.READ_METRIC: Act("S0-23", "readings", "roadmap.read_metric"),
        AwaitedKind.CONCLUDE_EXPERIMENT: Act("S3-05", "experiments", "backlog.conclude_experiment"),
        AwaitedKind.CONCLUDE_EVALUATION: Act("S1-05", "evaluations", "portfolio.conclude_evaluation"),
        AwaitedKind.PUBLISH_EVALUATION: Act("S1-14", "evaluations", "portfolio.publish_evaluation"),
        **{AwaitedKind[kind.name]: Act(of.rule, of.topic, of.command) for kind, of in DECLARED.items() if kind.name in AwaitedKind.__members__},
    }
)
"""What is waited for -> how it is done. The topics are those of the commands themselves; a duty that is waited for under its own name says so itself."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something that waits for somebody: about what (`subject_kind`, `subject_id`, `name` as people call it), and what to do, in words.

    `command` is said by whoever may speak on `topic` about what lies in `lies_in`, and `data` are the fields of it that are known already.
    """

    kind: Annotated[AwaitedKind, Doc("What is waited for.")]
    subject_kind: str
    subject_id: str
    name: str
    what: Annotated[str, Doc("What to do, in words.")]
    rule: Annotated[str, Doc("The id of the rule or requirement that asks for it.")]
    topic: str
    command: Annotated[str, Doc("The command that does it, as in a bulk import, such as portfolio.decide_investment.")]
    data: tuple[tuple[str, str], ...]
    since: Annotated[date | None, Doc("The day on which it began to wait; null where that is not known.")]
    due: Annotated[date | None, Doc("The day by the end of which it must be done; null where there is none.")]
    overdue: Annotated[bool, Doc("Whether that day is over.")]
    lies_in: Belonging = field(repr=False)
    began: Event | None = field(default=None, repr=False)
    """The event since which it waits, where there is one."""

    @property
    def id(self) -> str:
        """What no other has at the same moment."""
        return ":".join((self.kind, *(value for _, value in self.data), str(self.due or "")))

    @property
    def roles(self) -> Annotated[tuple[str, ...], Doc("The roles that may do it, each within its scope (S4-20).")]:
        """The names of the roles that may do it."""
        return roles_on(self.topic)


def waits(
    facts: Facts,
    kind: AwaitedKind,
    subject: tuple[str, str],
    name: str,
    what: str,
    since: Event | date | None,
    /,
    *,
    due: date | None = None,
    rule: str | None = None,
    **data: str,
) -> Awaited:
    """Something that waits, since an event or a day; the subject's own id is a field of the command under the name of its kind."""
    began = since if isinstance(since, Event) else None
    day = day_of(began) if isinstance(since, Event) else since
    act = ACTS[kind]
    fields = tuple(({subject[0]: subject[1]} | data).items())
    overdue = due is not None and facts.day > due
    lies_in = answering(facts, act.topic, *subject) or belonging(facts, *subject)
    return Awaited(kind, *subject, name, what, rule or act.rule, act.topic, act.command, fields, day, due, overdue, lies_in, began)
