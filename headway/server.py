"""Runs uvicorn with a bounded shutdown, one line when ready, and a clean exit on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from headway.connections import BACKLOG, Connections
from headway.http_connection import Config, HttpConnection, SocketConnection
from headway.watchdog import Watchdog
from libs.runtime.private_files import create_privately
from libs.service.host.process import Process, ProcessApp

GRACE = 6
"""Seconds that running requests get to end on SIGTERM: more than any needs, and less than the ten after which whoever stops containers kills them."""


_NOT_OPENED = OSError("a store, the log or a port could not be opened; the lines above say which, and so does 'headway doctor'")


class _Starting:
    """ASGI middleware: a start that fails because something cannot be opened is said in one line, not by where in the code it was noticed."""

    def __init__(self, stack: FastAPI, process: Process | None) -> None:
        self._stack, self._process = stack, process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes all on but the words of a failed start."""

        async def said(message: Message) -> None:
            why = self._process and self._process.not_opened
            await send({**message, "message": why} if message["type"] == "lifespan.startup.failed" and why else message)

        await self._stack(scope, receive, said if scope["type"] == "lifespan" else send)


class Server(uvicorn.Server):
    """A uvicorn server that ends streams when it is told to stop, and does not raise the signal again, so that a clean stop is exit 0.

    A stop that something holds up ends by the watchdog: see `headway.watchdog`.
    """

    def __init__(self, config: Config, process: Process | None) -> None:
        super().__init__(config)
        self._process = process

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second while nothing else keeps the loop."""
        if counter % 10 == 0:
            for one in [c for c in self.server_state.connections if isinstance(c, HttpConnection)]:
                one.look()
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._process is not None:
            self._process.stopping.set()
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        watchdog = Watchdog()

        def told(sig: int, frame: FrameType | None) -> None:
            watchdog.begin()
            self.handle_exit(sig, frame)

        before = {s: signal.signal(s, told) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for s, handler in before.items():
                signal.signal(s, handler)
            watchdog.close()


class NotListening(OSError):
    """An address cannot be listened on; the text says why, and `other` is a port to try instead."""

    def __init__(self, host: str, port: int, why: OSError) -> None:
        words = "something else listens there" if why.errno == errno.EADDRINUSE else why.strerror or str(why)
        super().__init__(f"cannot listen on port {port} of {host}: {words}")
        self.other = port + 10 if port + 10 < 1 << 16 else 8010


def listening(host: str, port: int, *, at_once: bool = False) -> socket.socket:
    """A socket bound before anything is opened, so that a port in use is said at once. Raises NotListening.

    Until it listens, another may bind to the same port and be the first to listen; `at_once` leaves no such time, and whoever comes early waits.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        if at_once:
            found.listen()
    except OSError as e:
        found.close()
        raise NotListening(host, port, e) from None
    found.set_inheritable(True)
    return found


def server(stack: FastAPI, connections: Connections | None = None) -> Server:
    """The server of an app; it is given its socket when it runs. It holds as many connections as the process may, unless others are given."""
    process = stack.process if isinstance(stack, ProcessApp) else None
    config = Config(
        _Starting(stack, process),
        http=HttpConnection,
        ws=SocketConnection,
        backlog=BACKLOG,
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=30,
        ws_max_size=1 << 20,
        server_header=False,
        proxy_headers=False,
    )
    config.connections = Connections.of_this_process() if connections is None else connections
    return Server(config, process)


def serve_until_stopped(stack: ProcessApp, host: str, port: int, ready: Callable[[str], None]) -> int:
    """Serves until SIGINT or SIGTERM; calls `ready` with the address once the world holds what store and log held. Returns the exit code.

    Raises NotListening where the address cannot be listened on, and OSError where the start fails.
    """
    create_privately()
    bound = listening(host, port)
    url = f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"

    async def run() -> None:
        running = server(stack)

        async def announce() -> None:
            await announced(stack, running)
            ready(url)

        announcing = asyncio.create_task(announce())
        try:
            await running.serve(sockets=[bound])
        except SystemExit:  # uvicorn's own end where the start fails, whose code means refused rows here
            raise _NOT_OPENED from None
        finally:
            announcing.cancel()
        if not running.started:
            raise _NOT_OPENED

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
    return 0


async def announced(stack: ProcessApp, running: uvicorn.Server) -> None:
    """Returns when the server answers and the world holds what store and log held at the start. Raises OSError where it never will."""
    while not (running.started and await stack.process.is_prepared()):
        if running.should_exit:
            raise OSError("the server ended before it was ready")
        await asyncio.sleep(0.02)
