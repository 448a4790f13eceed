"""Commands about the name and the home of what is there already."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationsMerged
from libs.events.catalog.portfolio.reorganisation import Moved, Renamed
from libs.events.values import Among, OrganisationId

_CALLED: Final = Among(("team", "product", "program", "organisation"))
_AT_HOME: Final = Among(("team", "product", "program"))


@command("portfolio.rename", None, topic="corrections", id_field="subject", requirements=("S4-08",))
class Rename(Command, Renamed, first=("subject",)):
    """Give a team, a product, a program or an organisation another name, from the day of the command on."""

    subject: Annotated[str, _CALLED, _CALLED.written, Field(description="The global id of what is renamed.")]


@command("portfolio.move", None, topic="corrections", id_field="subject", requirements=("S4-08", "S4-15"), binds=("to", "left"))
class Move(Command, Moved, first=("subject",)):
    """Move a team, a product or a program to another organisation, from the day of the command on; of the days before it stays where it was."""

    subject: Annotated[str, _AT_HOME, _AT_HOME.written, Field(description="The global id of what is moved.")]


@command("portfolio.merge_organisations", ORGANISATION, topic="corrections", id_field="into", requirements=("S4-08", "S4-15"), binds=("from", "merged"))
class MergeOrganisations(Command, OrganisationsMerged, first=("from", "into")):
    """Merge organisations into another one, from the day of the command on: what was theirs is its own, and theirs it stays of the days before."""

    into: Annotated[OrganisationId, Field(description="The organisation that they are merged into.")]
