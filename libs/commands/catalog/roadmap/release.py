"""What can be asked of a release."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.events.values import ProductId, ReleaseId, Title


@command("roadmap.propose_release", RELEASE, topic="releases", says=(ReleaseProposed,), creates=True, requirements=("S0-13", "S0-16"))
class ProposeRelease(Command):
    """Propose a release of a product, before sign-off, board and publishing."""

    release: Annotated[ReleaseId | None, Field(description="Its id; made where none is given.")] = None
    product: Annotated[ProductId, Field(description="The product that goes out.")]
    stage: Annotated[ReleaseStage, Field(description="The phase it belongs to: discovery, alpha, beta, live or improve.")]
    title: Annotated[Title, Field(description="As people call it.")]
    functional: Annotated[bool, Field(description="Whether it changes what the product does: then it waits for the change advisory board.")] = True


@command("roadmap.sign_off_release", RELEASE, topic="sign-off", says=(ReleaseSignedOff,), dated_by_importers_only=True, requirements=("S0-13",))
class SignOffRelease(Command):
    """Agree, as the product owner, that a release goes out. Once."""

    release: Annotated[ReleaseId, Field(description="The release's id.")]


@command("roadmap.publish_release", RELEASE, topic="publishing", says=(ReleasePublished,), requirements=("S0-13", "S0-16", "S0-17"))
class PublishRelease(Command):
    """Say that a release is with the people it is for. Once, after the sign-off, and where functionality or a relation changes after the board's approval."""

    release: Annotated[ReleaseId, Field(description="The release's id.")]
