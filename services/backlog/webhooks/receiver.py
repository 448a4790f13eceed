"""Receives a delivery: identifies its source, reads its raw body, and stores what it says once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs

from pydantic import ValidationError

from libs.commands.catalog.backlog.item import StateItem
from libs.commands.catalog.backlog.pipeline_run import RecordPipelineRun
from libs.commands.catalog.backlog.source import NoteDelivery
from libs.commands.command import Command
from libs.commands.errors import HeadwayError, Invalid, KeyReused, NotFound, RaceLost, UnknownOutcome, Unreachable
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.commands.validation import validated
from libs.events.catalog.backlog.item import ITEM, ItemState
from libs.events.catalog.backlog.item_ids import issue_id, item_id, numbered_id
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.catalog.backlog.source import SOURCE, Confidential, Source, System
from libs.events.facts import Facts
from libs.events.ports.store import CommitStore, StoreUnavailable
from libs.events.values import ID_PATTERN
from libs.rules.roles import Principal, Role
from libs.rules.trackers.item_identity import item_of
from services.backlog.webhooks import github, gitlab, jira, standard
from services.backlog.webhooks.noise_counts import Ignored
from services.backlog.webhooks.signatures import announced, verify
from services.backlog.webhooks.statement import Body, ItemReport, Nothing, RunReport

READERS: Final[Mapping[System, Callable[[Body, Mapping[str, str]], ItemReport | RunReport | Nothing]]] = {
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
    """What became of a delivery: the item or the change request that it speaks of, or why it speaks of none; `known` when it had come before."""

    delivery: str
    known: bool
    item: str | None = None
    change: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ConnectedSource:
    """A connected source at a version of its history, and its present secret."""

    version: int
    source: Source
    secret: str


class Receiver:
    """Takes deliveries for the sources of one backlog service."""

    def __init__(self, handling: Handling, store: CommitStore) -> None:
        self.handling, self.store = handling, store
        self.ignored = Ignored()
        self._connections: dict[str, ConnectedSource] = {}

    async def expected(self, source_id: str, headers: Mapping[str, str]) -> None:
        """Whether the body of a delivery is worth reading. Raises NotFound, NotSignedIn and WrongClock as `receive`, as far as its headers tell."""
        self.handling.trust_the_clock()
        connection = await self._connection(source_id)
        announced(connection.source.system, connection.secret, headers, self.handling.clock())

    async def receive(self, source_id: str, headers: Mapping[str, str], raw: bytes) -> Receipt:
        """Stores one delivery, once, and says what became of it. `headers` have names in lower case; `raw` is the body as it was signed.

        Raises NotFound for a source that is not connected, NotSignedIn for a signature that is wrong, missing or has expired, Invalid for a body that cannot
        be read, UnknownOutcome when the store does not answer: sent again, it is stored once. Raises WrongClock where the clock here is, by which signatures
        expire.
        """
        self.handling.trust_the_clock()
        connection = await self._connection(source_id)
        source = connection.source
        trace = headers.get("traceparent")
        now = self.handling.clock()
        verify(source.system, connection.secret, headers, raw, now)
        body = _body(headers, raw)
        delivery = _delivery(source.system, headers, raw)
        said = READERS[source.system](body, headers)
        if isinstance(said, Nothing):
            known = await self._ignore(source, said.reason, delivery, hashlib.sha256(raw).digest(), trace)
            return Receipt(delivery, known, reason=said.reason)
        if said.instant > now + AHEAD:
            raise Invalid(f"the sender's clock says {said.instant.isoformat()}", remedy="Set it right, then send the delivery again.")
        if isinstance(said, RunReport):
            return Receipt(delivery, await self._run(source, said, delivery, now, trace), change=said.change)
        if said.number is None and said.formerly and said.formerly != said.reference:
            gone = ItemReport(said.formerly, said.instant, state=ItemState.DROPPED, final=True)
            await self._state(source, gone, delivery, f"{delivery}:formerly", now, trace)
        item, known = await self._state(source, said, delivery, delivery, now, trace)
        return Receipt(delivery, known, item=item)

    async def _connection(self, id: str) -> ConnectedSource:
        """A connected source and its present secret. What it was is kept: as long as its history has not grown, nothing is folded and no secret read."""
        key = SOURCE.key(id)
        kept = self._connections.get(id)
        try:
            version = await self.handling.version(key) if re.fullmatch(ID_PATTERN, id) else 0
            if version and (kept is None or kept.version != version):
                source = await self.handling.see(lambda facts: facts.get(SOURCE, id))
                secrets = [part["secret"] for part in await self.store.private(key) if "secret" in part] if source else []
                kept = ConnectedSource(version, source, secrets[-1]) if source is not None and source.connected and secrets else None
        except (StoreUnavailable, Unreachable) as e:
            raise UnknownOutcome(f"the store does not answer: {e}", remedy="Send it again: it is stored once.") from e
        if not version or kept is None:
            self._connections.pop(id, None)
            raise NotFound(f"there is no source {id[:64]!r}", field="source", remedy="Connect it: backlog.connect_source.")
        self._connections[id] = kept
        return kept

    async def _ignore(self, source: Source, reason: str, delivery: str, digest: bytes, trace: str | None) -> bool:
        """Counts a delivery that says nothing; returns whether it came before."""
        if self.ignored.known(source.id, digest):
            return True
        reason, count = self.ignored.counted(source.id, reason)
        if not count:
            return False
        try:
            return await self._say(source, _built(NoteDelivery, source=source.id, delivery=delivery, reason=reason, count=count), delivery, trace)
        except HeadwayError:
            self.ignored.unsaid(source.id, reason, count)
            self.ignored.forget(source.id, digest)
            raise

    async def _state(self, source: Source, said: ItemReport, delivery: str, key: str, now: datetime, trace: str | None) -> tuple[str, bool]:
        try:
            item = await self.handling.see(partial(_item, source=source, said=said))
        except Unreachable as e:
            raise UnknownOutcome(f"the store does not answer: {e}", remedy="Send it again: it is stored once.") from e
        withheld = None if said.confidential is None else said.confidential and source.confidential is Confidential.WITHHOLD
        command = _built(
            StateItem,
            at=min(said.instant, now),
            item=item,
            product=source.product,
            source=source.id,
            reference=said.reference,
            instant=said.instant,
            title=None if withheld else said.title,
            state=said.state,
            url=said.url,
            final=said.final,
            delivery=delivery,
            number=said.number,
            withheld=withheld,
        )
        return item, await self._say(source, command, key, trace)

    async def _run(self, source: Source, said: RunReport, delivery: str, now: datetime, trace: str | None) -> bool:
        """A run is named as items are: always the same, never two alike."""
        command = _built(
            RecordPipelineRun,
            at=min(said.instant, now),
            pipeline_run=item_id(source.id, f"{said.number} {said.change}"),
            product=source.product,
            source=source.id,
            change=said.change,
            name=said.name,
            jobs=said.jobs,
            url=said.url,
            delivery=delivery,
        )
        return await self._say(source, command, delivery, trace)

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


def _item(facts: Facts, source: Source, said: ItemReport) -> str:
    """The id of the item that a statement is about: of the one that is known, by whatever door it came; else the one that every door gives to a new one."""
    system, product = source.system.value, source.product
    named = ItemSource.model_construct(system=system, reference=said.reference, url=said.url, number=said.number)
    labels = [said.reference, *([said.formerly] if said.formerly and said.number else [])]
    older = [id for label in labels for id in (item_id(source.id, label), issue_id(product, label), *_plain(label))]
    found = item_of(facts, product, named, by=source.id, formerly=said.formerly if said.number else None, older=older)
    if found is not None:
        return found.id
    own = item_id(source.id, said.number or said.reference)
    new = own
    if said.number is not None:
        new = numbered_id(product, system, said.number)
    elif source.system is System.JIRA:
        new = issue_id(product, said.reference)
    return new if facts.get(ITEM, new) is None else own


def _plain(label: str) -> list[str]:
    """What somebody who writes ids by hand would call it."""
    return [label.lower()] if re.fullmatch(ID_PATTERN, label.lower()) else []


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


def _built(command: type[Command], **fields: Any) -> Command:
    """Raises Invalid where a field of the delivery is beyond what the command takes."""
    try:
        return validated(command, fields)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        raise Invalid(str(first["msg"]), field=".".join(map(str, first["loc"]))) from e
