"""The embedded issuer: its key, its tokens, and where it is refused."""

import multiprocessing
import stat
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from libs.service.identity.issuer import ISSUER, KEY_NAME, Issuer, read_public_key, write_key_pair
from libs.service.settings import Settings, SettingsError


def public_bytes(folder: str) -> bytes:
    """In another process: the public key of the issuer there."""
    return Issuer.embedded(Settings(data=Path(folder))).public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def test_the_key_is_the_owners_alone_and_stays_over_restarts(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    first = public_bytes(str(data))
    assert stat.S_IMODE((data / KEY_NAME).stat().st_mode) == 0o600
    assert public_bytes(str(data)) == first
    assert [path.name for path in data.iterdir()] == [KEY_NAME]


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        keys = pool.map(public_bytes, [str(tmp_path)] * 16, chunksize=1)
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [KEY_NAME]


def test_a_token_says_its_persona_and_lasts_twelve_hours(tmp_path: Path) -> None:
    issuer = Issuer.embedded(Settings(data=tmp_path))
    claims = jwt.decode(issuer.token("executive"), issuer.public_key, algorithms=["EdDSA"], audience="headway", issuer=ISSUER)
    assert (claims["sub"], claims["roles"], claims["exp"] - claims["iat"]) == ("executive@*", ["executive@*"], 12 * 3600)
    with pytest.raises(ValueError, match="no role"):
        issuer.token("minister")


def test_the_embedded_issuer_is_refused_beside_an_external_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="external issuer"):
        Issuer.embedded(Settings(data=tmp_path, issuer="https://id.example"))
    assert list(tmp_path.iterdir()) == []


def test_a_broken_key_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / KEY_NAME).write_text("not a key")
    with pytest.raises(SettingsError, match="cannot be read"):
        Issuer.embedded(Settings(data=tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be made"):
        Issuer.embedded(Settings(data=tmp_path / "file" / "below"))


def test_a_key_pair_is_never_overwritten_and_either_half_verifies(tmp_path: Path) -> None:
    private, public = write_key_pair(tmp_path / "headway.key")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert b"PRIVATE" not in public.read_bytes()
    assert read_public_key(private) == read_public_key(public) == Issuer.from_key_file(private).public_key
    with pytest.raises(FileExistsError):
        write_key_pair(private)
    with pytest.raises(SettingsError, match="private"):
        Issuer.from_key_file(public)
    public.write_text("?")
    with pytest.raises(SettingsError, match="HEADWAY_ISSUER"):
        read_public_key(public)
