"""`headway demo` as a process: on a port of its own, never talking to whoever else is there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from headway.server import NotListening, listening
from tests.patience import GIVE_UP

HEADWAY = [sys.executable, "-c", "from headway.cli import main; main()"]
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("HEADWAY_")} | {"NO_COLOR": "1"}


def headway(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*HEADWAY, *words], env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=GIVE_UP)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - as others listen
@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_port_on_which_something_else_listens_is_said_in_one_line_with_the_way_out(command: str, address: str, tmp_path: Path) -> None:
    with socket.create_server((address, 0)) as stranger:
        stranger.settimeout(0)
        port = stranger.getsockname()[1]
        done = headway(command, "--port", str(port), "--data", str(tmp_path))
        with pytest.raises(BlockingIOError):  # nobody has talked to it
            stranger.accept()
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    other = port + 10 if port + 10 < 65536 else 8010
    assert f"port {port} of 127.0.0.1: something else listens there" in done.stderr and f"--port {other}" in done.stderr
    if command == "demo":
        assert f'make demo ARGS="--port {other}"' in done.stderr
        assert list(tmp_path.iterdir()) == []


def test_of_two_that_start_at_once_on_a_port_only_one_has_it() -> None:
    with listening("127.0.0.1", 0, at_once=True) as first, pytest.raises(NotListening):
        listening("127.0.0.1", first.getsockname()[1], at_once=True)


def test_once_needs_no_port_that_others_may_have_and_no_proxy(tmp_path: Path) -> None:
    def taken() -> socket.socket | None:
        try:
            return socket.create_server(("127.0.0.1", 8000))
        except OSError:
            return None  # somebody has it already: as good

    stranger = taken()
    try:
        nowhere = "http://127.0.0.1:9"
        done = headway("demo", "--once", "--data", str(tmp_path), HTTP_PROXY=nowhere, http_proxy=nowhere, ALL_PROXY=nowhere, NO_PROXY="", no_proxy="")
    finally:
        if stranger is not None:
            stranger.close()
    assert done.returncode == 0, done.stderr
    assert done.stdout and "http://" not in done.stdout, "no address is named on which nothing listens any more"
