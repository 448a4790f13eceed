"""What a process says about itself: logs without secrets, metrics by route, an id for each request."""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from libs.service.observability import logs
from libs.service.observability.logs import JsonLines, RateLimit, redact
from libs.service.observability.telemetry import Telemetry
from tests.service.example import Example


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the process's logs go, put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    made = io.StringIO()
    logs.configure("INFO", made)
    yield made
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_a_request_is_one_line_without_token_query_or_body(client: httpx.AsyncClient, example: Example, stream: io.StringIO) -> None:
    headers = example.signed_in()
    await client.post("/v1/commands/propose?token=s3cret", json={"team": "s3cret", "amount": {"currency": "CAD"}}, headers=headers)
    (line,) = lines(stream)
    assert (line["logger"], line["method"], line["path"], line["route"], line["status"]) == (
        "headway.requests",
        "POST",
        "/v1/commands/propose",
        "/v1/commands/propose",
        200,
    )
    assert "s3cret" not in stream.getvalue()
    assert headers["Authorization"][7:] not in stream.getvalue()


async def test_the_id_of_a_request_is_its_trace_or_a_new_one(client: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await client.get("/health/live", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.headers["x-request-id"] == trace
    for bad in ("00-" + "0" * 32 + "-00f067aa0ba902b7-01", "x\ty", f"01-{trace}"):
        other = (await client.get("/health/live", headers={"traceparent": bad})).headers["x-request-id"]
        assert len(other) == 32
        assert other != trace


async def test_requests_are_counted_by_the_template_of_their_route(client: httpx.AsyncClient, example: Example) -> None:
    for team in ("a", "b"):
        await client.get(f"/v1/teams/{team}", headers=example.signed_in())
    await client.get("/v1/nowhere/1")
    await client.request("BREW", "/v1/nowhere/2")
    text = (await client.get("/metrics")).text
    assert 'headway_http_requests_total{method="GET",route="/v1/teams/{team}",status="200"} 2.0' in text
    assert 'headway_http_request_seconds_count{method="GET",route="/v1/teams/{team}"} 2.0' in text
    assert 'headway_http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert 'headway_http_requests_total{method="other",route="unmatched",status="404"} 1.0' in text
    assert "nowhere" not in text


async def test_a_mounted_app_is_counted_once_under_its_mount(example: Example) -> None:
    outer = Starlette(routes=[Mount("/portfolio", example.app)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(outer), base_url="http://x") as client:
        await client.get("/portfolio/v1/teams/a", headers=example.signed_in())
        text = (await client.get("/portfolio/metrics")).text
    assert 'headway_http_requests_total{method="GET",route="/portfolio/v1/teams/{team}",status="200"} 1.0' in text


def test_gauges_are_read_when_asked() -> None:
    telemetry, waiting = Telemetry(), {"backlog": 2.0}
    telemetry.gauge("headway_parked", "Events parked.", lambda: 3)
    telemetry.gauges("headway_unpublished", "Commits not yet published.", "service", lambda: waiting)
    waiting["portfolio"] = 5.0
    text = telemetry.exposition().decode()
    assert "headway_parked 3.0" in text
    assert 'headway_unpublished{service="portfolio"} 5.0' in text
    with pytest.raises(ValueError, match="Duplicated"):
        telemetry.gauge("headway_parked", "Again.", lambda: 0)


def test_what_looks_like_a_secret_is_struck_out() -> None:
    token = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    line = redact(f"Authorization: Bearer abc.def {token} mongodb://user:pass@host/ ann@gov.example")
    assert line == "Authorization: Bearer [redacted] [redacted] mongodb://[redacted]@host/ ann@gov.example"


def test_an_exception_is_one_line(stream: io.StringIO) -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        logging.getLogger("headway.x").exception("went wrong", extra={"fields": {"command": "form_team", "event": None}})
    (line,) = lines(stream)
    assert (line["level"], line["message"], line["command"]) == ("error", "went wrong", "form_team")
    assert "event" not in line
    assert "RuntimeError: broken" in str(line["exception"])


def test_what_a_log_line_is_about_is_in_fields_of_its_own(stream: io.StringIO) -> None:
    logging.getLogger("libs.example").warning("parked %s", "team:t@3", extra={"position": "team:t@3", "error": "KeyError", "aggregate": None})
    logging.getLogger("libs.example").warning("health", extra={"fields": {"part": "log", "name": "x"}})
    first, second = lines(stream)
    assert (first["message"], first["position"], first["error"]) == ("parked team:t@3", "team:t@3", "KeyError")
    assert set(first) == {"time", "level", "logger", "message", "position", "error"}
    assert (second["part"], second["name"], second["level"]) == ("log", "x", "warning")


def test_a_library_that_repeats_itself_is_heard_three_times_a_minute() -> None:
    clock, out = [0.0], io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    handler.addFilter(RateLimit(clock=lambda: clock[0]))
    logger = logging.getLogger("aiokafka.example")
    other = logging.getLogger("aiokafkaesque")
    for one in (logger, other):
        one.propagate = False
        one.addHandler(handler)
    for node in range(100):
        logger.error("Unable to connect to node %s", node)
    logger.error("something else")
    clock[0] = 61.0
    logger.error("Unable to connect to node %s", 7)
    for _ in range(5):
        other.error("same")
    messages = [line["message"] for line in lines(out)]
    assert messages == [*(f"Unable to connect to node {n}" for n in (0, 1, 2)), "something else", "Unable to connect to node 7", *["same"] * 5]
    assert lines(out)[4]["suppressed"] == 97
