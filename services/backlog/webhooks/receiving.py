"""One delivery from its raw body to an event: whose it is, what it says, and that it is stored once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from pydantic import ValidationError

from libs.commands.catalog.backlog.item import StateItem
from libs.commands.catalog.backlog.source import NoteDelivery
from libs.commands.command import Command
from libs.commands.errors import HeadwayError, Invalid, KeyReused, NotFound, RaceLost, UnknownOutcome
from libs.commands.handling import Handling
from libs.commands.judging import Ask
from libs.events.catalog.backlog.item import ITEM, ItemState
from libs.events.catalog.backlog.naming import issue_id
from libs.events.catalog.backlog.source import SOURCE, Source, System
from libs.events.event import visible
from libs.events.store import CommitStore, StoreUnavailable
from libs.events.values import ID_PATTERN
from libs.rules.roles import Principal, Role
from services.backlog.webhooks import github, gitlab, jira, standard
from services.backlog.webhooks.signatures import verify
from services.backlog.webhooks.statement import Body, Nothing, Statement

READERS: Final[Mapping[System, Callable[[Body, Mapping[str, str]], Statement | Nothing]]] = {
    System.GITHUB: github.read,
    System.GITLAB: gitlab.read,
    System.JIRA: jira.read,
    System.STANDARD: standard.read,
}
DELIVERY: Final[Mapping[System, str]] = {
    System.GITHUB: "x-github-delivery",
    # Hooks that set each other off share X-Gitlab-Event-UUID, so it does not name one delivery.
    System.GITLAB: "idempotency-key",
    System.JIRA: "x-atlassian-webhook-identifier",
    System.STANDARD: "webhook-id",
}
AHEAD: Final = timedelta(days=1)
"""How far a sender's clock may go ahead of ours: further, and its statement would hold for ever."""

