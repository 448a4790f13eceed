"""The months as the major languages of European administrations write them, in small letters and without accents."""

from __future__ import annotations

import unicodedata
from typing import Final

_NAMES: Final = """
    january jan; february feb; march mar; april apr; may; june jun; july jul; august aug; september sept sep; october oct; november nov; december dec
    janvier janv; fevrier fevr fev; mars; avril avr; mai; juin; juillet juil; aout; septembre sept; octobre oct; novembre nov; decembre dec
    januar jan janner; februar feb; marz mrz maerz; april apr; mai; juni jun; juli jul; august aug; september sept; oktober okt; november nov; dezember dez
    enero ene; febrero feb; marzo mar; abril abr; mayo may; junio jun; julio jul; agosto ago; septiembre setiembre sep; octubre oct; noviembre nov; diciembre
    gennaio gen; febbraio feb; marzo mar; aprile apr; maggio mag; giugno giu; luglio lug; agosto ago; settembre set; ottobre ott; novembre nov; dicembre dic
    janeiro jan; fevereiro fev; marco mar; abril abr; maio mai; junho jun; julho jul; agosto ago; setembro set; outubro out; novembro nov; dezembro dez
    januari jan; februari feb; maart mrt; april apr; mei; juni jun; juli jul; augustus aug; september sep; oktober okt; november nov; december dec
"""
"""English, French, German, Spanish, Italian, Portuguese, Dutch: a line each, from the first month to the last. No word means two months."""

MONTHS: Final = {name: number for language in _NAMES.strip().splitlines() for number, names in enumerate(language.split(";"), 1) for name in names.split()}


def month(word: str) -> int | None:
    """The number of the month that a word names, whatever its case and accents; None where it names none."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    return MONTHS.get(bare)
