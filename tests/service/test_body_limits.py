"""The limit of a body, over a real connection: exact, chunked, and the next request is served."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from libs.service.body_limits import BODY_LIMIT
from tests.patience import GIVE_UP
from tests.service.example import Example

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(params=["h11", "httptools"])
async def connection(example: Example, request: pytest.FixtureRequest) -> AsyncIterator[Connection]:
    server = uvicorn.Server(uvicorn.Config(example.app, log_config=None, lifespan="off", http=request.param))
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    yield reader, writer
    writer.close()
    server.should_exit = True
    await serving


async def ask(connection: Connection, headers: str, body: bytes) -> tuple[int, bytes]:
    """The status and the body of the answer to one POST on the connection."""
    reader, writer = connection
    writer.write(f"POST /v1/webhooks/s HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n".encode())
    for start in range(0, len(body), 65536):
        writer.write(body[start : start + 65536])
        await writer.drain()
    return await answer(reader)


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    async with asyncio.timeout(GIVE_UP):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        return int(head.split()[1]), await reader.readexactly(length)


def chunked(size: int) -> bytes:
    whole, rest = divmod(size, 50_000)
    return (b"c350\r\n" + b"x" * 50_000 + b"\r\n") * whole + (f"{rest:x}\r\n".encode() + b"x" * rest + b"\r\n" if rest else b"") + b"0\r\n\r\n"


async def test_the_limit_is_exact_and_the_connection_goes_on(connection: Connection, example: Example) -> None:
    assert BODY_LIMIT == 1_048_576
    for extra, status in ((0, 200), (1, 413), (0, 200), (5_000_000, 413), (-1_048_576, 200)):
        size = BODY_LIMIT + extra
        got, body = await ask(connection, f"Content-Length: {size}", b"x" * size)
        assert got == status, size
        if status == 413:
            assert b'"field": "body"' in body
    for extra, status in ((0, 200), (1, 413), (0, 200), (5_000_000, 413), (-1_048_576, 200)):
        assert (await ask(connection, "Transfer-Encoding: chunked", chunked(BODY_LIMIT + extra)))[0] == status
    assert example.bodies == [BODY_LIMIT, BODY_LIMIT, 0] * 2


async def test_a_sender_that_asks_first_is_told_at_once(connection: Connection, example: Example) -> None:
    status, _ = await ask(connection, "Content-Length: 99999999\r\nExpect: 100-continue", b"")
    assert status == 413
    assert await connection[0].read() == b""


async def test_a_length_without_end_is_refused_and_the_connection_closed(connection: Connection, example: Example) -> None:
    status, _ = await ask(connection, f"Content-Length: {10**17}\r\nExpect: 100-continue", b"")
    assert status == 413
    assert example.bodies == []


async def test_many_chunks_of_one_request_reach_the_endpoint_whole(connection: Connection, example: Example) -> None:
    assert await ask(connection, "Transfer-Encoding: chunked", chunked(120_001)) == (200, b'{"bytes":120001}')
