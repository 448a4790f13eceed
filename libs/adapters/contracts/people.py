"""The contract suite of `libs.events.ports.people.PeopleStore`: subclass it, with a fixture `people` that opens one more on the same data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from libs.events.ports.people import Particulars, PeopleStore

PeopleStores = Callable[[], Awaitable[PeopleStore]]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ADA = Particulars("Ada Lovelace", "ada@engines.example", NOON)
GRACE = Particulars("Grace Hopper", None, NOON)


class PeopleContract:
    """See `libs.events.ports.people.PeopleStore`."""

    async def test_a_name_is_kept_over_a_restart_and_read_by_another_instance(self, people: PeopleStores) -> None:
        one, other = await people(), await people()
        assert (await one.kept(), await one.revision()) == ({}, 0)
        await one.keep({"ada": ADA, "grace": GRACE})
        await one.close()
        assert await other.kept() == await (await people()).kept() == {"ada": ADA, "grace": GRACE}

    async def test_a_later_name_stands_in_place_of_the_former(self, people: PeopleStores) -> None:
        one, other = await people(), await people()
        await one.keep({"ada": ADA})
        await other.keep({"ada": GRACE})
        assert await one.kept() == {"ada": GRACE}

    async def test_whoever_is_forgotten_is_gone_everywhere_and_the_others_stay(self, people: PeopleStores) -> None:
        one, other = await people(), await people()
        await one.keep({"ada": ADA, "grace": GRACE})
        await other.erase(["ada", "nobody"])
        await other.erase(["ada"])
        assert await one.kept() == await other.kept() == {"grace": GRACE}

    async def test_every_change_is_another_revision_for_all(self, people: PeopleStores) -> None:
        one, other = await people(), await people()
        seen = [await one.revision()]
        for change in (one.keep({"ada": ADA}), other.keep({"ada": GRACE}), other.erase(["ada"])):
            await change
            assert await one.revision() == await other.revision()
            seen.append(await one.revision())
        assert seen == sorted(set(seen))
