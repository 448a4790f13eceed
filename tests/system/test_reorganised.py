"""A world that changes: everything in the demonstration is renamed, moved and merged today, and no figure of a day before is another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import pytest

from libs.calendar.local_time import start_of
from libs.commands.catalog.portfolio.reorganisation import MergeOrganisations, Move, Rename
from libs.commands.command import Command
from libs.commands.execution.admission import Ask, judge
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import KINDS, Kind
from libs.events.world import World
from libs.rules.explanations import FIGURES
from libs.rules.money.amounts import Sum
from libs.rules.money.spending import borne_by
from libs.rules.roles import Principal, Role
from services.portfolio.domain import decisions
from tests.system.conftest import Running
from tests.system.demonstrated import TODAY, all_events, demonstrated

PLACES: Final[tuple[Kind[Any], ...]] = (TEAM, PRODUCT, PROGRAM, ORGANISATION)
DAYS = (1, 120, 500)
"""How many days before today."""


def reorganised() -> World:
    """The demonstration, of which each team, product and program got another name and another home today, and all organisations became one."""
    world, now = World(), start_of(TODAY)
    for event in all_events(demonstrated()):
        world.apply(event)
    importer = Principal("importer", frozenset({Role("importer")}))
    for command in asked(world):
        said = judge(world, decisions.by_command, Ask(command, importer), str(command.aggregate), now)
        assert said, command
        for event in said:
            world.apply(event)
    return world


def asked(world: World) -> Iterator[Command]:
    facts, why = world.facts(TODAY), "The ministries were cut anew"
    homes = [one.id for one in facts.every(ORGANISATION)]
    following = dict(zip(homes, [*homes[1:], homes[0]], strict=True))
    for kind in PLACES:
        for one in facts.every(kind):
            yield Rename.model_validate({"subject": kind.key(one.id), "name": f"{one.id} anew"})
            if kind is not ORGANISATION:
                yield Move.model_validate({"subject": kind.key(one.id), "to": following.get(getattr(one, "home", ""), homes[0]), "reason": why})
    yield MergeOrganisations.model_validate({"into": homes[0], "from": homes[1:], "reason": why})


def told(world: World, day: date) -> dict[tuple[str, ...], Any]:
    """Every figure of everything as of a day, with the name and the home of whatever has them."""
    facts, found = world.facts(day), dict[tuple[str, ...], Any]()
    for subject, figures in FIGURES.items():
        ids = [one.id for one in facts.every(KINDS[subject])] if subject in KINDS else [None]
        for field, figure in figures.items():
            found |= {(subject, field, id or ""): figure.value(facts, id) for id in ids}
    for kind in PLACES:
        found |= {(kind.name, one.id): (one.name, getattr(one, "home", None)) for one in facts.every(kind)}
    return found


@pytest.mark.requirement("S4-08", "S4-15")
def test_no_figure_name_or_home_of_a_day_before_is_another_once_all_is_renamed_moved_and_merged() -> None:
    before, after = demonstrated(), reorganised()
    for days in DAYS:
        day = TODAY - timedelta(days=days)
        then, now = told(before, day), told(after, day)
        assert {key: (then[key], now.get(key)) for key in then if then[key] != now.get(key)} == {}, day
        assert then.keys() == now.keys() and len(then) > 100
    assert told(before, TODAY) != told(after, TODAY), "as of today it is another world"
    heirs = after.facts(TODAY)
    assert {one.home for kind in PLACES[:3] for one in heirs.every(kind)} == {heirs.every(ORGANISATION)[0].id}
    spent = [Sum.total(world.facts(TODAY).derive(borne_by).values()) for world in (before, after)]
    assert spent[0] == spent[1] and spent[0], "what was spent is what it was, whoever bears it"


@pytest.mark.requirement("S4-20")
async def test_names_homes_and_mergers_follow_by_every_door(stack: Running) -> None:
    for id in ("env", "parks"):
        await stack.say(("portfolio.register_organisation", {"organisation": id, "name": id.title()}))
    await stack.say(
        ("portfolio.form_team", {"team": "rivers", "name": "Rivers", "home": "env"}),
        ("portfolio.form_team", {"team": "trees", "name": "Trees", "home": "parks"}),
    )
    asked = "mutation ($input: RenameInput!) { rename(input: $input) { id events } }"
    renamed = await stack.ask(asked, {"input": {"subject": "team:rivers", "name": "Lakes"}}, persona="portfolio_manager@env")
    assert renamed["rename"] == {"id": "team:rivers", "events": ["team:rivers@2"]}
    fixed = "mutation ($input: PortfolioCorrectInput!) { portfolioCorrect(input: $input) { events } }"
    wrong = {"event": "team:rivers@2", "data": {"name": "Lakes and rivers"}, "reason": "A slip"}
    assert (await stack.ask(fixed, {"input": wrong}, persona="portfolio_manager@env"))["portfolioCorrect"]["events"] == ["team:rivers@3", "team:rivers@4"]
    said = "mutation ($input: MergeOrganisationsInput!) { mergeOrganisations(input: $input) { position } }"
    merged = await stack.ask(said, {"input": {"into": "parks", "from": ["env"], "reason": "One ministry"}}, persona="portfolio_manager@*")
    after = merged["mergeOrganisations"]["position"]
    shown = await stack.ask('{ teams(filter: {organisation: ["parks"]}) { nodes { name home { id } } } }', after=after)
    assert shown["teams"]["nodes"] == [{"name": name, "home": {"id": "organisation:parks"}} for name in ("Lakes and rivers", "Trees")]
    for home, ids in (("parks", ["rivers", "trees"]), ("env", [])):
        found = (await stack.client.get(f"/portfolio/v1/teams?home={home}", headers=stack.signed_in("executive"))).json()
        assert [one["id"] for one in found["teams"]] == ids, found
    for persona, status in (("portfolio_manager@env", 403), ("portfolio_manager@parks", 200)):
        answer = await stack.command("portfolio.move", {"subject": "team:rivers", "to": "parks", "reason": "It is there"}, persona)
        assert answer.status_code == status, answer.text
    form = await stack.client.get("/act/portfolio.rename?subject=team:rivers", headers=stack.signed_in("portfolio_manager@parks"))
    assert form.status_code == 200 and "Rename" in form.text
