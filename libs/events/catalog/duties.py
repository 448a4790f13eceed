"""Duties: what the clock of an owner announces of what must be seen to by a day, of whichever kind the thing is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final

from annotated_doc import Doc

from libs.events.catalog.withdrawal import Withdrawn
from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, state


class DutyKind(Choice):
    """What somebody has to see to by a day."""

    BID_UNDECIDED = choice("bid_undecided", "A bid waits for its outcome (S0-15).", words="Outcome of a bid")
    EVIDENCE_EXPIRES = choice("evidence_expires", "Evidence that a graduate rests on grows too old (R-04).", words="Evidence to renew")
    MONITORING_ENDS = choice("monitoring_ends", "What a change has brought is to be said (S1-13).", words="End of monitoring")
    HEALTH_CHECK = choice("health_check", "The health of a team, or of its product, is to be checked again (S4-01).", words="Check of health")
    EXPERIMENT_CHECK = choice("experiment_check", "An experiment is over, and is to be checked (S3-04).", words="Check of an experiment")
    PRIORITISATION_REVIEW = choice("prioritisation_review", "The order of a backlog is to be reviewed against metrics (S0-24).", words="Review of the order")
    CHECKLIST = choice("checklist", "An entry on the checklist of a product's phase comes round (S0-26).", words="Entry on a checklist")
    EVALUATION = choice("evaluation", "A product is to be evaluated again (S1-04).")
    CONFIDENCE_OLD = choice("confidence_old", "A rating of confidence is to be given anew (S1-24).", words="Rating of confidence")
    IMPACT_ASKED = choice("impact_asked", "What a delivery has changed for users is to be said (S0-05).", words="Impact of a delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfDuty(Payload):
    kind: Annotated[str, Doc("What is due, such as health_check.")]
    subject: Annotated[str, Doc("The thing that it is about, such as team:biohub.")]
    due_on: Annotated[date, Doc("The day by the end of which it must be seen to.")]
    rule: Annotated[str, Doc("The id of the rule, criterion or requirement that asks for it.")]
    about: Annotated[str | None, Doc("What of the thing it is about, where that has several such duties; of evidence the event (its position).")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFellDue(_OfDuty):
    """Announced: the day has come by the end of which this must be seen to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyOverdue(_OfDuty):
    """Announced: that day is over, and nobody has seen to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDone(_OfDuty):
    """Announced: what fell due was seen to, or nothing asks for it any more."""

    done: Annotated[bool, Doc("Whether somebody has seen to it; false where nothing asks for it any more, or not yet.")]
    by: Annotated[str | None, Doc("The event that ended it (its position); null where time alone did.")] = None


OfDuty = DutyFellDue | DutyOverdue | DutyDone


@state
class Announcements:
    """What was announced of the duties of the things of a service that bear this id. Nothing is folded: rules derive duties from what they rest on."""

    id: str


def evolve(announcements: Announcements, event: Event) -> Announcements:
    """The same: announcements change nothing."""
    return announcements


_SAYS: Final = MappingProxyType({"fell_due": DutyFellDue, "overdue": DutyOverdue, "done": DutyDone, "withdrawn": Withdrawn})

DUTIES_OF: Final[Mapping[str, Kind[Any]]] = MappingProxyType(
    {
        service: Kind(service, f"{service}_duty", f"{service}_duties", Announcements, evolve, noun="duty", says=_SAYS)
        for service in ("backlog", "portfolio", "roadmap")
    }
)
"""Service -> the kind of aggregate that its announcements about duties are said of."""
