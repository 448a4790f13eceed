"""Tokens that were signed out of: refused however their signature is written, by every instance, and no longer than they would be good."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from libs.adapters.contracts.revocations import RevocationsContract, RevocationStores
from libs.commands.errors import NotSignedIn
from libs.events.ports import revocations
from libs.events.ports.revocations import InMemory, RevocationsUnavailable
from libs.service.identity.issuer import Issuer
from libs.service.identity.revocation_list import RevocationList, digest_of
from libs.service.identity.tokens import Verifier
from libs.service.observability.health import ProcessHealth
from libs.service.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


class Flaky(InMemory):
    """A store that may be away."""

    away = False

    async def revoke(self, digest: str, until: datetime, now: datetime) -> None:
        self._must_be_here()
        await super().revoke(digest, until, now)

    async def standing(self, now: datetime) -> Mapping[str, datetime]:
        self._must_be_here()
        return await super().standing(now)

    def _must_be_here(self) -> None:
        if self.away:
            raise RevocationsUnavailable("away")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def listed(store: InMemory, clock: Clock) -> RevocationList:
    return RevocationList(store, clock, ProcessHealth(clock))


def verifier_of(settings: Settings, found: RevocationList) -> Verifier:
    verifier = Verifier.from_settings(settings)
    verifier.revoked = found
    return verifier


def variants(token: str) -> list[str]:
    """Texts that hold the same signature: the last character of Base64 has bits that nobody reads."""
    whole = base64.urlsafe_b64decode(token.rpartition(".")[2] + "==")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return [t for t in (token[:-1] + letter for letter in letters) if base64.urlsafe_b64decode(t.rpartition(".")[2] + "==") == whole]


async def test_a_token_is_refused_once_it_was_signed_out_of_also_where_it_is_known_and_however_it_is_written(settings: Settings, clock: Clock) -> None:
    found = listed(InMemory(), clock)
    verifier, token = verifier_of(settings, found), Issuer.embedded(settings).token("executive")
    texts = variants(token)
    assert len(texts) > 1
    await verifier.verify(token)
    for text in texts[: len(texts) // 2]:
        with suppress(NotSignedIn):  # where whoever reads it is strict
            await verifier.verify(text)
    await found.add(digest_of(token), clock.now + timedelta(hours=12))
    for text in texts:
        with pytest.raises(NotSignedIn) as refused:
            await verifier.verify(text)
        assert text != token or "signing out" in refused.value.detail
    await verifier.verify(Issuer.embedded(settings).token("executive"))


async def test_two_tokens_of_one_persona_and_second_are_two(settings: Settings) -> None:
    issuer = Issuer.embedded(settings)
    assert len({digest_of(issuer.token("executive")) for _ in range(20)}) == 20


async def test_another_instance_refuses_it_once_it_has_looked_and_one_that_starts_later_at_once(settings: Settings, clock: Clock) -> None:
    store = InMemory()
    here, there = listed(store, clock), listed(store, clock)
    token = Issuer.embedded(settings).token("executive")
    await there.refresh()
    await here.add(digest_of(token), clock.now + timedelta(hours=12))
    await verifier_of(settings, there).verify(token)
    later = listed(store, clock)
    for found in (there, later):
        await found.refresh()
        with pytest.raises(NotSignedIn):
            await verifier_of(settings, found).verify(token)


async def test_what_cannot_be_read_leaves_what_is_known_and_is_said(clock: Clock) -> None:
    store, health = Flaky(), ProcessHealth(clock)
    found = RevocationList(store, clock, health)
    store.away = True
    await found.refresh()
    assert (found.read, [t.part for t in health.troubles()]) == (False, [RevocationList.PART])
    store.away = False
    await found.add("aa", clock.now + timedelta(hours=1))
    store.away = True
    await found.refresh()
    assert "aa" in found
    with pytest.raises(RevocationsUnavailable):
        await found.add("bb", clock.now + timedelta(hours=1))
    assert "bb" not in found, "what is not remembered is not refused here alone"
    store.away = False
    await found.refresh()
    assert (found.read, health.troubles()) == (True, [])


async def test_what_was_added_while_others_were_read_stays(clock: Clock) -> None:
    class Meanwhile(InMemory):
        async def standing(self, now: datetime) -> Mapping[str, datetime]:
            before = await super().standing(now)
            if "aa" not in self._until:
                await found.add("aa", now + timedelta(hours=1))
            return before if "aa" not in before else {}

    found = listed(Meanwhile(), clock)
    await found.refresh()
    assert "aa" in found


async def test_what_has_expired_is_forgotten(clock: Clock) -> None:
    found = listed(InMemory(), clock)
    await found.add("aa", clock.now + timedelta(hours=1))
    clock.now += timedelta(hours=2)
    await found.refresh()
    assert "aa" not in found


class TestInMemory(RevocationsContract):
    @pytest.fixture
    def revocations(self) -> RevocationStores:
        one = InMemory()

        async def same() -> InMemory:
            return one

        return same


async def test_memory_is_bounded_too(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocations, "MOST", 2)
    kept = InMemory()
    for n in (3, 1, 2, 4):
        await kept.revoke(str(n), clock.now + n * timedelta(hours=1), clock.now)
    assert (await kept.standing(clock.now)).keys() == {"3", "4"}
