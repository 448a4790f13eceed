"""An answer is written as uvicorn writes it, byte for byte; what uvicorn refuses is refused."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from headway import response_cycle
from headway.response_cycle import ResponseCycle

DATE: Final = (b"date", b"Tue, 01 Dec 2026 00:00:00 GMT")
NAMES: Final = st.one_of(
    st.sampled_from(sorted(response_cycle._KNOWN)),
    st.sampled_from([b"ETag", b"connection", b"transfer-encoding", b"set-cookie", b"x y", b"content-length", b"x\r\n"]),
)
VALUES: Final = st.one_of(
    st.sampled_from([b"close", b"chunked", b"1", b"12", b"-1", b"", b"a\tb", b"a\r\nset-cookie: x", b"\x00", b"\x7f", b"\xff"]), st.binary(max_size=8)
)


def written(made_as: type[RequestResponseCycle], status: int, fields: list[tuple[bytes, bytes]], *, keep: bool, method: str) -> list[Any]:
    """All that is written, and what is known of the answer afterwards; the class of the error where it is refused."""
    told = list[Any]()
    transport = SimpleNamespace(write=told.append, writelines=lambda pieces: told.append(b"".join(pieces)), close=lambda: told.append("closed"))
    cycle = made_as(
        scope={"method": method},  # type: ignore[typeddict-item]
        transport=transport,  # type: ignore[arg-type]
        flow=SimpleNamespace(write_paused=False),  # type: ignore[arg-type]
        logger=None,  # type: ignore[arg-type]
        access_logger=None,  # type: ignore[arg-type]
        access_log=False,
        default_headers=[DATE],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep,
        on_response=lambda: told.append("answered"),
    )

    async def answer() -> None:
        for message in (
            {"type": "http.response.start", "status": status, "headers": fields},
            {"type": "http.response.body", "body": b"x", "more_body": True},
            {"type": "http.response.body", "body": b""},
        ):
            await cycle.send(message)  # type: ignore[arg-type]

    try:
        asyncio.run(answer())
    except (RuntimeError, ValueError) as e:
        told.append(type(e))
    return [*told, cycle.response_started, cycle.response_complete, cycle.keep_alive, cycle.chunked_encoding, cycle.expected_content_length]


@given(
    st.sampled_from([200, 204, 304, 400, 503]), st.lists(st.tuples(NAMES, VALUES), max_size=5), st.booleans(), st.booleans(), st.sampled_from(["GET", "HEAD"])
)
def test_every_answer_is_written_as_uvicorn_writes_it(status: int, fields: list[tuple[bytes, bytes]], sized: bool, keep: bool, method: str) -> None:
    fields = [*fields, (b"content-length", b"1")] if sized else fields
    given = {"keep": keep, "method": method}
    assert written(ResponseCycle, status, fields, **given) == written(RequestResponseCycle, status, fields, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("character", range(256))
def test_no_value_of_a_known_field_can_begin_another_line(character: int) -> None:
    fields = [(b"etag", bytes([97, character, 98])), (b"content-length", b"1")]
    ours = written(ResponseCycle, 200, fields, keep=True, method="POST")
    assert ours == written(RequestResponseCycle, 200, fields, keep=True, method="POST")
    assert (RuntimeError in ours) is (character != 9 and (character < 32 or character == 127))


def test_the_head_of_an_answer_that_is_kept_is_written_without_a_closer_look(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [(name, b"1") for name in sorted(response_cycle._KNOWN - {b"date"})]
    theirs = written(RequestResponseCycle, 200, fields, keep=True, method="POST")
    monkeypatch.setattr("uvicorn.protocols.http.httptools_impl.HEADER_VALUE_RE", None)
    assert written(ResponseCycle, 200, fields, keep=True, method="POST") == theirs
