"""Organisations: their thresholds, and what they approve: that a rule is lifted once."""

from __future__ import annotations

import dataclasses
from typing import Final

from libs.commands.catalog.portfolio.organisation import SetPolicy
from libs.commands.catalog.portfolio.override_approval import ApproveOverride
from libs.commands.command import COMMANDS
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.execution.overrides import kinds_about
from libs.commands.existence import demand_there
from libs.commands.validation import did_you_mean
from libs.events.catalog.portfolio.organisation import Organisation, PolicySet
from libs.events.catalog.portfolio.override_approval import OverrideApproval
from libs.events.event import KINDS, split
from libs.rules.catalogue import NEVER_DEMANDED, RULES
from services.portfolio.domain import decisions

THRESHOLDS: Final = tuple(field.name for field in dataclasses.fields(PolicySet))


@decisions.decides(SetPolicy)
def set_policy(command: SetPolicy, case: Case[Organisation]) -> None:
    """Thresholds from the command's time on, those left out as before (S1-26). Raises Invalid where none is given."""
    if all(getattr(command, name) is None for name in THRESHOLDS):
        raise Invalid("no threshold is given", field=THRESHOLDS[0], remedy=f"Give one of {', '.join(THRESHOLDS)}.")


@decisions.decides(ApproveOverride)
def approve_override(command: ApproveOverride, case: Case[OverrideApproval]) -> None:
    """An approval that can be cited (S4-20). Raises Invalid for a rule or a command that there is not, or that no override
    lifts, and for what the command cannot be about; NotFound for what is not there."""
    if command.rule not in RULES:
        raise Invalid(f"there is no rule {command.rule[:20]!r}{did_you_mean(command.rule, [*RULES])}", field="rule", remedy="Give a rule as refusals name it.")
    if command.rule in NEVER_DEMANDED:
        what = f"{command.rule} stands in the way of no command, so no override lifts it"
        raise Invalid(what, field="rule", remedy="Give the rule by which the command was refused; what only some may say is said by them.")
    of = COMMANDS.get(command.command)
    if of is None:
        near = did_you_mean(command.command, [*COMMANDS])
        raise Invalid(f"{command.command[:100]!r} is no command{near}", field="command", remedy="Name it as in a bulk import: portfolio.submit_bid.")
    kind, id = split(command.subject)
    if kind not in (kinds := kinds_about(of)):
        raise Invalid(f"{command.command} is about no {kind.replace('_', ' ')}", field="subject", remedy=f"Name a thing of these kinds: {', '.join(kinds)}.")
    if of.SPEC.kind is not KINDS[kind] or of.SPEC.creates is False:  # what the command is to make is not there yet
        demand_there(case, "subject", KINDS[kind], id)
