"""Commands about a program."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.program import PROGRAM, ProductsLinked, ProductsUnlinked, ProgramOpened, ProgramRedesigned
from libs.events.values import ProductId, ProgramId


@command("portfolio.open_program", PROGRAM, topic="programs", creates=True, requirements=("S4-08",))
class OpenProgram(Command, ProgramOpened):
    """Open a program, so that products can be part of it."""

    program: Annotated[ProgramId | None, MADE] = None


class OfProgram(Command):
    """Is asked of a program that is there."""

    program: Annotated[ProgramId, Field(description="The program's id.")]


@command("portfolio.redesign_program", PROGRAM, topic="redesigns", counts=True, requirements=("S4-13",))
class RedesignProgram(OfProgram, ProgramRedesigned):
    """Begin to redesign a program; what is put before the Treasury Board for it comes after."""


@command("portfolio.link_product", PROGRAM, topic="programs", says=(ProductsLinked,), requirements=("S4-08",))
class LinkProduct(OfProgram):
    """Say that a product of another program, or of none, is part of this one as well; its money and who answers for it stay where they are."""

    product: Annotated[ProductId, Field(description="The product that is part of it as well.")]


@command("portfolio.unlink_product", PROGRAM, topic="programs", requirements=("S4-08",))
class UnlinkProduct(OfProgram, ProductsUnlinked):
    """Say that a product that was linked to a program is part of it no longer."""

    product: Annotated[ProductId, Field(description="The product that is part of it no longer.")]
