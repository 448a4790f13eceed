"""Traces over OTLP where HEADWAY_TELEMETRY_URL is set: spans of requests, of what the relay sends and of what a world hears.

The context of the request is kept in the commit and travels with the event: one trace runs from the webhook that said something to the gateway that shows it.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from libs.events.event import Event
from libs.service.settings import Settings, SettingsError
from libs.service.version import version

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

RECENT: Final = 600 * 10**9
"""Nanoseconds after which an event no longer belongs to the trace of its request."""
_SYSTEM: Final = {True: "kafka", False: "sqlite"}


class Tracing:
    """The spans of one process; made only where they are sent somewhere."""

    def __init__(self, provider: TracerProvider, system: str) -> None:
        self._provider, self._system = provider, system
        self._tracer: Tracer = provider.get_tracer("headway")

    def request(self, method: str, traceparent: str | None) -> Span:
        """The span of a request, begun; a part of its sender's trace where that has one."""
        from opentelemetry.trace import SpanKind

        return self._tracer.start_span(method, _context(traceparent), kind=SpanKind.SERVER, attributes={"http.request.method": method})

    @staticmethod
    def answered(span: Span, method: str, route: str, status: int) -> None:
        """Ends the span of a request under the template of its route."""
        from opentelemetry.trace import StatusCode

        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", status)
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        span.end()

    @staticmethod
    def traceparent(span: Span) -> str:
        """The context of a span as a W3C `traceparent`."""
        at = span.get_span_context()
        return f"00-{at.trace_id:032x}-{at.span_id:016x}-{int(at.trace_flags):02x}"

    def sent(self, events: Iterable[Event]) -> None:
        """What the log has acknowledged."""
        self._spans("send", "PRODUCER", events)

    def heard(self, events: Iterable[Event]) -> None:
        """What the world has applied."""
        self._spans("process", "CONSUMER", events)

    def _spans(self, what: str, kind: str, events: Iterable[Event]) -> None:
        from opentelemetry.trace import SpanKind

        now = time.time_ns()
        for event in events:
            if event.traceparent is None:
                continue
            began = int(event.stored.timestamp() * 10**9)  # from the commit on: what a reader waited for
            if now - began > RECENT:  # a world made anew hears the whole past, which is nobody's trace any more
                continue
            attributes: Mapping[str, Any] = {
                "messaging.system": self._system,
                "messaging.operation.type": what,
                "messaging.message.id": event.id,
                "cloudevents.event_type": event.type,
            }
            span = self._tracer.start_span(
                f"{what} {event.kind}", _context(event.traceparent), kind=SpanKind[kind], attributes=attributes, start_time=min(began, now)
            )
            span.end(now)

    def close(self) -> None:
        """Sends what waits, for two seconds at most."""
        self._provider.force_flush(2_000)
        self._provider.shutdown()


def tracing_of(settings: Settings, service: str) -> Tracing | None:
    """The tracing that the settings ask for, or None. Raises SettingsError where OpenTelemetry is not installed."""
    if not settings.telemetry_url:
        return None
    try:
        exporter = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        export = importlib.import_module("opentelemetry.sdk.trace.export")
        trace = importlib.import_module("opentelemetry.sdk.trace")
        resources = importlib.import_module("opentelemetry.sdk.resources")
    except ImportError as e:
        raise SettingsError(f"HEADWAY_TELEMETRY_URL is set, and {e.name} is not installed: pip install 'headway[telemetry]'") from e
    named = {"service.name": f"headway-{service}", "service.namespace": settings.namespace, "service.version": version()}
    provider = trace.TracerProvider(resource=resources.Resource.create(named))
    address = settings.telemetry_url.rstrip("/")
    target = address if address.endswith("/v1/traces") else f"{address}/v1/traces"
    provider.add_span_processor(export.BatchSpanProcessor(exporter.OTLPSpanExporter(endpoint=target, timeout=5)))
    return Tracing(provider, _SYSTEM[settings.on_kafka])


def _context(traceparent: str | None) -> Any:
    if traceparent is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent})
