"""Commands about who answers for something."""

from __future__ import annotations

from typing import Annotated

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.people.accountable import ACCOUNTABLE, AccountableNamed
from libs.events.values import AccountableId


@command("portfolio.name_accountable", ACCOUNTABLE, topic="accountables", creates=None, requirements=("S4-20",))
class NameAccountable(Command, AccountableNamed):
    """Say who answers for something, and as what, from the day of the command on: whoever did so before does no longer."""

    accountable: Annotated[AccountableId | None, MADE] = None
