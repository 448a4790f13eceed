"""The currency codes of ISO 4217 that a public body can spend, and the unit that an amount of each is counted in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY
    COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK
    JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)
"""Funds that nobody is paid in, metals and test codes left out."""

_USUAL: Final = 2
_OTHERWISE: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
    | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
    | dict.fromkeys("CLF UYW".split(), 4)
)
"""How many decimals a currency has, where these are not two."""


def decimals(currency: str) -> int:
    """How many decimals an amount of a currency has: 2 for CAD, 0 for JPY, 3 for KWD; 2 for a code that is none."""
    return _OTHERWISE.get(currency, _USUAL)


def unit(currency: str) -> Decimal:
    """The least amount of a currency: 0.01 for CAD, 1 for JPY, 0.001 for KWD."""
    return _UNITS[decimals(currency)]


def at_scale(amount: Decimal, currency: str) -> Decimal:
    """The same amount with the decimals of its currency; with more only where it has more, as what an older version let in may have."""
    found = amount.quantize(unit(currency)) if amount else Decimal(0).quantize(unit(currency))  # zero has no sign
    return found if found == amount else amount.normalize()


def exact(amount: Decimal, currency: str) -> str:
    """The digits of an amount at its currency's scale, never in powers of ten: `1000.50` of CAD, `1000` of JPY, `1000.500` of KWD."""
    return format(at_scale(amount, currency), "f")


def grouped(amount: Decimal, currency: str) -> str:
    """The same for people, without sign: `1,250,000`, `1,000.50`; by thousands, minor units only where there are some."""
    found = abs(at_scale(amount, currency))
    return f"{found:,.0f}" if found == found.to_integral_value() else f"{found:,f}"


_UNITS: Final = tuple(Decimal(1).scaleb(-places) for places in range(max(_OTHERWISE.values()) + 1))
