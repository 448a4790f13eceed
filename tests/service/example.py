"""An app like a service's, small, for the tests of the edge."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, field_validator

from libs.service.app import SignedInApp, principal, public
from libs.service.identity.issuer import Issuer
from libs.service.identity.tokens import Principal
from libs.service.observability.telemetry import Telemetry


@dataclass
class Example:
    """The app, and what its tests set and look at."""

    issuer: Issuer
    telemetry: Telemetry
    app: SignedInApp = field(default_factory=SignedInApp)
    ready: bool = True
    fails_with: Exception | None = None
    bodies: list[int] = field(default_factory=list)

    def signed_in(self, persona: str = "executive") -> dict[str, str]:
        """The header that a request as this persona carries."""
        return {"Authorization": f"Bearer {self.issuer.token(persona)}"}


class Amount(BaseModel):
    """A part of a command's body."""

    model_config = ConfigDict(extra="forbid")
    currency: str

    @field_validator("currency")
    @classmethod
    def _capitals(cls, value: str) -> str:
        if not value.isupper():
            raise ValueError("a currency is a code in capitals")
        return value


class Propose(BaseModel):
    """A command's body."""

    model_config = ConfigDict(extra="forbid")
    team: str
    amount: Amount
    ends: date | None = None


def add_endpoints(app: FastAPI, example: Example) -> None:
    """The example's endpoints: a command, a read, one that fails, one that is public, one that streams."""

    @app.post("/v1/commands/propose")
    async def propose(body: Propose, who: Annotated[Principal, Depends(principal)]) -> dict[str, str]:
        return {"id": body.team, "by": who.id}

    @app.get("/v1/teams/{team}")
    async def read(team: str, first: Annotated[int, Query(le=100)] = 10) -> dict[str, str]:
        return {"id": team}

    @app.get("/v1/fails")
    async def fails() -> None:
        assert example.fails_with is not None
        raise example.fails_with

    @app.post("/v1/webhooks/{source}")
    @public
    async def webhook(source: str, request: Request) -> dict[str, int]:
        example.bodies.append(len(await request.body()))
        return {"bytes": example.bodies[-1]}

    @app.get("/v1/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first\n"
            raise RuntimeError("too late for a problem")

        return StreamingResponse(parts())
