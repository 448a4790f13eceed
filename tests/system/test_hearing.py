"""Each service hears whatever its judgements rest on: alone in a process it decides as all of them together do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from headway.causal_order import hears
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.derivations import Rest
from libs.events.event import KINDS, split
from libs.events.facts import Facts
from libs.rules.authority import belonging
from services.portfolio.announcements import view
from tests.given import given, say
from tests.system.demonstrated import TODAY, demonstrated


def kinds_of(rests: Iterable[Rest]) -> Iterator[str]:
    """The kinds of what something rests on."""
    for rest in rests:
        if isinstance(rest, str):
            yield split(rest)[0]
        elif isinstance(rest, tuple) and rest:  # a relation, or all of a kind; not the day
            yield str(rest[0])


def not_heard(service: str, rests: Iterable[Rest]) -> set[str]:
    """What a service would have to hear of others, and does not."""
    return {kind for kind in kinds_of(rests) if KINDS[kind].service != service and not hears(service, kind)}


def without_home() -> Facts:
    """A product that was registered before its program was known: it is at home where that is."""
    return given(
        say("product:wells", ProductRegistered(name="Wells", program="rivers")),
        say("program:rivers", ProgramOpened(name="Rivers", home="water")),
        say("organisation:water", OrganisationRegistered(name="Water")),
        say("team:diggers", TeamFormed(name="Diggers", home="water", products=("wells",))),
        say("item:i", ItemAdded(product="wells", title="A pump")),
        say("release:r", ReleaseProposed(product="wells", stage=ReleaseStage.BETA, title="Beta")),
    ).facts


@pytest.mark.parametrize("seen", [without_home, lambda: demonstrated().facts(TODAY)], ids=["a product by its program", "the demonstration"])
def test_a_service_hears_what_scopes_rest_on(seen: Callable[[], Facts]) -> None:
    facts = seen()
    for kind in KINDS.values():
        for one in facts.every(kind) if kind.service in ("backlog", "portfolio", "roadmap") else ():
            assert not_heard(kind.service, facts.resting(belonging, kind.name, one.id)[1]) == set(), kind


def test_the_portfolio_hears_what_a_way_to_graduation_rests_on() -> None:
    facts = demonstrated().facts(TODAY)
    for team in facts.every(KINDS["team"]):
        assert not_heard("portfolio", facts.resting(view, team.id)[1]) == set()
