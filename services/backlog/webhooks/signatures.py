"""Verifies the signature or token of a delivery over its raw body, in constant time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from libs.commands.errors import NotSignedIn
from libs.events.catalog.backlog.source import System

TOLERANCE: Final = 300
"""Seconds that the time of a Standard Webhooks signature may be off (its specification asks for such a bound)."""

Headers = Mapping[str, str]
"""Names in lower case."""
# Not by standardwebhooks: it takes no clock, and a signature without a comma or a body that is no UTF-8 raises what is none of its refusals.


def verify(system: System, secret: str, headers: Headers, raw: bytes, now: datetime) -> None:
    """Raises NotSignedIn unless the delivery was signed with this secret, as the system signs; for one that was signed too long ago it says so."""
    if not _CHECKS[system](secret, headers, raw):
        raise _wrong()
    if system is System.STANDARD:
        _timely(headers, now)


def announced(system: System, secret: str, headers: Headers, now: datetime) -> None:
    """What can be said of a delivery before its body is read. Raises NotSignedIn for one that `verify` would refuse whatever the body says."""
    if system is System.GITLAB:
        verify(system, secret, headers, b"", now)
    elif not headers.get(_SIGNATURES[system]):
        raise _wrong()
    elif system is System.STANDARD:
        _timely(headers, now)


def _wrong() -> NotSignedIn:
    return NotSignedIn("the delivery's signature is missing or wrong", remedy="Give the sender the secret that the source was connected with.")


def _timely(headers: Headers, now: datetime) -> None:
    at = _timestamp(headers)
    if at is None:
        raise _wrong()
    if abs(off := now.timestamp() - at) > TOLERANCE:
        said = f"has expired: it was made {off:.0f} seconds ago" if off > 0 else f"is of a time {-off:.0f} seconds ahead"
        raise NotSignedIn(
            f"the delivery's signature {said}, and {TOLERANCE} are allowed", remedy="Set the sender's clock right, and sign it anew for each try."
        )


def _timestamp(headers: Headers) -> int | None:
    at = headers.get("webhook-timestamp", "")
    return int(at) if at.isascii() and at.isdigit() and len(at) <= 12 else None


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())


def _signed(given: str | None, secret: str, raw: bytes) -> bool:
    method, _, digest = (given or "").strip().partition("=")
    return method == "sha256" and _same(digest.lower(), hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest())


def _github(secret: str, headers: Headers, raw: bytes) -> bool:
    return _signed(headers.get("x-hub-signature-256"), secret, raw)


def _jira(secret: str, headers: Headers, raw: bytes) -> bool:
    return _signed(headers.get("x-hub-signature"), secret, raw)


def _gitlab(secret: str, headers: Headers, raw: bytes) -> bool:
    return _same(headers.get("x-gitlab-token", ""), secret)


def _standard(secret: str, headers: Headers, raw: bytes) -> bool:
    """`v1,<base64>` over `id.timestamp.body`; several signatures, apart by blanks, while a secret is being changed."""
    id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id or _timestamp(headers) is None:
        return False
    content = f"{id}.{at}.".encode("utf-8", "surrogateescape") + raw
    wanted = [base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode() for key in _keys(secret)]
    given = [signature for version, _, signature in (one.partition(",") for one in headers.get("webhook-signature", "").split()) if version == "v1"]
    return any(_same(one, key) for one in given for key in wanted)


def _keys(secret: str) -> list[bytes]:
    """The bytes of a secret: what goes on in base64 behind `whsec_`; a secret without it as it is written, and, where it can be read so, as base64."""
    try:
        decoded = [base64.b64decode(secret.removeprefix("whsec_"), validate=True)]
    except (binascii.Error, ValueError):
        decoded = []
    return decoded if secret.startswith("whsec_") else [secret.encode(), *decoded]


_SIGNATURES: Final[Mapping[System, str]] = {
    System.GITHUB: "x-hub-signature-256",
    System.JIRA: "x-hub-signature",
    System.STANDARD: "webhook-signature",
}
_CHECKS: Final[Mapping[System, Callable[[str, Headers, bytes], bool]]] = {
    System.GITHUB: _github,
    System.GITLAB: _gitlab,
    System.JIRA: _jira,
    System.STANDARD: _standard,
}
