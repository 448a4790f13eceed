"""Verifies tokens and turns them into principals, with the keys and the fixed algorithm of each issuer."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import jwt

from libs.commands.errors import NotSignedIn
from libs.rules.roles import ROLES, Principal, Role, known_roles
from libs.service.identity.issuer import ISSUER, Issuer, read_public_key
from libs.service.identity.oidc import OidcKeys
from libs.service.identity.revocation_list import digest_of
from libs.service.peers import secret
from libs.service.settings import Settings

__all__ = ["ROLES", "FixedKey", "KeySource", "Principal", "Role", "Verifier"]

LEEWAY: Final = 10.0
_LONGEST: Final = 16 * 1024
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,200}")
# A signature costs more than the rest of a request, so what has verified is kept: this many tokens, this many seconds at most.
_KEPT_TOKENS: Final = 2048
_KEPT_SECONDS: Final = 300.0
_REQUIRED: Final = ["exp", "iat", "aud", "iss", "sub"]
_TYPES: Final = frozenset({"", "jwt", "at+jwt", "application/at+jwt"})
"""What the `typ` of an access token may be (RFC 9068); a token for signing out, or of an identity, opens nothing."""


class KeySource(Protocol):
    """Where a token's key comes from, and the one algorithm that key verifies with."""

    async def key_of(self, token: str) -> tuple[Any, str]:
        """The public key and the algorithm. Raises NotSignedIn where no key fits, Unreachable where the issuer does not answer."""
        ...


class FixedKey:
    """One key and one algorithm, whatever the token's header says."""

    def __init__(self, key: Any, algorithm: str = "EdDSA") -> None:
        self._answer = key, algorithm

    async def key_of(self, token: str) -> tuple[Any, str]:
        """The same key for every token."""
        return self._answer


class Verifier:
    """Verifies tokens of one issuer: signature, `iss`, `aud`, `exp`, `iat` and `sub`, with ten seconds of leeway.

    With a `peer_secret` also those of peers (`libs.service.peers.secret`), which read as an auditor does, whatever else their token says.
    `revoked` holds the digests (`libs.service.identity.revocation_list`) of those that were signed out of.
    """

    def __init__(self, keys: KeySource, *, issuer: str, audience: str, clock: Callable[[], float] = time.time, peer_secret: str = "") -> None:
        self._keys = keys
        self._peer_secret = peer_secret
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._verified: dict[bytes, tuple[Principal, float, str]] = {}
        self.revoked: Container[str] = frozenset()

    @classmethod
    def from_settings(cls, settings: Settings) -> Verifier:
        """The verifier of the issuer that the settings name; the embedded one's key is made if it is not there. Raises SettingsError."""
        keys: KeySource
        if settings.issuer.startswith("https://"):
            keys, issuer = OidcKeys(settings.issuer), settings.issuer
        elif settings.issuer:
            keys, issuer = FixedKey(read_public_key(settings.issuer_file)), ISSUER
        else:
            keys, issuer = FixedKey(Issuer.embedded(settings).public_key), ISSUER
        return cls(keys, issuer=issuer, audience=settings.audience, peer_secret=settings.peer_secret)

    async def verify(self, token: str) -> Principal:
        """The principal of a token. Raises NotSignedIn, saying why but never quoting the token, and Unreachable where the issuer's keys cannot be had."""
        if len(token) > _LONGEST:
            raise _no_token()
        now = self._clock()
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        kept = self._verified.get(digest)
        if kept is None or now >= kept[1]:
            if not _COMPACT.fullmatch(token):
                raise _no_token()
            kept = await self._looked_at(token, digest, now)
        principal, _, signed = kept
        if signed in self.revoked:
            raise NotSignedIn("The session of this token was ended by signing out.", remedy="Sign in again.")
        return principal

    async def _looked_at(self, token: str, digest: bytes, now: float) -> tuple[Principal, float, str]:
        if self._peer_secret and secret.says_peer(token):
            claims = self._claims(token, self._peer_secret, secret.ALGORITHM, secret.ISSUER)
            claims = {**claims, "sub": secret.SUBJECT, "roles": [secret.ROLE]}
        else:
            key, algorithm = await self._keys.key_of(token)
            claims = self._claims(token, key, algorithm, self._issuer)
        expires = float(claims["exp"])
        principal = _principal(claims, expires)
        if len(self._verified) >= _KEPT_TOKENS:
            self._verified.pop(next(iter(self._verified)))
        found = self._verified[digest] = principal, min(expires, now + _KEPT_SECONDS), digest_of(token)
        return found

    def _claims(self, token: str, key: Any, algorithm: str, issuer: str) -> Mapping[str, Any]:
        try:
            if str(jwt.get_unverified_header(token).get("typ", "")).lower() not in _TYPES:
                raise NotSignedIn("The token is no access token: its 'typ' says so.", remedy="Get an access token from the issuer.")
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=issuer,
                leeway=LEEWAY,
                options={"require": _REQUIRED, "verify_sub": True},
            )
        except jwt.ExpiredSignatureError:
            raise NotSignedIn("The token has expired.", remedy="Get a new token.") from None
        except jwt.ImmatureSignatureError:
            raise NotSignedIn("The token is not valid yet.", remedy="Check the clocks of the issuer and of this machine.") from None
        except jwt.InvalidAudienceError:
            raise NotSignedIn(f"The token is for another audience than {self._audience!r}.", remedy="Ask the issuer for a token with that audience.") from None
        except jwt.InvalidIssuerError:
            raise NotSignedIn(f"The token is from another issuer than {self._issuer!r}.", remedy="Get a token from that issuer.") from None
        except jwt.MissingRequiredClaimError as error:
            raise NotSignedIn(f"The token has no claim {error.claim!r}.") from None
        except jwt.InvalidAlgorithmError:
            raise NotSignedIn(f"The token is not signed with {algorithm}, the algorithm of its issuer.") from None
        except jwt.InvalidSignatureError:
            raise NotSignedIn("The token's signature does not verify.", remedy="Get a new token; the issuer's key may have changed.") from None
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError, OverflowError):
            raise NotSignedIn("The token cannot be read.") from None


def _no_token() -> NotSignedIn:
    return NotSignedIn("The token is no signed JSON Web Token.", remedy="Send 'Authorization: Bearer TOKEN' with a token as the issuer gave it.")


def _principal(claims: Mapping[str, Any], expires: float) -> Principal:
    roles = claims.get("roles")
    try:
        ends = datetime.fromtimestamp(expires, UTC)
    except (ValueError, OverflowError, OSError):
        raise NotSignedIn("The token's claim 'exp' is out of range.") from None
    if not _NAME.fullmatch(claims["sub"]):
        raise NotSignedIn("The token's claim 'sub' is empty, longer than 200 characters, or holds control characters.")
    return Principal(claims["sub"], known_roles(roles if isinstance(roles, list) else ()), ends)
