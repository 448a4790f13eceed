"""Makes one delivery attempt: connects only to a checked address, within a time limit, and reads no more than the status."""

from __future__ import annotations

import asyncio
import email.utils
import enum
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpcore

from services.portfolio.endpoints.addresses import Address, literal, may_be_reached

logger = logging.getLogger(__name__)

TIMEOUT: Final = 15.0
"""Seconds that a receiver has for the whole of an attempt."""
MOST_READ: Final = 64 * 1024
"""Bytes of an answer's body that are read at most, and thrown away, so that the connection can be used again."""
LEISURE: Final = 1.0
"""Seconds in which they must come."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The IP addresses of a name. Raises OSError."""


class Result(enum.StrEnum):
    """What became of an attempt."""

    DELIVERED = "delivered"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ReceiverAnswer:
    """The result of one attempt: the receiver's status where it gave one, else why not; `asked` are the seconds by which it asks to be left alone."""

    result: Result
    status: int | None = None
    reason: str | None = None
    asked: float | None = None


class Forbidden(Exception):
    """A name stands for an address that must not be reached."""


class WebhookConnections:
    """The connections to one webhook's receiver: none through a proxy, none by a redirect, and certificates are verified."""

    def __init__(self, *, to_private: bool, many: int, context: ssl.SSLContext, resolve: Resolve | None = None, seconds: float = TIMEOUT) -> None:
        self._seconds = seconds
        backend = _Checked(resolve or resolved, to_private=to_private)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context, max_connections=many, max_keepalive_connections=many, keepalive_expiry=10.0, network_backend=backend
        )

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._pool.aclose()

    async def post(self, address: Address, headers: Mapping[str, str], body: bytes, now: datetime) -> ReceiverAnswer:
        """One attempt; never raises for what the network or the receiver does. Reasons say nothing of the network that Headway stands in."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(address, headers, body, now)
        except TimeoutError:
            reason = f"it did not answer within {self._seconds:g} seconds"
        except Forbidden:
            logger.warning("webhooks: %s stands for an address that must not be reached", address.origin, extra={"origin": address.origin})
            reason = "its name stands for an address that is not public"
        except socket.gaierror:
            reason = "its name is not known"
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as e:
            reason = "its certificate is not valid" if isinstance(_cause(e), ssl.SSLCertVerificationError) else "it cannot be connected to"
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as e:
            reason = f"the connection broke ({type(e).__name__})"
        return ReceiverAnswer(Result.FAILED, reason=reason)

    async def _post(self, address: Address, headers: Mapping[str, str], body: bytes, now: datetime) -> ReceiverAnswer:
        url = httpcore.URL(scheme=address.scheme.encode(), host=address.host.encode(), port=address.port, target=address.target.encode())
        sent = [(b"Host", address.authority.encode()), *((name.encode(), value.encode()) for name, value in headers.items())]
        async with self._pool.stream("POST", url, headers=sent, content=body, extensions={"timeout": {"connect": self._seconds}}) as response:
            await _throw_away(response.aiter_stream())
            return answer_of(response.status, {name.lower(): value for name, value in response.headers}, now)


def answer_of(status: int, headers: Mapping[bytes, bytes], now: datetime) -> ReceiverAnswer:
    """What a status means: 2xx is delivered, 410 that nobody is there any more, and everything else that it was not taken."""
    if 200 <= status < 300:
        return ReceiverAnswer(Result.DELIVERED, status)
    if status == 410:
        return ReceiverAnswer(Result.GONE, status, "the receiver says that it is gone (410)")
    reason = "it redirects, which is not followed" if 300 <= status < 400 else f"it answered {status}"
    return ReceiverAnswer(Result.FAILED, status, reason, _asked(headers.get(b"retry-after", b"").decode("latin-1").strip(), now))


def _asked(text: str, now: datetime) -> float | None:
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return None


async def _throw_away(chunks: Any) -> None:
    """The status counts, whatever becomes of the body."""
    read = 0
    try:
        async with asyncio.timeout(LEISURE):
            async for chunk in chunks:
                read += len(chunk)
                if read > MOST_READ:
                    return
    except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        return


async def resolved(host: str, port: int) -> Sequence[str]:
    """The IP addresses that a name stands for now. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class _Checked(httpcore.AsyncNetworkBackend):
    """Resolves a name once, looks at all that it stands for, and connects to exactly that: a second look could find another answer."""

    def __init__(self, resolve: Resolve, *, to_private: bool) -> None:
        self._resolve, self._to_private = resolve, to_private
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connects to the first that can be reached. Raises Forbidden where one of them must not be."""
        addresses = [host] if literal(host) else await self._resolve(host, port)
        for one in addresses:
            ip = literal(one)
            if ip is None or not may_be_reached(ip, to_private=self._to_private):
                raise Forbidden(host)
        failure: Exception = httpcore.ConnectError(f"{host} stands for no address")
        for one in addresses:
            try:
                return await self._plain.connect_tcp(one, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as e:
                failure = e
        raise failure

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: no webhook's address leads there."""
        raise Forbidden(path)

    async def sleep(self, seconds: float) -> None:
        """Rests."""
        await self._plain.sleep(seconds)


def _cause(e: BaseException) -> BaseException:
    while (below := e.__cause__ or e.__context__) is not None:
        e = below
    return e
