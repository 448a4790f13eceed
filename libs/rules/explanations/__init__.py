"""Explanations of figures: for each the rule that makes it, its requirements, and the events that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from libs.rules.explanations.figure import Figure, Reach, RelevantEvents
from libs.rules.explanations.fiscal import fiscal_figures
from libs.rules.explanations.improvements import improvement_figures
from libs.rules.explanations.money import investment_figures, money_figures
from libs.rules.explanations.subjects import confidence_figures, portfolio_figures, product_figures, roadmap_figures, shared_figures, team_figures

__all__ = ["FIGURES", "UNEXPLAINED", "Figure", "Reach", "RelevantEvents", "by_subject", "declared", "figure_of"]


def figure_of(subject: str, field: str) -> Figure:
    """The figure of a subject by its field. Raises LookupError, whose text names the fields there are."""
    figures = FIGURES[subject]
    try:
        return figures[field]
    except KeyError:
        raise LookupError(f"{field[:80]!r} is no figure of a {subject}; there are {', '.join(figures)}") from None


def declared() -> Iterator[Figure]:
    """All of them, made anew."""
    for subject in ("team", "product", "program", "organisation", "portfolio"):
        yield from money_figures(subject)
    for subject in ("team", "product", "program", "organisation", "portfolio"):
        yield from fiscal_figures(subject)
    for subject in ("team", "product", "portfolio"):
        yield from shared_figures(subject)
        yield from improvement_figures(subject)
    for figures in (team_figures, product_figures, portfolio_figures, investment_figures, roadmap_figures, confidence_figures):
        yield from figures()


def by_subject(figures: Iterable[Figure]) -> Mapping[str, Mapping[str, Figure]]:
    """Subject -> field -> figure."""
    found: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        found.setdefault(figure.subject, {})[figure.field] = figure
    return MappingProxyType({subject: MappingProxyType(figures) for subject, figures in found.items()})


FIGURES: Final = by_subject(declared())
"""Subject -> field -> figure: the one table of what can be explained."""
UNEXPLAINED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bid": "what it tells was said of it",
        "confidence": "by what it is rated of",
        "channel": "by the problem points of its product",
        "change_class": "what it tells was said of it",
        "experiment": "what it tells was said of it",
        "improvement": "by what its team improves",
        "finding": "what it tells was said of it",
        "item": "by the backlog of its product",
        "lifecycle": "what it tells was said of it",
        "loan": "by what it moves of the money of organisations",
        "agreement": "what it tells was said of it",
        "precedent": "by the loan that it tells of",
        "accountable": "what it tells was said of it",
        "person": "what it tells was said of it; names are no facts",
        "need": "by the needs of its product",
        "override_approval": "by the override that cites it",
        "record": "what it tells was said of it",
        "pipeline_run": "by the evidence of its change",
        "submission": "by the redesign of its program",
        "target_condition": "what it tells was said of it",
        "theme": "by the problem points of its product",
        "vision": "what it tells was said of it",
    }
)
"""Kinds that have no figure of their own, and where they are explained."""
