"""What a caller may take before anything of theirs was looked at, over real connections; a look is what the server does once a second, done here by hand."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from headway.connections import BACKLOG, LEAST, MOST, OWN, QUIET, RESERVE, Connections, neighbourhood
from headway.http_connection import BODY_LOOKS, HEAD_BYTES, HEAD_LOOKS, LINGER_LOOKS, PIECE_LOOKS, TAKE_LOOKS, HttpConnection
from headway.server import Server, listening, server
from libs.service.app import create_base, public
from libs.service.identity.tokens import FixedKey, Verifier
from libs.service.pieces import PiecedResponse
from tests.patience import GIVE_UP

ASK = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 8 << 20


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(GIVE_UP):
        while not holds():  # noqa: ASYNC110 - what the server notes in its own time
            await asyncio.sleep(0.005)


@dataclass
class Caller:
    """A connection as whoever opened it sees it, and as the server does."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    there: HttpConnection

    async def send(self, data: bytes) -> None:
        """Returns once the server has taken it in, where it still takes anything."""
        self.writer.write(data)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()
        await asyncio.sleep(0.02)

    async def answer(self) -> tuple[int, str]:
        """Status and whole answer; 0 and nothing where the connection ended without one."""
        async with asyncio.timeout(GIVE_UP):
            try:
                head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            except (asyncio.IncompleteReadError, ConnectionError):
                return 0, ""
            length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
            return int(head.split()[1]), head + (await self.reader.readexactly(length)).decode()

    async def ends(self) -> bool:
        """Reads to the end, which comes by itself or once whoever was refused has had time to read why."""
        async with asyncio.timeout(GIVE_UP):
            with contextlib.suppress(ConnectionError):
                await self.reader.read()
            return True

    def looks(self, times: int) -> None:
        for _ in range(times):
            if self.there in self.there.server_state.connections:
                self.there.look()


@dataclass
class Running:
    """A server of a small app."""

    server: Server
    connections: Connections
    address: tuple[str, int]
    bodies: list[int] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    gone: list[str] = field(default_factory=list)

    async def call(self) -> Caller:
        known = set(self.server.server_state.connections)
        reader, writer = await asyncio.open_connection(*self.address, limit=1 << 22)
        await until(lambda: bool(self.server.server_state.connections - known))
        (there,) = self.server.server_state.connections - known
        assert isinstance(there, HttpConnection)
        return Caller(reader, writer, there)


async def is_ready() -> bool:
    return True


@contextlib.asynccontextmanager
async def running(connections: Connections) -> AsyncIterator[Running]:
    app = create_base("Small", verifier=Verifier(FixedKey(None), issuer="i", audience="a"), ready=is_ready)
    bound = listening("127.0.0.1", 0)
    made = Running(server(app, connections), connections, bound.getsockname())

    @public
    async def take(request: Request) -> dict[str, int]:
        await made.open.wait()
        try:
            made.bodies.append(len(await request.body()))
        except ClientDisconnect:
            made.gone.append("away")
            raise
        return {"bytes": made.bodies[-1]}

    @public
    async def early(request: Request) -> dict[str, int]:
        return {}

    @public
    async def large(request: Request) -> str:
        return "x" * LARGE

    @public
    async def pieces(request: Request) -> Response:
        return PiecedResponse([b"x" * LARGE, b"y" * LARGE, b"the end"], 200, {}, "text/plain")

    app.get("/pieces")(pieces)
    app.post("/take")(take)
    app.post("/early")(early)
    app.get("/large")(large)
    made.open.set()

    async def tick(counter: int) -> bool:  # nobody looks but the test
        return await uvicorn.Server.on_tick(made.server, counter)

    made.server.on_tick = tick  # type: ignore[method-assign]
    serving = asyncio.create_task(made.server.serve(sockets=[bound]))
    await until(lambda: made.server.started)
    try:
        yield made
    finally:
        for one in list(made.server.server_state.connections):
            one.transport.abort()
        made.server.should_exit = True
        await serving
    assert len(connections) == 0


@pytest.fixture
async def small() -> AsyncIterator[Running]:
    async with running(Connections(100)) as made:
        yield made


