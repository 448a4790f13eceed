"""A real browser (Debian's chromium, driven by playwright) that looks at the demonstration as `headway demo` serves it."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright, expect

from libs.service.identity.issuer import Issuer
from libs.service.identity.session import COOKIE
from libs.service.settings import Settings
from tests.patience import GIVE_UP

CHROMIUM: Final = os.environ.get("HEADWAY_TEST_CHROMIUM", "/usr/bin/chromium")
ROOT: Final = Path(__file__).parents[2]
SCREENSHOTS: Final = ROOT / "artefacts" / "screenshots"
DESKTOP, PHONE = (1280, 900), (375, 812)
SECONDS: Final = GIVE_UP
"""How long the demonstration may take to load."""
PATIENCE: Final = GIVE_UP * 1000
"""Milliseconds that the browser may take for what it is asked, and a page until it says what is expected: the usual five seconds are too few under load."""
expect.set_options(timeout=PATIENCE)

Theme = Literal["light", "dark"]
Opening = Callable[..., Coroutine[Any, Any, "Looked"]]


@dataclass
class Demo:
    """The demonstration as it is served: its address, and the folder of its key."""

    url: str
    data: Path

    def token(self, persona: str) -> str:
        return Issuer.embedded(Settings(data=self.data)).token(persona)

    def client(self, persona: str) -> httpx.AsyncClient:
        """A program that asks in a persona's name."""
        return httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {self.token(persona)}"})

    async def settled(self) -> None:
        """Returns once nothing is announced any more: the same world at two looks."""
        worlds = [""]
        async with self.client("executive") as client:
            while len(worlds) < 3 or len(set(worlds[-3:])) > 1:
                worlds.append((await client.get("/graphql", params={"query": "{ portfolio { world } }"})).headers["x-headway-world"])
                await asyncio.sleep(0.5)


@dataclass
class Looked:
    """A page in the browser, what its policy forbade, what its console said, and how many bytes came over the wire for it."""

    page: Page
    session: CDPSession
    """By which the browser itself is asked."""
    violations: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """Bytes of HTML, CSS and JavaScript as they came, compressed."""
        return sum(self.weights.values())

    async def shown(self, *, theme: Theme = "light", size: tuple[int, int] = DESKTOP, media: Literal["screen", "print"] = "screen") -> None:
        """Has the page be shown otherwise, as where somebody turns to dark or to paper: what it holds stays."""
        await self.page.set_viewport_size({"width": size[0], "height": size[1]})
        await self.page.emulate_media(media=media, color_scheme=theme)

    async def axe(self, source: str) -> list[str]:
        """What axe-core finds against WCAG 2.2 A and AA: the rule and where."""
        await self.page.evaluate(source)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = await self.page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", tags)
        return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found["violations"] for node in one["nodes"]]

    async def photograph(self, name: str) -> Path:
        """The whole page as a picture among the artefacts, written quickly rather than small: that was a third of a look's time."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        whole = (await self.session.send("Page.getLayoutMetrics"))["cssContentSize"]
        wanted = {"format": "png", "captureBeyondViewport": True, "optimizeForSpeed": True, "clip": {**whole, "scale": 1}}
        path.write_bytes(base64.b64decode((await self.session.send("Page.captureScreenshot", wanted))["data"]))
        return path


def missing(why: str) -> NoReturn:
    """Skips with this reason; a run that must look at everything fails."""
    if os.environ.get("HEADWAY_TEST_REQUIRE_SERVERS") == "1":
        pytest.fail(why)
    pytest.skip(why)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo() -> AsyncIterator[Demo]:
    """`headway demo` in a process of its own, over a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="headway-demo-"))
    command = (sys.executable, "-c", "from headway.cli import main; main()", "demo", "--port", "0", "--data", str(folder))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADWAY_")}
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, cwd=ROOT, env=environment)
    try:
        async with asyncio.timeout(SECONDS):
            found = Demo(await _address(process), folder)
            await found.settled()
        yield found
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.communicate(), GIVE_UP)
            except TimeoutError:
                process.kill()
                await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    said = b""
    async for line in process.stdout:
        said += line
        if found := re.search(rb"(http://127\.0\.0\.1:\d+)/graphql", line):
            return found[1].decode()
    pytest.fail(f"headway demo ended before it served: {said.decode(errors='replace')[-2000:]}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    if shutil.which(CHROMIUM) is None:
        missing(f"there is no chromium at {CHROMIUM} (python -m tools.debian installs it): pages are not looked at through a browser")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        await started.close()


@pytest.fixture(scope="session")
def axe(node: Path) -> str:
    """The source of axe-core."""
    return (node / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest_asyncio.fixture(loop_scope="session")
async def browser_page(browser: Browser, demo: Demo) -> AsyncIterator[Opening]:
    """Opens a page of the demonstration: `await browser_page("/", persona="executive", theme="dark", size=PHONE, javascript=False)`."""
    async with opening(browser, demo) as opened:
        yield opened


@asynccontextmanager
async def opening(browser: Browser, demo: Demo) -> AsyncIterator[Opening]:
    """What opens pages of the demonstration, each in a context of its own that ends with the block."""
    contexts: list[BrowserContext] = []

    async def opened(
        path: str,
        *,
        persona: str | None = "executive",
        theme: Theme = "light",
        size: tuple[int, int] = DESKTOP,
        javascript: bool = True,
        media: str = "screen",
        status: int = 200,
    ) -> Looked:
        context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=javascript, color_scheme=theme, locale="en-CA")
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if persona is not None:
            await context.add_cookies([{"name": COOKIE, "value": demo.token(persona), "url": demo.url, "httpOnly": True, "sameSite": "Lax"}])
        page = await context.new_page()
        looked = Looked(page, await context.new_cdp_session(page))
        await _watched(looked)
        answer = await looked.page.goto(demo.url + path, wait_until="load")
        assert answer is not None and answer.status == status, await looked.page.content()
        if media == "print":
            await looked.page.emulate_media(media="print")
        return looked

    try:
        yield opened
    finally:
        for context in contexts:
            await context.close()


async def _watched(looked: Looked) -> None:
    """Collects what the policy forbids, what the console says of errors and warnings, and what comes over the wire."""

    def said(message: Any) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            looked.violations.append(message.text)
        elif message.type in ("error", "warning"):
            looked.console.append(f"{message.type}: {message.text}")

    looked.page.on("console", said)
    looked.page.on("pageerror", lambda error: looked.console.append(f"error: {error}"))
    session = looked.session
    kinds: dict[str, tuple[str, str]] = {}
    await session.send("Network.enable")
    session.on("Network.responseReceived", lambda e: kinds.__setitem__(e["requestId"], (e["type"], e["response"]["url"])))

    def finished(event: dict[str, Any]) -> None:
        kind, url = kinds.get(event["requestId"], ("", ""))
        if kind in ("Document", "Stylesheet", "Script"):
            looked.weights[url] = int(event["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