_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: the item that it speaks of, or why it speaks of none; `known` when it had come before."""

    delivery: str
    known: bool
    item: str | None = None
    reason: str | None = None


class Receiver:
    """Takes deliveries for the sources of one backlog service."""

    def __init__(self, handling: Handling, store: CommitStore) -> None:
        self.handling, self.store = handling, store

    async def receive(self, source_id: str, headers: Mapping[str, str], raw: bytes) -> Receipt:
        """Stores one delivery, once, and says what became of it. `headers` have names in lower case; `raw` is the body as it was signed.

        Raises NotFound for a source that is not connected, NotSignedIn for a signature that is wrong or missing, Invalid for a body that cannot be read, and
        UnknownOutcome when the store does not answer: sent again, it is stored once.
        """
        source, secret = await self._source(source_id)
        trace = headers.get("traceparent")
        now = self.handling.clock()
        verify(source.system, secret, headers, raw, now)
        body = _body(headers, raw)
        delivery = _delivery(source.system, headers, raw)
        said = READERS[source.system](body, headers)
        if isinstance(said, Nothing):
            known = await self._say(source, _built(NoteDelivery, source=source.id, delivery=delivery, reason=said.reason), delivery, trace)
            return Receipt(delivery, known, reason=said.reason)
        if said.instant > now + AHEAD:
            raise Invalid(f"the sender's clock says {said.instant.isoformat()}", remedy="Set it right, then send the delivery again.")
        if said.formerly and said.formerly != said.reference:
            gone = Statement(said.formerly, said.instant, state=ItemState.DROPPED, final=True)
            await self._state(source, gone, delivery, f"{delivery}:formerly", now, trace)
        item, known = await self._state(source, said, delivery, delivery, now, trace)
        return Receipt(delivery, known, item=item)

    async def _source(self, id: str) -> tuple[Source, str]:
        """A connected source and its present secret."""
        if re.fullmatch(ID_PATTERN, id):
            key = SOURCE.key(id)
            try:
                source = SOURCE.fold(id, visible((await self.store.load([key]))[key]))
                secrets = [part["secret"] for part in await self.store.private(key) if "secret" in part] if source else []
            except StoreUnavailable as e:
                raise UnknownOutcome(f"the store does not answer: {e}", remedy="Send it again: it is stored once.") from e
            if source is not None and source.connected and secrets:
                return source, secrets[-1]
        raise NotFound(f"there is no source {id[:64]!r}", field="source", remedy="Connect it: backlog.connect_source.")

    async def _state(self, source: Source, said: Statement, delivery: str, key: str, now: datetime, trace: str | None) -> tuple[str, bool]:
        item = await self._item(source, said.reference)
        command = _built(
            StateItem,
            at=min(said.instant, now),
            item=item,
            product=source.product,
            source=source.id,
            reference=said.reference,
            instant=said.instant,
            title=said.title,
            state=said.state,
            url=said.url,
            final=said.final,
            delivery=delivery,
        )
        return item, await self._say(source, command, key, trace)

    async def _item(self, source: Source, reference: str) -> str:
        """The item that all deliveries of a source about this reference speak of; one that was imported from there is the same.

        A Jira issue is called as its import would call it, so that it is one item also where the import comes later. Two sources of a product may mean two
        sites: what only the other one has spoken of is not this one's.
        """
        own, issue, plain = item_id(source.id, reference), issue_id(source.product, reference), reference.lower()
        ids = [own, issue, *([plain] if re.fullmatch(ID_PATTERN, plain) else [])]
        try:
            found = await self.store.load([ITEM.key(id) for id in ids])
        except StoreUnavailable as e:
            raise UnknownOutcome(f"the store does not answer: {e}", remedy="Send it again: it is stored once.") from e
        if found[ITEM.key(own)]:
            return own
        for id in ids[1:]:
            item = ITEM.fold(id, visible(found[ITEM.key(id)]))
            if item is None or item.source is None or item.product != source.product or item.stated_by not in (None, source.id):
                continue
            if (item.source.system, item.source.reference) == (source.system, reference):
                return id
        return issue if source.system is System.JIRA and not found[ITEM.key(issue)] else own

    async def _say(self, source: Source, command: Command, key: str, trace: str | None) -> bool:
        """Says it in the source's name; returns whether it was said before. A race is only lost to another process, and then tried again."""
        ask = Ask(command, Principal(f"source:{source.id}", frozenset({Role.parse("importer")})), key=key, traceparent=trace)
        for _ in range(_ROUNDS):
            try:
                return not (await self.handling.answer(ask)).created
            except KeyReused:
                # The sender's id names one delivery: the first reading of it holds, also if we would read it otherwise by now.
                return True
            except RaceLost as e:
                lost: HeadwayError = e
        raise lost


def item_id(source: str, reference: str) -> str:
    """The id of the item that a source calls so: always the same, never two alike."""
    digest = hashlib.blake2s(f"{source}\0{reference}".encode(), digest_size=8).hexdigest()
    readable = re.sub(r"[^a-z0-9]+", "-", reference.lower()).strip("-")[: 63 - len(digest)]
    return f"{readable}.{digest}" if readable else digest


def _delivery(system: System, headers: Mapping[str, str], raw: bytes) -> str:
    given = headers.get(DELIVERY[system], "").strip()
    return (
        given
        if 0 < len(given) <= 128 and given.isascii() and given.isprintable()
        else f"sha256:{hashlib.sha256(given.encode('utf-8', 'replace') or raw).hexdigest()}"
    )


def _body(headers: Mapping[str, str], raw: bytes) -> dict[str, Any]:
    """The JSON object of a delivery; GitHub also sends it as the field `payload` of a form. Raises Invalid."""
    try:
        text = raw.decode("utf-8")
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            text = parse_qs(text, max_num_fields=10)["payload"][0]
        body = json.loads(text)
    except (ValueError, KeyError, RecursionError) as e:
        raise Invalid("the delivery is not JSON", field="body") from e
    if not isinstance(body, dict):
        raise Invalid("the delivery is no JSON object", field="body")
    return body


def _built(command: Callable[..., Command], **fields: Any) -> Command:
    """Raises Invalid where a field of the delivery is beyond what the command takes."""
    try:
        return command(**fields)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        raise Invalid(str(first["msg"]), field=".".join(map(str, first["loc"]))) from e
