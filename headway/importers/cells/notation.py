"""Parses numbers and days in a file's notation: each cell has one reading, or is refused with both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from headway.importers.cells.months import month

_SPACES: Final = re.compile(r"[\u00a0\u2007\u2009\u202f]")
_MINUS: Final = re.compile(r"[\u2212\u2012\u2013]")
_PARENTHESES: Final = re.compile(r"\((.*)\)")
_WHOLE: Final = {
    ".": r"(?:[1-9]\d{0,2}(?P<g>[, '])\d{3}(?:(?P=g)\d{3})*|[1-9]\d?(?:,\d{2})+,\d{3}|\d+)?",
    ",": r"(?:[1-9]\d{0,2}(?P<g>[. '])\d{3}(?:(?P=g)\d{3})*|\d+)?",
}
"""The part before the decimals, where a point or a comma marks them: bare, in threes, or (with commas) in twos behind a three, as in India."""
_NUMBER: Final = {mark: re.compile(whole + rf"(?:\{mark}(?P<decimals>\d+))?", re.ASCII) for mark, whole in _WHOLE.items()}
_NAMED: Final = {".": "point", ",": "comma"}

_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{2}|\d{4})", re.ASCII)
_WORDS: Final = re.compile(r"[^\W\d_]+|\d+")
_BETWEEN: Final = re.compile(r"[\s./,ºª°'’-]*")
_FILLING: Final = frozenset({"de", "del", "of", "the", "le", "den", "st", "nd", "rd", "th", "er", "º", "ª"})
_MIDNIGHT: Final = re.compile(r"(.*\d)[T ]+0?0:00(:00(\.0+)?)?(Z|\+00:?00)?", re.ASCII)
_TIME: Final = re.compile(r"\d{1,2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Notation:
    """What a file says about itself: `decimal` marks its decimals, `.` or `,` (empty: not said); with `day_first` 03/04/2024 is a day in April.

    With a `century` (2000) a year of two digits is one of it; without, it is refused.
    """

    decimal: str = ""
    day_first: bool = False
    century: int | None = None

    def number(self, text: str) -> Decimal:
        """The number that a text says in ASCII digits.

        Thousands may be parted by spaces, apostrophes, or the mark that is not the decimal one; a minus may stand before or behind, parentheses mean one.
        Raises ValueError, in words, for anything else, and for what two countries read differently where `decimal` is not said.
        """
        bare, negative = _signed(text)
        readings = {mark: value for mark in ".," if (value := _reading(bare, mark)) is not None}
        if self.decimal and readings:
            if self.decimal not in readings:
                raise ValueError(f"{text!r} is no number with a decimal {_NAMED[self.decimal]}, as --decimal {self.decimal} says")
            readings = {self.decimal: readings[self.decimal]}
        if not readings:
            raise ValueError(_no_number(text))
        if len(set(map(Decimal.normalize, readings.values()))) > 1:
            point, comma = (format(readings[mark].normalize(), "f") for mark in ".,")
            raise ValueError(
                f"{text!r} is {point} where a point marks decimals and {comma} where a comma does: say which by --decimal . or --decimal ,"
                if "." in text
                else f"{text!r} is {comma} where a comma marks decimals and {point} where a point does: say which by --decimal , or --decimal ."
            )
        value = next(iter(readings.values()))
        return -value if negative else value

    def day(self, text: str) -> date:
        """The day that a text says: `2024-05-01`, `1.5.2024`, `1 Sept 2024`, `March 7, 2023`, `1er août 2024`, with midnight behind it or without.

        Raises ValueError, in words, for anything else, and for what two countries read differently unless `day_first` says how.
        """
        words = " ".join(_SPACES.sub(" ", text).split())
        at_midnight = _MIDNIGHT.fullmatch(words)
        bare = re.sub(r"(?<=\d)([./]) ", r"\1", at_midnight[1] if at_midnight else words)
        if bare.isdigit():
            raise ValueError(f"{text!r} is a number, and a number is not a day: write 2024-05-01")
        if _TIME.search(bare):
            raise ValueError(f"{text!r} says a time of day where a day is asked for")
        if said := _YEAR_FIRST.fullmatch(bare):
            return _date(text, int(said[1]), int(said[3]), int(said[4]))
        if said := _YEAR_LAST.fullmatch(bare):
            return self._in_figures(text, int(said[1]), int(said[3]), said[4])
        return self._in_words(text, bare)

    def _in_figures(self, text: str, first: int, second: int, year: str) -> date:
        if len(year) == 2 and not (self.day_first and self.century is not None):
            raise ValueError(f"{text!r} has a year of two digits, which may as well be a day: write 2024-05-01")
        whole = self._year(text, year)
        if self.day_first or first == second:
            return _date(text, whole, second, first, by=" with the day first")
        if first <= 12 and second <= 12:
            raise ValueError(
                f"{text!r} is {_date(text, whole, second, first)} where the day comes first and {_date(text, whole, first, second)} where the month does: "
                "say --day-first, or write the year first"
            )
        return _date(text, whole, second, first) if first > 12 else _date(text, whole, first, second)

    def _in_words(self, text: str, bare: str) -> date:
        parts = [word for word in _WORDS.findall(bare) if word.casefold() not in _FILLING]
        months = [number for word in parts if not word.isdigit() and (number := month(word)) is not None]
        figures = [word for word in parts if word.isascii() and word.isdigit()]
        if not months or len(parts) != 3 or len(figures) != 2 or _BETWEEN.sub("", _WORDS.sub("", bare)):
            raise ValueError(f"{text!r} is not a day such as 2024-05-01 or 1 May 2024")
        years = [figure for figure in figures if len(figure) == 4] or [figures[-1]]
        day = figures[1] if figures[0] is years[0] else figures[0]
        return _date(text, self._year(text, years[0]), months[0], int(day))

    def _year(self, text: str, year: str) -> int:
        if len(year) == 4:
            return int(year)
        if len(year) == 2 and self.century is not None:
            return self.century + int(year)
        raise ValueError(f"{text!r} has a year of {len(year)} digits: write it with four")


PLAIN: Final = Notation()
"""A file that says nothing of how it writes."""


def _date(text: str, year: int, month: int, day: int, by: str = "") -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar{by if month > 12 else ''}") from None


def _signed(text: str) -> tuple[str, bool]:
    """A number without its sign, and whether it is a negative one; as it stands where it has two signs."""
    bare = _MINUS.sub("-", _SPACES.sub(" ", text)).replace("’", "'").strip()
    if enclosed := _PARENTHESES.fullmatch(bare):
        return enclosed[1].strip(), True
    if bare[:1] in "+-" and bare:
        return bare[1:].strip(), bare[0] == "-"
    return (bare[:-1].strip(), True) if bare.endswith("-") else (bare, False)


def _reading(bare: str, mark: str) -> Decimal | None:
    """A number without sign, read with this decimal mark; None where it cannot be."""
    said = _NUMBER[mark].fullmatch(bare)
    if said is None or not bare:
        return None
    decimals = said["decimals"]
    whole = re.sub(r"\D", "", bare.rpartition(mark)[0] if decimals else bare) or "0"
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


def _no_number(text: str) -> str:
    if "%" in text:
        return f"{text!r} is a percentage: write the bare number, as the field counts it"
    if re.fullmatch(r"[+-]?[\d.,]+[eE][+-]?\d+", text.strip()):
        return f"{text!r} is in powers of ten, in which a spreadsheet loses digits: write them all"
    return f"{text!r} is not a number such as 1234.50"