HEADS = {
    "one field": b"GET /health/live HTTP/1.1\r\nX-Large: " + b"x" * HEAD_BYTES,
    "the address": b"GET /health/live?" + b"x" * HEAD_BYTES,
    "many fields": b"GET /health/live HTTP/1.1\r\n" + b"X-Many: of them\r\n" * (HEAD_BYTES // 15),
    "the name of a field": b"GET /health/live HTTP/1.1\r\n" + b"x" * HEAD_BYTES,
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
@pytest.mark.parametrize("end", [b"", b": x HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["without an end", "whole"])
async def test_a_head_larger_than_64_kib_is_refused(small: Running, head: bytes, end: bytes) -> None:
    caller = await small.call()
    await caller.send(head + b"xxxxxxxxxx" + end)
    status, said = await caller.answer()
    assert status == 431 and "application/problem+json" in said, said
    assert await caller.ends()


async def test_whoever_goes_on_after_a_refusal_is_cut_off(small: Running) -> None:
    caller = await small.call()
    await caller.send(HEADS["one field"] + b"x" * 100)
    await until(lambda: caller.there._refused)
    await caller.send(b"x" * 100_000)
    caller.looks(LINGER_LOOKS)
    await until(lambda: caller.there not in small.server.server_state.connections)


async def test_a_head_just_below_is_answered_also_in_pieces_and_the_next_one_too(small: Running) -> None:
    caller = await small.call()
    head = ASK[:-2] + b"X-Large: " + b"x" * (HEAD_BYTES - 200) + b"\r\n\r\n"
    for _ in range(3):
        for begin in range(0, len(head), 20_000):
            await caller.send(head[begin : begin + 20_000])
        assert (await caller.answer())[0] == 200


async def test_fields_behind_a_body_count_as_a_head_does(small: Running) -> None:
    caller = await small.call()
    await caller.send(b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
    for _ in range(20):
        await caller.send(b"X-Trailer: " + b"x" * 8_000 + b"\r\n")
    assert (await caller.answer())[0] == 431
    assert await caller.ends()


@pytest.mark.parametrize("piece", [b"G", b"\r\n", b"GET / HTTP/1.1\r\n"])
async def test_a_head_that_is_not_complete_in_time_ends_the_connection_however_it_trickles(small: Running, piece: bytes) -> None:
    caller = await small.call()
    await caller.send(piece)
    for _ in range(HEAD_LOOKS - 1):
        caller.looks(1)
        await caller.send(b"\r\n" if piece == b"\r\n" else b"")
    assert not caller.there.transport.is_closing()
    caller.looks(1)
    assert (await caller.answer())[0] == 408
    assert await caller.ends()


async def test_who_says_nothing_is_ended_without_a_word(small: Running) -> None:
    caller = await small.call()
    caller.looks(HEAD_LOOKS)
    assert await caller.answer() == (0, "")


async def test_a_second_head_has_as_long_as_the_first_and_no_longer(small: Running) -> None:
    caller = await small.call()
    caller.looks(HEAD_LOOKS - 1)
    await caller.send(ASK)
    assert (await caller.answer())[0] == 200
    caller.looks(3 * HEAD_LOOKS)  # between two requests the bound is that of keeping alive
    await caller.send(ASK[:10])
    caller.looks(HEAD_LOOKS - 1)
    await caller.send(ASK[10:])
    assert (await caller.answer())[0] == 200
    await caller.send(ASK[:10])
    caller.looks(HEAD_LOOKS)
    assert (await caller.answer())[0] == 408


POST = b"POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


async def test_a_body_whose_pieces_keep_coming_is_taken(small: Running) -> None:
    caller = await small.call()
    await caller.send(POST % (b"take", 5))
    for _ in range(5):
        caller.looks(PIECE_LOOKS - 1)
        await caller.send(b"x")
    assert (await caller.answer())[0] == 200
    assert small.bodies == [5]


async def test_a_body_that_stops_ends_the_connection_and_nobody_waits_for_it(small: Running) -> None:
    caller = await small.call()
    await caller.send(POST % (b"take", 5) + b"x")
    caller.looks(PIECE_LOOKS)
    assert (await caller.answer())[0] == 408
    assert await caller.ends()
    await until(lambda: small.gone == ["away"])


async def test_a_body_does_not_take_for_ever_though_it_trickles(small: Running) -> None:
    caller = await small.call()
    await caller.send(POST % (b"take", 10_000))
    for _ in range(BODY_LOOKS // (PIECE_LOOKS - 1) + 1):
        caller.looks(PIECE_LOOKS - 1)
        caller.writer.write(b"x")
        await asyncio.sleep(0.002)
        await until(lambda: caller.there._waited == 0 or caller.there.transport.is_closing())
    assert (await caller.answer())[0] == 408


async def test_a_body_that_we_do_not_take_is_waited_for(small: Running) -> None:
    small.open.clear()
    caller = await small.call()
    await caller.send(POST % (b"take", 400_000) + b"x" * 300_000)
    await until(lambda: caller.there.flow.read_paused)
    caller.looks(2 * PIECE_LOOKS)
    small.open.set()
    await caller.send(b"x" * 100_000)
    assert (await caller.answer())[0] == 200


async def test_what_was_asked_to_wait_before_its_body_is_not_ended_for_waiting(small: Running) -> None:
    small.open.clear()
    caller = await small.call()
    await caller.send((POST % (b"take", 1)).replace(b"Host", b"Expect: 100-continue\r\nHost"))
    caller.looks(2 * PIECE_LOOKS)
    small.open.set()
    assert b"100" in await caller.reader.readuntil(b"\r\n\r\n")
    await caller.send(b"x")
    assert (await caller.answer())[0] == 200


async def test_the_rest_of_a_body_that_was_answered_is_not_waited_for_however_it_trickles(small: Running) -> None:
    caller = await small.call()
    await caller.send(POST % (b"early", 500))
    assert (await caller.answer())[0] == 200
    for _ in range(PIECE_LOOKS):
        caller.looks(1)
        await caller.send(b"x")
    assert await caller.ends()


async def test_an_answer_that_nobody_takes_in_ends_the_connection(small: Running) -> None:
    caller = await small.call()
    caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
    await caller.send(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    await until(lambda: caller.there.transport.get_write_buffer_size() > 0)
    await asyncio.sleep(0.2)
    caller.looks(TAKE_LOOKS + 2)
    await until(lambda: caller.there not in small.server.server_state.connections)


async def test_an_answer_in_pieces_comes_whole_however_slowly_it_is_taken_and_so_does_the_next_one(small: Running) -> None:
    caller = await small.call()
    caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
    await caller.send(2 * b"GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n" + ASK)
    await until(lambda: caller.there.transport.get_write_buffer_size() > 0)
    caller.writer.transport.resume_reading()  # type: ignore[attr-defined]
    for _ in range(2):
        status, said = await caller.answer()
        assert status == 200 and said.partition("\r\n\r\n")[2] == "x" * LARGE + "y" * LARGE + "the end"
    assert (await caller.answer())[0] == 200


async def test_an_answer_in_pieces_ends_a_connection_that_is_not_to_be_kept(small: Running) -> None:
    caller = await small.call()
    await caller.send(b"GET /pieces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await caller.answer())[1].endswith("the end") and await caller.ends()


async def test_whoever_goes_away_in_the_middle_of_an_answer_in_pieces_leaves_nothing_behind(small: Running) -> None:
    caller = await small.call()
    caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
    await caller.send(2 * b"GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n")
    await until(lambda: caller.there.transport.get_write_buffer_size() > 0)
    caller.writer.transport.abort()
    await until(lambda: not small.server.server_state.connections and not small.server.server_state.tasks)


async def test_above_the_most_whoever_waits_longest_makes_room() -> None:
    async with running(Connections(3, 3)) as small:
        callers = [await small.call() for _ in range(5)]
        assert await callers[0].ends() and await callers[1].ends()
        for caller in callers[2:]:
            await caller.send(ASK)
            assert (await caller.answer())[0] == 200
        assert len(small.connections) == 3
        await callers[3].send(ASK)
        assert (await callers[3].answer())[0] == 200
        await small.call()
        assert await callers[2].ends(), "the one that was last answered is the last to go"


async def test_where_all_are_at_work_a_newcomer_is_answered_on_probes_alone() -> None:
    async with running(Connections(2, 2, reserve=2)) as small:
        small.open.clear()
        working = [await small.call() for _ in range(2)]
        for caller in working:
            await caller.send(POST % (b"take", 1))
        other, probe, socket = [await small.call() for _ in range(3)]
        assert await other.ends(), "the reserve is bounded too"
        await probe.send(ASK)
        assert (await probe.answer())[0] == 200 and await probe.ends()
        await socket.send(
            ASK[:-2] + b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert (await socket.answer())[0] == 503 and await socket.ends()
        other = await small.call()
        await other.send(POST % (b"early", 0))
        status, said = await other.answer()
        assert (status, "retry-after: 5" in said.lower()) == (503, True) and await other.ends()
        small.open.set()
        for caller in working:
            await caller.send(b"x")
            assert (await caller.answer())[0] == 200
        again = await small.call()
        await again.send(POST % (b"early", 0))
        assert (await again.answer())[0] == 200


async def test_a_websocket_counts_until_it_ends() -> None:
    async with running(Connections(2, 2)) as small:
        socket = await small.call()
        small.server.config.loaded_app = accepting
        socket.there.app = accepting
        await socket.send(
            ASK[:-2] + b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert b" 101 " in await socket.reader.readuntil(b"\r\n\r\n")
        assert len(small.connections) == 1
        others = [await small.call() for _ in range(3)]
        assert len(small.connections) == 2, "a socket in use makes no room"
        assert await others[0].ends()
        socket.writer.close()
        await until(lambda: len(small.connections) == 1)


async def accepting(scope: object, receive: Callable[[], object], send: Callable[[object], object]) -> None:
    await receive()  # type: ignore[misc]
    await send({"type": "websocket.accept"})  # type: ignore[misc]
    await receive()  # type: ignore[misc]


class One:
    """A connection in name alone."""

    def __init__(self, address: str) -> None:
        self.address, self.spare, self.gone = address, False, False

    def give_way(self) -> None:
        self.gone = True


def test_a_crowd_of_one_address_takes_nothing_from_others() -> None:
    connections = Connections(10, 4)
    quiet = One("10.0.0.1")
    connections.admit(quiet)
    crowd = [One("10.0.0.2") for _ in range(50)]
    for one in crowd:
        connections.admit(one)
    assert not quiet.gone and [one.gone for one in crowd] == [True] * 46 + [False] * 4


@given(st.lists(st.tuples(st.sampled_from("oooowwal"), st.integers(0, 9), st.sampled_from("abc")), max_size=80))
def test_whatever_happens_there_are_never_more_than_the_most_and_the_reserve_and_in_the_end_none(steps: list[tuple[str, int, str]]) -> None:
    connections, here = Connections(4, 3, reserve=2), list[One]()
    for what, n, address in steps:
        if what == "o":
            here.append(One(address))
            connections.admit(here[-1])
        elif here:
            one = here[n % len(here)]
            {"w": connections.works, "a": connections.waits, "l": connections.leave}[what](one)
            if what == "l":
                one.gone = True
        here = [one for one in here if not one.gone]
        counted = [one for one in here if not one.spare]
        assert len(connections) == len(here) and len(counted) <= 4 and len(here) <= 6
        assert all(sum(one.address == a for one in counted) <= 3 for a in "abc")
    for one in here:
        connections.leave(one)
    assert len(connections) == 0


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("fe80::1%eth0", "fe80::"),
        ("somewhere", "somewhere"),
    ],
)
def test_an_address_of_ipv6_is_its_network(host: str, found: str) -> None:
    assert neighbourhood(host) == found


@pytest.mark.parametrize(
    ("descriptors", "most"),
    [(resource.RLIM_INFINITY, MOST), (1 << 20, MOST), (1024, 1024 - BACKLOG - OWN), (BACKLOG + OWN + LEAST + 1, LEAST + 1), (100, LEAST)],
)
def test_as_many_may_be_open_as_descriptors_are_left_beside_the_processs_own(descriptors: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (descriptors, resource.RLIM_INFINITY))
    found = Connections.of_this_process()
    assert (found.most, found.of_one, found.reserve) == (most, most // 2, RESERVE)


def test_one_address_may_have_half_of_all_at_least_one_unless_it_is_said_how_many() -> None:
    assert [Connections(most).of_one for most in (1, 2, 5, 6)] == [1, 1, 2, 3]
    assert [Connections(6, of_one).of_one for of_one in (1, 6)] == [1, 6]


def test_whoever_waits_longest_makes_room_of_its_own_address_where_that_is_crowded_and_of_any_where_all_is() -> None:
    connections = Connections(3, 2, reserve=1)
    first, second, third, fourth, fifth = (One(address) for address in ("a", "b", "b", "b", "c"))
    for one in (first, second, third):
        connections.admit(one)
    connections.admit(fourth)
    assert [one.gone for one in (first, second, third)] == [False, True, False] and len(connections) == 3, "its own address is crowded"
    connections.admit(fifth)
    assert first.gone and not third.gone and len(connections) == 3, "all is crowded"
    for one in (third, fourth, fifth):
        connections.works(one)
    spare, again = One("c"), One("c")
    connections.admit(spare)
    assert [(one.spare, one.gone) for one in (spare, fifth)] == [(True, False), (False, False)] and len(connections) == 4, "nobody waits"
    connections.waits(spare)
    connections.admit(again)
    assert [(one.spare, one.gone) for one in (spare, again)] == [(True, True), (True, False)] and len(connections) == 4, "of the reserve the first makes room"
    for one in (third, fourth, fifth, again):
        connections.leave(one)
        connections.leave(one)
    assert len(connections) == 0


def test_a_crowd_is_told_of_once_a_minute(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    now = [5.0]
    monkeypatch.setattr("headway.connections.time.monotonic", lambda: now[0])
    connections = Connections(1)
    told = []
    for at in (5.0, 5.0, 5.0 + QUIET - 1, 5.0 + QUIET, 5.0 + QUIET + 1, 5.0 + 2 * QUIET):
        now[0] = at
        connections.admit(One("a"))
        told.append(len(caplog.messages))
    assert told == [0, 1, 1, 2, 2, 3] and caplog.messages[0] == (
        "connections: as many are open as may be (1, 1 of one address): those that wait for a request make room"
    )


class Looked:
    """A connection whose transport and request are what a test says, and what was done about it."""

    def __init__(self, **state: Any) -> None:
        self.did, self.unsent, self.closing = list[str](), 0, False
        one = object.__new__(HttpConnection)
        given = {"in_head": False, "in_body": False, "refused": False, "head_read": 0, "waited": 0, "body_looks": 0, "unsent": 0, "untaken": 0} | state
        vars(one).update({f"_{name}": value for name, value in given.items()})
        self.flow = one.flow = SimpleNamespace(read_paused=False)  # type: ignore[assignment]
        self.cycle = one.cycle = SimpleNamespace(waiting_for_100_continue=False)  # type: ignore[assignment]
        abort, size, closing = partial(self.did.append, "aborted"), lambda: self.unsent, lambda: self.closing
        one.transport = SimpleNamespace(abort=abort, get_write_buffer_size=size, is_closing=closing)  # type: ignore[assignment]

        def refuse(status: HTTPStatus, detail: str, *, said: bool = True) -> None:
            self.did.append(f"{status.value} {said}")

        one._refuse = refuse  # type: ignore[method-assign]
        self.one = one

    def until_something_is_done(self, unsent: Iterable[int] = ()) -> tuple[int, list[str]]:
        """How many looks that takes, and what it is."""
        sizes = iter(unsent)
        for n in range(1, 2_000):
            self.unsent = next(sizes, self.unsent)
            self.one.look()
            if self.did:
                return n, self.did
        return 0, []


def test_each_look_is_a_second_of_the_patience_with_what_is_awaited() -> None:
    assert Looked(in_head=True).until_something_is_done() == (HEAD_LOOKS, ["408 False"])
    assert Looked(in_head=True, head_read=1).until_something_is_done() == (HEAD_LOOKS, ["408 True"])
    assert Looked(in_body=True).until_something_is_done() == (PIECE_LOOKS, ["408 True"])
    assert Looked(in_body=True, body_looks=BODY_LOOKS - 2).until_something_is_done() == (2, ["408 True"])
    assert Looked(refused=True, in_head=True).until_something_is_done() == (LINGER_LOOKS, ["aborted"])
    assert Looked().until_something_is_done() == (0, []), "nothing is awaited between requests"


def test_nothing_is_awaited_of_who_is_held_back_or_is_closing() -> None:
    for part, name in (("flow", "read_paused"), ("cycle", "waiting_for_100_continue")):
        held = Looked(in_body=True)
        setattr(getattr(held, part), name, True)
        assert held.until_something_is_done() == (0, [])
    closing = Looked(in_head=True)
    closing.closing = True
    assert closing.until_something_is_done() == (0, [])


@pytest.mark.parametrize(
    ("unsent", "looks"),
    [
        ([5], TAKE_LOOKS),
        ([0, 0, 5], TAKE_LOOKS + 2),
        ([5, 6, 7], TAKE_LOOKS),
        ([5] * 9 + [4], 10 + TAKE_LOOKS),
        ([5, 5, 0, 5], 3 + TAKE_LOOKS),
        ([5, 4, 4], 2 + TAKE_LOOKS),
    ],
)
def test_who_takes_something_of_the_answer_has_all_the_time_again(unsent: list[int], looks: int) -> None:
    assert Looked().until_something_is_done(unsent) == (looks, ["aborted"])
