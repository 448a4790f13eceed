"""Commands about a product."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.product import (
    PRODUCT,
    ChecklistTicked,
    PhaseEntered,
    ProductDecommissioned,
    ProductHalted,
    ProductRegistered,
    ProductResumed,
)
from libs.events.values import ProductId


class OfProduct(Command):
    """Is asked of a product that is registered."""

    product: Annotated[ProductId, Field(description="The product's id.")]


@command("portfolio.register_product", PRODUCT, topic="products", creates=True, requirements=("S0-01", "S4-08"), binds=("program",))
class RegisterProduct(Command, ProductRegistered):
    """Register a digital service, so that teams can serve it and money can go to it."""

    product: Annotated[ProductId | None, MADE] = None


@command("portfolio.enter_phase", PRODUCT, topic="products", requirements=("S0-01", "S0-02", "S4-02"))
class EnterPhase(OfProduct, PhaseEntered):
    """Say that a product is in this phase of its lifecycle from now on; the end is reached by decommissioning alone."""


@command("portfolio.halt_product", PRODUCT, topic="products", requirements=("S0-03",))
class HaltProduct(OfProduct, ProductHalted):
    """Say that work on a product halts early, for a lack of resources: a risk, not a completion."""


@command("portfolio.resume_product", PRODUCT, topic="products", requirements=("S0-03",))
class ResumeProduct(OfProduct, ProductResumed):
    """Say that work on a halted product goes on."""


@command("portfolio.decommission_product", PRODUCT, topic="products", requirements=("S0-02",))
class DecommissionProduct(OfProduct, ProductDecommissioned):
    """Say that a product is no longer offered: the only end of its phases."""


@command("portfolio.tick", PRODUCT, topic="checklists", counts=True, requirements=("S0-26",))
class Tick(OfProduct, ChecklistTicked):
    """Tick an entry on the checklist of the phase that a product is in. It comes round three months later, as the phase goes on."""
