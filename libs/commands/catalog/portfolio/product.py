"""What can be asked of a product."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductDecommissioned, ProductHalted, ProductRegistered, ProductResumed
from libs.events.values import Id, LifecycleId, OrganisationId, ProductId, ProgramId, Text, Title


@command("portfolio.register_product", PRODUCT, topic="products", says=(ProductRegistered,), creates=True, requirements=("S0-01", "S4-08"), binds=("program",))
class RegisterProduct(Command):
    """Register a digital service, so that teams can serve it and money can go to it."""

    product: Annotated[ProductId | None, Field(description="Its id; made where none is given.")] = None
    name: Annotated[Title, Field(description="As people call it.")]
    home: Annotated[OrganisationId | None, Field(description="The organisation that answers for it; that of its program unless given.")] = None
    program: Annotated[ProgramId | None, Field(description="The program it is part of.")] = None
    lifecycle: Annotated[LifecycleId | None, Field(description="The phases it goes through; discovery, alpha, beta, live, improve unless given.")] = None


@command("portfolio.enter_phase", PRODUCT, topic="products", says=(PhaseEntered,), requirements=("S0-01", "S0-02", "S4-02"))
class EnterPhase(Command):
    """Say that a product is in this phase of its lifecycle from now on; the end is reached by decommissioning alone."""

    product: Annotated[ProductId, Field(description="The product.")]
    phase: Annotated[Id, Field(description="A phase of its lifecycle.")]


@command("portfolio.halt_product", PRODUCT, topic="products", says=(ProductHalted,), requirements=("S0-03",))
class HaltProduct(Command):
    """Say that work on a product halts early, for a lack of resources: a risk, not a completion."""

    product: Annotated[ProductId, Field(description="The product.")]
    reason: Annotated[Text, Field(description="`resource_constraint`, the only reason there is.")]
    lacking: Annotated[Text | None, Field(description="What is lacking.")] = None


@command("portfolio.resume_product", PRODUCT, topic="products", says=(ProductResumed,), requirements=("S0-03",))
class ResumeProduct(Command):
    """Say that work on a halted product goes on."""

    product: Annotated[ProductId, Field(description="The product.")]


@command("portfolio.decommission_product", PRODUCT, topic="products", says=(ProductDecommissioned,), requirements=("S0-02",))
class DecommissionProduct(Command):
    """Say that a product is no longer offered: the only end of its phases."""

    product: Annotated[ProductId, Field(description="The product.")]
    reason: Annotated[Text, Field(description="Why, and what its users have instead.")]
    phase: Annotated[Id | None, Field(description="The phase it ends in; needed where its lifecycle has several that are not active.")] = None
