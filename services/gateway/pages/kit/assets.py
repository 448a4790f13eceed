"""Static files of pages, under names with their hash, compressed once and cached by browsers for ever."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from libs.events.cost import BYTES, spend
from libs.runtime.late_route import late_router
from libs.service.app import public

FOLDER: Final = Path(__file__).parents[2] / "static" / "pages"
MOUNT: Final = "/static/pages"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
_GZIP: Final = 16 + zlib.MAX_WBITS
_PIECE: Final = 1 << 16
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file: where it is found, of which media type, plain and compressed."""

    address: str
    media_type: str
    content: bytes
    compressed: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """All of them, by the name of their file; read once a process."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in _TYPES:
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            compressed = gzip.compress(content, 9, mtime=0)
            found[path.name] = Asset(f"{MOUNT}/{path.stem}.{digest}{path.suffix}", f"{_TYPES[path.suffix]}; charset=utf-8", content, compressed)
    return MappingProxyType(found)


def asset(name: str) -> str:
    """The address of a file. Raises KeyError where there is none."""
    return assets()[name].address


def state() -> str:
    """Names this state of all of them: a page that loads others is another page."""
    return hashlib.sha256("".join(one.address for one in assets().values()).encode()).hexdigest()[:12]


def asset_routes() -> APIRouter:
    """`GET /static/pages/{name}`."""
    router = late_router(include_in_schema=False)
    by_address = {one.address: one for one in assets().values()}

    @public
    async def file(request: Request, name: str) -> Response:
        found = by_address.get(f"{MOUNT}/{name}")
        if found is None:
            raise HTTPException(404)
        return compressible(request, found.content, found.compressed, media_type=found.media_type, headers={"Cache-Control": _FOR_EVER})

    router.get(f"{MOUNT}/{{name}}")(file)
    return router


def compressible(
    request: Request, content: bytes, compressed: bytes | None = None, *, media_type: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A response that is compressed for whoever takes gzip; `compressed` where that was done before."""
    said = {**(headers or {}), "X-Content-Type-Options": "nosniff"}
    said["Vary"] = f"{said['Vary']}, Accept-Encoding" if "Vary" in said else "Accept-Encoding"
    if _takes_gzip(request):
        content = compressed or _compressed(content)
        said["Content-Encoding"] = "gzip"
    return Response(content, status, said, media_type)


def _compressed(content: bytes) -> bytes:
    """As gzip, a piece after the other."""
    compressor, found = zlib.compressobj(5, wbits=_GZIP), []
    for begin in range(0, len(content), _PIECE):
        spend(len(content[begin : begin + _PIECE]) // BYTES)
        found.append(compressor.compress(content[begin : begin + _PIECE]))
    return b"".join([*found, compressor.flush()])


def _takes_gzip(request: Request) -> bool:
    for one in request.headers.get("accept-encoding", "").split(","):
        coding, _, quality = one.partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
