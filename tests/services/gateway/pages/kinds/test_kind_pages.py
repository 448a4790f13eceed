"""Every kind has an address: a page of each of its things, made from its declaration where none is made by hand."""

from __future__ import annotations

import re

import pytest

from headway.contracts.samples import id_of, sample
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentProposed
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, LifecycleDefined, LifecyclePhase
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeRaised
from libs.events.event import KINDS
from libs.events.references import list_of
from services.gateway.graphql.cost.limits import prepared
from services.gateway.graphql.schema import schema
from services.gateway.graphql.types.kinds.types import BY_KIND
from services.gateway.pages.kinds.list import _orders
from services.gateway.pages.kit.addresses import address_of
from services.gateway.pages.kit.rendering import TEMPLATES
from services.gateway.pages.kit.tables.event_rows import plural_words
from services.gateway.pages.registry import KIND_PAGES, PAGES
from tests.services.gateway.pages.answers import page, rows
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
"""Kind -> one of it of which the small portfolio has much to say."""
SAMPLED = [kind for kind in sorted(BY_KIND) if kind not in FILLED]
"""The kinds that it lacks: of these the sample of what defines one is told."""
FILLED |= {kind: id_of(kind) for kind in SAMPLED}
MADE = [kind for kind in sorted(FILLED) if kind not in ("team", "product")]
"""The kinds whose pages are made from their declarations."""


@pytest.fixture
def told(site: Gateway) -> Gateway:
    """The small portfolio, with one of each of the kinds that it lacks."""
    site.tell(LIFECYCLE, "short", LifecycleDefined(name="Short", phases=(LifecyclePhase("beta", "Beta", active=True),)), "2025-01-01")
    site.tell(CHANGE, "dredge", ChangeRaised(product="wells", title="Dredge", description="deeper"), "2025-03-01")
    site.tell(CHANGE, "dredge", ChangeDecided(approved=True, reason="needed"), "2025-03-02", by="cab@water")
    for kind in SAMPLED:
        site.tell(KINDS[kind], FILLED[kind], sample(KINDS[kind].defined_by[0].TYPE).data, "2025-03-01")
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
    assert any((folder / found.template).is_file() for folder in TEMPLATES)


@pytest.mark.parametrize("kind", sorted(BY_KIND))
async def test_the_page_of_a_thing_says_what_is_known_of_it_and_what_was_said(told: Gateway, kind: str) -> None:
    said = await page(told, address_of(KINDS[kind].key(FILLED[kind])) or "")
    assert "Everything that was said" in said and f"<code>{kind}:{FILLED[kind]}@1</code>" in said


@pytest.mark.parametrize("kind", sorted(BY_KIND))
async def test_on_a_day_before_its_first_event_a_page_says_when_it_begins(told: Gateway, kind: str) -> None:
    said = await page(told, f"{address_of(KINDS[kind].key(FILLED[kind]))}?asOf=2024-06-01")
    assert "not yet" in said and "was not there yet" in said


@pytest.mark.parametrize("kind", sorted(BY_KIND))
async def test_what_there_never_was_is_not_found_in_words(told: Gateway, kind: str) -> None:
    for no in ("nothing-such", "webhook:ana", "NO ID"):
        found = await page(told, f"{list_of(kind)}/{no}", status=404)
        known_by_its_document = kind in ("product", "team") and no != "NO ID" and not no.startswith("webhook")
        assert "There is nothing here" in found
        assert known_by_its_document or f"Look for it in the list of {plural_words(kind).lower()}" in found, found


@pytest.mark.parametrize("kind", MADE)
async def test_a_list_has_one_row_a_thing_narrowed_ordered_and_whole_as_csv(told: Gateway, kind: str) -> None:
    there = await page(told, list_of(kind))
    assert f'href="{address_of(KINDS[kind].key(FILLED[kind]))}"' in there and "as CSV" in there
    every = await rows(told, list_of(kind), "things")
    by, _ = _orders(kind)
    for name in by.__members__:
        assert sorted(await rows(told, f"{list_of(kind)}?sort={name}&direction=DESC", "things")) == sorted(every)
    then = await page(told, f"{list_of(kind)}?asOf=2024-06-01")
    assert "is known at this moment" in then


