"""Signs deliveries by Standard Webhooks: `v1,<base64>` of HMAC-SHA256 over id, time and body, once for each valid secret."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets as random
from collections.abc import Sequence
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
_SHORTEST, _LONGEST = 24, 64
# Not by standardwebhooks: it signs another second for an instant that is not in UTC, and in the tests it judges what is signed here.


def made() -> str:
    """A new secret: 32 bytes."""
    return PREFIX + base64.b64encode(random.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes of a secret. Raises ValueError, in words that do not repeat it."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as e:
        raise ValueError(f"behind {PREFIX} a secret goes on in base64") from e
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"a secret has {_SHORTEST} to {_LONGEST} bytes, not {len(key)}")
    return key


def id_of(webhook: str, event: str) -> str:
    """The `webhook-id` of an event for a webhook: always the same, whatever the attempt or replay, and without a full stop, which parts what is signed."""
    return "msg_" + hashlib.blake2s(f"{webhook}\0{event}".encode(), digest_size=16).hexdigest()


def headers(secrets: Sequence[str], id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a delivery; several secrets give several signatures, apart by blanks."""
    timestamp = str(int(at.timestamp()))
    content = f"{id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.new(key_of(secret), content, hashlib.sha256).digest()).decode() for secret in secrets)
    return {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": " ".join(f"v1,{one}" for one in signatures)}
