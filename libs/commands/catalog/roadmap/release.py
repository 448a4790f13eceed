"""Commands about a release."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleasePublished, ReleaseReplanned, ReleaseSignedOff
from libs.events.values import ReleaseId


class OfRelease(Command):
    """Is asked of a release that is there."""

    release: Annotated[ReleaseId, Field(description="The release's id.")]


@command("roadmap.propose_release", RELEASE, topic="releases", creates=True, requirements=("S0-13", "S0-16", "S1-12"))
class ProposeRelease(Command, ReleaseProposed):
    """Propose a release of a product, before sign-off, board and publishing."""

    release: Annotated[ReleaseId | None, MADE] = None


@command("roadmap.replan_release", RELEASE, topic="releases", requirements=("S0-20",))
class ReplanRelease(OfRelease, ReleaseReplanned):
    """Plan a release that is not out yet for another day, and say why."""


@command("roadmap.sign_off_release", RELEASE, topic="sign-off", dated_by_importers_only=True, requirements=("S0-13",))
class SignOffRelease(OfRelease, ReleaseSignedOff):
    """Agree, as the product owner, that a release goes out. Once."""


@command("roadmap.publish_release", RELEASE, topic="publishing", requirements=("S0-13", "S0-16", "S0-17", "S3-10"))
class PublishRelease(OfRelease, ReleasePublished):
    """Say that a release is with the people it is for. Once, after the sign-off, and where functionality or a relation changes after the board's approval."""
