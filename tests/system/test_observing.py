"""What can be seen of a running stack: metrics of what it does, traces from a request to the world, readiness that names what is not well."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from typer.testing import CliRunner

import libs.service.version
from headway.cli import app
from headway.server import listening, server
from headway.stack import create_stack
from libs.service.settings import Settings
from services.gateway.graphql.transport import http
from tests.system.conftest import Running, running

ORGANISATION = ("portfolio.register_organisation", {"organisation": "env", "name": "Environment", "currency": "CAD"})


def metric(text: str, name: str, **labels: str) -> float:
    """The number of one series. Raises AssertionError where it is not exposed."""
    wanted = {f'{key}="{value}"' for key, value in labels.items()}
    for line in text.splitlines():
        found = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? ([0-9.e+-]+)", line)
        if found and found[1] == name and wanted <= set((found[2] or "").split(",")):
            return float(found[3])
    raise AssertionError(f"{name} {labels} is not exposed")


async def test_metrics_say_what_was_answered_relayed_and_applied(stack: Running) -> None:
    await stack.say(ORGANISATION)
    again = await stack.command("portfolio.register_organisation", {"organisation": "env", "name": "Other", "currency": "CAD"})
    assert again.status_code == 409
    await stack.app.process.services["portfolio"].relay.catch_up()  # what the world shows already, the relay counts a moment later
    text = (await stack.client.get("/metrics")).text
    assert metric(text, "headway_commands_total", command="portfolio.register_organisation", outcome="created") == 1
    assert metric(text, "headway_commands_total", command="portfolio.register_organisation", outcome="already-exists") == 1
    assert metric(text, "headway_relayed_total", service="portfolio") == 1
    assert metric(text, "headway_events_applied_total") == 1
    assert metric(text, "headway_world_events") == 1
    for name in ("headway_parked", "headway_duplicates_dropped_total", "headway_gaps_healed_total", "headway_fold_rate", "headway_loop_lag_seconds"):
        metric(text, name)
    assert metric(text, "headway_unpublished", service="portfolio") == 0
    assert metric(text, "headway_unpublished_age_seconds", service="backlog") == 0
    metric(text, "headway_consumer_lag", consumer="world")


async def test_a_command_is_one_log_line_with_its_event_ids_and_no_data(stack: Running, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "headway.commands"):
        await stack.command(*ORGANISATION)
    (fields,) = (record.__dict__["fields"] for record in caplog.records if record.name == "headway.commands")
    assert (fields["command"], fields["outcome"], fields["events"]) == ("portfolio.register_organisation", "created", ["organisation:env@1"])
    assert "Environment" not in json.dumps(fields)


async def test_readiness_names_no_trouble_while_all_is_well(stack: Running) -> None:
    assert (await stack.client.get("/health/ready")).json() == {"status": "ready", "troubles": []}


class Collector:
    """Takes in OTLP over HTTP, as a collector does."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.services: set[str] = set()
        self.versions: set[str] = set()
        self.url = ""

    async def taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        found = re.search(r"content-length: (\d+)", head)
        body = await reader.readexactly(int(found[1]) if found else 0)
        request = ExportTraceServiceRequest.FromString(body)
        attributes = [a for r in request.resource_spans for a in r.resource.attributes]
        self.services |= {a.value.string_value for a in attributes if a.key == "service.name"}
        self.versions |= {a.value.string_value for a in attributes if a.key == "service.version"}
        self.spans += [span for r in request.resource_spans for s in r.scope_spans for span in s.spans]
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    made = Collector()
    taking = await asyncio.start_server(made.taken, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{taking.sockets[0].getsockname()[1]}"
    yield made
    taking.close()


async def test_one_trace_runs_from_the_request_over_the_log_into_the_world(tmp_path: Path, collector: Collector) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with running(Settings(data=tmp_path, telemetry_url=collector.url)) as stack:
        answer = await stack.command(*ORGANISATION, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
        await stack.ask("{ __typename }", after=answer.json()["position"])
    by_name = {span.name: span for span in collector.spans if span.trace_id.hex() == trace}
    assert {"POST /portfolio/v1/commands/register_organisation", "send organisation", "process organisation"} <= set(by_name)
    request = by_name["POST /portfolio/v1/commands/register_organisation"]
    assert request.parent_span_id.hex() == "00f067aa0ba902b7"
    assert by_name["send organisation"].parent_span_id == by_name["process organisation"].parent_span_id == request.span_id


async def test_a_mutation_belongs_to_the_trace_of_its_request(tmp_path: Path, collector: Collector) -> None:
    trace = "5bf92f3577b34da6a3ce929d0e0e4736"
    document = 'mutation { registerOrganisation(input: {organisation: "env", name: "Environment", currency: "CAD"}) { position } }'
    async with running(Settings(data=tmp_path, telemetry_url=collector.url)) as stack:
        headers = {**stack.signed_in("importer"), "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        assert "errors" not in (await stack.client.post("/graphql", json={"query": document}, headers=headers)).json()
    names = {span.name for span in collector.spans if span.trace_id.hex() == trace}
    assert {"POST /graphql", "POST /portfolio/v1/commands/register_organisation", "send organisation", "process organisation"} <= names


async def test_what_listeners_ask_an_owner_leaves_no_traces_and_a_service_is_named_in_its_own(tmp_path: Path, collector: Collector) -> None:
    process = create_stack(Settings(data=tmp_path, telemetry_url=collector.url), ["portfolio"])
    async with process.router.lifespan_context(process), httpx.AsyncClient(transport=httpx.ASGITransport(process), base_url="http://portfolio") as client:
        for path in ("/portfolio/v1/owner/tallies", "/health/live", "/portfolio/v1/teams"):
            await client.get(path)
    assert [span.name for span in collector.spans] == ["GET /portfolio/v1/teams"]
    assert collector.services == {"headway-portfolio"}


async def test_command_line_metrics_traces_openapi_and_both_entity_tags_say_one_version(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = []
    for number in (libs.service.version.VERSION, "2038.1.19"):
        monkeypatch.setattr(libs.service.version, "VERSION", number)
        http._version.cache_clear()
        assert CliRunner().invoke(app, ["--version"]).output == f"headway {number}\n"
        collector.versions.clear()
        async with running(Settings(data=tmp_path, telemetry_url=collector.url)) as stack:
            headers = stack.signed_in("executive")
            assert f'headway_build_info{{version="{number}"}} 1.0' in (await stack.client.get("/metrics")).text
            assert (await stack.client.get("/backlog/openapi.json", headers=headers)).json()["info"]["version"] == number
            pages = [await stack.client.get("/", headers=headers | {"Accept": "text/html"}) for _ in range(2)]
            asked = await stack.client.get("/graphql", params={"query": "{ __typename }"}, headers=headers)
            assert pages[0].headers["etag"] == pages[1].headers["etag"]
            tags.append((asked.headers["x-headway-world"], asked.headers["etag"], pages[0].headers["etag"]))
        assert collector.versions == {number}
    http._version.cache_clear()
    (world, answered, page), (same, other_answer, other_page) = tags
    assert world == same, "the same world, told by another Headway, is told anew"
    assert answered != other_answer and page != other_page


async def test_a_start_that_waiting_does_not_mend_says_why_in_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "headway.portfolio.sqlite3").write_bytes(b"no database" * 100)
    running = server(create_stack(Settings(data=tmp_path)))
    with listening("127.0.0.1", 0) as bound, pytest.raises(SystemExit):
        await running.serve(sockets=[bound])
    words = [record.getMessage() for record in caplog.records if record.name == "uvicorn.error" and record.levelno >= logging.ERROR]
    assert words[0] == "store of portfolio: file is not a database"
