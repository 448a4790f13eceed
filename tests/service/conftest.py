"""What the tests of the edge share: an app with a few endpoints, and tokens for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from libs.service.app import create_base
from libs.service.identity.issuer import Issuer
from libs.service.identity.tokens import Verifier
from libs.service.observability.telemetry import Telemetry
from libs.service.settings import Settings
from tests.service.example import Example, add_endpoints


@pytest.fixture
def example(tmp_path: Path) -> Example:
    """An app like a service's, with its issuer."""
    settings = Settings(data=tmp_path)
    made = Example(issuer=Issuer.embedded(settings), telemetry=Telemetry())

    async def ready() -> bool:
        return made.ready

    made.app = create_base("Example", verifier=Verifier.from_settings(settings), ready=ready, telemetry=made.telemetry)
    add_endpoints(made.app, made)
    return made


@pytest.fixture
async def client(example: Example) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the example, without a token."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(example.app), base_url="http://example") as made:
        yield made
