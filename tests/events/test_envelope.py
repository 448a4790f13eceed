"""An event travels as a CloudEvent and lies in a commit without loss; what is no event is told apart from one."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.envelope import Undecodable, from_record, from_stored, to_record, to_stored, to_structured
from libs.events.event import Actor, Event, Overridden, Payload, Retracted
from libs.events.ports.log import Cursor, Record
from libs.events.values import Money
from tests.events.kinds import OtherSaid, ThingNoted, ThingPriced, said

ids = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]))
instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
money = st.builds(Money, amount=st.decimals(0, 10**15, places=2), currency=st.sampled_from(["CAD", "EUR", "USD"]))
said_of_things = st.one_of(
    st.builds(ThingNoted, text=texts, about=st.none() | ids),
    st.builds(ThingPriced, price=money, day=st.dates(date(1970, 1, 1), date(2100, 1, 1)), parts=st.lists(ids, max_size=3).map(tuple)),
    st.builds(Retracted, event=st.builds("thing:{}@{}".format, ids, st.integers(1, 99)), reason=texts),
    st.builds(Overridden, rule=texts, reason=texts, command=texts),
)
actors = st.builds(Actor, ids, st.sampled_from(["lab_ops", "team@t", "executive@*"]))


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(["thing", "other"]))
    data: Payload = draw(said_of_things if kind == "thing" else st.builds(OtherSaid, about=st.none() | ids))
    times = draw(st.tuples(instants, instants, instants))
    traceparent = draw(st.none() | st.just("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
    return Event(f"{kind}:{draw(ids)}", draw(st.integers(1, 10**6)), *times, draw(actors), data, traceparent)


@given(events())
def test_an_event_comes_back_from_the_log_as_it_was(event: Event) -> None:
    assert from_record(to_record("trial", event)) == event


@given(events())
def test_an_event_comes_back_from_a_commit_as_it_was(event: Event) -> None:
    assert from_stored(event.aggregate, orjson.loads(orjson.dumps(to_stored(event)))) == event


@given(events())
def test_a_record_has_what_cloudevents_require(event: Event) -> None:
    record = to_record("trial", event)
    headers = record.headers
    assert headers["ce_specversion"] == "1.0"
    assert all(headers[f"ce_{name}"] for name in ("id", "source", "type"))
    assert all(re.fullmatch(r"ce_[a-z0-9]{1,20}", name) for name in headers if name != "content-type")
    assert headers["content-type"] == "application/json"
    assert datetime.fromisoformat(headers["ce_time"]).utcoffset() is not None
    assert (record.key, headers["ce_subject"], record.topic) == (event.aggregate, event.aggregate, "trial.test")
    structured = orjson.loads(orjson.dumps(to_structured(record)))
    assert structured["data"] == orjson.loads(record.value)
    assert {"specversion", "id", "source", "type"} <= structured.keys()


@given(st.dictionaries(st.sampled_from(sorted(to_record("trial", said("thing:a", 1)).headers)), texts, min_size=1), st.binary(max_size=40))
def test_a_damaged_record_is_undecodable_or_an_event_but_never_another_error(headers: dict[str, str], value: bytes) -> None:
    whole = to_record("trial", said("thing:a", 1))
    for record in (Record(whole.topic, whole.key, {**whole.headers, **headers}, whole.value), Record(whole.topic, whole.key, whole.headers, value)):
        with contextlib.suppress(Undecodable):
            assert from_record(record).aggregate == record.key


@pytest.mark.parametrize(
    "change",
    [
        {"ce_specversion": "0.3"},
        {"ce_sequence": "2"},
        {"ce_id": "thing:b@1"},
        {"ce_type": "headway.test.other.said.v2"},
        {"ce_type": "headway.test.other.retracted.v1"},
        {"ce_time": "2024-01-01T00:00:00"},
    ],
)
def test_an_envelope_that_contradicts_itself_is_undecodable(change: dict[str, str]) -> None:
    whole = to_record("trial", said("thing:a", 1))
    with pytest.raises(Undecodable):
        from_record(Record(whole.topic, whole.key, {**whole.headers, **change}, whole.value))


def test_money_travels_as_text() -> None:
    event = said("thing:a", 1)
    priced = ThingPriced(price=Money(amount=Decimal("12.50"), currency="CAD"), day=date(2024, 5, 1))
    record = to_record("trial", Event(event.aggregate, 1, event.time, event.recorded, event.stored, event.actor, priced))
    assert orjson.loads(record.value)["price"] == {"amount": "12.50", "currency": "CAD"}


@given(st.dictionaries(st.text(st.characters(codec="ascii"), max_size=5), st.integers(0, 2**62), max_size=4))
def test_a_cursor_comes_back_from_its_text(offsets: dict[str, int]) -> None:
    assert Cursor.parse(str(Cursor(offsets))).offsets == offsets


@given(st.text(max_size=30))
def test_any_text_is_a_cursor_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        Cursor.parse(text)


def test_a_value_that_is_no_json_is_said_in_words_that_name_no_field() -> None:
    whole = to_record("trial", said("thing:a", 1))
    with pytest.raises(Undecodable, match=r"^thing:a@1: Invalid JSON"):
        from_record(Record(whole.topic, whole.key, whole.headers, b"\xff"))
