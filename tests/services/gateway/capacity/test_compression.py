"""What is compressed is one gzip text, whatever ends are put to a beginning, and others have their turn meanwhile."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.cost import BYTES, metered
from services.gateway.capacity.compression import Beginning, compressed, takes_gzip
from services.gateway.graphql.cost.budget import Budget


def read(content: bytes) -> bytes:
    """As a strict reader has it: one member, with its sum and its length, and nothing behind it."""
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    found = reader.decompress(content) + reader.flush()
    assert reader.eof and not reader.unused_data
    return found


@given(st.binary(), st.binary(), st.binary())
def test_one_beginning_is_the_beginning_of_any_text(beginning: bytes, end: bytes, other: bytes) -> None:
    begun = Beginning.of(beginning)
    assert read(begun.ended(end)) == beginning + end
    assert read(begun.ended(other)) == beginning + other
    assert read(compressed(beginning)) == beginning


def test_what_is_long_is_compressed_piece_by_piece_and_is_work() -> None:
    budget, text = Budget(), bytes(range(256)) * 1_000
    with metered(budget):
        assert read(Beginning.of(text).ended(b"!")) == text + b"!"
    assert budget.found == sum(len(text[at : at + 65_536]) // BYTES for at in range(0, len(text), 65_536)) > 60


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("", False),
        ("identity", False),
        ("br, gzip", True),
        ("GZIP;q=0.5", True),
        ("*", True),
        ("gzip; q=0", False),
        ("gzip;q=0.000, *", False),
        ("*, GZIP;Q=0", False),
        ("*;q=0, gzip", True),
        ("gzipped", False),
    ],
)
def test_gzip_is_taken_where_it_is_named_or_all_is_and_not_where_it_is_refused(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes
