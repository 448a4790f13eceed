"""Which addresses may receive events: never ones within Headway's own network, unless a setting allows it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?")
_INSIDE: Final = ("localhost", "local", "internal", "home.arpa")
"""Names under these are never public (RFC 6761, 6762, 8375, and ICANN's for private use)."""

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(n) for n in text.split())


# Written out, since what `ipaddress` counts as global differs from one Python to the next.
_PRIVATE: Final = _networks("10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.168.0.0/16 198.18.0.0/15 ::1/128 fc00::/7")
"""Private, shared and loopback: may be allowed."""
_NEVER: Final = _networks(
    "0.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    " 168.63.129.16/32 100.100.100.200/32 fd00:ec2::254/128 fd20:ce::254/128"
)
"""Nobody's, link-local, for documents, multicast, and where clouds tell a machine its secrets."""
_PUBLIC_6: Final = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC_6: Final = _networks("2001::/23 2001:db8::/32 2002::/16 3fff::/20")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to send: `target` is the path with its query, as the request line holds it; it may be a secret."""

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)

    @property
    def authority(self) -> str:
        """Host and port as the Host header holds them: the usual port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """All of it that may be shown."""
        return f"{self.scheme}://{self.authority}"


def address_of(url: str) -> Address:
    """An https or http URL in its parts. Raises ValueError, in words, for another one, for credentials in it, and for what no request can hold."""
    if not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise ValueError("an address has no blanks and only letters of ASCII: encode the others")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as e:
        raise ValueError("it is no address") from e
    if parts.scheme not in _PORTS:
        raise ValueError("an address begins with https:// or http://")
    if "@" in parts.netloc:
        raise ValueError("a name or password does not belong into the address: what is sent is signed")
    if "#" in url or "\\" in url:
        raise ValueError("it holds what is not sent: leave # and \\ out")
    if literal(host) is None and (not _NAME.fullmatch(host) or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rstrip(".").rpartition(".")[2])):
        raise ValueError("the host is a name, or a whole IP address")
    if port == 0:
        raise ValueError("the port is a number from 1 to 65535")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], target)


def literal(host: str) -> IP | None:
    """The IP address that a host is, None where it is a name."""
    try:
        return ipaddress.ip_address(host) if "%" not in host else None
    except ValueError:
        return None


def may_be_named(address: Address, *, to_private: bool) -> bool:
    """Whether an address may be subscribed, as far as it can be told from how it is written; what its name stands for is looked at at each delivery."""
    ip = literal(address.host)
    if ip is not None:
        return may_be_reached(ip, to_private=to_private)
    name = address.host.rstrip(".")
    return to_private or not any(name == inside or name.endswith("." + inside) for inside in _INSIDE)


def may_be_reached(ip: IP, *, to_private: bool) -> bool:
    """Whether a connection to this address may be made: to public ones, and, where allowed, to private and loopback ones."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inner is not None:
            return may_be_reached(inner, to_private=to_private)
    if any(ip in network for network in _NEVER):
        return False
    if any(ip in network for network in _PRIVATE):
        return to_private
    return ip.version == 4 or (ip in _PUBLIC_6 and not any(ip in network for network in _NOT_PUBLIC_6))
