"""The browser session: a token in a cookie that scripts cannot read, other sites cannot use, and few routes accept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response

from libs.commands.errors import NotAllowed
from libs.service.settings import is_loopback

COOKIE: Final = "headway-session"
PART: Final = 3_500
"""Characters of a token in one cookie: browsers take 4,096 bytes with name and attributes."""
MOST_PARTS: Final = 4
VISIT: Final = "headway-visit"
"""Names a browser before it has signed in, so that the form by which it does can be told from another site's."""
TAKEN_AT: Final = frozenset({"/graphql"})
"""Addresses of programs that also take a session, of a script of our own pages; pages look at it themselves."""


class ForeignForm(NotAllowed):
    """A form came from another site, or from a session that is over."""

    def __init__(self) -> None:
        super().__init__(
            "The form was not sent from a page of this address in the session that is open now.", remedy="Open the page again and send it from there."
        )


def is_secure(connection: HTTPConnection) -> bool:
    """Whether a browser reaches this by https: as the connection says, or because something before us ends TLS, as it must for all but this machine."""
    return connection.url.scheme in ("https", "wss") or not is_loopback(connection.url.hostname or "")


def token_of(connection: HTTPConnection) -> str | None:
    """The token of the session; None without one."""
    parts = []
    for n in range(MOST_PARTS):
        part = connection.cookies.get(_name(connection, n))
        if not part:
            break
        parts.append(part)
    return "".join(parts) or None


def token_where_taken(connection: HTTPConnection) -> str | None:
    """The token of the session where a program's address takes one, and only from a page of our own. See `TAKEN_AT`."""
    if connection.scope["path"] not in TAKEN_AT or not from_here(connection):
        return None
    return token_of(connection)


def open_session(connection: HTTPConnection, response: Response, token: str, ends: datetime | None) -> None:
    """Has the browser keep a token until it ends (aware UTC; None: until the browser is closed). Raises NotAllowed for one that is too long to keep."""
    parts = [token[n : n + PART] for n in range(0, len(token), PART)]
    if len(parts) > MOST_PARTS:
        raise NotAllowed("the token is too long for a browser to keep", remedy="Have the issuer put fewer claims into it.")
    for n, part in enumerate(parts):
        response.set_cookie(_name(connection, n), part, expires=ends, path="/", secure=is_secure(connection), httponly=True, samesite="lax")
    for n in range(len(parts), MOST_PARTS):
        _forget(connection, response, _name(connection, n))


def close_session(connection: HTTPConnection, response: Response) -> None:
    """Has the browser forget the token."""
    for n in range(MOST_PARTS):
        _forget(connection, response, _name(connection, n))


def begin_visit(connection: HTTPConnection, response: Response) -> str:
    """The key of a browser that has not signed in, made where there is none; set on the response."""
    found = connection.cookies.get(VISIT) or secrets.token_urlsafe(24)
    response.set_cookie(VISIT, found, path="/", secure=is_secure(connection), httponly=True, samesite="lax")
    return found


def form_key(connection: HTTPConnection) -> str:
    """What the forms of this browser are bound to: its session, else its visit; empty without either."""
    return token_of(connection) or connection.cookies.get(VISIT) or ""


def form_proof(key: str) -> str:
    """What a form carries so that no other site can send it: another text each time, so that compression gives nothing away."""
    salt = secrets.token_hex(8)
    return f"{salt}.{_mac(key, salt)}"


def demand_own_form(connection: HTTPConnection, proof: str) -> None:
    """Raises ForeignForm for a form that was not sent from our own page in the session that is open."""
    salt, _, mac = proof.partition(".")
    key = form_key(connection)
    if not from_here(connection, unsaid=True) or not key or not hmac.compare_digest(_mac(key, salt).encode(), mac.encode("utf-8", "replace")):
        raise ForeignForm


def from_here(connection: HTTPConnection, *, unsaid: bool = False) -> bool:
    """Whether the browser says that a page of this very address asks; `unsaid` is the answer for one that says nothing."""
    headers: Headers = connection.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host") and origin != "null"
    return site is not None or unsaid


def _mac(key: str, salt: str) -> str:
    return hmac.new(key.encode(), f"form {salt}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _name(connection: HTTPConnection, part: int) -> str:
    """`__Host-` where it can be: then no other host, and nothing without TLS, can have set it."""
    return ("__Host-" if is_secure(connection) else "") + COOKIE + (f"-{part}" if part else "")


def _forget(connection: HTTPConnection, response: Response, name: str) -> None:
    if name in connection.cookies:
        response.delete_cookie(name, path="/", secure=is_secure(connection), httponly=True, samesite="lax")
