"""What the tests of the gateway share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

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
