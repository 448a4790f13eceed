"""Withdrawals: an owner's clock disproves an announcement that it made before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Payload):
    """Announced: an earlier announcement (its position) is disproved by what was learned since."""

    event: Annotated[str, Doc("The announcement that is disproved: its position.")]
    reason: Annotated[str, Doc("What is known now, in words.")]
