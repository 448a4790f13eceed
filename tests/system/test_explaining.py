"""Every figure of the executive's document can be explained, and follows anew from nothing but the events that its explanation names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, OperationDefinitionNode, SelectionSetNode, parse

from libs.events.event import KINDS
from libs.events.facts import Facts
from libs.rules.explanations import FIGURES, Figure
from services.gateway.documents import EXECUTIVE
from services.gateway.graphql.types.kinds.events import shown
from tests.services.gateway.small_world import Clock, Gateway
from tests.system.demonstrated import TODAY, all_events, at, demonstrated, only

SUBJECTS: Mapping[str, str] = {
    "portfolio": "portfolio",
    "portfolio.organisations": "organisation",
    "portfolio.programs": "program",
    "portfolio.programs.products": "product",
    "portfolio.teams.nodes": "team",
    "portfolio.teams.nodes.products": "product",
}
"""Where in the executive's answer which subject stands."""

PLAIN = frozenset(
    {
        *("portfolio.world", "portfolio.asOf", "portfolio.knownAt"),
        *("portfolio.organisations.id", "portfolio.organisations.name", "portfolio.programs.id", "portfolio.programs.name"),
        *("portfolio.programs.products.id", "portfolio.programs.products.name"),
        *("portfolio.teams.pageInfo.hasNextPage", "portfolio.teams.pageInfo.endCursor"),
        *("portfolio.teams.nodes.id", "portfolio.teams.nodes.name", "portfolio.teams.nodes.home.id", "portfolio.teams.nodes.home.name"),
        *("portfolio.teams.nodes.products.id", "portfolio.teams.nodes.products.name"),
    }
)
"""What the document asks beside figures: names of things as they were given, and the moment and the page that the answer is of."""


def leaves(document: str) -> list[str]:
    """The paths of the fields of a document that have none below them."""
    definitions = parse(document).definitions
    fragments = {d.name.value: d.selection_set for d in definitions if isinstance(d, FragmentDefinitionNode)}

    def below(selected: SelectionSetNode, path: str) -> Iterator[str]:
        for one in selected.selections:
            if isinstance(one, FragmentSpreadNode):
                yield from below(fragments[one.name.value], path)
            elif isinstance(one, FieldNode):
                here = f"{path}.{one.name.value}".removeprefix(".")
                yield from below(one.selection_set, here) if one.selection_set else [here]

    operation = next(d for d in definitions if isinstance(d, OperationDefinitionNode))
    return list(below(operation.selection_set, ""))


def figure_at(path: str) -> Figure | None:
    """The figure that a leaf of the executive's answer is, or is a part of."""
    holder = max((place for place in SUBJECTS if path.startswith(f"{place}.")), key=len)
    figures, words = FIGURES[SUBJECTS[holder]], path.removeprefix(f"{holder}.").split(".")
    return next((figures[field] for n in range(len(words), 0, -1) if (field := ".".join(words[:n])) in figures), None)


def test_every_leaf_of_the_executives_document_is_a_figure_that_is_explained_or_a_plain_fact() -> None:
    asked = leaves(EXECUTIVE)
    assert len(asked) > 70 and set(asked) >= PLAIN
    for path in asked:
        assert (figure_at(path) is None) is (path in PLAIN), path


def figures_of(facts: Facts) -> Iterator[tuple[Figure, str | None]]:
    """Every figure of everything that there is at a moment."""
    for subject, figures in FIGURES.items():
        ids = [None, "justice", "energy"] if subject == "portfolio" else [one.id for one in facts.every(KINDS[subject])]
        for id in ids:
            for figure in figures.values():
                yield figure, id


@pytest.mark.parametrize(("day", "known_at"), [at(0), at(0, 1), at(40), at(300, 120), at(700)], ids=str)
def test_every_figure_follows_from_its_own_events_alone(day: date, known_at: datetime | None) -> None:
    world = demonstrated()
    facts = Facts.on_day(world, day, known_at)
    told = sum(1 for _ in all_events(world))
    for figure, id in figures_of(facts):
        events = figure.events(facts, id)
        assert len(events) < told * 3 / 4
        again = figure.value(Facts.on_day(only(world, events), day), id)
        assert again == figure.value(facts, id), (figure.subject, id, figure.field)


def test_a_figure_without_its_events_is_another() -> None:
    world = demonstrated()
    facts = world.facts(TODAY)
    for field in ("committed", "forecast", "actual", "returned"):
        figure = FIGURES["team"][f"investment.{field}"]
        assert figure.value(facts, "licences-team") and figure.events(facts, "licences-team")
        named = {event.id for event in figure.events(facts, "licences-team")}
        others = only(world, (event for event in all_events(world) if event.id not in named))
        assert not figure.value(others.facts(TODAY), "licences-team")


async def test_an_explanation_gives_the_value_that_the_executive_sees(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, Clock(datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)))
    gateway.process.world = demonstrated()
    portfolio = (await gateway.ask(EXECUTIVE))["portfolio"]
    facts = gateway.process.world.facts(TODAY)
    seen: dict[tuple[str, str | None], Any] = {("portfolio", None): portfolio}
    seen |= {("organisation", one["id"]): one for one in portfolio["organisations"]}
    seen |= {("program", one["id"]): one for one in portfolio["programs"]}
    seen |= {("team", one["id"]): one for one in portfolio["teams"]["nodes"]}
    seen |= {("product", product["id"]): product for team in portfolio["teams"]["nodes"] for product in team["products"]}
    compared = 0
    for (subject, id), answer in seen.items():
        key = id.partition(":")[2] if id is not None else None
        for field, figure in FIGURES[subject].items():
            there, wanted = found_at(answer, field)
            if there:
                value = shown(figure.value(facts, key))
                assert agrees(wanted, [duty for duty in value if duty["overdue"]] if field == "duties" else value), (subject, id, field, wanted, value)
                compared += 1
    assert compared > 300
    await gateway.client.aclose()


def found_at(answer: Any, field: str) -> tuple[bool, Any]:
    """What an answer holds at a path, and whether it holds anything there."""
    for word in field.split("."):
        if answer is None:
            return True, None
        if not isinstance(answer, dict) or word not in answer:
            return False, None
        answer = answer[word]
    return True, answer


def agrees(answer: Any, value: Any) -> bool:
    """Whether a value says everything that an answer says, names of lenders and borrowers left out."""
    if isinstance(answer, dict):
        return isinstance(value, dict) and all(name in ("lender", "borrower") or (name in value and agrees(one, value[name])) for name, one in answer.items())
    if isinstance(answer, list):
        return isinstance(value, list) and len(value) == len(answer) and all(map(agrees, answer, value))
    return bool(answer == value)
