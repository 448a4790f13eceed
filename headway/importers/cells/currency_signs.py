"""Finds the currency in a cell with an amount: by its code, or by a sign, which may be that of several currencies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from libs.events.currencies import CURRENCIES

_OF_SIGNS: Final = {
    sign: frozenset(codes.split())
    for sign, codes in {
        "€": "EUR",
        "£": "GBP EGP FKP GIP LBP SDG SHP SSP SYP",
        "¥": "JPY CNY",
        "$": "ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD USD UYU XCD",
        "US$": "USD",
        "A$": "AUD",
        "C$": "CAD NIO",
        "CA$": "CAD",
        "HK$": "HKD",
        "NT$": "TWD",
        "NZ$": "NZD",
        "R$": "BRL",
        "S$": "SGD",
        "₡": "CRC",
        "₦": "NGN",
        "₩": "KRW KPW",
        "₪": "ILS",
        "₫": "VND",
        "₱": "PHP",
        "₲": "PYG",
        "₴": "UAH",
        "₵": "GHS",
        "₸": "KZT",
        "₹": "INR",
        "₺": "TRY",
        "₼": "AZN",
        "₽": "RUB",
        "₾": "GEL",
        "kr": "DKK ISK NOK SEK",
        "zł": "PLN",
        "Kč": "CZK",
        "Ft": "HUF",
        "лв": "BGN",
        "Fr": "CHF",
        "SFr": "CHF",
    }.items()
}
_TOKEN: Final = re.compile(r"[^\s\d.,'’()%+\-\u2212\u2012\u2013]+\.?")


def without_currency(text: str, said: str | None) -> tuple[str, str]:
    """An amount as it stands, without the currency in it, and the currency.

    `said` is what another column says. Raises ValueError, in words, where neither says one, where the two differ, or where a sign may mean several.
    """
    tokens = _TOKEN.findall(text)
    known = [found for token in tokens if (found := _meant(token))]
    if len(known) < len(tokens):
        raise ValueError(f"{text!r} is not an amount such as 1234.50 or 1234.50 EUR")
    possible = frozenset.intersection(*known) if known else frozenset()
    if said is not None and tokens and said not in possible:
        raise ValueError(f"{text!r} is not in {said}, as another column says")
    if said is None and len(possible) != 1:
        raise ValueError(f"{text!r} may be in {_or(possible)}: write the code" if possible else f"{text!r} says no currency: write its code, as in 1234.50 EUR")
    return " ".join(_TOKEN.sub(" ", text).split()) if tokens else text, said or next(iter(possible))


def code(text: str) -> str:
    """The code of a currency that stands by itself, as code or sign; a text that is neither as it is. Raises ValueError where a sign may mean several."""
    possible = _meant(text)
    if len(possible) > 1:
        raise ValueError(f"{text!r} may be {_or(possible)}: write the code")
    return next(iter(possible), text)


def _meant(token: str) -> frozenset[str]:
    """The currencies that a code or sign may mean; none where it is neither."""
    if token.upper() in CURRENCIES:
        return frozenset({token.upper()})
    bare = unicodedata.normalize("NFC", token).removesuffix(".")
    return _OF_SIGNS.get(bare) or _OF_SIGNS.get(bare.casefold()) or frozenset()


def _or(codes: Iterable[str]) -> str:
    few = sorted(codes)
    return " or ".join(few) if len(few) < 4 else f"{', '.join(few[:3])} and {len(few) - 3} others"
