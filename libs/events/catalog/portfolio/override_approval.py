"""An approval to lift a rule once: given by those who may lift one, cited by whoever says the command (S4-20)."""

from __future__ import annotations

from typing import Annotated, Final

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Among, Input, Inverse, Text, Title, shared

OVERRIDDEN: Final = Among(
    (
        *("investment", "bid", "product", "team", "program", "organisation", "evaluation"),
        *("release", "change", "metric", "roadmap_item", "channel", "experiment", "initiative"),
    )
)
OverriddenId = Annotated[str, OVERRIDDEN, OVERRIDDEN.written]
"""The global id of what a command is about, or names, for which a rule is lifted."""


@event("headway.portfolio.override_approval.given.v1")
class OverrideApprovalGiven(Payload):
    """For one command about this thing this rule may be lifted, once, by whoever may say the command."""

    rule: Annotated[str, Input(Title), Doc("The id of the rule, such as S0-14.")]
    command: Annotated[str, Input(Title), Doc("The command by its name, such as portfolio.submit_bid.")]
    subject: Annotated[OverriddenId, Doc("The global id of what the command is about, or names: of a bid the bid itself or its investment.")]
    reason: Annotated[str, Input(Text), Doc("Why the rule may be lifted.")]


@state
class OverrideApproval:
    """An approval as it was given."""

    id: str
    rule: Annotated[str, Doc("The id of the rule that may be lifted.")] = ""
    command: Annotated[str, Doc("The command for which it may be, by its name.")] = ""
    subject: Annotated[
        OverriddenId, Doc("What the command is about, or names."), Inverse("The approvals to lift a rule for a command about it, by id (S4-20).")
    ] = ""
    reason: Annotated[str, Doc("Why it may be lifted.")] = ""
    given: Annotated[Event | None, Doc("The day on which it was given.")] = None


def evolve(approval: OverrideApproval, event: Event) -> OverrideApproval:
    """The approval after one more event; of several givings the one said last counts."""
    if isinstance(event.data, OverrideApprovalGiven) and (approval.given is None or approval.given.sequence < event.sequence):
        return changed(approval, **shared(OverrideApproval, event.data), given=event)
    return approval


OVERRIDE_APPROVAL = Kind(
    "portfolio",
    "override_approval",
    "override_approvals",
    OverrideApproval,
    evolve,
    defined_by=(OverrideApprovalGiven,),
    begins=True,
    definition=("rule", "command", "subject", "reason"),
)
