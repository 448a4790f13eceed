"""The brief for an executive, of one page: how an organisation, a product or a team stands, what it costs, what is due (S4-19)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from libs.commands.errors import NotFound
from services.gateway.pages.home.page import HOME, HomeView
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import ORGANISATION, Visit
from services.gateway.pages.product.page import PRODUCT, ProductView
from services.gateway.pages.reports.report import Lead, Report, ReportPart
from services.gateway.pages.reports.sentences import figures, lacking, money
from services.gateway.pages.team.page import TEAM

KIND, TITLE = "brief", "Brief"
MOST: Final = 5
"""So many rows of each table: a brief has room for what matters most."""
_STANDS, _MONEY, _NEXT, _DUE = "How it stands", "Money", "What comes next", "What is due"


def _of_organisation(visit: Visit) -> Visit:
    return replace(visit, query={**visit.query, ORGANISATION: visit.path["id"]})


def _organisation_leads(visit: Visit, view: HomeView) -> Lead:
    """Raises NotFound for an organisation that is not known at this moment."""
    id = words.plain(visit.path["id"])
    name = dict(visit.organisations or ()).get(id)
    if name is None:
        raise NotFound(f"there is no organisation {id[:64]!r} at this moment", field="id", remedy="Look for it in the list of organisations.")
    return Lead(name, view.verdict.sentence, view.verdict.tone)


def _spent(view: HomeView) -> Iterable[str]:
    """How the forecast compares with the baselines, and what should be looked at."""
    return (*view.money_words, *(one.text for one in view.warnings))


def _outcomes(view: HomeView) -> Iterable[str]:
    return view.outcomes or ("No user need and no target is on record.",)


def _vision(view: ProductView) -> Iterable[str]:
    return (*((view.vision,) if view.vision else ()), *figures(view))


OF_ORGANISATION: Final = Report(
    KIND,
    TITLE,
    HOME,
    (
        ReportPart(_STANDS, ("teams-by-status",), _outcomes),
        ReportPart(_MONEY, ("money",), _spent),
        ReportPart("Where somebody is needed", ("worst",), most=MOST),
        ReportPart(_DUE, ("duties-overdue", "duties-next"), most=MOST),
    ),
    "organisation",
    _of_organisation,
    _organisation_leads,
)
OF_PRODUCT: Final = Report(
    KIND,
    TITLE,
    PRODUCT,
    (
        ReportPart(_STANDS, ("teams",), _vision, most=MOST),
        ReportPart(_MONEY, ("money",), money),
        ReportPart(_NEXT, ("roadmap",), most=MOST),
        ReportPart("Outcomes", ("metrics",), most=MOST),
        ReportPart(_DUE, ("duties",), most=MOST),
    ),
)
OF_TEAM: Final = Report(
    KIND,
    TITLE,
    TEAM,
    (
        ReportPart(_STANDS, ("backlog",), figures, most=MOST),
        ReportPart("Before it graduates", says=lacking),
        ReportPart(_MONEY, ("money",), money),
        ReportPart(_NEXT, ("roadmap",), most=MOST),
        ReportPart(_DUE, ("duties",), most=MOST),
    ),
)
