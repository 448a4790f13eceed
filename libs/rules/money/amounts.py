"""Adds and compares amounts, one sum per currency and never across; differences may be negative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

from annotated_doc import Doc

from libs.events.currencies import at_scale, unit
from libs.events.values import Money


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of one currency."""

    SHOWN_AS: ClassVar = "Money"

    amount: Annotated[Decimal, Doc("With the decimals of its currency, as text; negative where a difference is.")]
    currency: Annotated[str, Doc("ISO 4217, such as CAD.")]


class Sum:
    """What amounts of any currencies come to: one amount a currency. A currency that was added stays, also at zero."""

    __slots__ = ("_by_currency",)

    def __init__(self, amounts: Iterable[tuple[str, Decimal]] = ()) -> None:
        by_currency: dict[str, Decimal] = {}
        for currency, amount in amounts:
            by_currency[currency] = by_currency.get(currency, _ZERO) + amount
        self._by_currency = by_currency

    @classmethod
    def of(cls, *money: Money | None) -> Sum:
        """Of amounts as they were said; None counts nothing."""
        return cls((m.currency, m.amount) for m in money if m is not None)

    @classmethod
    def total(cls, sums: Iterable[Sum]) -> Sum:
        """All of them together."""
        return cls(pair for one in sums for pair in one)

    def __iter__(self) -> Iterator[tuple[str, Decimal]]:
        return iter(self._by_currency.items())

    def __add__(self, other: Sum) -> Sum:
        return Sum((*self, *other))

    def __sub__(self, other: Sum) -> Sum:
        return Sum((*self, *((currency, -amount) for currency, amount in other)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sum) and self._by_currency == other._by_currency

    def __hash__(self) -> int:
        return hash(frozenset(self._by_currency.items()))

    def __bool__(self) -> bool:
        return bool(self._by_currency)

    def __repr__(self) -> str:
        return f"Sum({', '.join(f'{a.amount} {a.currency}' for a in self.to_tuple())})"

    def times(self, n: int) -> Sum:
        """So many times as much."""
        return Sum((currency, amount * n) for currency, amount in self)

    def get(self, currency: str) -> Decimal:
        """The amount of one currency; zero where it has none."""
        return self._by_currency.get(currency, _ZERO)

    def to_tuple(self) -> tuple[Amount, ...]:
        """One amount a currency, in order of the currency's code."""
        return tuple(Amount(at_scale(amount, currency), currency) for currency, amount in sorted(self._by_currency.items()))


class RunningSum:
    """A sum whose parts may be replaced one by one."""

    def __init__(self) -> None:
        self._by_currency: dict[str, tuple[Decimal, int]] = {}
        """The amount, and how many parts have one."""

    def replace(self, part: Sum, other: Sum) -> None:
        """A part becomes another; nothing is none."""
        for one, sign in ((part, -1), (other, 1)):
            for currency, amount in one:
                whole, parts = self._by_currency.get(currency, (_ZERO, 0))
                self._by_currency[currency] = whole + sign * amount, parts + sign

    def to_tuple(self) -> tuple[Amount, ...]:
        """As `Sum.to_tuple`."""
        return Sum((currency, amount) for currency, (amount, parts) in self._by_currency.items() if parts).to_tuple()


@dataclass(frozen=True, slots=True)
class EvenSpread:
    """An amount that lies evenly over days, of which every run of days has its part in whole units of the currency.

    A part is the difference of two sums that are each rounded to the nearest unit: what lies before the run's end, and what lies before its beginning. So
    parts are within a unit of their share, and whatever the days are divided by (years, months, who bears them), the parts sum to the whole.
    """

    whole: Decimal
    currency: str
    days: int

    def part(self, first: int, count: int) -> Decimal:
        """What lies on so many days from one on, the first being 0."""
        units = int(self.whole / self.least)
        return (_upto(units, first + count, self.days) - _upto(units, first, self.days)) * self.least

    @property
    def least(self) -> Decimal:
        """The unit that parts are whole numbers of: the currency's, or a finer one where the amount has more decimals."""
        return min(unit(self.currency), Decimal(1).scaleb(int(self.whole.normalize().as_tuple().exponent)))


def _upto(units: int, days: int, of: int) -> int:
    """The units on the first so many days of all, rounded to the nearest."""
    return (2 * units * days + of) // (2 * of)


_ZERO = Decimal(0)
NOTHING = Sum()
"""No amount of any currency."""
