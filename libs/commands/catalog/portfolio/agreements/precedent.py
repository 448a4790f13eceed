"""Commands about a precedent."""

from __future__ import annotations

from typing import Annotated

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.agreements.precedent import PRECEDENT, PrecedentPublished
from libs.events.values import PrecedentId


@command("portfolio.publish_precedent", PRECEDENT, topic="precedents", creates=None, requirements=("S4-16",))
class PublishPrecedent(Command, PrecedentPublished):
    """Publish a case that others can go by: a loan with what came of it, an agreement, an opportunity."""

    precedent: Annotated[PrecedentId | None, MADE] = None
