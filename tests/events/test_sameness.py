"""Values are the same where they are shown the same: equal ones with another spelling, type or order are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from libs.events.derivations.sameness import same
from libs.events.values import Money
from libs.rules.money.amounts import Sum
from tests.events.kinds import Thing, said


class Kind(StrEnum):
    A = "a"


class Pair(NamedTuple):
    one: object
    other: object


@dataclass(frozen=True, slots=True)
class Shown:
    of: object
    beside: object = field(default=None, compare=False)


@dataclass
class Open:
    of: object


class Plain:
    """Of which nothing is known."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "made",
    [
        lambda: None,
        lambda: Decimal("1.00"),
        lambda: float("1e300"),
        lambda: "a" * 5000,
        lambda: b"a" * 5000,
        lambda: 10**40,
        lambda: date(2026, 3, 1),
        lambda: NOON + timedelta(days=400),
        lambda: timedelta(days=4000),
        lambda: (1, "a", [Decimal("1.0")], {"a": {1: (2,)}}, {1}, frozenset({2})),
        lambda: Pair(10**30, Shown(10**30, beside=10**30)),
        lambda: Open([10**30]),
        lambda: Money(amount=Decimal("1.00"), currency="CAD"),
        lambda: Sum([("CAD", Decimal("1.00"))]),
        lambda: Counter("aab"),
        lambda: said("thing:a", 1),
        lambda: Thing(id="a", price=Money(amount=Decimal(1), currency="CAD")),
        lambda: Kind.A,
    ],
)
def test_what_was_made_twice_of_the_same_is_the_same(made: Callable[[], object]) -> None:
    assert same(made(), made())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.0"), Decimal("1.00")),
        (Decimal(0), Decimal("-0")),
        (1, True),
        (1, Decimal(1)),
        (1, 1.0),
        (0.0, -0.0),
        ("a", Kind.A),
        ((1, 2), [1, 2]),
        ((1, 2), Pair(1, 2)),
        ((1, 2), (1, 2, 3)),
        ({1: 1, 2: 2}, {2: 2, 1: 1}),
        ({1: 1}, {1: True}),
        ({1: 1}, {True: 1}),
        (Counter("a"), {"a": 1}),
        (NOON, NOON.astimezone(ZoneInfo("America/Toronto"))),
        (NOON, NOON.replace(tzinfo=ZoneInfo("UTC"))),
        (NOON, NOON.replace(fold=1)),
        (date(2026, 3, 1), NOON.replace(hour=0)),
        (Shown(1, beside=1), Shown(1, beside=2)),
        (Shown(Decimal("1.0")), Shown(Decimal("1.00"))),
        (Open(Decimal("1.0")), Open(Decimal("1.00"))),
        (Money(amount=Decimal("1.0"), currency="CAD"), Money(amount=Decimal("1.00"), currency="CAD")),
        (Sum([("CAD", Decimal(1)), ("EUR", Decimal(1))]), Sum([("EUR", Decimal(1)), ("CAD", Decimal(1))])),
        (Sum([("CAD", Decimal("1.0"))]), Sum([("CAD", Decimal("1.00"))])),
        (said("thing:a", 1), said("thing:a", 2)),
        (Plain(), Plain()),
        (lambda: 1, lambda: 1),
    ],
)
def test_what_is_shown_otherwise_is_not_the_same_however_equal(one: object, other: object) -> None:
    assert not same(one, other) and not same((one,), (other,)) and same(one, one) and same((one,), (one,))
