"""The contract suite of `libs.events.ports.revocations.Revocations`: subclass it, with a fixture `revocations` that opens one more on the same data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from libs.events.ports.revocations import Revocations

RevocationStores = Callable[[], Awaitable[Revocations]]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class RevocationsContract:
    """See `libs.events.ports.revocations.Revocations`."""

    async def test_what_was_revoked_is_remembered_over_a_restart(self, revocations: RevocationStores) -> None:
        kept = await revocations()
        assert await kept.standing(NOON) == {}
        await kept.revoke("aa", NOON + HOUR, NOON)
        await kept.close()
        assert await (await revocations()).standing(NOON) == {"aa": NOON + HOUR}

    async def test_another_instance_reads_it(self, revocations: RevocationStores) -> None:
        one, other = await revocations(), await revocations()
        await one.revoke("aa", NOON + HOUR, NOON)
        await other.revoke("bb", NOON + 2 * HOUR, NOON)
        await one.revoke("aa", NOON + HOUR, NOON)
        assert await one.standing(NOON) == await other.standing(NOON) == {"aa": NOON + HOUR, "bb": NOON + 2 * HOUR}

    async def test_what_would_be_refused_anyway_matters_no_more(self, revocations: RevocationStores) -> None:
        kept = await revocations()
        await kept.revoke("aa", NOON + HOUR, NOON)
        await kept.revoke("bb", NOON + 2 * HOUR, NOON)
        assert await kept.standing(NOON + HOUR) == {"bb": NOON + 2 * HOUR}
        await kept.revoke("cc", NOON + 3 * HOUR, NOON + HOUR)
        assert (await kept.standing(NOON)).keys() == {"bb", "cc"}, "it is not kept either"
