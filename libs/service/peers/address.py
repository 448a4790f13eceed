"""The addresses of peers by the settings: who answers there, and why nobody does or the wrong one."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from libs.events.envelope import SERVICES
from libs.service.settings import Settings, is_loopback

ANSWER: Final = 3.0
"""Seconds that a process has to say who it is."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A service in another process. `url` may carry a password: `shown` does not."""

    service: str
    url: str

    @property
    def setting(self) -> str:
        """The setting that names its address."""
        return f"HEADWAY_{self.service.upper()}_URL"

    def remedy(self, *, answered: bool) -> str:
        """What whoever operates Headway does: where another answers the address is wrong; where nobody does, that or the service is to be looked at."""
        right = f"set {self.setting} to where {self.service} runs"
        return right if answered else f"see that {self.service} runs and can be reached there, or {right}"

    @property
    def shown(self) -> str:
        """The address without user, password and query."""
        return shown(self.url)

    def named(self, what: str) -> str:
        """What is wrong with the address, with the setting that names it."""
        return f"{self.setting} is {self.shown}, and {what}"


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """Who answers at a peer's address. `wrong` is why it cannot be used, and empty where it can; `said` is what the process says of itself.

    `answered`: whether anybody does.
    """

    wrong: str
    said: Mapping[str, Any]
    answered: bool = True


def peers_of(settings: Settings, here: Collection[str]) -> list[Peer]:
    """The services whose address the settings name and that do not run here."""
    return [Peer(name, url) for name in SERVICES if name not in here and (url := getattr(settings, f"{name}_url"))]


def client_of(url: str, timeout: float = ANSWER) -> httpx.AsyncClient:
    """A client of one process. No proxy of the environment stands between this machine and itself."""
    return httpx.AsyncClient(base_url=url, timeout=timeout, trust_env=not is_loopback(urlsplit(url).hostname or ""))


async def seen(client: httpx.AsyncClient, peer: Peer, namespace: str) -> PeerAnswer:
    """Asks who answers at a peer's address. Never raises."""
    try:
        said = await living(client, f"/{peer.service}/health/live")
        other = await living(client, "/health/live") if isinstance(said, str) else {}
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as e:
        return PeerAnswer(peer.named(in_words(e)), {}, answered=False)
    if isinstance(said, str):
        names = "" if isinstance(other, str) else ", ".join(other.get("services", ()))
        if not names and said.startswith("it answered 5"):  # by whoever stands before it
            return PeerAnswer(peer.named(f"{peer.service} is away there ({said})"), {}, answered=False)
        what = f"{names} answers there, not {peer.service}" if names else f"what answers there is not {peer.service} ({said})"
        return PeerAnswer(peer.named(what), {} if isinstance(other, str) else other)
    theirs = said.get("namespace", namespace)  # an earlier version does not say
    if theirs != namespace:
        return PeerAnswer(peer.named(f"{peer.service} of another installation answers there: its namespace is {theirs}, ours {namespace}"), said)
    return PeerAnswer("", said)


async def living(client: httpx.AsyncClient, path: str) -> Mapping[str, Any] | str:
    """What a process says of itself at `path`, or what was answered instead, in words. Raises httpx.HTTPError."""
    answer = await client.get(path)
    try:
        said = answer.json()
    except ValueError:
        said = None
    if answer.status_code != 200:
        return f"it answered {answer.status_code}"
    return said if isinstance(said, dict) and said.get("status") == "live" else "it is no Headway"


def shown(url: str) -> str:
    """An address without user, password and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def in_words(error: Exception) -> str:
    """Why a request got no answer, as what follows an `and`."""
    causes = list(_causes(error))
    if any(isinstance(e, socket.gaierror) for e in causes):
        return "nobody knows that name (DNS)"
    if any(isinstance(e, ConnectionRefusedError) for e in causes):
        return "nothing listens there (connection refused)"
    if any(isinstance(e, ssl.SSLError) for e in causes):
        return "what listens there does not speak TLS as it should"
    if any(isinstance(e, httpx.TimeoutException | TimeoutError) for e in causes):
        return "nobody answers there in time"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError):
        return "what listens there breaks off, or does not speak HTTP"
    return f"nobody answers there ({type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what it was raised from, and what stands in a group."""
    while error is not None:
        yield error
        for one in getattr(error, "exceptions", ()):
            yield from _causes(one)
        error = error.__cause__ or error.__context__
