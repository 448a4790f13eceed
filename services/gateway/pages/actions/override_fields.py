"""The fields by which a form lifts a rule that refused it: the reason, and the approval that it rests on (S4-20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from libs.commands.command import Command
from libs.commands.execution.overrides import FIELD as APPROVAL
from libs.events.catalog.portfolio.override_approval import OVERRIDE_APPROVAL
from libs.events.facts import Facts
from libs.events.values import among, references
from libs.rules.history.stories import called
from libs.rules.overrides import used
from services.gateway.pages.actions.form_parsing import Wrong
from services.gateway.pages.actions.forms import FormField, Widget
from services.gateway.pages.kit.page import Option

LIFTING: Final = "override.rule"
REASON: Final = "override.reason"
_STAYS: Final = "It stays among the warnings with your reason. Left empty: the rule holds."
_OWN: Final = f"Your role may lift a rule. {_STAYS}"
_BY_APPROVAL: Final = f"Your role lifts no rule of its own: cite below what an executive or a steering group approved. {_STAYS}"
_APPROVAL_HINT: Final = "An executive or a steering group gives it for this rule, this command and this thing (Approve override); it is used once."


def override_in(form: Mapping[str, str]) -> dict[str, str]:
    """What a form says of an override, by the names of its fields."""
    return {name: form[name] for name in (LIFTING, REASON, APPROVAL) if form.get(name, "").strip()}


def override_of(values: Mapping[str, str]) -> dict[str, Any]:
    """The override as a command has it; nothing where neither a reason nor an approval is given, so that the rule holds."""
    if not values.get(REASON) and not values.get(APPROVAL):
        return {}
    said = {"rule": values.get(LIFTING, ""), "reason": values.get(REASON, "").strip()}
    return {"override": said | ({"approval": values[APPROVAL].strip()} if values.get(APPROVAL) else {})}


def override_fields(facts: Facts, command: type[Command], values: Mapping[str, str], wrong: tuple[Wrong, ...], *, lifts: bool) -> tuple[FormField, ...]:
    """What is asked once the rule in `values` refused: the reason, and an approval where the reader may lift none (`lifts`), or the home asks for one."""
    rule = values[LIFTING]
    reason = FormField(REASON, f"Lift {rule} for this once, because", _OWN if lifts else _BY_APPROVAL, Widget.LINES, required=False)
    if lifts and not values.get(APPROVAL) and all(one.field != APPROVAL for one in wrong):
        return (reason,)
    found = _approvals(facts, command, values)
    widget = Widget.CHOICE if found and values.get(APPROVAL, "") in ("", *(one.value for one in found)) else Widget.LINE
    return reason, FormField(APPROVAL, "The approval that it rests on", _APPROVAL_HINT, widget, False, found, OVERRIDE_APPROVAL.name)


def _approvals(facts: Facts, command: type[Command], values: Mapping[str, str]) -> tuple[Option, ...]:
    """The approvals that may be cited: of this rule and command, about something that the form names, and not used yet; by id."""
    about = {f"{kind}:{id}" for field, kind in references(command) for id in values.get(field, "").split()}
    about |= {id for field in among(command) for id in values.get(field, "").split()}
    fit = [one for one in facts.every(OVERRIDE_APPROVAL) if (one.rule, one.command) == (values[LIFTING], command.SPEC.name) and one.subject in about]
    return tuple(Option(one.id, f"{called(facts, one.subject)}: {one.reason}") for one in fit if used(facts, one.id) is None)
