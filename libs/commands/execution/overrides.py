"""Judges an override: where it takes an approval of its own, and whether the one that it cites is of this rule, this command and this thing, and unused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from libs.commands.command import Command
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided, NotFound, Refused
from libs.events.catalog.portfolio.override_approval import OVERRIDE_APPROVAL
from libs.events.event import KINDS
from libs.events.references import thing_of
from libs.events.values import among, named, references
from libs.rules.authority import belonging, within
from libs.rules.overrides import uses
from libs.rules.products.homes import policy_at

FIELD = "override.approval"
REMEDY = "Have an executive or the steering group approve it (`portfolio.approve_override`), and cite that in `override.approval`."


def demand_approval(command: Command, case: Case[Any], aggregate: str) -> None:
    """Refuses (`Refused`, by the rule that is lifted) an override without the approval that the policy of its home asks for, and one that cites what was
    approved for something else, later, or was used before (AlreadyDecided). Raises NotFound for an approval that there is not."""
    lifted = command.override
    if lifted is None:
        return
    if lifted.approval is None:
        if home := _asks_for_approval(command, case):
            raise Refused(lifted.rule, f"{home} has a rule lifted only with an approval of its own, and none is cited", remedy=REMEDY, field=FIELD)
        return
    approval = case.current.get(OVERRIDE_APPROVAL, lifted.approval)
    if approval is None or approval.given is None:
        raise NotFound(f"there is no approval {lifted.approval!r} of an override", field=FIELD, remedy=REMEDY)
    asked = lifted.rule, command.SPEC.name
    if (approval.rule, approval.command) != asked or approval.subject not in _subjects(command, aggregate):
        detail = f"{approval.id} approves that {approval.rule} is lifted for {approval.command} of {approval.subject}, which this is not"
        raise Refused(lifted.rule, detail, remedy=REMEDY, field=FIELD)
    if approval.given.time > case.at:
        raise Refused(lifted.rule, f"{approval.id} was given on {approval.given.time.date()}, after this", remedy="Give a later time.", field=FIELD)
    used = next((event for event in uses(case.current, approval.id, (case.kind,)) if event.id not in case.row), None)
    if used is not None:
        detail = f"{approval.id} was used on {used.time.date()} for {used.aggregate}, and is used once"
        raise AlreadyDecided(lifted.rule, detail, remedy=REMEDY, field=FIELD)


def kinds_about(command: type[Command]) -> tuple[str, ...]:
    """The kinds of things that a command is about, or names."""
    own = (KINDS[command.SPEC.kind.name].tells_of or command.SPEC.kind.name,) if command.SPEC.kind else ()
    named_too = (*(kind for _, kind in references(command)), *(kind for kinds in among(command).values() for kind in kinds))
    return tuple(dict.fromkeys((*own, *named_too)))


def _subjects(command: Command, aggregate: str) -> frozenset[str]:
    """The global ids of what a command is about, and of what it names."""
    one_kind = (f"{kind}:{id}" for field, kind in references(type(command)) for id in named(getattr(command, field)))
    several = (id for field in among(type(command)) for id in named(getattr(command, field)))
    return frozenset({":".join(thing_of(aggregate)), *one_kind, *several})


def _asks_for_approval(command: Command, case: Case[Any]) -> str | None:
    """The home whose policy asks for an approval of each override; None where none does."""
    lies_in: Iterable[tuple[str, str]] = belonging(case.current, case.kind.name, case.id) | within(case.current, command)
    homes = sorted(id for of, id in lies_in if of == "organisation")
    return next((home for home in homes if policy_at(case.current, home).approved_overrides), None)
