"""OIDC sign-in by authorisation code with PKCE; state, nonce and verifier wait in a cookie, and no token is ever in an address."""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Any, Final

import httpx
import jwt
import orjson
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from fastapi import Request
from starlette.responses import RedirectResponse, Response

from libs.commands.errors import NotSignedIn, Unreachable
from libs.service.identity.session import is_secure

COOKIE: Final = "headway-signing-in"
PATH: Final = "/sign-in"
BACK: Final = "/sign-in/back"
SCOPE: Final = "openid profile"
SECONDS: Final = 600
"""How long somebody may take at the provider."""
TIMEOUT: Final = 5.0
PUBLIC: Final = "none"
"""How a client without a secret shows itself to the provider: by the verifier alone."""
_KEYS: Final = ("state", "nonce", "verifier", "next")
# Not Authlib's Starlette client: it tells an error before it looks at the state, and verifies the token a second time by other rules than every door here.


class Provider:
    """The provider at `issuer` (https). We are a public client there: its id is our audience, so that the ID token is one that every door here verifies."""

    def __init__(self, issuer: str, client_id: str) -> None:
        self.issuer, self.client_id = issuer, client_id
        self._discovered: dict[str, Any] | None = None

    async def start(self, request: Request, following: str) -> Response:
        """Leads the browser to the provider. Raises Unreachable where that does not say where."""
        found = await self._document()
        kept = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48), "next": following}
        async with self._client(request) as client:
            address, _ = client.create_authorization_url(
                found["authorization_endpoint"], state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"]
            )
        response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        text = base64.urlsafe_b64encode(orjson.dumps(kept)).decode()
        response.set_cookie(COOKIE, text, max_age=SECONDS, path=PATH, secure=is_secure(request), httponly=True, samesite="lax")
        return response

    async def back(self, request: Request) -> tuple[str, str]:
        """The ID token that the provider's code was exchanged for, its nonce looked at and nothing else yet, and the address to go on to.

        Raises NotSignedIn where the answer is not to our question, or is a refusal, and Unreachable where the provider does not answer.
        """
        kept, said = self._kept(request), request.query_params
        if not hmac.compare_digest(kept["state"].encode(), said.get("state", "").encode()):
            raise NotSignedIn("The provider's answer is not to a question of this browser: begin again.")
        if said.get("iss", self.issuer) != self.issuer:
            raise NotSignedIn("The answer is from another provider: begin again.")
        if "error" in said or not said.get("code"):
            raise NotSignedIn(f"The provider did not sign you in: {said.get('error_description', said.get('error', 'it gave no code'))[:200]}.")
        found = await self._document()
        try:
            async with self._client(request) as client:
                answer = await client.fetch_token(found["token_endpoint"], code=said["code"], code_verifier=kept["verifier"])
        except (httpx.HTTPError, ValueError) as e:
            raise Unreachable(f"The provider {self.issuer} does not answer.") from e
        except AuthlibBaseError as e:
            raise NotSignedIn(f"The provider did not take its own code back: {str(e.description or e.error)[:200]}.") from e
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotSignedIn("The provider gave no ID token.")
        if not hmac.compare_digest(kept["nonce"].encode(), _nonce(token).encode()):
            raise NotSignedIn("The provider's token is not for this sign-in: begin again.")
        return token, kept["next"]

    def forget(self, request: Request, response: Response) -> None:
        """Has the browser forget what waited for the provider's answer."""
        response.delete_cookie(COOKIE, path=PATH, secure=is_secure(request), httponly=True, samesite="lax")

    def _client(self, request: Request) -> Any:
        address = f"{'https' if is_secure(request) else 'http'}://{request.headers.get('host', '')}{BACK}"
        return AsyncOAuth2Client(
            self.client_id, redirect_uri=address, scope=SCOPE, code_challenge_method="S256", token_endpoint_auth_method=PUBLIC, timeout=TIMEOUT
        )

    def _kept(self, request: Request) -> dict[str, str]:
        try:
            kept = orjson.loads(base64.urlsafe_b64decode(request.cookies.get(COOKIE, "")))
        except ValueError:
            kept = None
        if not isinstance(kept, dict) or not all(isinstance(kept.get(key), str) for key in _KEYS):
            raise NotSignedIn("It took too long, or the browser takes no cookies: begin again.")
        return kept

    async def _document(self) -> dict[str, Any]:
        """Where the provider's doors are, asked once. Raises Unreachable."""
        if self._discovered is None:
            try:
                async with httpx.AsyncClient(timeout=TIMEOUT) as client:
                    found = (await client.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")).raise_for_status().json()
                doors = [found["authorization_endpoint"], found["token_endpoint"]]
                if found["issuer"] != self.issuer or not all(isinstance(door, str) and door.startswith("https://") for door in doors):
                    raise ValueError("the discovery document is another issuer's")
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as e:
                raise Unreachable(f"The provider {self.issuer} does not say where one signs in.", remedy="Try again shortly.") from e
            self._discovered = found
        return self._discovered


def _nonce(token: str) -> str:
    """The nonce in a token whose signature is verified by whoever opens the session."""
    try:
        return str(jwt.decode(token, options={"verify_signature": False}).get("nonce", ""))
    except (jwt.PyJWTError, ValueError):
        raise NotSignedIn("The provider's token cannot be read.") from None
