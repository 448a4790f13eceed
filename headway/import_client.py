"""Sends command lines to the services: batches, retries made safe by each line's key, and causal order between services."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from headway.importers.line import ImportLine
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.envelope import SERVICES
from libs.runtime.failure_reason import reason

LINES_A_BATCH = 1_000
BYTES_A_BATCH = 1_048_576
POSITIONS_A_READ = 100
BARRIER = 500
PATIENCE = 30.0
SETTLING = 60.0
WRONG_CLOCK = "urn:headway:problem:wrong-clock"

UNREACHABLE, NOT_ALLOWED, OUR_FAULT = 5, 6, 1

References = Callable[[str, Mapping[str, Any]], Sequence[str]]
ServiceOf = Callable[[str], str | None]
Hears = Callable[[str, str], bool]


class Stopped(Exception):
    """The import cannot go on: `exit_code` for the shell and, as text, what is to be done."""

    def __init__(self, exit_code: int, said: str) -> None:
        super().__init__(said)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """The outcome of a line: `created`, `replaced` (it took the place of what its row had said), `unchanged` or `refused`, then with its problem.

    Of a line that was only tried also `untold`: it names what an earlier line would bring, and what becomes of it shows once that is stored.
    """

    line: ImportLine
    status: str
    problem: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Sender:
    """Sends lines in their order and knows, from the answers, what each later line must let be heard first.

    `references(command, data)` names the aggregates (`kind:id`) that a line refers to and `service_of(kind)` who owns a kind. `hears(service, kind)`, where
    given, says whether a service follows the events of a kind: only such are waited for, and each turn from one service to another then waits for what was
    said since. `patience` are the seconds for which a request that may yet succeed is made again.
    """

    client: httpx.Client
    references: References
    service_of: ServiceOf
    hears: Hears | None = None
    patience: float = PATIENCE
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    positions: dict[str, str] = field(default_factory=dict)
    created: dict[str, str] = field(default_factory=dict)
    unheard: dict[str, dict[str, str]] = field(default_factory=lambda: {service: {} for service in SERVICES})

    def send(self, lines: Sequence[ImportLine]) -> Iterator[LineOutcome]:
        """The outcome of every line, in order, each as soon as its batch is answered; raises `Stopped`, and what was answered before it stays said."""
        start = 0
        while start < len(lines):
            service = lines[start].service
            if service not in SERVICES:
                yield LineOutcome(lines[start], "refused", {"title": "Unknown command", "detail": f"no service is called {service!r}"})
                start += 1
                continue
            batch: list[tuple[ImportLine, bytes]] = []
            size = 0
            barrier = self._barrier(service)
            while start < len(lines) and len(batch) < LINES_A_BATCH and lines[start].service == service:
                line = self._after(lines[start], () if batch else barrier)
                body = line.to_json().encode("ascii") + b"\n"
                if size + len(body) > BYTES_A_BATCH:
                    break
                batch.append((lines[start], body))
                size += len(body)
                start += 1
            if not batch:
                yield LineOutcome(lines[start], "refused", {"title": "Too large", "detail": "the line is larger than 1 MiB, the most that a request may hold"})
                start += 1
                continue
            yield from self._decided(service, batch)
            self.unheard[service].clear()

    def tried(self, lines: Sequence[ImportLine]) -> Iterator[LineOutcome]:
        """What would become of every line, in order, as things stand; nothing is stored. Raises `Stopped` as `send` does.

        Lines of one request rest on those before it. What an earlier line of another request would bring is not there: a line that lacks it is `untold`.
        """
        start, promised = 0, set[str]()
        while start < len(lines):
            service = lines[start].service
            end = start + 1
            while end < len(lines) and end - start < LINES_A_BATCH and lines[end].service == service:
                end += 1
            batch, start = lines[start:end], end
            bodies = [line.to_json().encode("ascii") + b"\n" for line in batch]
            answers = self._post(service, bodies, {"try": "1"}) if service in SERVICES else [_UNKNOWN] * len(batch)
            for line, answer in zip(batch, answers, strict=True):
                outcome = _outcome(line, answer)
                if outcome.status == "refused" and promised.intersection(self._lacked(line, outcome.problem or {})):
                    outcome = replace(outcome, status="untold")
                if outcome.status in ("created", "untold"):
                    promised.update(self.references(line.command, line.data))
                yield outcome

    def settle(self) -> None:
        """Returns when the gateway has applied all that this run created; raises `Stopped` after a minute."""
        positions = list(self.created.values())
        until = self.clock() + SETTLING
        late = (
            "All of it is stored, but the gateway has not shown it within 60 seconds: look at `headway parked list`, or run the import again to wait once more"
        )
        for first in range(0, len(positions), POSITIONS_A_READ):
            heard = {"X-Headway-After": ",".join(positions[first : first + POSITIONS_A_READ])}
            self._patiently("GET", "/graphql", until, late, params={"query": "{__typename}"}, headers=heard)

    def knows(self, service: str, plural: str, id: str) -> bool:
        """Whether a service has this aggregate."""
        answer = self._patiently("GET", f"/{service}/v1/{plural}/{id}", self.clock() + self.patience, _AGAIN, wanted=(200, 404))
        return answer.status_code == 200

    def items(self, product: str) -> dict[str, tuple[str, str | None]]:
        """The items of a product by each name that another system gave them (`ItemSource.names`): id, and number there. The first one keeps a name."""
        found: dict[str, tuple[str, str | None]] = {}
        after: dict[str, str] = {}
        while True:
            asked = {"product": product, "first": "100", **after}
            page = self._patiently("GET", "/backlog/v1/items", self.clock() + self.patience, _AGAIN, params=asked).json()
            for item in page["items"]:
                if item.get("source"):
                    source = ItemSource.model_construct(**item["source"])  # as it is there, also by an earlier, more lenient version
                    for name in source.names:
                        found.setdefault(name, (item["id"], source.number))
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    def told(self, types: Sequence[str]) -> list[Mapping[str, Any]]:
        """All events of these types, as CloudEvents, in order per aggregate."""
        as_lines = {"Accept": "application/x-ndjson"}
        answer = self._patiently("GET", "/events", self.clock() + self.patience, _AGAIN, params={"type": list(types)}, headers=as_lines)
        return [event for line in answer.content.splitlines() if line.strip() and isinstance(event := json.loads(line), dict)]

    def _after(self, line: ImportLine, barrier: Sequence[str]) -> ImportLine:
        """The line with the positions in other services that it rests on, as far as this run has seen them."""
        named = list(self.references(line.command, line.data))
        scope = line.by.partition("@")[2] if line.by else ""
        if scope:
            named += [f"{kind}:{scope}" for kind in ("organisation", "team", "product")]
        resting = [self.positions[name] for name in named if name in self.positions and self._waits(line.service, name.partition(":")[0])]
        after = tuple(dict.fromkeys((*line.after, *barrier, *resting)))
        return line if after == line.after else replace(line, after=after)

    def _lacked(self, line: ImportLine, problem: Mapping[str, Any]) -> Sequence[str]:
        """What a line names and was not found."""
        field = str(problem.get("field", ""))
        return self.references(line.command, {field: line.data[field]}) if problem.get("status") == 404 and field in line.data else ()

    def _waits(self, service: str, kind: str) -> bool:
        return self.service_of(kind) != service and (self.hears is None or self.hears(service, kind))

    def _barrier(self, service: str) -> list[str]:
        """What other services said since this one was last spoken to: a rule may rest on facts that no line names. The newest stand for very many."""
        return list(self.unheard[service].values())[-BARRIER:]

    def _decided(self, service: str, batch: list[tuple[ImportLine, bytes]]) -> Iterator[LineOutcome]:
        answers = self._post(service, [body for _, body in batch])
        until, pause = self.clock() + PATIENCE, 0.2
        while (waiting := _waiting(answers)) and self.clock() + pause < until:
            self.sleep(pause)
            pause = min(pause * 2, 5.0)
            for place, answer in zip(waiting, self._post(service, [batch[place][1] for place in waiting]), strict=True):
                answers[place] = answer
        for (line, _), answer in zip(batch, answers, strict=True):
            yield self._outcome(service, line, answer)
        if any(not _dated_ahead(answers[place]) for place in _held_up(answers)):
            raise Stopped(UNREACHABLE, f"{service} has not heard what these lines rest on. {_AGAIN}")

    def _outcome(self, service: str, line: ImportLine, answer: Mapping[str, Any]) -> LineOutcome:
        status, position = answer.get("status"), answer.get("position")
        if isinstance(position, str) and position.rpartition("@")[2].isdigit():
            name, _, sequence = position.rpartition("@")
            if int(sequence) >= int(self.positions.get(name, "@0").rpartition("@")[2]):
                self.positions[name] = position
                if status == "created" and self.hears is not None:
                    self._tell(service, name, position, self.hears)
            if status == "created":
                self.created[name] = self.positions[name]
        return _outcome(line, answer)

    def _tell(self, service: str, name: str, position: str, hears: Hears) -> None:
        for other in SERVICES:
            if other != service and hears(other, name.partition(":")[0]):
                self.unheard[other].pop(name, None)
                self.unheard[other][name] = position

    def _post(self, service: str, bodies: list[bytes], query: Mapping[str, str] | None = None) -> list[Mapping[str, Any]]:
        """One answer a line; a batch that the service finds too large goes in two halves."""

        def readable(answer: httpx.Response) -> bool:
            return answer.status_code != 200 or len(_results(answer)) == len(bodies)

        headers = {"Content-Type": "application/x-ndjson"}
        answer = self._patiently(
            "POST",
            f"/{service}/v1/commands",
            self.clock() + self.patience,
            _AGAIN,
            wanted=(200, 413),
            readable=readable,
            params=query,
            content=b"".join(bodies),
            headers=headers,
        )
        if answer.status_code == 200:
            return _results(answer)
        if len(bodies) == 1:
            return [{"status": "refused", "problem": _problem(answer)}]
        half = len(bodies) // 2
        return self._post(service, bodies[:half], query) + self._post(service, bodies[half:], query)

    def _patiently(
        self,
        method: str,
        path: str,
        until: float,
        late: str,
        wanted: tuple[int, ...] = (200,),
        readable: Callable[[httpx.Response], bool] = lambda answer: True,
        **request: Any,
    ) -> httpx.Response:
        """An answer that is wanted and readable.

        While the reason may pass it asks again, ever more slowly or as `Retry-After` says, until `until` (seconds of `clock`); then, or at once where asking
        again cannot help, it raises `Stopped`.
        """
        pause = 0.1
        while True:
            wait: float | None = None
            try:
                answer = self.client.request(method, path, **request)
            except httpx.TransportError as error:
                why = f"{self.client.base_url} does not answer ({reason(error)})"
            else:
                if answer.status_code in wanted and readable(answer):
                    return answer
                why = f"{method} {path} answered {answer.status_code}: {said(_problem(answer))}"
                if answer.status_code in (401, 403):
                    allowed = "HEADWAY_TOKEN must be a valid token with the role importer; what was answered before is stored"
                    raise Stopped(NOT_ALLOWED, _sentences(why, allowed))
                if answer.status_code == 404:
                    raise Stopped(UNREACHABLE, _sentences(why, "Is HEADWAY_URL the address of Headway?"))
                if answer.status_code < 500 and answer.status_code not in (200, 408, 409, 425, 429):
                    raise Stopped(OUR_FAULT, why)
                wait = _retry_after(answer)
            if self.clock() + (pause if wait is None else wait) > until:
                raise Stopped(UNREACHABLE, _sentences(why, late))
            self.sleep(pause if wait is None else wait)
            pause = min(pause * 2, 5.0)


_UNKNOWN: Mapping[str, Any] = {"status": "refused", "problem": {"title": "Unknown command", "detail": "no service is called so"}}
_AGAIN = "Run the same command again: it goes on where this one stopped"


def _outcome(line: ImportLine, answer: Mapping[str, Any]) -> LineOutcome:
    """What an answer says became of its line."""
    status = answer.get("status")
    if status not in ("created", "unchanged"):
        problem = answer.get("problem")
        return LineOutcome(line, "refused", problem if isinstance(problem, dict) else {"detail": str(problem)})
    return LineOutcome(line, "replaced" if status == "created" and (answer.get("replaced") or line.takes_back) else status)


def said(problem: Mapping[str, Any]) -> str:
    """A problem (RFC 9457) in one line: its detail, the rule with its source, the remedy."""
    words = str(problem.get("detail") or problem.get("title") or "refused without a reason")
    rule, source, remedy = (problem.get(name) for name in ("rule", "source", "remedy"))
    if rule:
        words += f" [{rule}{f', {source}' if source else ''}]"
    return _sentences(words, str(remedy)) if remedy else words


def _sentences(first: str, then: str) -> str:
    """Two sentences beside each other, whether or not the first one bears its full stop."""
    return f"{first.rstrip('. ')}. {then}" if first[-1:] not in ("?", "!", "…") else f"{first} {then}"


def _waiting(answers: Sequence[Mapping[str, Any]]) -> list[int]:
    """The places to ask again: from the first line that waits for what was not heard, all that were refused, as they may rest on it."""
    held_up = _held_up(answers)
    return [place for place, answer in enumerate(answers) if answer.get("status") == "refused" and place >= held_up[0]] if held_up else []


def _held_up(answers: Sequence[Mapping[str, Any]]) -> list[int]:
    """The places of lines that are refused as things stand and may be taken later."""
    return [place for place, answer in enumerate(answers) if answer.get("status") == "refused" and _why(answer).get("status") == 503]


def _dated_ahead(answer: Mapping[str, Any]) -> bool:
    """Whether a line rests on what a wrong clock dated: it says itself from when on it is taken, which may be long, and no other line waits for that."""
    return _why(answer).get("type") == WRONG_CLOCK


def _why(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return problem if isinstance(problem := answer.get("problem"), dict) else {}


def _results(answer: httpx.Response) -> list[Mapping[str, Any]]:
    try:
        results = [json.loads(line) for line in answer.content.split(b"\n") if line.strip()]
    except ValueError:
        return []
    return [result for result in results if isinstance(result, dict)]


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    return problem if isinstance(problem, dict) else {"detail": answer.text[:200].strip() or answer.reason_phrase}


def _retry_after(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None
