"""JSON as it comes in: what is taken, and what is refused with its field."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.commands.errors import Invalid
from libs.service import json_body
from libs.service.json_body import DEPTH, parse_json
from libs.service.problems import Malformed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_good_json_is_read_as_it_was_written(value: Any, escaped: bool) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=escaped).encode()) == value


def test_depth_is_limited_exactly_and_breadth_is_not() -> None:
    parse_json(b"[" * DEPTH + b"1" + b"]" * DEPTH)
    parse_json(b"[" + b"[]," * 1000 + b"[]]")
    for levels in (DEPTH + 1, 500, 10_000):
        with pytest.raises(Malformed, match="nested"):
            parse_json(b"[" * levels + b"1" + b"]" * levels)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"\xed\xa0\x80", b'"\xed\xa0\x80"', "{}".encode("utf-16"), b"1" * 5000, b"[1,]", b'"\t"'])
def test_what_is_no_json_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        parse_json(raw)
    assert caught.value.field == "body"


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'"\\ud800"', "body"),
        (b'{"a": {"b": ["x", "\\udc00\\ud800"]}}', "a.b.1"),
        (b"NaN", "body"),
        (b'{"amount": Infinity}', "amount"),
        (b"[1e400]", "0"),
        (b'{"a": -1E+0309}', "a"),
        (b"9" * 301 + b"e9", "body"),
    ],
)
def test_what_could_not_be_stored_names_its_field(raw: bytes, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_json(raw)
    assert caught.value.field == field
    assert not isinstance(caught.value, Malformed)


def _as_object(values: list[str]) -> str:
    return "{" + ",".join(f'"{n}":{value}' for n, value in enumerate(values)) + "}"


ODD = st.recursive(
    st.sampled_from(
        ["NaN", "-Infinity", "1e400", "-1E+0309", "9" * 301 + "e9", "1e-400", "1e308", "9" * 400, '"NaN"', r'"\ud800"', r'"\ud83d\ude00"', '"\ud800"', "1.5"]
    ),
    lambda below: st.lists(below, max_size=3).map(lambda all: f"[{','.join(all)}]") | st.lists(below, max_size=3).map(_as_object),
    max_leaves=8,
)


@given(ODD, st.sampled_from(["", "]", "\ufeff"]))
def test_the_looks_beforehand_change_nothing_of_what_a_walk_through_all_would_find(text: str, more: str) -> None:
    whole = more + text if more == "\ufeff" else text + more
    assert _outcome(lambda: parse_json(whole)) == _outcome(lambda: _walked(whole))


def _walked(text: str) -> Any:
    """All of it walked through, whatever it is."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise Malformed(f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    json_body._walk(value)
    return value


def _outcome(read: Callable[[], Any]) -> tuple[str, ...]:
    try:
        return "read", repr(read())
    except Malformed as e:
        return "malformed", e.detail
    except Invalid as e:
        return "invalid", str(e.field), e.detail


def test_whole_characters_outside_of_the_basic_plane_are_good() -> None:
    assert parse_json(b'"\\ud83d\\ude00 NaN"') == "\U0001f600 NaN"
