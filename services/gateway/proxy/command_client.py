"""Sends commands to the services that own what they change, in the caller's own name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from libs.commands.errors import Unreachable
from libs.service.host.process import Process
from libs.service.peers.address import Peer, client_of, in_words

AGAIN = "Send it again. A command that bears the same Idempotency-Key is done once, however often it comes."
"""What is to be done where nobody knows whether an owner took it."""
SECONDS = 10.0
"""How long an owner may take to answer."""


def unanswered(service: str, peer: Peer | None, why: Exception) -> Unreachable:
    """What a caller is told where a service gave no answer: also which setting names its address, and what came instead."""
    if peer is None:
        return Unreachable(f"{service} does not answer", remedy=AGAIN)
    words = in_words(why) if isinstance(why, httpx.HTTPError) else "what it answered cannot be read"
    lasting = f"If it lasts, whoever operates Headway must {peer.remedy(answered=False)}."
    return Unreachable(f"{service} does not answer: {peer.named(words)}", remedy=f"{AGAIN} {lasting}")


class Problem(Exception):
    """What an owner answered instead: problem details, with their HTTP status."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body.get("detail") or body.get("title") or f"the owner answered {status}"))
        self.status, self.body = status, body


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingCommand:
    """A command as it goes out: its fields as JSON values, and what stands in headers. One that is tried may be so as by whoever has a `role`."""

    service: str
    verb: str
    data: dict[str, Any]
    authorization: str
    key: str | None = None
    if_match: int | None = None
    after: Sequence[str] = ()
    trying: bool = False
    role: str | None = None
    traceparent: str | None = None


class CommandClient:
    """Sends commands to their owners: within this process where they run here, else to the address in the settings."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def send(self, sent: OutgoingCommand) -> dict[str, Any]:
        """The owner's answer. Raises Problem where it refuses, Unreachable where it does not answer."""
        headers = {"Authorization": sent.authorization, "Content-Type": "application/json"}
        if sent.key is not None:
            headers["Idempotency-Key"] = sent.key
        if sent.if_match is not None:
            headers["If-Match"] = f'"{sent.if_match}"'
        if sent.traceparent is not None:
            headers["traceparent"] = sent.traceparent
        if sent.after:
            headers["X-Headway-After"] = ",".join(sent.after)
        query = {"try": "1", **({"as": sent.role} if sent.role else {})} if sent.trying else {}
        path = f"/{sent.service}/v1/commands/{sent.verb}" + (f"?{urlencode(query)}" if query else "")
        peers = self._process.peers
        client = self._client(sent.service)
        await peers.must_be_right(sent.service)
        try:
            answer = await client.post(path, content=json.dumps(sent.data), headers=headers)
            body = orjson.loads(answer.content)
        except (httpx.HTTPError, orjson.JSONDecodeError, UnicodeEncodeError) as e:
            await peers.must_be_right(sent.service, doubted=not isinstance(e, httpx.HTTPError))
            raise unanswered(sent.service, peers.peers.get(sent.service), e) from e
        if answer.status_code == httpx.codes.NOT_FOUND:
            await peers.must_be_right(sent.service, doubted=True)
        if answer.status_code >= 400 or not isinstance(body, dict):
            raise Problem(answer.status_code, body if isinstance(body, dict) else {})
        return body

    async def close(self) -> None:
        """Lets go of the connections."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    def _client(self, service: str) -> httpx.AsyncClient:
        found = self._clients.get(service)
        if found is None:
            found = self._clients[service] = self._connected(service)
        return found

    def _connected(self, service: str) -> httpx.AsyncClient:
        if service in self._process.services:
            return httpx.AsyncClient(transport=httpx.ASGITransport(app=self._process.app), base_url="http://headway", timeout=SECONDS)
        peer = self._process.peers.peers.get(service)
        if peer is None:
            raise Unreachable(f"where {service} is reached is not set", remedy=f"Set HEADWAY_{service.upper()}_URL.")
        return client_of(peer.url, SECONDS)
