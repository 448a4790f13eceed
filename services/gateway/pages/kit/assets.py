"""Static files of pages, under names with their hash, compressed once and cached by browsers for ever."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from libs.runtime.late_route import late_router
from libs.service.app import public
from services.gateway.capacity.compression import compressed as as_gzip
from services.gateway.capacity.compression import takes_gzip

FOLDER: Final = Path(__file__).parents[2] / "static" / "pages"
MOUNT: Final = "/static/pages"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
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
    if takes_gzip(request.headers.get("accept-encoding", "")):
        content = compressed or as_gzip(content)
        said["Content-Encoding"] = "gzip"
    return Response(content, status, said, media_type)
