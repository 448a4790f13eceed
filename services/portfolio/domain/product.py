"""Products: in a phase of their lifecycle until they are decommissioned, and by nothing else; of one program, and linked to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from libs.commands.catalog.portfolio.product import DecommissionProduct, EnterPhase, HaltProduct, RegisterProduct, ResumeProduct, Tick
from libs.commands.catalog.portfolio.program import LinkProduct, UnlinkProduct
from libs.commands.decision import Case
from libs.commands.errors import AlreadyExists, Invalid, NotFound
from libs.commands.import_revision import anew, of_row
from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE, LIFECYCLE, Lifecycle
from libs.events.catalog.portfolio.product import PRODUCT, Product, ProductDecommissioned, ProductHalted, ProductRegistered
from libs.events.catalog.portfolio.program import PROGRAM, ProductsLinked, ProductsUnlinked, Program
from libs.events.event import Payload
from libs.rules.authority import known
from services.portfolio.domain import decisions
from services.portfolio.domain.reorganisation import was_there

RESOURCE_CONSTRAINT = "resource_constraint"

IMPROVE = "improve"
"""The phase that nothing but the end of the product ends (S0-02), in whatever lifecycle."""


_TO_END = "Decommission the product (portfolio.decommission_product), or let it stay in its phase."


@decisions.decides(RegisterProduct)
def register_product(command: RegisterProduct, case: Case[Product]) -> Iterator[Payload]:
    """A digital service, once, at home where it is said or else where its program is; a row of an import that changed says the whole again."""
    program = case.current.get(PROGRAM, command.program)
    home = command.home or (program.home if program else None)
    yield ProductRegistered.of(command, home=home)


@decisions.decides(EnterPhase)
def enter_phase(command: EnterPhase, case: Case[Product]) -> None:
    """A phase of its lifecycle (S4-02), never its end (S0-02), and none after Improve, which ends by decommissioning alone.

    Raises Invalid for a phase that the lifecycle does not have, and for a product that was decommissioned by then; Refused (S0-02) for a phase that has
    ended, and for one that would end Improve.
    """
    lifecycle = _lifecycle(case)
    phase = lifecycle.phase(command.phase)
    if phase is None:
        raise Invalid(
            f"{command.phase} is no phase of its lifecycle",
            field="phase",
            remedy=f"Use one of {', '.join(p.id for p in lifecycle.phases if p.active) or 'none: define the lifecycle first, portfolio.define_lifecycle'}.",
        )
    if case.then and case.then.decommissioned:
        raise Invalid(f"{case.id} was decommissioned on {case.then.decommissioned.time.date()}", field="product")
    case.demand("S0-02", phase.active, f"{phase.title} is the end of the product, and only decommissioning ends its phases", field="phase", remedy=_TO_END)
    row = of_row(case)
    before = [entry.phase for entry in case.then.phases if entry.event is not row] if case.then else []
    case.demand(
        "S0-02", before[-1:] != [IMPROVE] or phase.id == IMPROVE, f"{case.id} is in Improve, which only decommissioning ends", field="phase", remedy=_TO_END
    )


@decisions.decides(HaltProduct)
def halt_product(command: HaltProduct, case: Case[Product]) -> Iterator[Payload]:
    """An early halt for a lack of resources alone. Raises Refused (S0-03) for another reason, Invalid once it is decommissioned."""
    reason = command.reason.strip().lower().replace(" ", "_")
    case.demand("S0-03", reason == RESOURCE_CONSTRAINT, f"{command.reason!r} is no reason to halt early", field="reason")
    if case.then and case.then.decommissioned:
        raise Invalid(f"{case.id} was decommissioned on {case.then.decommissioned.time.date()}", field="product")
    yield from anew(case, ProductHalted.of(command, reason=reason))


@decisions.decides(ResumeProduct)
def resume_product(command: ResumeProduct, case: Case[Product]) -> Iterable[Payload] | None:
    """Work goes on. Raises Invalid for a product that is not halted at that time; a repeated row changes nothing."""
    if of_row(case) or (case.then is not None and case.then.halted is not None):
        return None
    if not case.revising:
        raise Invalid(f"work on {case.id} is not halted", field="product", remedy="Check the day, or halt it first: portfolio.halt_product.")
    return ()


@decisions.decides(DecommissionProduct)
def decommission_product(command: DecommissionProduct, case: Case[Product]) -> Iterator[Payload]:
    """The end of the product, once (S0-02): it enters the phase that its lifecycle has for that, be it defined by then or later (`libs.rules.products.phases`).

    Raises AlreadyExists, and Invalid where its lifecycle has several such phases and none is named, or the one that is named is none of them.
    """
    if case.there.decommissioned and not case.revising:
        raise AlreadyExists(f"{case.id} was decommissioned on {case.there.decommissioned.time.date()}", field="product")
    yield from anew(case, ProductDecommissioned.of(command, phase=_end(_lifecycle(case), command.phase)))


@decisions.decides(Tick)
def tick(command: Tick, case: Case[Product]) -> None:
    """An entry on the checklist of the phase that it is in at that time (S0-26). Raises Invalid for any other, and once it is decommissioned."""
    if case.then and case.then.decommissioned:
        raise Invalid(f"{case.id} was decommissioned on {case.then.decommissioned.time.date()}", field="product")
    phase = _lifecycle(case).phase(case.then.phase if case.then else None)
    listed = [one.id for one in phase.checklist] if phase else []
    if command.entry not in listed:
        where = f"the checklist of {phase.title}" if phase else "a checklist: it is in no phase yet"
        without = "Give its phase a checklist first: portfolio.define_lifecycle." if phase else "Say first which phase it is in: portfolio.enter_phase."
        remedy = f"Use one of {', '.join(listed)}." if listed else without
        raise Invalid(f"{command.entry} is no entry on {where}", field="entry", remedy=remedy)


@decisions.decides(LinkProduct)
def link_product(command: LinkProduct, case: Case[Program]) -> Iterator[Payload]:
    """One product more, which is known, of another program, and not linked at that time; a repeated row changes nothing (S4-08).

    Raises Invalid before the program was opened and for a product of its own, NotFound for one that nobody has registered, AlreadyExists for one twice.
    """
    was_there(case)
    product = case.current.get(PRODUCT, command.product)
    if product is None or not known(case.current, PRODUCT.name, command.product):
        raise NotFound(f"there is no product {command.product!r}", field="product", remedy="Check the id, or register it: portfolio.register_product.")
    if product.program == case.id:
        raise Invalid(f"{command.product} is of {case.id} anyway: it is its own program", field="product", remedy="Link it to another program.")
    if of_row(case) is None and _linked(command.product, case):
        raise AlreadyExists(f"{command.product} is linked to {case.id} already", field="product")
    yield from anew(case, ProductsLinked(linked_products=(command.product,)))


@decisions.decides(UnlinkProduct)
def unlink_product(command: UnlinkProduct, case: Case[Program]) -> Iterator[Payload]:
    """One product less (S4-08). Raises NotFound where it is not linked at that time; a repeated row changes nothing."""
    if of_row(case) or _linked(command.product, case):
        yield from anew(case, ProductsUnlinked.of(command, linked_products=(command.product,)))
    elif not case.revising:
        raise NotFound(f"{command.product} is not linked to {case.id} at that time", field="product", remedy="Check the day, and what is linked to it.")


def _end(lifecycle: Lifecycle, wanted: str | None) -> str | None:
    """The ended phase that is wanted, else the only one; None where the lifecycle has none. Raises Invalid.

    Of a lifecycle that is not defined yet whatever is wanted is taken, as it will be once that is defined.
    """
    ends = [phase.id for phase in lifecycle.ends]
    if not lifecycle.phases:
        return wanted
    if wanted is None and len(ends) <= 1:
        return ends[0] if ends else None
    if wanted in ends:
        return wanted
    choice = f"Give one of {', '.join(ends)} as `phase`." if ends else "Leave `phase` out: its lifecycle has no phase for the end."
    detail = f"its lifecycle has {len(ends)} phases in which a product has ended" if wanted is None else f"{wanted} is no phase in which a product has ended"
    raise Invalid(detail, field="phase", remedy=choice)


def _lifecycle(case: Case[Product]) -> Lifecycle:
    """As it was defined at the command's time; the product's registration and its lifecycle may be dated later (an import of the past)."""
    product = case.facts.defined(PRODUCT, case.id)
    if product is None or product.lifecycle is None:
        return DEFAULT_LIFECYCLE
    return case.facts.defined(LIFECYCLE, product.lifecycle) or Lifecycle(id=product.lifecycle)


def _linked(product: str, case: Case[Program]) -> bool:
    return case.then is not None and product in case.then.linked_products
