"""Checks the processes of an installation: the peers that the settings name, and a Headway that may be running already."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from headway.doctor.check_result import DIFFERS, NOT_ALLOWED, OUR_FAULT, UNREACHABLE, WRONG_SETTING, CheckResult, good, mend
from headway.doctor.installation import Installation
from libs.events.ports.server_clock import ClockUntold
from libs.service.peers.address import Peer, client_of, in_words, living, peers_of, seen, shown
from libs.service.peers.clock_offset import peer_time, steady, told, utc_now
from libs.service.peers.secret import peer_token
from libs.service.settings import Settings
from libs.service.version import version

LONGEST: Final = 15.0
"""Seconds that a process has to answer."""


async def processes(there: Installation) -> list[CheckResult]:
    """Each peer, then the address of the gateway."""
    peers = [_peer(there.settings, peer) for peer in peers_of(there.settings, there.names)]
    found = await asyncio.gather(*peers, _running(there))
    return [finding for each in found for finding in each]


async def _peer(settings: Settings, peer: Peer) -> list[CheckResult]:
    """Whether the process at a peer's address is that service of this installation, of this version, ready, and takes what this one signs."""
    what = f"{peer.service} at {peer.shown}"
    async with client_of(peer.url, LONGEST) as client:
        who = await seen(client, peer, settings.namespace)
        if who.wrong:
            return [mend(f"{peer.service}: {who.wrong}; {peer.remedy(answered=who.answered)}", WRONG_SETTING if who.answered else UNREACHABLE)]
        theirs = who.said.get("version", "an earlier one")
        found = [*await _health(client, what, f"/{peer.service}"), *await _trust(client, what, peer, settings), *await _clock(client, what, peer)]
    if theirs != version():
        found.append(mend(f"{what}: its version is {theirs}, ours {version()}: upgrade the one that is behind", DIFFERS))
    return found or [good(f"{what}: ready, version {theirs}")]


async def _trust(client: httpx.AsyncClient, what: str, peer: Peer, settings: Settings) -> list[CheckResult]:
    """Whether the peer takes a token by the secret that peers know each other by."""
    if not settings.peer_secret:
        return []
    headers = {"Authorization": f"Bearer {peer_token(settings.peer_secret, settings.audience)}"}
    try:
        answer = await client.get(f"/{peer.service}/v1/owner/tallies", headers=headers)
    except httpx.HTTPError as e:
        return [mend(f"{what}: {in_words(e)}", UNREACHABLE)]
    if answer.status_code in (401, 403):
        return [mend(f"{what}: it does not take our HEADWAY_PEER_SECRET: set the same, and the same HEADWAY_AUDIENCE, for all", NOT_ALLOWED)]
    return []


async def _clock(client: httpx.AsyncClient, what: str, peer: Peer) -> list[CheckResult]:
    """Whether the clock here agrees with a peer's; a version too old to tell the time is left alone."""
    try:
        offset = (await told(partial(peer_time, client, peer.service))).offset(utc_now(), steady())
    except (ClockUntold, httpx.HTTPError):
        return []
    return [mend(f"{what}: {offset.words(peer.service)}; have all machines set their clocks by the same servers (NTP)")] if offset.off else []


async def _running(there: Installation) -> list[CheckResult]:
    """What runs where the gateway may be. Nothing there is a fault where somebody said that it is there."""
    if not there.url:
        return []
    address = shown(there.url)
    try:
        async with client_of(there.url.rstrip("/"), LONGEST) as client:
            if other := _other(there, await living(client, "/health/live")):
                if there.told:
                    return [mend(f"running: HEADWAY_URL is {address}, and {other}; set HEADWAY_URL to where the gateway of this one runs", WRONG_SETTING)]
                return [good(f"running: {other} (at {address}); HEADWAY_URL says where this one runs")]
            return await _health(client, f"running at {address}", "") or [good(f"running at {address}: all is well")]
    except httpx.UnsupportedProtocol:
        return [mend(f"running: HEADWAY_URL is {address}, and that is no address: write it as http://host:port or https://...", WRONG_SETTING)]
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as e:
        why = in_words(e) if isinstance(e, httpx.HTTPError) else "that is no address"
    if there.told:
        return [mend(f"running: HEADWAY_URL is {address}, and {why}; start Headway there, or set HEADWAY_URL to where it runs", UNREACHABLE)]
    port = f" --port {p}" if (p := urlsplit(there.url).port) not in (None, 8000) else ""
    return [good(f"running: nothing answers at {address}: 'headway serve{port}' starts it here, and HEADWAY_URL says where it runs otherwise")]


def _other(there: Installation, said: Mapping[str, Any] | str) -> str:
    """Who else answers where the gateway of this installation was looked for; empty where it may be that. An earlier version does not say who it is."""
    if isinstance(said, str):  # what it is instead is said of its health
        return ""
    theirs = said.get("namespace", there.settings.namespace)
    if theirs != there.settings.namespace:
        return f"another installation answers there: its namespace is {theirs}, ours {there.settings.namespace}"
    services = said.get("services", ["gateway"])
    return "" if "gateway" in services else f"{', '.join(services)} answers there, not the gateway"


async def _health(client: httpx.AsyncClient, what: str, path: str) -> list[CheckResult]:
    """What is not well by a process's own word; nothing where all is. Raises httpx.HTTPError."""
    answer = await client.get(f"{path}/health/ready")
    try:
        said: Any = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict) or (answer.status_code == 200 and said.get("status") not in ("ready", "ill")):
        return [mend(f"{what}: what answers there is no Headway", WRONG_SETTING)]
    if answer.status_code != 200:
        return [mend(f"{what}: not ready; {said.get('detail') or 'it does not say why'}", UNREACHABLE if answer.status_code == 503 else WRONG_SETTING)]
    return [mend(f"{what}: {t['part']} is not well since {t['since']}: {t['why']}", OUR_FAULT) for t in said.get("troubles", [])]
