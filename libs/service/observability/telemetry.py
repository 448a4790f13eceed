"""Request counts and durations for Prometheus, a log line per request, and an id for each."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.service.observability.tracing import Tracing
from libs.service.version import version

EXPOSITION_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNTRACED: Final = re.compile(r"/(health|metrics|static)(/|$)|(/[a-z]+)?/v1/owner/")
"""Probes, files, and what listeners ask an owner every few seconds: traces of them would drown the others."""
_TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_log = logging.getLogger("headway.requests")
_ids = random.Random()  # noqa: S311 - names of requests, no secrets
# An answer that sets its own is left as it is: pages need styles and scripts, and say which.
_SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)


class Telemetry:
    """The metrics of one process, in a registry of their own, and its traces where they go somewhere; apps mounted in one process share one."""

    def __init__(self, tracing: Tracing | None = None) -> None:
        self.tracing: Final = tracing
        self.registry: Final = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        Info("headway_build", "Which Headway this is.", registry=self.registry).info({"version": version()})
        self._requests = Counter("headway_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry)
        self._seconds = Histogram(
            "headway_http_request_seconds", "Seconds from a request to the end of its answer.", ["method", "route"], registry=self.registry
        )
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one request by the template of its route, never by its path, so that there are only so many series."""
        key = (method if method in _METHODS else "other", route, status)
        children = self._children.get(key)
        if children is None:
            children = self._children[key] = self._requests.labels(key[0], route, str(status)), self._seconds.labels(key[0], route)
        children[0].inc()
        children[1].observe(seconds)

    def gauge(self, name: str, documentation: str, read: Callable[[], float]) -> None:
        """A number read when Prometheus asks. Raises ValueError where the name is taken."""
        self.registry.register(_Read(GaugeMetricFamily, name, documentation, None, lambda: {"": read()}))

    def gauges(self, name: str, documentation: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Numbers read when Prometheus asks, one for each value of `label`. Raises ValueError where the name is taken."""
        self.registry.register(_Read(GaugeMetricFamily, name, documentation, label, read))

    def count(self, name: str, documentation: str, read: Callable[[], float]) -> None:
        """A number that only grows, read when Prometheus asks; it is exposed as `<name>_total`. Raises ValueError where the name is taken."""
        self.registry.register(_Read(CounterMetricFamily, name, documentation, None, lambda: {"": read()}))

    def counts(self, name: str, documentation: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Numbers that only grow, one for each value of `label`. Raises ValueError where the name is taken."""
        self.registry.register(_Read(CounterMetricFamily, name, documentation, label, read))

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)


_Family = CounterMetricFamily | GaugeMetricFamily


class _Read(Collector):
    def __init__(self, family: type[_Family], name: str, documentation: str, label: str | None, read: Callable[[], Mapping[str, float]]) -> None:
        self._family, self._name, self._documentation, self._label = family, name, documentation, label
        self._read = read

    def _empty(self) -> _Family:
        return self._family(self._name, self._documentation, labels=[self._label] if self._label else [])

    def describe(self) -> Iterable[_Family]:
        """The empty family: the registry learns the name without reading the numbers, which may not be there yet."""
        return [self._empty()]

    def collect(self) -> Iterable[_Family]:
        """The family with its numbers as they are now."""
        family = self._empty()
        for value, number in self._read().items():
            family.add_metric([value] if self._label else [], number)
        yield family


class Observed:
    """ASGI middleware: gives each request an id, counts and logs its answer, and adds the security headers that it lacks.

    The id is the trace id of a valid `traceparent`, else a new one; it is answered as `X-Request-Id`. An app mounted in another leaves all this to it.
    """

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Watches one request and its answer."""
        if scope["type"] != "http" or "headway.request" in scope:
            return await self._app(scope, receive, send)
        trace = traceparent(scope)
        tracing = self._telemetry.tracing
        span = None
        if tracing is not None and not _UNTRACED.match(scope["path"]):
            span = tracing.request(scope["method"], trace)
            trace = tracing.traceparent(span)
            # What is said by this request keeps the request's own span as its context.
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"traceparent"] + [(b"traceparent", trace.encode("ascii"))]
        request = scope["headway.request"] = trace[3:35] if trace else f"{_ids.getrandbits(128):032x}"
        status = 0

        def watched(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                names = {name.lower() for name, _ in headers}
                if status != 304:  # what it confirms keeps the headers that it came with
                    headers += [header for header in _SECURITY if header[0] not in names]
                headers.append((b"x-request-id", request.encode("ascii")))
                message = {**message, "headers": headers}
            return send(message)

        start = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - start
            method, route = scope["method"], route_template(scope)
            # No answer at all: the sender went away, or the process is stopping.
            status = status or 499
            self._telemetry.observe(method, route, status, seconds)
            if tracing is not None and span is not None:
                tracing.answered(span, method, route, status)
            if _log.isEnabledFor(logging.INFO):
                fields = {
                    "method": method[:16],
                    "path": scope["path"][:200],
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1000, 2),
                    "request": request,
                }
                _log.info("request", extra={"fields": fields})


def route_template(scope: Scope) -> str:
    """The template of the route that answered, with the paths it is mounted under: `/portfolio/v1/teams/{team}`; `unmatched` where none did."""
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return "unmatched"
    mounted: str = scope.get("root_path", "").removeprefix(scope.get("app_root_path", ""))
    return mounted + str(path)


def traceparent(scope: Scope) -> str | None:
    """The request's W3C `traceparent`, where it has a valid one."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            return value.decode("ascii") if _TRACEPARENT.fullmatch(value) else None
    return None
