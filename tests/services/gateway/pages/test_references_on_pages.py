"""Pages say of a reference to what nobody has said yet that it is not registered."""

from __future__ import annotations

from tests.services.gateway.graphql.types.kinds.test_references import unsaid
from tests.services.gateway.pages.answers import page, signed_in
from tests.services.gateway.small_world import Gateway


async def test_pages_say_of_such_a_reference_that_it_is_not_registered_yet(site: Gateway) -> None:
    unsaid(site)
    await signed_in(site.client)
    for address in ("/teams", "/products", "/roadmap", "/investment", "/graduation", "/teams/held", "/products/held", "/search?q=held"):
        assert "unsaid (not registered yet)" in await page(site, address), address
