"""Processes of one installation know each other by a secret: it opens what an auditor reads, and makes nobody else's tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from headway.stack import create_stack
from libs.commands.errors import NotSignedIn
from libs.rules.roles import Role
from libs.service.identity.issuer import ISSUER, Issuer, write_key_pair
from libs.service.identity.tokens import Verifier
from libs.service.peers import secret as peers
from libs.service.peers.secret import peer_token
from libs.service.settings import Settings, SettingsError

SECRET = "5" * 64


def forged(key: Any, algorithm: str, **changed: Any) -> str:
    now = datetime.now(UTC)
    claims = {"iss": peers.ISSUER, "aud": "headway", "sub": "executive", "roles": ["executive"], "iat": now, "exp": now + timedelta(minutes=1)}
    return jwt.encode({**claims, **changed}, key, algorithm=algorithm)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, peer_secret=SECRET)


async def test_a_peer_reads_as_an_auditor_does(settings: Settings) -> None:
    who = await Verifier.from_settings(settings).verify(peer_token(SECRET, "headway"))
    assert (who.id, who.roles) == ("peer", frozenset({Role("auditor")}))
    assert who.expires is not None and who.expires - datetime.now(UTC) < timedelta(minutes=2)


async def test_whatever_a_peers_token_says_it_is_nobody_else(settings: Settings) -> None:
    who = await Verifier.from_settings(settings).verify(forged(SECRET, "HS256", sub="executive", roles=["executive", "importer@*"]))
    assert (who.id, who.roles) == ("peer", frozenset({Role("auditor")}))


@pytest.mark.parametrize(
    ("key", "algorithm", "changed"),
    [
        pytest.param("6" * 64, "HS256", {}, id="another secret"),
        pytest.param(SECRET, "HS256", {"iss": ISSUER}, id="the secret for the issuer"),
        pytest.param(SECRET, "HS384", {}, id="another algorithm"),
        pytest.param("", "none", {}, id="no algorithm"),
        pytest.param(SECRET, "HS256", {"aud": "other"}, id="another audience"),
        pytest.param(SECRET, "HS256", {"exp": 1}, id="expired"),
    ],
)
async def test_what_is_no_peers_token_opens_nothing(settings: Settings, key: str, algorithm: str, changed: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        await Verifier.from_settings(settings).verify(forged(key, algorithm, **changed))


async def test_without_a_secret_there_are_no_peers_not_even_by_an_empty_one(tmp_path: Path) -> None:
    verifier = Verifier.from_settings(Settings(data=tmp_path))
    for token in (peer_token(SECRET, "headway"), forged("", "none")):
        with pytest.raises(NotSignedIn):
            await verifier.verify(token)


async def test_the_issuers_own_tokens_are_good_beside(settings: Settings) -> None:
    who = await Verifier.from_settings(settings).verify(Issuer.embedded(settings).token("executive"))
    assert who.roles == {Role.parse("executive")}


def test_a_secret_that_can_be_guessed_is_no_setting() -> None:
    with pytest.raises(SettingsError, match="at least 32"):
        Settings(peer_secret="s" * 31)
    assert SECRET not in repr(Settings(peer_secret=SECRET))


def test_a_process_that_has_to_ask_others_needs_the_secret_or_the_key_that_signs(tmp_path: Path) -> None:
    private, public = write_key_pair(tmp_path / "issuer.key")

    def start(issuer: str, secret: str = "") -> None:
        create_stack(Settings(data=tmp_path, backlog_url="http://127.0.0.1:9", issuer=issuer, peer_secret=secret), ["gateway"])

    with pytest.raises(SettingsError, match="HEADWAY_PEER_SECRET"):
        start(f"file:{public}")
    start(f"file:{public}", SECRET)
    start(f"file:{private}")
    start("https://id.example.org", SECRET)
