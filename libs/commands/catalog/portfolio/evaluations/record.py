"""Commands about a record."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.evaluations.record import RECORD, RecordClosed, RecordKept
from libs.events.values import RecordId


@command("portfolio.keep_record", RECORD, topic="records", creates=True, requirements=("S1-18", "S1-19", "S1-20", "S1-21"))
class KeepRecord(Command, RecordKept):
    """Keep on record what an evaluation asks for: training, reports, problems, how change is managed; of a product, or of all products of an organisation."""

    record: Annotated[RecordId | None, MADE] = None


@command("portfolio.close_record", RECORD, topic="records", requirements=("S1-18", "S1-19", "S1-20", "S1-21"))
class CloseRecord(Command, RecordClosed):
    """Say that what is on record is so no longer, and why, once: it stays, and shows nothing from then on but that it was so."""

    record: Annotated[RecordId, Field(description="The record's id.")]
