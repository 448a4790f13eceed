"""`graphql-transport-ws` to the letter: every close code, who may speak, how much at once, and that nothing is left when a socket goes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from libs.commands.errors import NotSignedIn, Unreachable
from libs.rules.roles import Principal, Role
from libs.service.identity.session import open_session
from services.gateway.capacity import connections
from services.gateway.graphql.transport import websocket_protocol
from tests.patience import GIVE_UP
from tests.services.gateway.graphql.transport.sockets import Socket, accepted, publish, signed_in
from tests.services.gateway.small_world import Gateway

WORLD = "subscription { world }"


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "7",
        "[]",
        '"connection_init"',
        "{}",
        {"type": "hello"},
        {"type": 7},
        {"type": "connection_init", "payload": "x"},
        {"type": "connection_init", "payload": [1]},
        {"type": "ping", "payload": 7},
        {"type": "pong", "payload": "x"},
        {"type": "subscribe"},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": "{ a }"},
        {"type": "subscribe", "id": "1", "payload": {"query": 7}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 7}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "extensions": "x"}},
        {"type": "subscribe", "id": "", "payload": {"query": "{ a }"}},
        {"type": "subscribe", "id": 7, "payload": {"query": "{ a }"}},
        {"type": "complete"},
        {"type": "next", "id": "1", "payload": {}},
        '{"type": "ping", "payload": {"x": NaN}}',
        '{"type": "ping", "payload": ' + '{"x":' * 5_000 + "1" + "}" * 5_000 + "}",
        b"\x00\x01",
    ],
)
async def test_a_message_that_the_protocol_does_not_know_closes_with_4400_and_says_why(logged: Gateway, message: Any) -> None:
    socket = await accepted(logged)
    await socket.say(message)
    code, reason = await socket.closed()
    assert code == 4400 and reason.startswith("Invalid message received") and len(reason.encode()) <= 123


async def test_subscribing_before_the_acknowledgement_closes_with_4401(logged: Gateway) -> None:
    socket = await accepted(logged)
    await socket.subscribe("{ portfolio { world } }")
    assert await socket.closed() == (4401, "Unauthorized")


@pytest.mark.parametrize(
    "payload", [None, {}, {"Authorization": "Bearer nonsense"}, {"Authorization": 7}, {"Authorization": "Basic x"}, {"Authorization": None}]
)
async def test_without_a_good_token_the_socket_closes_with_4403(logged: Gateway, payload: Any) -> None:
    socket = await accepted(logged)
    await socket.say({"type": "connection_init"} | ({} if payload is None else {"payload": payload}))
    code, reason = await socket.closed()
    assert code == 4403 and reason.startswith("Forbidden")


async def test_another_protocol_closes_with_4406(logged: Gateway) -> None:
    for protocols in ((), ("graphql-ws",), ("soap", "wamp")):
        socket = Socket(logged, protocols)
        event = await socket.event()
        assert event["type"] == "websocket.accept" and event["subprotocol"] is None
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_whoever_does_not_sign_in_in_time_is_closed_with_4408(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_protocol, "INIT_SECONDS", 0.05)
    socket = await accepted(logged)
    assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_the_id_of_an_operation_that_runs_closes_with_4409(logged: Gateway) -> None:
    socket = await signed_in(logged)
    await socket.subscribe(WORLD, "x" * 300)
    await socket.next("x" * 300)
    await socket.subscribe(WORLD, "x" * 300)
    code, reason = await socket.closed()
    assert code == 4409 and reason.startswith("Subscriber for xxx") and len(reason) <= 123


async def test_signing_in_twice_closes_with_4429(logged: Gateway) -> None:
    socket = await signed_in(logged)
    await socket.say({"type": "connection_init"})
    assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_what_breaks_here_closes_with_4500_and_says_no_more(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logged.process, "verifier", _Fickle(ZeroDivisionError("a secret")))
    socket = await accepted(logged)
    await socket.say({"type": "connection_init", "payload": logged.signed_in("subscriber")})
    assert await socket.closed() == (4500, "Internal server error")


async def test_the_token_may_come_with_the_handshake(logged: Gateway) -> None:
    socket = await accepted(logged, authorization=logged.signed_in("subscriber")["Authorization"])
    await socket.say({"type": "connection_init"})
    assert (await socket.message()) == {"type": "connection_ack", "payload": {"world": logged.process.world.digest}}
    await socket.leave()


@pytest.mark.parametrize("origin", ["https://evil.example", "http://headway:81", "null"])
async def test_a_page_of_another_origin_is_refused_in_the_handshake(logged: Gateway, origin: str) -> None:
    socket = Socket(logged, origin=origin)
    assert (await socket.event())["type"] == "websocket.close", "before it was accepted: 403"
    own = await accepted(logged, origin="http://headway")
    await own.leave()


async def test_a_ping_is_answered_with_its_payload_before_and_after_signing_in(logged: Gateway) -> None:
    socket = await accepted(logged)
    await socket.say({"type": "ping"})
    assert await socket.message() == {"type": "pong"}
    await socket.say({"type": "connection_init", "payload": logged.signed_in("auditor")})
    await socket.message()
    await socket.say({"type": "ping", "payload": {"n": 1}})
    assert await socket.message() == {"type": "pong", "payload": {"n": 1}}
    await socket.say({"type": "pong"})
    await socket.say({"type": "complete", "id": "unheard"})
    await socket.leave()


async def test_an_id_can_be_used_again_once_its_operation_is_complete_by_either_side(logged: Gateway) -> None:
    socket = await signed_in(logged)
    for _ in range(2):
        await socket.subscribe("{ portfolio { world } }")
        await socket.next()
        assert await socket.message() == {"id": "1", "type": "complete"}
    for _ in range(2):
        await socket.subscribe(WORLD)
        await socket.next()
        await socket.say({"type": "complete", "id": "1"})
    await socket.leave()


async def test_errors_before_anything_runs_end_the_operation_and_not_the_connection(logged: Gateway) -> None:
    socket = await signed_in(logged)
    for number, (query, code) in enumerate(
        (("{", "SYNTAX"), ("{ a", "SYNTAX"), ("{ nix }", "INVALID"), ("subscription A { world } subscription B { world }", "OPERATION"))
    ):
        await socket.subscribe(query, str(number))
        message = await socket.message()
        assert (message["type"], message["id"]) == ("error", str(number)) and message["payload"][0]["extensions"]["code"] == code
    await socket.subscribe('subscription { changed(kinds: ["teem"]) { world } }')
    message = await socket.message()
    assert message["type"] == "error" and message["payload"][0]["extensions"]["field"] == "kinds"
    await socket.leave()


async def test_twenty_operations_run_at_once_and_one_more_is_refused_until_one_is_complete(logged: Gateway) -> None:
    socket = await signed_in(logged)
    for n in range(20):
        await socket.subscribe(WORLD, str(n))
        await socket.next(str(n))
    await socket.subscribe(WORLD, "more")
    refused = await socket.message()
    assert refused["type"] == "error" and refused["payload"][0]["extensions"]["code"] == "SUBSCRIPTIONS"
    await socket.say({"type": "complete", "id": "3"})
    await socket.subscribe(WORLD, "more")
    await socket.next("more")
    await socket.leave()


async def test_each_operation_of_a_connection_says_of_itself_alone_what_was_withheld(logged: Gateway) -> None:
    socket = await signed_in(logged)
    for _ in range(2):
        await socket.subscribe("{ portfolio { investment { warnings { rule } } } }")
        assert (await socket.message())["payload"]["extensions"]["withheld"] == ["portfolio.investment"]
        await socket.message()
        await socket.subscribe("{ portfolio { asOf } }")
        assert (await socket.message())["payload"]["extensions"].keys() == {"cost"}
        await socket.message()
    await socket.leave()


async def test_one_caller_keeps_no_more_than_so_many_connections(logged: Gateway) -> None:
    logged.shared.open.most = 2
    first, second = await signed_in(logged), await signed_in(logged)
    third = await accepted(logged)
    await third.say({"type": "connection_init", "payload": logged.signed_in("subscriber")})
    assert (await third.closed())[0] == 1013, "the client tries again later"
    other = await signed_in(logged, "auditor")
    stream = await logged.post(WORLD, persona="subscriber", Accept="text/event-stream")
    read = await logged.client.get("/events", headers=logged.signed_in("subscriber"))
    for answer in (stream, read):
        assert answer.status_code == 429 and answer.headers["retry-after"] == "5" and "2 connections of this caller" in answer.text
    await first.leave()
    again = await signed_in(logged)
    for socket in (second, again, other):
        await socket.leave()
    assert not logged.shared.open.now


async def test_a_token_that_expires_closes_the_socket_although_nothing_happens(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK", 0.01)
    logged.clock.now = datetime.now(UTC)
    socket = await signed_in(logged)
    await socket.subscribe(WORLD)
    await socket.next()
    logged.clock.now += timedelta(days=2)
    assert await socket.closed() == (4403, "Forbidden: The token has expired.")
    late = await accepted(logged)
    await late.say({"type": "connection_init", "payload": logged.signed_in("subscriber")})
    assert (await late.closed())[0] == 4403, "it would be sent away at once"


def test_a_listener_is_looked_after_well_within_five_seconds() -> None:
    assert connections.LOOK <= 2


class _Fickle:
    """A verifier that thinks otherwise of a token meanwhile."""

    def __init__(self, *answers: Principal | Exception) -> None:
        self.answers = list(answers)

    async def verify(self, token: str) -> Principal:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


LISTENER = Principal("ana", frozenset({Role("auditor")}))


@pytest.mark.parametrize(
    ("then", "why"),
    [
        (Principal("ana", frozenset({Role("subscriber")})), "The roles have changed."),
        (Principal("ana"), "The roles have changed."),
        (NotSignedIn("The token's signature does not verify."), "The token's signature does not verify."),
    ],
)
async def test_a_role_or_a_token_that_goes_closes_the_socket(logged: Gateway, monkeypatch: pytest.MonkeyPatch, then: Any, why: str) -> None:
    monkeypatch.setattr(connections, "LOOK", 0.01)
    monkeypatch.setattr(logged.process, "verifier", _Fickle(LISTENER, LISTENER, Unreachable("the issuer does not answer"), then))
    socket = await signed_in(logged)
    assert await socket.closed() == (4403, f"Forbidden: {why}")


async def test_an_issuer_that_does_not_answer_asks_the_client_to_come_again(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logged.process, "verifier", _Fickle(Unreachable("away")))
    socket = await accepted(logged)
    await socket.say({"type": "connection_init", "payload": logged.signed_in("subscriber")})
    assert (await socket.closed())[0] == 1013


@pytest.mark.parametrize("goes", ["broken", "completed", "refused"])
async def test_a_socket_that_goes_leaves_nothing_behind(logged: Gateway, goes: str) -> None:
    log: Any = logged.process.adapters.log
    tasks, readers = asyncio.all_tasks(), len(log._readers)
    socket = await signed_in(logged)
    for n in range(20):
        await socket.subscribe("subscription { changed { world nodes { id } } }", str(n))
    async with asyncio.timeout(GIVE_UP):
        while len(log._readers) < readers + 20:
            await publish(logged, "one")
            await asyncio.sleep(0)
    assert logged.shared.open.now.total() == 1
    if goes == "completed":
        for n in range(20):
            await socket.say({"type": "complete", "id": str(n)})
    if goes == "refused":
        await socket.say("{")
    await socket.leave(1006 if goes == "broken" else 1000)
    assert not logged.shared.open.now
    assert len(log._readers) == readers and asyncio.all_tasks() == tasks
    assert not logged.process.world._waiting


def _session(gateway: Gateway, persona: str) -> str:
    """The cookie by which a browser is signed in."""
    connection = HTTPConnection({"type": "http", "scheme": "http", "server": ("headway", 80), "path": "/", "headers": [(b"host", b"headway")]})
    response = Response()
    open_session(connection, response, gateway.issuer.token(persona), None)
    return response.headers.getlist("set-cookie")[0].partition(";")[0]


async def test_a_page_of_our_own_signs_in_by_its_session_and_stays(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK", 0.001)
    socket = await accepted(logged, cookie=_session(logged, "auditor"), origin="http://headway")
    await socket.say({"type": "connection_init"})
    assert (await socket.message())["type"] == "connection_ack"
    await socket.subscribe(WORLD)
    for n in range(3):
        await socket.next()
        await publish(logged, f"o{n}")
        await asyncio.sleep(0.01)
    await socket.leave()


async def test_a_stream_by_a_session_stays_too(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK", 0.001)
    headers = {"cookie": _session(logged, "auditor"), "origin": "http://headway", "accept": "text/event-stream"}
    asking = asyncio.create_task(logged.client.get("/graphql", params={"query": "subscription { world }"}, headers=headers))
    await asyncio.sleep(0.1)
    assert not asking.done() and logged.shared.open.now.total() == 1
    logged.process.stopping.set()
    answer = await asyncio.wait_for(asking, GIVE_UP)
    assert answer.text.startswith("event: next") and "complete" not in answer.text, "a client comes back where the process stops"


async def test_a_session_is_no_token_for_a_page_of_another_origin(logged: Gateway) -> None:
    socket = await accepted(logged, cookie=_session(logged, "auditor"))
    await socket.say({"type": "connection_init"})
    assert (await socket.closed())[0] == 4403, "the browser does not say from where it asks"


async def test_a_ping_may_hold_a_number_of_any_length(logged: Gateway) -> None:
    socket = await accepted(logged)
    await socket.say({"type": "ping", "payload": {"x": 10**50}})
    assert await socket.message() == {"type": "pong", "payload": {"x": 10**50}}
    await socket.leave()


async def test_two_authorizations_in_the_first_message_are_refused(logged: Gateway) -> None:
    token = logged.signed_in("auditor")["Authorization"]
    socket = await accepted(logged)
    await socket.say({"type": "connection_init", "payload": {"Authorization": token, "authorization": token}})
    code, reason = await socket.closed()
    assert code == 4400 and "two" in reason


async def test_a_socket_on_which_nothing_runs_and_nothing_is_said_ends(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_protocol, "IDLE_SECONDS", 0.05)
    socket = await signed_in(logged)
    code, reason = await socket.closed()
    assert code == 1001 and reason.startswith("Nothing was asked")


async def test_a_socket_on_which_something_runs_stays_though_nothing_comes(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_protocol, "IDLE_SECONDS", 0.02)
    socket = await signed_in(logged)
    await socket.subscribe(WORLD)
    await socket.next()
    await asyncio.sleep(0.2)
    assert not socket.task.done()
    await socket.leave()
