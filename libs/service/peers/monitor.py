"""Monitors whether the right services answer at the peers' addresses; a wrong one is reported and never used."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection
from typing import Final

import httpx

from libs.commands.errors import Unreachable
from libs.service.observability.health import ProcessHealth
from libs.service.peers.address import Peer, PeerAnswer, client_of, peers_of, seen
from libs.service.settings import Settings

LOOK: Final = 2.0
"""Seconds between two looks."""
FRESH: Final = 1.0
"""Seconds for which what was seen is taken as it is where an answer makes one doubt it."""


class PeerWatch:
    """The services in other processes, as they were seen last; `health` names those that are not as they should be. `here`: those of this process."""

    def __init__(self, settings: Settings, here: Collection[str], health: ProcessHealth) -> None:
        self._settings, self._here, self._health = settings, here, health
        self._seen: dict[str, tuple[float, PeerAnswer]] = {}
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._looking: dict[str, asyncio.Task[PeerAnswer]] = {}

    @property
    def peers(self) -> dict[str, Peer]:
        """Each other process by the service that it runs."""
        return {peer.service: peer for peer in peers_of(self._settings, self._here)}

    async def run(self) -> None:
        """Looks every two seconds until it is cancelled; no error ends it."""
        while peers := self.peers:
            with contextlib.suppress(Exception):
                await asyncio.gather(*map(self.look, peers.values()))
            await asyncio.sleep(LOOK)

    async def close(self) -> None:
        """Lets go of the connections."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def look(self, peer: Peer) -> PeerAnswer:
        """One look at one peer; who asks while another looks is told the same."""
        if (looking := self._looking.get(peer.service)) is None:
            looking = self._looking[peer.service] = asyncio.create_task(self._look(peer))
            looking.add_done_callback(lambda _: self._looking.pop(peer.service))
        return await asyncio.shield(looking)

    async def must_be_right(self, service: str, *, doubted: bool = False) -> None:
        """Raises Unreachable where another than this service, or one of another installation, answers at its address: nothing is asked of that one.

        `doubted`: an answer came that the service would hardly give, so that what was seen a while ago does not do.
        """
        peer = self.peers.get(service)
        if peer is None:
            return
        at, found = self._seen.get(service) or (0.0, None)
        if found is None or (doubted and time.monotonic() - at > FRESH):
            found = await self.look(peer)
        if found.wrong and found.answered:
            raise Unreachable(found.wrong, remedy=f"Whoever operates Headway must {peer.remedy(answered=True)}.")

    async def _look(self, peer: Peer) -> PeerAnswer:
        if peer.service not in self._clients:
            self._clients[peer.service] = client_of(peer.url)
        found = await seen(self._clients[peer.service], peer, self._settings.namespace)
        part, before = f"address of {peer.service}", self._seen.get(peer.service)
        self._seen[peer.service] = time.monotonic(), found
        if not found.wrong:
            self._health.well(part)
        else:  # a peer that is started anew is away for a moment
            lasts = found.answered or (before is not None and bool(before[1].wrong))
            self._health.ill(part, f"{found.wrong}; {peer.remedy(answered=found.answered)}", logging.WARNING if lasts else logging.INFO)
        return found
