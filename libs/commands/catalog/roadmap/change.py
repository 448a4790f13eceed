"""Commands about a change request, and about the relations between products, which only change by one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeLinked, ChangeRaised, EvidenceAttached
from libs.events.values import ChangeId, ProductId, ReleaseId, Title


class OfChange(Command):
    """Is asked of a change request that was raised."""

    change: Annotated[ChangeId, Field(description="The change request's id.")]


@command("roadmap.raise_change_request", CHANGE, topic="changes", creates=True, requirements=("S0-16", "S3-10"))
class RaiseChangeRequest(Command, ChangeRaised, first=("change", "product", "release")):
    """Ask the change advisory board for a change of what a product does; of an approved class it goes out by its evidence, without a sitting."""

    change: Annotated[ChangeId | None, MADE] = None


@command("roadmap.link_change", CHANGE, topic="change links", requirements=("S0-16",))
class LinkChange(OfChange, ChangeLinked):
    """Say with which release a change goes out."""


@command("roadmap.decide_change", CHANGE, topic="change decisions", dated_by_importers_only=True, requirements=("S0-16", "S0-17"))
class DecideChange(OfChange, ChangeDecided):
    """Record the outcome of the change advisory board. Once."""


@command("roadmap.attach_evidence", CHANGE, topic="changes", requirements=("S3-10",))
class AttachEvidence(OfChange, EvidenceAttached):
    """Attach to a change what its class asks for, as a pipeline does. With all of it, a change of an approved class may go out."""


class ChangeOfRelation(Command):
    """Asks the board for a change of what a product depends on."""

    change: Annotated[ChangeId | None, Field(description="The change request's id; made where none is given.")] = None
    product: Annotated[ProductId, Field(description="The product that depends.")]
    on: Annotated[ProductId, Field(description="The product that it depends on.")]
    release: Annotated[ReleaseId | None, Field(description="The release that the change goes out with.")] = None
    title: Annotated[Title | None, Field(description="What changes, in a line; made where none is given.")] = None


@command("roadmap.add_dependency", CHANGE, topic="changes", says=(ChangeRaised,), creates=True, id_field="change", requirements=("S0-17",))
class AddDependency(ChangeOfRelation):
    """Raise a change request for a product to depend on another. The dependency holds once the board has approved it."""


@command("roadmap.remove_dependency", CHANGE, topic="changes", says=(ChangeRaised,), creates=True, id_field="change", requirements=("S0-17",))
class RemoveDependency(ChangeOfRelation):
    """Raise a change request for a product no longer to depend on another. The dependency ends once the board has approved it."""
