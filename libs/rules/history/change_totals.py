"""Totals of changes: what moved, what appeared and what went, three sums that are never added together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Final, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.rules.history.changes import ChangeKind, ChangeNature, FigureChange
from libs.rules.money.amounts import Amount, Sum


class ChangeCount(NamedTuple):
    """How many changes are of one kind and nature, and lead to the same."""

    kind: Annotated[ChangeKind, Doc("Which kind of change it is.")]
    nature: Annotated[ChangeNature, Doc("Whether it became another, came to be or went.")]
    to: Annotated[
        str | None,
        Doc(
            "To what: a status, met or not met, a horizon, a phase, a state; of dates later or earlier. Null where that is not told, as of amounts, of "
            "seats and of what went."
        ),
    ]
    changes: Annotated[int, Doc("How many changes there are of it.")]


@dataclass(frozen=True, slots=True)
class SumOfChanges:
    """What one figure of investments moved by: what is new and what is gone stands apart from what rose or fell."""

    # New less gone, and rose less fell, sum to the difference of the whole, as far as no investment went from one home to another. Nothing is below zero.
    field: Annotated[str, Doc("The figure: committed, forecast, actual or returned.")]
    new: Annotated[tuple[Amount, ...], Doc("Of investments that had none at the first moment. One entry a currency, as in all of these.")]
    rose: Annotated[tuple[Amount, ...], Doc("By how much it rose where it is larger than at the first moment.")]
    fell: Annotated[tuple[Amount, ...], Doc("By how much it fell where it is less than at the first moment.")]
    gone: Annotated[tuple[Amount, ...], Doc("Of investments that have none at the second moment any more.")]
    new_count: Annotated[int, Doc("How many investments are new in it.")]
    changed_count: Annotated[int, Doc("In how many it is another.")]
    gone_count: Annotated[int, Doc("How many are gone from it.")]


@dataclass(frozen=True, slots=True)
class Summary:
    """All changes between two moments in numbers and sums. What came to be, what moved and what went are never added to each other."""

    SHOWN_AS: ClassVar = "ChangesSummary"

    counts: Annotated[tuple[ChangeCount, ...], Doc("The changes, counted by kind, nature and to what.")]
    late: Annotated[int, Doc("How many were true on a day before the first moment, and learned only after it.")]
    sums: Annotated[tuple[SumOfChanges, ...] | None, Doc("The money, each investment once; null for whoever may not read it.")]


SUMMED: Final = ("committed", "forecast", "actual", "returned")
"""The figures of investments that may be added to each other: each investment counts once."""


def summed(found: Iterable[FigureChange]) -> Summary:
    """What changes come to. Money is summed over investments alone, since what moves one moves its team, product and organisation too."""
    changes = tuple(found)
    counted = Counter((one.kind, one.nature, _to(one)) for one in changes)
    counts = (ChangeCount(*key, many) for key, many in counted.items())
    in_order = tuple(sorted(counts, key=lambda one: (list(ChangeKind).index(one.kind), list(ChangeNature).index(one.nature), one.to or "")))
    return Summary(in_order, sum(one.late for one in changes), tuple(_sums(changes)))


def _to(change: FigureChange) -> str | None:
    if change.after is None or change.kind in (ChangeKind.MONEY, ChangeKind.MEMBER):
        return None
    if change.kind is not ChangeKind.DATE:
        return change.after
    return None if change.before is None else "later" if change.after > change.before else "earlier"


def _sums(changes: tuple[FigureChange, ...]) -> Iterator[SumOfChanges]:
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
    pairs = (one.rpartition(" ") for one in words.split(", ")) if words else ()
    return Sum((currency, Decimal(amount)) for amount, _, currency in pairs)
