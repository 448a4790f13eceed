"""Sources: connected with a secret that no event holds."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from libs.commands.catalog.backlog.source import ConnectSource
from libs.commands.decision import Case
from libs.commands.errors import AlreadyExists, Invalid, NotFound
from libs.events.catalog.backlog.source import SOURCE, Source, SourceConnected
from libs.events.event import Payload
from services.backlog.domain import decisions


@decisions.decides(ConnectSource)
def connect_source(command: ConnectSource, case: Case[Source]) -> Iterator[Payload]:
    """A source, once while it is connected; a row of an import that changed brings a new secret, or says anew what becomes of confidential words.

    Raises AlreadyExists; Invalid for another product or system, or for a secret that cannot be read or is too short.
    """
    source = case.now
    if source is not None and source.connected and not case.revising:
        raise AlreadyExists(
            f"there is a source {source.id!r} already", field="source", remedy="Disconnect it first (backlog.disconnect_source), or use another id."
        )
    if source is not None and source.product and (source.product, source.system) != (command.product, command.system):
        raise Invalid(
            f"{source.id} is {source.system} for {source.product}", field="product", remedy="Connect another source: this one's items stay where they are."
        )
    _check_secret(command.secret)
    yield SourceConnected.of(command)


def speaking(case: Case[Any], source: str, product: str) -> Source:
    """A source that passes on what it says of a product. Raises NotFound for one that there is not, Invalid for one of another product."""
    found = case.current.get(SOURCE, source)
    if found is None:
        raise NotFound(f"there is no source {source!r}", field="source", remedy="Connect it first: backlog.connect_source.")
    if found.product != product:
        raise Invalid(f"{source} speaks of {found.product} alone", field="product")
    return found


SHORTEST = 16
"""Characters of a secret; one of Standard Webhooks (`whsec_`) has `SHORTEST_KEY` bytes behind its prefix, in Base64."""
SHORTEST_KEY = 24


def _check_secret(secret: str) -> None:
    """Raises Invalid for one that can be guessed, in words that do not repeat it."""
    remedy = "Make one of 32 random bytes, such as: openssl rand -base64 32."
    if not secret.startswith("whsec_"):
        if len(secret) < SHORTEST:
            raise Invalid(f"a secret has at least {SHORTEST} characters, not {len(secret)}", field="secret", remedy=remedy)
        return
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as e:
        raise Invalid("a secret that begins with whsec_ goes on in base64", field="secret") from e
    if len(key) < SHORTEST_KEY:
        raise Invalid(f"a secret that begins with whsec_ has at least {SHORTEST_KEY} bytes, not {len(key)}", field="secret", remedy=remedy)
