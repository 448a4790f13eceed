"""What a process holds out, as a process: a crowd of callers who say nothing, and work that does not end when it is told to stop."""

from __future__ import annotations

import http.client
import resource
import signal
import socket
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from headway.watchdog import END_WITHIN, LAST, OVERDUE
from tests.patience import GIVE_UP
from tests.system.test_serving import HEADWAY, served

FEW = ["/bin/sh", "-c", 'ulimit -n 1024; exec "$@"', "sh", *HEADWAY]


@pytest.fixture
def descriptors() -> None:
    """Enough of them for the callers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 3000:
        if hard != resource.RLIM_INFINITY and hard < 3000:
            pytest.skip("this machine lets nobody open so many connections")
        resource.setrlimit(resource.RLIMIT_NOFILE, (3000, hard))


def status(url: str, path: str) -> int:
    with urllib.request.urlopen(url + path, timeout=GIVE_UP) as answer:
        return int(answer.status)


@pytest.mark.parametrize("words", [b"", b"GET /health/live HTTP/1.1\r\n"], ids=["silent", "with half a head"])
def test_a_crowd_larger_than_the_descriptors_does_not_take_the_probes(tmp_path: Path, descriptors: None, words: bytes) -> None:
    with served(tmp_path, by=FEW) as (process, url), ExitStack() as crowd:
        where = urlsplit(url)
        for _ in range(1100):
            caller = crowd.enter_context(socket.create_connection((where.hostname, where.port), GIVE_UP))
            if words:
                caller.sendall(words)
        for path in ("/health/live", "/health/ready", "/metrics", "/sign-in"):
            assert status(url, path) == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(GIVE_UP) == 0


# The very stack, with one address more, at which the work is that the test names; the watchdog's seconds are shortened, its bound is asserted beside.
ENDLESS = """
import asyncio, sys, threading
import headway.stack, headway.watchdog
headway.watchdog.END_WITHIN = 3.0
from libs.service.app import public
made = headway.stack.create_stack

def loop():
    print("working", file=sys.stderr, flush=True)
    while True:
        pass

def create_stack(*args):
    app = made(*args)
    @public
    async def work():
        {work}
    app.get("/work")(work)
    return app

headway.stack.create_stack = create_stack
from headway.cli import main
main()
"""
WORK = {
    "in the loop": "loop()",
    "in a thread": "await asyncio.to_thread(loop)",
    "where it heeds no cancelling": """
        print("working", file=sys.stderr, flush=True)
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                pass""",
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK.keys())
def test_sigterm_ends_a_process_whatever_is_computed_and_its_code_says_so(tmp_path: Path, work: str) -> None:
    assert END_WITHIN + LAST < 25
    with served(tmp_path, by=[sys.executable, "-c", ENDLESS.format(work=work)]) as (process, url):
        where = urlsplit(url)
        asking = http.client.HTTPConnection(str(where.hostname), where.port)
        asking.request("GET", "/work")
        assert process.stderr is not None
        while (line := process.stderr.readline()) and line != "working\n":
            pass
        process.send_signal(signal.SIGTERM)
        assert process.wait(GIVE_UP) == OVERDUE
        said = process.stderr.read()
        asking.close()
    assert f"ends with {OVERDUE}" in said and "Current thread" in said and "Thread 0x" in said
