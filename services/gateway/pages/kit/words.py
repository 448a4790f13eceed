"""Words for values on pages: days, money, counts, statuses. Machine-readable values stay beside them (`datetime`, CSV)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.choice import Tone
from libs.events.currencies import CURRENCIES, exact, grouped
from libs.rules.roles import spoken, who
from libs.rules.text import listed as listed

NBSP: Final = "\N{NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"
NONE: Final = "\N{EN DASH}"
UNKNOWN: Final = "not registered yet"
"""What is said of something that is referred to and was never said to be."""
WITHHELD: Final = "Withheld: your roles do not read this money."
"""Instead of whatever says that there is no money, to whoever may not know whether there is."""
_NUMBERS: Final = "no one two three four five six seven eight nine ten".split()


STATUSES: Final = tuple(sorted(GraduationStatus, key=lambda one: one.tone is not Tone.BAD))
"""In the order in which pages list them: what needs somebody first, then the way to graduation."""


def day(value: str | date | datetime | None) -> str:
    """`24 November 2026`; a dash for none."""
    found = _date(value)
    return NONE if found is None else f"{found.day}{NBSP}{found:%B}{NBSP}{found.year}"


def short_day(value: str | date | datetime | None) -> str:
    """`24 Nov 2026`, where room is scarce; a dash for none."""
    found = _date(value)
    return NONE if found is None else f"{found.day}{NBSP}{found:%b}{NBSP}{found.year}"


def _date(value: str | date | datetime | None) -> date | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value.date() if isinstance(value, datetime) else value


def amount(value: Mapping[str, Any], *, signed: bool = False) -> str:
    """`1,250,000 CAD`, `1,000.500 KWD`: minor units only where there are some; with `signed` a plus or a minus before it."""
    number = Decimal(str(value["amount"]))
    text = grouped(number, str(value["currency"]))
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    return f"{sign}{text}{NBSP}{value['currency']}"


def exactly(value: Decimal, currency: str) -> str:
    """`CAD 1250000.00`, `JPY 1000`: an amount as CSV has it, at its currency's scale."""
    return f"{currency} {exact(value, currency)}"


def money(values: Sequence[Mapping[str, Any]] | None, *, signed: bool = False) -> str:
    """One amount a currency, never added; a dash for nothing, `withheld` where the reader may not see it."""
    if values is None:
        return "withheld"
    return ", ".join(amount(one, signed=signed) for one in values) or NONE


def rounded(values: Sequence[Mapping[str, Any]] | None) -> str:
    """Amounts from a million on to three digits: `3.92 million CAD`, as the exact figure stands in the table beside it; smaller ones as they are."""
    if values is None:
        return "withheld"
    return " and ".join(_rounded(one) for one in values) or NONE


def _rounded(value: Mapping[str, Any]) -> str:
    number = Decimal(str(value["amount"]))
    for size, word in ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million")):
        if abs(number) >= size:
            digits = f"{abs(number) / size:.2f}".rstrip("0").rstrip(".")
            return f"{MINUS if number < 0 else ''}{digits}{NBSP}{word}{NBSP}{value['currency']}"
    return amount(value)


def share(part: Decimal, whole: Decimal) -> str:
    """`4.1 %` of a whole, without sign; a dash where there is no whole."""
    return f"{abs(part) / abs(whole) * 100:.1f}{NBSP}%" if whole else NONE


def number(value: int) -> str:
    """`three`, but `12`: as a sentence says it."""
    return _NUMBERS[value] if 0 <= value < len(_NUMBERS) else f"{value:,}"


def number_or_none(value: int) -> str:
    """The same of how many of some there are: `none`, `three`, `12`."""
    return number(value) if value else "none"


def count(value: int, one: str, many: str | None = None) -> str:
    """`one team`, `three teams`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def change(value: int) -> str:
    """`+2`, `−1`, `±0`: how a count moved."""
    return f"+{value}" if value > 0 else f"{MINUS}{-value}" if value < 0 else "±0"


def readable(text: str) -> str:
    """What a rule says, with its days and amounts as pages write them: as the rule has them, `2024-03-01` and `1250000.00 CAD`, they are for programs."""
    return _AMOUNT.sub(_as_amount, _DAY.sub(_as_day, text))


def _as_day(found: re.Match[str]) -> str:
    try:
        return short_day(found[0])
    except ValueError:  # no day of the calendar
        return found[0]


def _as_amount(found: re.Match[str]) -> str:
    number, currency = found.groups()
    return amount({"amount": number, "currency": currency}) if currency in CURRENCIES else found[0]


_DAY: Final = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])")
_AMOUNT: Final = re.compile(r"(?<![\w.,-])(-?\d+(?:\.\d+)?) ([A-Z]{3})\b")


def sentence(text: str) -> str:
    """With a capital first letter and a full stop."""
    text = text.strip()
    return text and text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def warning(one: Mapping[str, Any]) -> str:
    """A warning as an answer has it, in a sentence with its rule."""
    return sentence(f"{readable(one['message'])} ({one['rule']})")


def named(reference: Mapping[str, Any] | None, by: str = "name") -> str:
    """A reference by its name; of one of which nothing but its id was heard that is said; empty where none is named."""
    if reference is None:
        return ""
    return str(reference[by]) if reference.get("known", True) else f"{plain(reference.get('id') or reference[by])} ({UNKNOWN})"


def plain(global_id: str) -> str:
    """`team:biohub` as `biohub`: as addresses of pages and commands have it."""
    return global_id.partition(":")[2] or global_id


def role(text: str) -> str:
    """`executive@*` as `executive`, `product_owner@permits` as `product owner of permits`: a role as people say it."""
    return spoken(text)


def said_by(said: Mapping[str, Any]) -> str:
    """Who said something (an event, evidence, a sign-off), by role and person: `product owner of permits (ana)`."""
    person = said.get("by")
    return who(person["name"] if person else None, said["assertedBy"])
