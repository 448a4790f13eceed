"""Callers over loopback that cost next to nothing themselves, and what the processes that answer them take."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import orjson

ROOM: Final = 32 * 1_048_576
"""Bytes that an answer may have."""
LEAST: Final = 3
"""So many answers are asked for by one caller, however long they take."""


class Took(NamedTuple):
    """What one answer took: seconds until it was there, seconds of computing in the processes that gave it, and how many there were a second."""

    seconds: float
    computing: float
    rate: float


@dataclass(frozen=True)
class Question:
    """What is asked, and of whom."""

    url: str
    query: str
    variables: Mapping[str, object]
    token: str = ""

    def request(self) -> bytes:
        """As HTTP/1.1 has it."""
        body = orjson.dumps({"query": self.query, "variables": self.variables})
        parts = urlsplit(self.url)
        head = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Accept: application/json", "Content-Type: application/json"]
        head += [f"Authorization: Bearer {self.token}"] if self.token else []
        return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


class Caller:
    """One connection that is kept, and asks one thing after another: plain reads into one place, since a client library takes more than some who answer."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._room = memoryview(mmap(-1, ROOM))  # only what is read into takes memory

    def ask(self, request: bytes) -> memoryview:
        """The body of the answer, as long as nothing else is asked; as it came where it came in chunks. Fails for another status than 200."""
        self._socket.sendall(request)
        have = self._more(0)
        while (end := bytes(self._room[: min(have, 8192)]).find(b"\r\n\r\n")) < 0:
            have = self._more(have)
        head = bytes(self._room[:end])
        assert head.startswith(b"HTTP/1.1 200"), head + bytes(self._room[end : min(have, end + 1000)])
        said = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        begin, length = end + 4, said.get(b"content-length")
        while have < begin + int(length) if length else bytes(self._room[have - 5 : have]) != b"0\r\n\r\n":
            have = self._more(have)
        return self._room[begin:have]

    def _more(self, have: int) -> int:
        read = self._socket.recv_into(self._room[have:])
        assert read, "the connection ended"
        return have + read

    def close(self) -> None:
        """Ends the connection."""
        self._socket.close()


def computing(pids: Sequence[int]) -> float:
    """Seconds that all threads of these processes have computed so far."""
    spent = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                spent += int((thread / "schedstat").read_text("ascii").split()[0])
    return spent / 1e9


def one_after_another(questions: Iterator[Question], pids: Sequence[int], seconds: float, before: Callable[[], object] | None = None) -> Took:
    """One caller, who asks for so many seconds; `before` each answer something may be done that is not counted."""
    took, spent, many = 0.0, 0.0, 0
    with _calling(next(questions).url) as caller:
        while many < LEAST or took < seconds:
            request = next(questions).request()
            if before is not None:
                before()
            computed, begun = computing(pids), time.perf_counter()
            caller.ask(request)
            took += time.perf_counter() - begun
            spent += computing(pids) - computed
            many += 1
    return Took(took / many, spent / many, many / took)


def at_once(questions: Sequence[Question], pids: Sequence[int], seconds: float) -> Took:
    """As many callers as there are questions, each asking its own again and again for so many seconds, and once at least."""
    counts = [0] * len(questions)
    start, stop = threading.Barrier(len(questions) + 1), threading.Event()

    def asks(n: int) -> None:
        request = questions[n].request()
        with _calling(questions[n].url) as caller:
            start.wait()
            while not counts[n] or not stop.is_set():
                caller.ask(request)
                counts[n] += 1

    threads = [threading.Thread(target=asks, args=(n,)) for n in range(len(questions))]
    for thread in threads:
        thread.start()
    start.wait()
    computed, begun = computing(pids), time.perf_counter()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    took, spent, many = time.perf_counter() - begun, computing(pids) - computed, max(1, sum(counts))
    return Took(took * len(questions) / many, spent / many, many / took)


@contextlib.contextmanager
def _calling(url: str) -> Iterator[Caller]:
    caller = Caller(url)
    try:
        yield caller
    finally:
        caller.close()
