"""The signing keys of an OIDC provider: discovered once, fetched in a thread, cached, each bound to its own algorithm."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import jwt

from libs.commands.errors import NotSignedIn, Unreachable

# What a provider's key may verify with; which of them is said by the key, never by the token.
ALGORITHMS: Final = ("RS256", "ES256")
_TIMEOUT: Final = 5.0
# After a failure the provider is left alone for this long, so that requests do not queue behind a timeout each.
_PAUSE: Final = 5.0
_LONGEST_DOCUMENT: Final = 1024 * 1024


def fetch_json(url: str) -> Any:
    """The JSON document at an https address, at most 1 MiB, within five seconds. Raises OSError or ValueError."""
    if urlsplit(url).scheme != "https":
        raise ValueError("not https")
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - the scheme was looked at just above
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=_TIMEOUT) as answer:
        content: bytes = answer.read(_LONGEST_DOCUMENT + 1)
    if len(content) > _LONGEST_DOCUMENT:
        raise ValueError("too long")
    return json.loads(content)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirection could lead away from https, so it is an error."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        """None: the redirection is not followed."""
        return None


class _Keys(jwt.PyJWKClient):
    """PyJWT's cache of a provider's keys (five minutes; an unknown `kid` fetches anew, at most every 30 seconds) over our way of fetching."""

    def __init__(self, uri: str, fetch: Callable[[str], Any]) -> None:
        super().__init__(uri)
        self._fetch = fetch

    def fetch_data(self) -> Any:
        """The key set as published. Raises OSError where it cannot be had."""
        return self._fetch(self.uri)


class OidcKeys:
    """The signing keys of the provider at `issuer`, an https address."""

    def __init__(self, issuer: str, *, fetch: Callable[[str], Any] = fetch_json, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._clock = clock
        self._client: jwt.PyJWKClient | None = None
        self._lock = asyncio.Lock()
        self._failed = float("-inf")

    async def key_of(self, token: str) -> tuple[Any, str]:
        """The key that the token's `kid` names, and that key's algorithm.

        Raises NotSignedIn for an unknown key or one of another algorithm than RS256 or ES256, Unreachable where the provider does not answer.
        """
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise NotSignedIn("The token cannot be read.") from None
        if not isinstance(kid, str):
            raise NotSignedIn("The token does not name its key ('kid').")
        async with self._lock:
            if self._clock() - self._failed < _PAUSE:
                raise self._unreachable()
            try:
                key = await asyncio.to_thread(self._find, kid)
            except OSError:
                self._failed = self._clock()
                raise self._unreachable() from None
            except (jwt.PyJWTError, ValueError):
                raise NotSignedIn("The token is signed with a key that its issuer does not publish.", remedy="Get a new token.") from None
        if key.algorithm_name not in ALGORITHMS:
            raise NotSignedIn(f"The token's key is for another algorithm than {' or '.join(ALGORITHMS)}.")
        return key.key, key.algorithm_name

    def _find(self, kid: str) -> jwt.PyJWK:
        if self._client is None:
            self._client = _Keys(self._key_set_address(), self._fetch)
        return self._client.get_signing_key(kid)

    def _key_set_address(self) -> str:
        """Where the discovery document says that the keys are. Raises OSError for a document that is not this issuer's."""
        try:
            document = self._fetch(self._issuer.rstrip("/") + "/.well-known/openid-configuration")
            issuer, address = document["issuer"], document["jwks_uri"]
        except (ValueError, KeyError, TypeError) as error:
            raise OSError("the discovery document cannot be read") from error
        if issuer != self._issuer or not isinstance(address, str) or not address.startswith("https://"):
            raise OSError("the discovery document is another issuer's")
        return address

    def _unreachable(self) -> Unreachable:
        return Unreachable(
            f"The issuer {self._issuer} does not give its keys.", remedy="Ask again shortly; if it stays so, check HEADWAY_ISSUER and the issuer."
        )
