"""The reader of a page, by session or token; whoever is neither is led to the sign-in and back."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from fastapi import Request

from libs.commands.errors import NotSignedIn
from libs.rules.roles import Principal
from libs.service.app import app_of, authenticate, with_role
from libs.service.identity.session import token_of

SIGN_IN = "/sign-in"


class SignInFirst(NotSignedIn):
    """A page was opened without a session, or with one that is over."""


async def reader_of(request: Request) -> Principal:
    """Who looks, by `Authorization` or else by the session. Raises SignInFirst, and NotSignedIn for a bearer token that does not verify."""
    if any(request.headers.getlist("authorization")):
        return await authenticate(request)
    token = token_of(request)
    if token is None:
        raise SignInFirst("Nobody has signed in here.")
    try:
        found = with_role(await app_of(request).verifier.verify(token))
    except NotSignedIn as e:
        raise SignInFirst(e.detail) from e
    request.scope["headway.principal"] = found
    return found


def authorization_of(request: Request) -> str:
    """What is sent on in the reader's name: their own header, or the token of their session."""
    return request.headers.get("authorization") or f"Bearer {token_of(request) or ''}"


def sign_in_address(request: Request) -> str:
    """The sign-in, which leads back to this address where it can be opened by a link."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SIGN_IN}?{urlencode({'next': back})}" if request.method in ("GET", "HEAD") and back != "/" else SIGN_IN


def own_address(text: str | None) -> str:
    """A path of this host, as it was given; `/` for anything that could lead elsewhere."""
    if not text or not text.startswith("/") or len(text) > 2_000 or any(ord(c) < 33 or c == "\\" or ord(c) == 127 for c in text):
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc or text.startswith("//") or parts.path.startswith(SIGN_IN) else text
