"""What every store of deliveries holds, over SQLite and over MongoDB with both of its drivers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.portfolio.webhooks.deliveries import KEPT, Attempt, Deliveries, DeliveriesUnavailable, DeliveryOutcome, Progress, Waiting
from services.portfolio.webhooks.mongo_deliveries import MongoDeliveries
from services.portfolio.webhooks.sqlite_deliveries import SqliteDeliveries

NOW = datetime(2026, 6, 1, 9, 0, 0, 123456, UTC)
Opening = Callable[[], Deliveries]


def attempt(number: int) -> Attempt:
    return Attempt(
        number, f"team:t@{number}", "headway.portfolio.team.formed.v1", NOW, 1, 12, DeliveryOutcome.FAILED, 500, "it answered 500", NOW + timedelta(seconds=5)
    )


class DeliveriesContract:
    """Give it a fixture `one`: opens one more deliverer's view of the same store."""

    async def test_what_was_saved_is_loaded_also_by_another_after_the_claim_was_given_up(self, one: Opening) -> None:
        first = one()
        await first.open()
        assert await first.load("w") is None
        assert await first.claim("w")
        assert await first.load("w") is None
        assert await first.begin("w", Progress(3, "e30", NOW))
        waiting = Waiting(7, "e30", 2, NOW, NOW + timedelta(minutes=1))
        assert await first.save("w", Progress(3, "e31", NOW, 2), {"team:t": waiting, "team:u": waiting}, [], [attempt(1), attempt(2)])
        assert await first.save("w", Progress(3, "e32", NOW, 3), {}, ["team:u"], [attempt(3)])
        await first.close()
        second = one()
        await second.open()
        assert await second.claim("w")
        assert await second.load("w") == (Progress(3, "e32", NOW, 3), {"team:t": waiting})
        assert await second.attempts("w", None, 2) == [attempt(3), attempt(2)]
        assert await second.attempts("w", 2, 10) == [attempt(1)]

    async def test_beginning_anew_forgets_what_waits_and_keeps_the_attempts(self, one: Opening) -> None:
        store = one()
        await store.open()
        await store.claim("w")
        await store.begin("w", Progress(1, "e30"))
        await store.save("w", Progress(1, "e30", None, 1), {"team:t": Waiting(1, "e30")}, [], [attempt(1)])
        await store.begin("w", Progress(2, "e30", None, 1))
        assert await store.load("w") == (Progress(2, "e30", None, 1), {})
        await store.forget("w")
        assert await store.load("w") is None
        assert await store.attempts("w", None, 10) == [attempt(1)]

    async def test_the_newest_attempts_are_kept(self, one: Opening) -> None:
        store = one()
        await store.open()
        await store.claim("w")
        await store.begin("w", Progress(1, "e30"))
        many = KEPT + 3
        await store.save("w", Progress(1, "e30", None, many), {}, [], [attempt(n) for n in range(1, many + 1)])
        kept = await store.attempts("w", None, KEPT + 10)
        assert [a.number for a in kept] == list(range(many, 3, -1))

    async def test_webhooks_do_not_see_each_other(self, one: Opening) -> None:
        store = one()
        await store.open()
        for name in ("a", "a.b"):
            await store.claim(name)
            await store.begin(name, Progress(1, name))
            await store.save(name, Progress(1, name), {"team:t": Waiting(1, name)}, [], [attempt(1)])
        assert await store.load("a") == (Progress(1, "a"), {"team:t": Waiting(1, "a")})
        assert len(await store.attempts("a", None, 10)) == 1

    async def test_of_many_who_claim_one_may_deliver_and_the_others_when_it_lets_go(self, one: Opening) -> None:
        stores = [one() for _ in range(5)]
        await asyncio.gather(*(store.open() for store in stores))
        claims = await asyncio.gather(*(store.claim("w") for store in stores))
        assert sum(claims) == 1
        holder = stores[claims.index(True)]
        other = stores[claims.index(False)]
        assert await holder.claim("w") and not await other.claim("w")
        assert await holder.begin("w", Progress(1, "e30"))
        assert not await other.save("w", Progress(1, "later"), {}, [], [])
        await holder.release("w")
        assert await other.claim("w")
        assert not await holder.save("w", Progress(1, "later"), {}, [], [])
        assert await other.load("w") == (Progress(1, "e30"), {})


class TestSqlite(DeliveriesContract):
    @pytest.fixture
    async def one(self, tmp_path: Path) -> AsyncIterator[Opening]:
        opened: list[Deliveries] = []

        def make() -> Deliveries:
            opened.append(SqliteDeliveries(tmp_path / "deep" / "webhooks.sqlite3"))
            return opened[-1]

        yield make
        for store in opened:
            await store.close()

    async def test_one_that_is_not_open_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(DeliveriesUnavailable):
            await SqliteDeliveries(tmp_path / "x").load("w")


class MongoContract(DeliveriesContract):
    driver = ""

    @pytest.fixture
    async def one(self, mongo: str) -> AsyncIterator[Opening]:
        opened: list[MongoDeliveries] = []
        database = f"hooks_{uuid4().hex[:12]}"

        def make() -> Deliveries:
            opened.append(MongoDeliveries(mongo, database, driver=self.driver))
            return opened[-1]

        yield make
        client = opened[0]._made(**opened[0]._options)
        await client.drop_database(database)
        for store in opened:
            await store.close()

    async def test_a_claim_that_gives_no_sign_of_life_is_anothers_after_the_lease(self, mongo: str) -> None:
        now = 0.0
        database = f"hooks_{uuid4().hex[:12]}"
        dead, living = (MongoDeliveries(mongo, database, driver=self.driver, lease=30, now=lambda: now) for _ in range(2))
        await dead.open()
        await living.open()
        assert await dead.claim("w") and await dead.begin("w", Progress(1, "e30"))
        assert not await living.claim("w")
        now = 29
        assert not await living.claim("w")
        assert await dead.claim("w"), "it lives after all"
        assert not await living.claim("w")
        now = 58
        assert not await living.claim("w")
        now = 60
        assert await living.claim("w")
        assert not await dead.save("w", Progress(1, "later"), {}, [], [])
        assert not await dead.claim("w")
        await living._client.drop_database(database)
        await dead.close()
        await living.close()

    async def test_a_server_that_is_away_is_said(self) -> None:
        store = MongoDeliveries("mongodb://127.0.0.1:1/", "hooks", driver=self.driver)
        with pytest.raises(DeliveriesUnavailable):
            await store.open()
        await store.close()


class TestPymongo(MongoContract):
    driver = "pymongo"


class TestMotor(MongoContract):
    driver = "motor"
