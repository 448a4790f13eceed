"""What moved, came to be and went, in numbers and sums: three things that are never added to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.rules.changes import Change, ChangeKind, ChangeNature
from libs.rules.money import NOTHING, Amount, Sum


class Count(NamedTuple):
    """How many changes are of one kind and nature, and lead to the same: a status, met or not met, a horizon, a phase, a state, `later` or `earlier`.

    `to` is None where that is not told: of amounts, of seats, of dates that were set or taken away, and of what went.
    """

    kind: ChangeKind
    nature: ChangeNature
    to: str | None
    changes: int


@dataclass(frozen=True, slots=True)
class SumOfChanges:
    """What one figure of investments (`forecast`) moved by: `rose` and `fell` over those that had it at both moments, apart from what is new and what is gone.

    New less gone, and rose less fell, sum to the difference of the whole, as far as no investment went from one home to another. Each has one amount a
    currency; nothing is below zero.
    """

    field: str
    new: tuple[Amount, ...]
    rose: tuple[Amount, ...]
    fell: tuple[Amount, ...]
    gone: tuple[Amount, ...]
    new_count: int
    changed_count: int
    gone_count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All changes between two moments: counted, those that were true before and learned late, and the sums of the figures that are added up."""

    counts: tuple[Count, ...]
    late: int
    sums: tuple[SumOfChanges, ...]


SUMMED: Final = ("committed", "forecast", "actual", "returned")
"""The figures of investments that may be added to each other: each investment counts once."""


def summed(found: Iterable[Change]) -> Summary:
    """What changes come to. Money is summed over investments alone, since what moves one moves its team, product and organisation too."""
    changes = tuple(found)
    counted = Counter((one.kind, one.nature, _to(one)) for one in changes)
    counts = (Count(*key, many) for key, many in counted.items())
    in_order = tuple(sorted(counts, key=lambda one: (list(ChangeKind).index(one.kind), list(ChangeNature).index(one.nature), one.to or "")))
    return Summary(in_order, sum(one.late for one in changes), tuple(_sums(changes)))


def _to(change: Change) -> str | None:
    if change.after is None or change.kind in (ChangeKind.MONEY, ChangeKind.MEMBER):
        return None
    if change.kind is not ChangeKind.DATE:
        return change.after
    return None if change.before is None else "later" if change.after > change.before else "earlier"


def _sums(changes: tuple[Change, ...]) -> Iterator[SumOfChanges]:
    for field in SUMMED:
        moved = [one for one in changes if one.field == field and one.subject.startswith(f"{INVESTMENT.name}:")]
        by_nature = {nature: [one for one in moved if one.nature is nature] for nature in ChangeNature}
        differences = [pair for one in by_nature[ChangeNature.CHANGED] for pair in _amounts(one.after) - _amounts(one.before)]
        yield SumOfChanges(
            field,
            Sum.total(_amounts(one.after) for one in by_nature[ChangeNature.NEW]).to_tuple(),
            Sum((currency, amount) for currency, amount in differences if amount > 0).to_tuple(),
            Sum((currency, -amount) for currency, amount in differences if amount < 0).to_tuple(),
            Sum.total(_amounts(one.before) for one in by_nature[ChangeNature.GONE]).to_tuple(),
            *(len(by_nature[nature]) for nature in ChangeNature),
        )


def _amounts(words: str | None) -> Sum:
    """`1000.00 CAD, 5.00 EUR` as amounts."""
    pairs = (one.rpartition(" ") for one in (words or "").split(", ") if one)
    return Sum((currency, Decimal(amount)) for amount, _, currency in pairs) if words else NOTHING
