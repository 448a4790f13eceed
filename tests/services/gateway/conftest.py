"""What the tests of the gateway share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.services.gateway.portfolio import told
from tests.services.gateway.small_world import Gateway


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway that has heard nothing."""
    made = Gateway(tmp_path)
    yield made
    await made.client.aclose()


@pytest.fixture
def told_gateway(gateway: Gateway) -> Gateway:
    """A gateway that has heard of two ministries, two teams and their products."""
    told(gateway)
    return gateway


@pytest.fixture
async def logged(gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway whose log is open and empty."""
    await gateway.process.adapters.log.open()
    yield gateway
    await gateway.process.adapters.log.close()


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gateway]:
    """The gateway; `site.client` keeps cookies, and its host is a loopback address."""
    made = Gateway(tmp_path)
    told(made)

    async def ready() -> bool:
        return True

    monkeypatch.setattr(made.process, "is_ready", ready)
    await made.client.aclose()
    made.client = httpx.AsyncClient(transport=httpx.ASGITransport(made.process.app), base_url="http://127.0.0.1")
    yield made
    await made.client.aclose()
