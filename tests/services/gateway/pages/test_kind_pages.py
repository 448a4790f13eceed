"""Every kind has an address: a page of each of its things, made from its declaration where none is made by hand."""

from __future__ import annotations

import pytest

from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, LifecycleDefined, Phase
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeRaised
from libs.events.event import KINDS
from services.gateway.limits import prepared
from services.gateway.pages.addresses import address_of, list_of
from services.gateway.pages.kind_parts import parts_of, type_name
from services.gateway.pages.registry import KIND_PAGES, PAGES
from services.gateway.pages.rendering import TEMPLATES
from services.gateway.schema import schema
from services.gateway.types.kinds import BY_KIND
from tests.services.gateway.pages.answers import page
from tests.services.gateway.small_world import Gateway

FILLED = {
    "organisation": "water",
    "program": "rivers",
    "product": "dams",
    "team": "wells-team",
    "loan": "loan-1",
    "investment": "inv-wells",
    "bid": "bid-wells",
    "roadmap_item": "pump",
    "release": "first",
    "metric": "speed",
    "item": "i1",
    "need": "clean",
    "change": "dredge",
    "lifecycle": "short",
}
"""Kind -> one of it of which much was said."""


@pytest.fixture
def told(site: Gateway) -> Gateway:
    """The small portfolio, with one of the kinds that it lacks."""
    site.tell(LIFECYCLE, "short", LifecycleDefined(name="Short", phases=(Phase("beta", "Beta", active=True),)), "2025-01-01")
    site.tell(CHANGE, "dredge", ChangeRaised(product="wells", title="Dredge", description="deeper"), "2025-03-01")
    site.tell(CHANGE, "dredge", ChangeDecided(approved=True, reason="needed"), "2025-03-02", by="cab@water")
    return site


def test_every_kind_that_has_a_type_has_addresses_of_its_own() -> None:
    paths = [one.path for one in (*PAGES, *KIND_PAGES)]
    assert len(set(paths)) == len(paths)
    for kind in BY_KIND:
        assert f"{list_of(kind)}/{{id}}" in paths, kind
        assert address_of(KINDS[kind].key("x")) == f"{list_of(kind)}/x"


@pytest.mark.parametrize("made", KIND_PAGES, ids=lambda made: made.path)
def test_the_document_of_a_page_made_from_a_declaration_holds_against_the_schema(made: object) -> None:
    found = next(one for one in KIND_PAGES if one is made)
    assert [str(error) for error in prepared(schema()._schema, found.document).errors] == []
    assert (TEMPLATES / found.template).is_file()


@pytest.mark.parametrize("kind", sorted(BY_KIND))
async def test_the_page_of_a_thing_says_what_is_known_of_it_and_what_was_said(told: Gateway, kind: str) -> None:
    said = await page(told, address_of(KINDS[kind].key(FILLED[kind])) or "")
    assert "Everything that was said" in said and f"<code>{kind}:{FILLED[kind]}@1</code>" in said
    if f"{list_of(kind)}/{{id}}" in {one.path for one in KIND_PAGES}:
        for path in parts_of(type_name(kind)).cells:
            assert "undefined" not in said.lower(), path


@pytest.mark.parametrize("kind", sorted(BY_KIND))
async def test_on_a_day_before_its_first_event_a_page_says_when_it_begins(told: Gateway, kind: str) -> None:
    said = await page(told, f"{address_of(KINDS[kind].key(FILLED[kind]))}?asOf=2024-06-01")
    assert "not yet" in said and "was not there yet" in said


@pytest.mark.parametrize("kind", sorted(BY_KIND))
async def test_what_there_never_was_is_not_found_in_words(told: Gateway, kind: str) -> None:
    assert "There is nothing here" in await page(told, f"{list_of(kind)}/nothing-such", status=404)
    assert "There is nothing here" in await page(told, f"{list_of(kind)}/person:ana", status=404)
