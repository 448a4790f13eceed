"""Which precedents are like a case at hand, and how fast it went in them (S4-16)."""

from __future__ import annotations

from typing import Final

from rapidfuzz import fuzz

from libs.events.catalog.portfolio.agreements.precedent import PRECEDENT
from libs.events.facts import Facts
from libs.rules.teams import first_delivery
from libs.rules.text import fold

ALIKE: Final = 55.0
"""How alike (0 to 100) two texts must be, in the words that they share."""
MOST: Final = 5


def precedents_like(facts: Facts, text: str, but: str = "") -> tuple[str, ...]:
    """The ids of the precedents that are most like a text by their title or their own text, the most alike first, five at most; `but` is left out (S4-16)."""
    sought, found = fold(text), []
    for one in facts.every(PRECEDENT):
        if one.id != but and one.title:
            alike = max(fuzz.token_set_ratio(sought, fold(told)) for told in (one.title, one.text))
            if alike >= ALIKE:
                found.append((-alike, one.id))
    return tuple(id for _, id in sorted(found)[:MOST])


def days_to_first_release(facts: Facts, precedent_id: str) -> int | None:
    """Days from the first day of the loan that a precedent tells of to the first release of it (S4-15, S4-16). None without such a loan or release."""
    precedent = facts.get(PRECEDENT, precedent_id)
    first = first_delivery(facts, precedent.loan) if precedent is not None and precedent.loan else None
    return first.days if first is not None else None
