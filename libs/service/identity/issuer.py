"""The embedded token issuer for trying Headway out: an Ed25519 key in the data folder."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key, load_pem_public_key

from libs.rules.roles import Role
from libs.runtime.private_files import private_folder
from libs.service.settings import Settings, SettingsError

# The `iss` of every token signed with a key of ours, embedded or from a key file.
ISSUER: Final = "urn:headway:issuer"
KEY_NAME: Final = "issuer.key"
LIFETIME: Final = timedelta(hours=12)


class Issuer:
    """Signs tokens for personas with one Ed25519 key (EdDSA)."""

    def __init__(self, key: Ed25519PrivateKey, *, audience: str = "headway") -> None:
        self._key = key
        self._audience = audience

    @classmethod
    def embedded(cls, settings: Settings) -> Issuer:
        """The issuer whose key lies in the data folder, made there if it is not yet.

        Raises SettingsError where HEADWAY_ISSUER names another issuer, and where the key cannot be made or read.
        """
        if settings.issuer:
            raise SettingsError("HEADWAY_ISSUER names an external issuer: get a token there, or take HEADWAY_ISSUER out to use the embedded one")
        path = settings.data / KEY_NAME
        try:
            private_folder(settings.data)
            if not path.exists():
                _create(path, _private_pem(Ed25519PrivateKey.generate()), 0o600)
        except FileExistsError:
            pass  # Another process made it between the look and the link: its key is the one.
        except OSError as error:
            raise SettingsError(f"the embedded issuer's key cannot be made in {settings.data}: {error.strerror}") from None
        return cls.from_key_file(path, audience=settings.audience)

    @classmethod
    def from_key_file(cls, path: Path, *, audience: str = "headway") -> Issuer:
        """The issuer of a private key file (PEM, PKCS 8), such as `write_key_pair` makes. Raises SettingsError where it cannot be read."""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsError(f"{path} cannot be read as a private Ed25519 key: make a new one with 'headway keys', or remove it")
        return cls(key, audience=audience)

    @property
    def public_key(self) -> Ed25519PublicKey:
        """The key that the tokens verify with."""
        return self._key.public_key()

    def token(self, persona: str, lifetime: timedelta = LIFETIME) -> str:
        """A token whose subject and only role is `persona` (`executive`, `product_owner@permits`). Raises ValueError where that is no role.

        No two are the same, so that signing out of one ends no other.
        """
        role = str(Role.parse(persona))
        now = datetime.now(UTC)
        claims = {"iss": ISSUER, "aud": self._audience, "sub": role, "roles": [role], "iat": now, "exp": now + lifetime, "jti": secrets.token_urlsafe(12)}
        return jwt.encode(claims, self._key, algorithm="EdDSA")


def write_key_pair(path: Path) -> tuple[Path, Path]:
    """Makes a key pair: the private key at `path` (mode 0600) and the public one beside it, `path` with `.pub` added; returns both paths.

    Raises FileExistsError where `path` exists (a key is never overwritten) and OSError where it cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    public = path.with_name(path.name + ".pub")
    path.parent.mkdir(parents=True, exist_ok=True)
    _create(path, _private_pem(key), 0o600)
    public.unlink(missing_ok=True)
    _create(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), 0o644)
    return path, public


def read_public_key(path: Path) -> Ed25519PublicKey:
    """The public key of a key file, given either half of the pair (PEM). Raises SettingsError where it is no Ed25519 key."""
    try:
        pem = path.read_bytes()
        key = load_pem_private_key(pem, password=None).public_key() if b"PRIVATE KEY" in pem else load_pem_public_key(pem)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SettingsError(f"HEADWAY_ISSUER: {path} cannot be read as an Ed25519 key file: make one with 'headway keys'")
    return key


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _create(path: Path, content: bytes, mode: int) -> None:
    """Writes a file that appears whole or not at all, and raises FileExistsError where there is one: a link, unlike a rename, never replaces."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
