"""All that moved between two moments in a sentence or two: who came to be at risk first, then money, then the rest by numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from services.gateway.pages import words
from services.gateway.pages.moved import Group, difference

NAMED: Final = 4
"""So many teams are named in the sentence; of more only the number is said."""


def headline(groups: Sequence[Group], then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> tuple[str, str, tuple[str, ...]]:
    """The sentence on what moved, its tone, and further sentences on what is less telling. `then` and `now` are the portfolio's money (None: withheld)."""
    by_id = {one.id: one for one in groups}
    statuses = by_id.get("statuses")
    clauses = [*_of_statuses(statuses), *_of_forecast(then, now)]
    rest = [_named(statuses), *_of_spent(then, now), _of_criteria(by_id.get("criteria")), _of_dates(by_id.get("dates")), _of_roadmap(by_id.get("roadmap"))]
    rest += [_of_people(by_id.get("people")), _counted(by_id.get("products"), "phase or release moved", "phases or releases moved")]
    late = sum(row.late for one in groups for row in one.rows)
    if late:
        rest.append(f"{words.count(late, 'change')} {'was' if late == 1 else 'were'} true before already, and learned only since")
    said = tuple(words.sentence(one) for one in rest if one)
    came = [row.exact["after"] for row in statuses.rows] if statuses else []
    tone = "bad" if "AT_RISK" in came else "good" if any(one in ("READY", "GRADUATED", "ALUMNI") for one in came) else "going"
    return words.sentence(words.listed(clauses) if clauses else "no team and no forecast moved" if said else "nothing moved"), tone, said


def _of_statuses(found: Group | None) -> list[str]:
    """Who came to be at risk, by name where few did, and how many others changed."""
    if found is None or not found.total:
        return []
    at_risk = [row.name for row in found.rows if row.exact["after"] == "AT_RISK"]
    rest = found.total - len(at_risk)
    named = words.listed(at_risk) if len(at_risk) <= NAMED else words.count(len(at_risk), "team")
    clauses = [f"{named} {'is' if len(at_risk) == 1 else 'are'} at risk"] if at_risk else []
    other = words.count(rest, "other team" if at_risk else "team")
    return clauses + ([f"{other} changed {'its' if rest == 1 else 'their'} status"] if rest else [])


def _named(found: Group | None) -> str:
    """To where the others moved: by name where few did, else how many to each status."""
    rows = [row for row in found.rows if row.exact["after"] not in ("AT_RISK", None)] if found else []
    if found is None or not rows or found.total > len(found.rows):
        return ""
    if len(rows) <= 2 * NAMED:
        return words.listed(f"{row.name} came to {row.after.text}" if n == 0 else f"{row.name} to {row.after.text}" for n, row in enumerate(rows))
    came = Counter(row.after.text for row in rows)
    return words.listed(f"{many} came to {name}" if n == 0 else f"{many} to {name}" for n, (name, many) in enumerate(came.most_common()))


def _of_forecast(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> list[str]:
    if then is None or now is None:
        return []
    moved = difference(then["forecast"], now["forecast"])
    return [f"the forecast {'rose' if Decimal(one['amount']) > 0 else 'fell'} by {words.amount(one).lstrip(words.MINUS)}" for one in moved]


def _of_spent(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> list[str]:
    if then is None or now is None:
        return []
    return [f"{words.amount(one)} more were spent" for one in difference(then["actual"], now["actual"]) if Decimal(one["amount"]) > 0]


def _of_criteria(found: Group | None) -> str:
    if found is None or not found.total:
        return ""
    met = sum(row.exact["after"] == "met" for row in found.rows)
    lapsed = len(found.rows) - met
    parts = [f"{words.count(met, 'criterion', 'criteria')} {'is' if met == 1 else 'are'} newly met"] if met else []
    parts += [f"{words.count(lapsed, 'criterion', 'criteria')} {'is' if lapsed == 1 else 'are'} met no longer"] if lapsed else []
    return words.listed(parts)


def _of_dates(found: Group | None) -> str:
    if found is None or not found.total:
        return ""
    later = sum((row.exact["after"] or "") > row.exact["before"] for row in found.rows if row.exact["before"] and row.exact["after"])
    earlier = sum((row.exact["after"] or "") < row.exact["before"] for row in found.rows if row.exact["before"] and row.exact["after"])
    parts = [f"{words.number(later)} later"] if later else []
    parts += [f"{words.number(earlier)} earlier"] if earlier else []
    return f"{words.count(found.total, 'date')} moved" + (f", {words.listed(parts)}" if parts else "")


def _of_roadmap(found: Group | None) -> str:
    if found is None or not found.total:
        return ""
    done = sum(row.exact["after"] == "DONE" for row in found.rows)
    return _counted(found, "roadmap item moved", "roadmap items moved") + (f", {words.number(done)} of them to done" if done else "")


def _of_people(found: Group | None) -> str:
    if found is None or not found.total:
        return ""
    joined = sum(row.exact["before"] is None for row in found.rows)
    left = sum(row.exact["after"] is None for row in found.rows)
    parts = [f"{words.count(joined, 'person', 'people')} joined"] if joined else []
    parts += [f"{words.count(left, 'person', 'people')} left"] if left else []
    return words.listed(parts) if parts else _counted(found, "seat changed", "seats changed")


def _counted(found: Group | None, one: str, many: str) -> str:
    return words.count(found.total, one, many) if found is not None and found.total else ""
