"""The secret that the processes of one installation share to trust each other, so that none needs the key that signs people's tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

ISSUER: Final = "urn:headway:peer"
SUBJECT: Final = "peer"
ROLE: Final = "auditor"
"""The one role of a peer, whatever its token says: it asks an owner for its events."""
ALGORITHM: Final = "HS256"
LIFETIME: Final = timedelta(minutes=1)


def peer_token(secret: str, audience: str) -> str:
    """A token for one request to another process."""
    now = datetime.now(UTC)
    return jwt.encode({"iss": ISSUER, "aud": audience, "sub": SUBJECT, "iat": now, "exp": now + LIFETIME}, secret, algorithm=ALGORITHM)


def says_peer(token: str) -> bool:
    """Whether a token says that a peer has signed it: nothing is verified yet."""
    try:
        return bool(jwt.decode(token, options={"verify_signature": False}).get("iss") == ISSUER)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError, OverflowError):
        return False
