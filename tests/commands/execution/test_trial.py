"""A command is tried as by whoever has a role, and no more is told than the one who asks may read."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from libs.commands.errors import HeadwayError, Invalid, NotAllowed, Refused
from libs.commands.execution.admission import Ask
from libs.commands.execution.answers import Answer
from libs.commands.execution.handler import Handling
from libs.commands.execution.trial import tried_as
from libs.rules.catalogue import RULES
from libs.rules.money.warnings import Warning
from libs.rules.roles import Principal
from tests.commands.conftest import add, principal


class Owner:
    """Answers as it was told to, and notes in whose name it was asked."""

    def __init__(self, error: HeadwayError | None = None) -> None:
        self.error = error
        self.asked: list[Principal] = []

    async def answer(self, ask: Ask) -> Answer:
        self.asked.append(ask.principal)
        if self.error is not None:
            raise self.error
        return Answer("b", 1, (), "item:b@1", False, warnings=(Warning("S0-14", "900 CAD", "bid:b"),))


async def tried(owner: Owner, role: str, *roles: str, trying: bool = True) -> Answer:
    asker = principal(*roles, id="ann") if roles else Principal("ann")
    return await tried_as(role, Ask(add("b"), asker, trying=trying), cast("Handling", owner))


async def test_it_is_judged_by_that_role_alone_and_no_warning_of_it_is_told() -> None:
    owner = Owner()
    assert (await tried(owner, "cab@env", "team@p")).warnings == ()
    assert owner.asked == [replace(principal("cab@env"), id="ann")]


@pytest.mark.parametrize(("asker", "told"), [("executive", True), ("steering_group@env", True), ("executive@parks", False), ("team@p", False)])
async def test_a_rule_is_told_with_its_figures_to_whoever_reads_as_much_as_the_role(asker: str, told: bool) -> None:
    with pytest.raises(Refused) as caught:
        await tried(Owner(Refused("S0-14", "900 CAD is too much", remedy="Ask for less.")), "portfolio_manager@env", asker)
    said = "900 CAD is too much" if told else RULES["S0-14"].statement
    assert (caught.value.rule, caught.value.detail, caught.value.remedy) == ("S0-14", said, "Ask for less.")


async def test_of_a_role_that_reads_no_money_everything_is_told() -> None:
    with pytest.raises(Refused, match="in the way"):
        await tried(Owner(Refused("S0-16", "in the way")), "cab@env", "team@p")


async def test_nothing_is_said_so_and_nobody_without_a_role_may_ask() -> None:
    for error, role, roles, trying in ((Invalid, "cab", ["team"], False), (Invalid, "minister", ["team"], True), (NotAllowed, "cab", [], True)):
        owner = Owner()
        with pytest.raises(error):
            await tried(owner, role, *roles, trying=trying)
        assert owner.asked == []