async def test_a_list_is_narrowed_by_the_fields_of_its_filter_and_keeps_them(told: Gateway) -> None:
    assert [row[0] for row in (await rows(told, "/roadmap-items?horizon=LATER", "things"))[1:]] == ["roadmap_item:tap"]
    shown = await page(told, "/roadmap-items?horizon=LATER&endsFrom=2025-01-01")
    assert "One roadmap item as narrowed down." in shown and "Tap" in shown and "Pump" not in shown
    assert '<option value="LATER" selected>' in shown and 'value="2025-01-01"' in shown and "Show all" in shown


@pytest.mark.parametrize("address", ["/roadmap-items?horizon=SOON", "/roadmap-items?endsFrom=soon", "/roadmap-items?slipped=maybe", "/items?sort=WEIGHT"])
async def test_what_a_list_cannot_be_narrowed_by_is_answered_in_words(told: Gateway, address: str) -> None:
    assert "The address says something impossible" in await page(told, address, status=422)


async def test_money_is_withheld_on_the_pages_of_kinds_from_whoever_may_not_read_it(told: Gateway) -> None:
    for address in ("/investments/inv-wells", "/bids/bid-wells", "/bids", "/organisations/water"):
        withheld, read = await page(told, address, "team"), await page(told, address, "executive")
        assert "1,000 CAD" not in withheld and "Money is withheld" in withheld, address
        assert "1,000 CAD" in read and "withheld" not in read, address
    (bid,) = (await rows(told, "/bids", "things"))[1:]
    assert "CAD 1000.00" in bid


async def test_a_thing_that_was_hardly_said_anything_of_has_its_page_too(told: Gateway) -> None:
    told.tell(INVESTMENT, "bare", InvestmentProposed(product="unheard"), "2025-05-01")
    said = await page(told, "/investments/bare")
    assert "unheard (not registered yet)" in said and "Proposed" in said


async def test_what_is_named_leads_to_its_page_and_what_names_it_stands_there(told: Gateway) -> None:
    assert 'href="/product-metrics/speed"' in await page(told, "/product-metrics")
    release = await page(told, "/bids/bid-wells?asOf=2025-03-01")
    assert 'href="/investments/inv-wells?asOf=2025-03-01"' in release
    assert 'href="/items/i1"' in await page(told, "/roadmap-items/pump")


async def test_the_forms_that_the_reader_may_use_stand_on_the_page_of_a_thing(told: Gateway) -> None:
    assert "/act/roadmap.redate_item?item=pump" in await page(told, "/roadmap-items/pump", "product_owner@wells")
    assert "What you may say about" not in await page(told, "/roadmap-items/pump", "auditor")


@pytest.mark.parametrize(("address", "heading"), [("/opportunities", "Opportunities"), ("/people", "People"), ("/change-requests", "Change requests")])
async def test_a_list_is_called_by_the_plural_of_what_is_in_it(told: Gateway, address: str, heading: str) -> None:
    said = await page(told, address)
    assert re.search(rf"<h1[^>]*>{heading}</h1>", said)
    assert ">Change classes</a>" in said and "classs" not in said and "pportunitys" not in said


@pytest.mark.requirement("S4-20")
async def test_somebody_who_was_registered_is_not_called_unregistered(told: Gateway) -> None:
    for address in ("/people", f"/people/{FILLED['person']}"):
        said = await page(told, address)
        assert FILLED["person"] in said and f"{FILLED['person']} (not registered" not in said and "It is referred to, and not" not in said


async def test_rows_within_a_thing_say_what_they_are_of(told: Gateway) -> None:
    years = (await page(told, "/organisations/water")).partition("Investment fiscal years")[2].partition("</table>")[0]
    assert "Starts" in years
    ratings = (await page(told, "/confidences")).partition("<thead")[2].partition("</thead>")[0]
    assert "Subject" in ratings and "Version" not in ratings


async def test_who_decided_is_a_role_in_words_and_exact_in_csv(told: Gateway) -> None:
    said = await page(told, "/change-requests/dredge")
    assert "cab of water" in said.partition("Everything that was said")[0] and "cab@water" not in said.partition("Everything that was said")[0]
    assert any("cab@water" in row for row in await rows(told, "/change-requests", "things"))
