"""Commands about an agreement."""

from __future__ import annotations

from typing import Annotated

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.agreements.agreement import AGREEMENT, AgreementRecorded
from libs.events.values import AgreementId


@command("portfolio.record_agreement", AGREEMENT, topic="agreements", creates=None, requirements=("S4-16",))
class RecordAgreement(Command, AgreementRecorded):
    """Put on record what organisations have agreed on with each other, by one of them or by Lab Operations."""

    agreement: Annotated[AgreementId | None, MADE] = None
