"""Routes whose signatures are read when they are asked, or described, and not at the start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query
from starlette.routing import BaseRoute

from headway.stack import create_stack
from libs.runtime.late_route import LateRoute, late_router
from libs.service.settings import Settings


def api(router: APIRouter) -> FastAPI:
    """An app with a route of this router."""

    async def added(one: int, other: Annotated[int, Query(ge=0, description="What is added.")] = 1) -> dict[str, int]:
        """The sum of both."""
        return {"sum": one + other}

    router.get("/added/{one}", tags=["sums"])(added)
    app = FastAPI()
    app.router.routes.extend(router.routes)
    return app


def read(route: BaseRoute) -> bool:
    return "dependant" in vars(route)


def late(app: FastAPI) -> Iterator[LateRoute]:
    return (route for route in app.router.routes if isinstance(route, LateRoute))


@pytest.mark.parametrize("path", ["/added/2", "/added/2?other=3", "/added/2?other=-1", "/added/two", "/added/2?other=three"])
async def test_a_route_that_is_read_late_answers_like_one_that_was_read_at_once(path: str) -> None:
    answers = []
    for router in (late_router(), APIRouter()):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api(router)), base_url="http://sums") as client:
            answers.append([(answer.status_code, answer.json()) for answer in (await client.get(path), await client.get(path))])
    assert answers[0] == answers[1]


def test_and_is_described_like_it() -> None:
    assert api(late_router()).openapi() == api(APIRouter()).openapi()


async def test_it_is_read_at_its_first_request() -> None:
    app = api(late_router())
    (route,) = late(app)
    assert not read(route)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sums") as client:
        await client.get("/elsewhere")
        assert not read(route)
        await client.get("/added/2")
    assert read(route)
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = route.nothing_such


def test_no_route_of_a_process_is_read_before_it_is_asked_and_each_can_be(tmp_path: Path) -> None:
    app = create_stack(Settings(data=tmp_path))
    found = [route for one in (app, *(service.app for service in app.process.services.values())) for route in late(one)]
    assert [route.path for route in found if read(route)] == []
    assert len(found) > 300
    for route in found:
        assert route.dependant.call is route.endpoint
