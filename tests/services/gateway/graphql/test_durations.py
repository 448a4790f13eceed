"""Prometheus is told how long operations take: each that is executed once, by its kind."""

from __future__ import annotations

from tests.services.gateway.graphql.transport.sockets import publish, signed_in
from tests.services.gateway.small_world import Gateway


async def counts(gateway: Gateway) -> dict[str, float]:
    """How many were timed, by kind."""
    text = (await gateway.client.get("/metrics")).text
    lines = [line for line in text.splitlines() if line.startswith("headway_query_seconds_count")]
    return {line.split('"')[1]: float(line.rpartition(" ")[2]) for line in lines}


async def test_each_kind_is_there_before_anything_was_asked(gateway: Gateway) -> None:
    assert await counts(gateway) == {"query": 0, "mutation": 0, "subscription": 0}


async def test_what_is_executed_is_timed_and_what_cannot_be_is_not(gateway: Gateway) -> None:
    await gateway.ask("{ portfolio { world } }")
    await gateway.post("{ nothing }")
    await gateway.post('mutation { tellStory(input: {team: "x", achieved: "s"}) { id } }')
    assert await counts(gateway) == {"query": 1, "mutation": 1, "subscription": 0}


async def test_a_subscription_is_timed_once_when_it_listens(logged: Gateway) -> None:
    socket = await signed_in(logged)
    await socket.subscribe("subscription { world }")
    await socket.next()
    await publish(logged, "a")
    await socket.next()
    assert (await counts(logged))["subscription"] == 1
    await socket.subscribe('subscription { changed(kinds: ["nothing"]) { world } }', "2")
    assert (await socket.message())["type"] == "error"
    assert (await counts(logged))["subscription"] == 1
    await socket.leave()
