"""Summarises all changes between two moments in a sentence or two: risks first, then money, then counts.

What came into being and what went are said beside what moved, never among it; and all of it is of the whole, whatever the page shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from libs.events.catalog.portfolio.graduation import GraduationStatus
from services.gateway.pages.kit import words
from services.gateway.pages.kit.tables.change_rows import KINDS, Group, difference

NAMED: Final = 4
"""So many teams are named in the sentence; of more only the number is said."""
NEW, CHANGED, GONE = "NEW", "CHANGED", "GONE"


class ChangeCounts:
    """The numbers of a summary: how many changes are of some kinds and natures, and lead to something."""

    def __init__(self, summary: Mapping[str, Any]) -> None:
        self._counts: Sequence[Mapping[str, Any]] = summary["counts"]

    def of(self, group: str, nature: str | None = None, to: str | None = None) -> int:
        """How many of a group, of a nature (None: all), that lead there (None: anywhere)."""
        return sum(
            one["changes"] for one in self._counts if one["kind"] in KINDS[group] and nature in (None, one["nature"]) and (to is None or one["to"] == to)
        )

    def ways(self, group: str, nature: str) -> Counter[str]:
        """How many lead where."""
        found: Counter[str] = Counter()
        for one in self._counts:
            if one["kind"] in KINDS[group] and one["nature"] == nature and one["to"] is not None:
                found[one["to"]] += one["changes"]
        return found


def headline(
    summary: Mapping[str, Any], groups: Sequence[Group], then: Mapping[str, Any] | None, now: Mapping[str, Any] | None
) -> tuple[str, str, tuple[str, ...]]:
    """The sentence on what moved, its tone, and further sentences on what is less telling.

    `summary` is of the whole, `groups` what the page shows of it, `then` and `now` the portfolio's money (None: withheld).
    """
    counts, statuses = ChangeCounts(summary), next((one for one in groups if one.id == "statuses"), None)
    clauses = [*_of_statuses(counts, statuses), *_of_forecast(summary["sums"])]
    rest = [
        _named(counts, statuses),
        *_of_spent(then, now),
        _of_criteria(counts),
        _of_dates(counts),
        _of_roadmap(counts),
        _of_people(counts),
        *_of_products(counts),
        "what money moved is withheld" if summary["sums"] is None and counts.of("money") else "",
    ]
    if summary["late"]:
        rest.append(f"{words.count(summary['late'], 'change')} {'was' if summary['late'] == 1 else 'were'} true before already, and learned only since")
    said = tuple(words.sentence(one) for one in rest if one)
    came = counts.ways("statuses", CHANGED) + counts.ways("statuses", NEW)
    tone = "bad" if came["AT_RISK"] else "good" if any(came[one] for one in ("READY", "GRADUATED", "ALUMNI")) else "going"
    still = "no team moved" if summary["sums"] is None else "no team and no forecast moved" if said else "nothing moved"
    return words.sentence(words.listed(clauses) if clauses else still), tone, said


def tally(counts: ChangeCounts, group: str) -> str:
    """`48 new, 3 moved, one gone`: what a group is made of."""
    said = [(counts.of(group, nature), word) for nature, word in ((NEW, "new"), (CHANGED, "moved"), (GONE, "gone"))]
    return words.listed(f"{words.number(many)} {word}" for many, word in said if many)


def _of_statuses(counts: ChangeCounts, shown: Group | None) -> Iterator[str]:
    """Who came to be at risk, by name where few did and all are shown, and how many others changed, are new or gone."""
    risky = sum(counts.of("statuses", nature, "AT_RISK") for nature in (NEW, CHANGED))
    names = [row.name for row in shown.rows if row.exact["after"] == "AT_RISK"] if shown else []
    if risky:
        named = words.listed(names) if len(names) == risky <= NAMED else words.count(risky, "team")
        yield f"{named} {'is' if risky == 1 else 'are'} at risk"
    changed = counts.of("statuses", CHANGED) - counts.of("statuses", CHANGED, "AT_RISK")
    if changed:
        yield f"{words.count(changed, 'other team' if risky else 'team')} changed {'its' if changed == 1 else 'their'} status"
    for nature, said in ((NEW, "new"), (GONE, "on record no longer")):
        many = counts.of("statuses", nature)
        if many:
            yield f"{words.count(many, 'team')} {'is' if many == 1 else 'are'} {said}"


def _named(counts: ChangeCounts, shown: Group | None) -> str:
    """To where the others moved: by name where few did and all are shown, else how many to each status."""
    came = counts.ways("statuses", CHANGED)
    del came["AT_RISK"]
    rows = [row for row in shown.rows if row.exact["nature"] == CHANGED and row.exact["after"] != "AT_RISK"] if shown else []
    if not came:
        return ""
    if len(rows) == came.total() <= 2 * NAMED:
        return words.listed(f"{row.name} came to {row.after.text}" if n == 0 else f"{row.name} to {row.after.text}" for n, row in enumerate(rows))
    named = [(GraduationStatus[status].words, many) for status, many in came.most_common()]
    return words.listed(f"{many} came to {name}" if n == 0 else f"{many} to {name}" for n, (name, many) in enumerate(named))


def _of_forecast(sums: Sequence[Mapping[str, Any]] | None) -> Iterator[str]:
    """By how much the forecast of what was there before rose or fell, and what is forecast of what is new or gone."""
    found = next((one for one in sums or () if one["field"] == "forecast"), None)
    if found is None:
        return
    what = "the forecast of what was approved before" if found["newCount"] or found["goneCount"] else "the forecast"
    for one in difference(found["fell"], found["rose"]):
        yield f"{what} {'rose' if Decimal(one['amount']) > 0 else 'fell'} by {words.amount(one).lstrip(words.MINUS)}"
    if found["newCount"]:
        yield f"{words.money(found['new'])} {_is_forecast(found['new'])} for {words.count(found['newCount'], 'new investment')}"
    if found["goneCount"]:
        yield f"{words.money(found['gone'])} {_is_forecast(found['gone'])} no longer, of {words.count(found['goneCount'], 'investment')}"


def _is_forecast(amounts: Sequence[Mapping[str, Any]]) -> str:
    return "is forecast" if len(amounts) == 1 else "are forecast"


def _of_spent(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> list[str]:
    if then is None or now is None:
        return []
    return [f"{words.amount(one)} more were spent" for one in difference(then["actual"], now["actual"]) if Decimal(one["amount"]) > 0]


def _of_criteria(counts: ChangeCounts) -> str:
    met, lapsed = counts.of("criteria", CHANGED, "met"), counts.of("criteria", CHANGED, "not met")
    new, gone = counts.of("criteria", NEW), counts.of("criteria", GONE)
    parts = [f"{words.count(met, 'criterion', 'criteria')} {'is' if met == 1 else 'are'} newly met"] if met else []
    parts += [f"{words.count(lapsed, 'criterion', 'criteria')} {'is' if lapsed == 1 else 'are'} met no longer"] if lapsed else []
    parts += [f"new teams meet {words.count(new, 'criterion', 'criteria')}"] if new else []
    parts += [f"{words.count(gone, 'criterion', 'criteria')} went with {'its team' if gone == 1 else 'their teams'}"] if gone else []
    return words.listed(parts)


def _of_dates(counts: ChangeCounts) -> str:
    moved, later, earlier = counts.of("dates", CHANGED), counts.of("dates", CHANGED, "later"), counts.of("dates", CHANGED, "earlier")
    ways = [f"{words.number(many)} {way}" for many, way in ((later, "later"), (earlier, "earlier")) if many]
    parts = [f"{words.count(moved, 'date')} moved" + (f" ({' and '.join(ways)})" if ways else "")] if moved else []
    return words.listed([*parts, *_come_and_gone(counts, "dates", "date", "set for the first time", "no longer planned")])


def _of_roadmap(counts: ChangeCounts) -> str:
    moved, done = counts.of("roadmap", CHANGED), counts.of("roadmap", CHANGED, "DONE")
    parts = [words.count(moved, "roadmap item moved", "roadmap items moved") + (f" ({words.number(done)} of them to done)" if done else "")] if moved else []
    return words.listed([*parts, *_come_and_gone(counts, "roadmap", "roadmap item", "new", "on record no longer")])


def _of_people(counts: ChangeCounts) -> str:
    said = ((NEW, "person", "people", "joined"), (GONE, "person", "people", "left"), (CHANGED, "seat", "seats", "changed"))
    return words.listed(f"{words.count(many, one, more)} {what}" for nature, one, more, what in said if (many := counts.of("people", nature)))


def _of_products(counts: ChangeCounts) -> Iterator[str]:
    moved = counts.of("products", CHANGED)
    parts = [words.count(moved, "phase or release moved", "phases or releases moved")] if moved else []
    for group, one, new, gone in (("phases", "first phase", "entered", "taken back"), ("releases", "release", "new", "on record no longer")):
        parts += _come_and_gone(counts, group, one, new, gone)
    yield words.listed(parts)


def _come_and_gone(counts: ChangeCounts, group: str, one: str, new: str, gone: str) -> Iterator[str]:
    for nature, what in ((NEW, new), (GONE, gone)):
        many = counts.of(group, nature)
        if many:
            yield f"{words.count(many, one)} {'is' if many == 1 else 'are'} {what}"
