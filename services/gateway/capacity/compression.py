"""Compresses what is sent for whoever takes gzip: in pieces, so that others have their turn, and the beginning of a text once for all its ends."""

from __future__ import annotations

import struct
import zlib
from typing import Final, NamedTuple

from libs.events.cost import BYTES, spend

_LEVEL: Final = 5
_RAW: Final = -zlib.MAX_WBITS
_PIECE: Final = 1 << 16
_HEAD: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""Of gzip (RFC 1952): deflated, no flags, no time, of no system."""


def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` takes gzip: what it says of that by name counts before what it says of all others (`*`)."""
    said = {coding.strip(): quality for coding, _, quality in (one.partition(";") for one in accepted.lower().split(","))}
    quality = said.get("gzip", said.get("*"))
    return quality is not None and quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")


class Beginning(NamedTuple):
    """The beginning of a text, compressed: whatever end it gets, this needs not be done again."""

    deflated: bytes
    crc: int
    length: int

    @classmethod
    def of(cls, content: bytes) -> Beginning:
        """Compresses it, a piece after the other."""
        compressor, found, crc = zlib.compressobj(_LEVEL, wbits=_RAW), [], 0
        for begin in range(0, len(content), _PIECE):
            piece = content[begin : begin + _PIECE]
            spend(len(piece) // BYTES)
            found.append(compressor.compress(piece))
            crc = zlib.crc32(piece, crc)
        return cls(b"".join([*found, compressor.flush(zlib.Z_FULL_FLUSH)]), crc, len(content))

    def ended(self, end: bytes) -> bytes:
        """The whole text as gzip, one member of it."""
        compressor = zlib.compressobj(_LEVEL, wbits=_RAW)
        last = compressor.compress(end) + compressor.flush()
        checks = struct.pack("<LL", zlib.crc32(end, self.crc), (self.length + len(end)) & 0xFFFFFFFF)
        return b"".join([_HEAD, self.deflated, last, checks])


def compressed(content: bytes) -> bytes:
    """A whole text as gzip."""
    return Beginning.of(content).ended(b"")
