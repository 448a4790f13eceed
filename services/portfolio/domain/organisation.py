"""Organisations: their thresholds."""

from __future__ import annotations

import dataclasses
from typing import Final

from libs.commands.catalog.portfolio.organisation import SetPolicy
from libs.commands.deciding import Case
from libs.commands.errors import Invalid
from libs.events.catalog.portfolio.organisation import Organisation, PolicySet
from services.portfolio.domain import decisions

THRESHOLDS: Final = tuple(field.name for field in dataclasses.fields(PolicySet))


@decisions.decides(SetPolicy)
def set_policy(command: SetPolicy, case: Case[Organisation]) -> None:
    """Thresholds from the command's time on, those left out as before (S1-26). Raises Invalid where none is given."""
    if all(getattr(command, name) is None for name in THRESHOLDS):
        raise Invalid("no threshold is given", field=THRESHOLDS[0], remedy=f"Give one of {', '.join(THRESHOLDS)}.")
