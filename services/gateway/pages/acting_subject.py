"""What a form is about, in a few lines above its fields, so that nobody decides on an id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.events.catalog.backlog.item import ItemState
from libs.events.catalog.backlog.need import Verdict
from libs.events.catalog.portfolio.graduation import GraduationStatus, HandoffState, HomeFunction
from libs.events.catalog.portfolio.investment import Funding, InvestmentState, Spending
from libs.events.catalog.roadmap.release import ReleaseStage, ReleaseState
from libs.events.catalog.roadmap.roadmap_item import Horizon
from services.gateway.pages import words
from services.gateway.pages.page import Data, Page, Visit
from services.gateway.pages.tables import Table

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SubjectView:
    """The thing by its name, its page (None: it has none), and lines of a label and words each."""

    title: str
    href: str | None = None
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()


def _variables(visit: Visit) -> dict[str, Any]:
    return {"id": visit.path["subject"]}


def _present(visit: Visit, data: Data) -> SubjectView:
    node = data["node"]
    if node is None:
        return SubjectView(words.plain(visit.path["subject"]))
    make = _LINES.get(node["__typename"])
    lines = tuple((label, text) for label, text in (make(node) if make else ()) if text and text != words.NONE)
    return SubjectView(_title(node), lines=lines)


def _title(node: Mapping[str, Any]) -> str:
    named_by = next((node[key] for key in ("name", "title", "text") if node.get(key)), None)
    if named_by is not None:
        return str(named_by)
    whose = _whose(node) or _whose(node.get("investment") or {})
    kind = {"InvestmentCase": "Investment", "Bid": "Bid", "Loan": "Loan"}.get(node["__typename"], node["__typename"])
    return f"{kind} {words.plain(node['id'])}" + (f", {whose}" if whose else "")


def _whose(node: Mapping[str, Any]) -> str:
    return words.listed([words.named(one) for one in (node.get("team"), node.get("forProduct")) if one])


def _investment(node: Mapping[str, Any]) -> Iterator[Line]:
    yield "For", _whose(node)
    amounts = node["amounts"]
    if amounts is None:
        yield "Amount", "withheld"
    else:
        yield "Proposed", _split(amounts["asked"])
        yield "First baseline", _split(amounts["firstBaseline"])
        yield "Current baseline", _split(amounts["currentBaseline"])
        yield "Forecast", words.amount(amounts["forecast"]) if amounts["forecast"] else ""
    yield "The value it is to bring", node["value"] or ""
    yield "Funding", ", ".join(of[node[name]].words for of, name in ((Funding, "funding"), (Spending, "spending")) if node[name])
    yield "Proposed on", words.day(node["proposedOn"])
    yield "Ends on", words.day(node["ends"])
    yield "Stands", InvestmentState[node["decided"]].words + (f" since {words.day(node['decidedOn'])}" if node["decidedOn"] else "")
    yield "Decided by", _voice(node["decision"])


def _split(of: Mapping[str, Any] | None) -> str:
    """An amount, with its parts where it is split."""
    if of is None:
        return ""
    parts = [f"{words.amount(of[name])} to {name}" for name in ("enhance", "support") if of.get(name)]
    return words.amount(of["total"]) + (f" ({words.listed(parts)})" if len(parts) > 1 else "")


def _team(node: Mapping[str, Any]) -> Iterator[Line]:
    graduation = node["graduation"]
    met = sum(one["met"] for one in graduation["criteria"])
    since = f", since {words.day(graduation['since'])}" if graduation["since"] else ""
    yield "Home", words.named(node["home"])
    yield "Serves", words.listed(words.named(one) for one in node["products"])
    yield "Stands", GraduationStatus[graduation["status"]].words + since
    yield "Criteria met", f"{met} of {len(graduation['criteria'])}" + _blocked(graduation["blockedBy"])
    yield "Hand-offs", ", ".join(f"{HomeFunction[one['function']].words}: {HandoffState[one['state']].spoken}" for one in graduation["handoff"])
    yield "Next", graduation["nextStep"] or ""


def _blocked(criteria: Sequence[str]) -> str:
    return f"; blocked by {words.listed(criteria)}" if criteria else ""


def _product(node: Mapping[str, Any]) -> Iterator[Line]:
    yield "Home", words.named(node["home"])
    yield "Phase", node["phase"]["title"] if node["phase"] else ""
    yield "Teams", words.listed(one["name"] for one in node["teams"])


def _item(node: Mapping[str, Any]) -> Iterator[Line]:
    yield "Product", node["product"]["name"]
    yield "Horizon", Horizon[node["horizon"]].words
    dates = [words.day(node[name]) for name in ("starts", "ends") if node[name]]
    yield "Planned", " to ".join(dates)
    yield "First planned to end", words.day(node["firstEnds"])


def _release(node: Mapping[str, Any]) -> Iterator[Line]:
    yield "Product", node["product"]["name"]
    yield "Stage", ReleaseStage[node["stage"]].words
    yield "Stands", ReleaseState[node["released"]].words
    yield "Signed off by", _voice(node["signOff"])
    yield "Changes what the product does", "yes" if node["functional"] else "no"


def _change(node: Mapping[str, Any]) -> Iterator[Line]:
    yield "Product", node["product"]["name"]
    yield "What it is", node["description"] or ""
    yield "Goes out with", words.named(node["release"], "title")
    yield "Raised on", words.day(node["raisedOn"])
    yield "Decided by", _voice(node["decision"])


def _voice(voice: Mapping[str, Any] | None) -> str:
    return words.said_by(voice) if voice else ""


def _metric(node: Mapping[str, Any]) -> Iterator[Line]:
    unit = f" {node['unit']}" if node["unit"] else ""
    yield "Product", node["product"]["name"]
    yield "Goal", node["goal"]
    yield "Baseline", f"{node['baseline']}{unit}" if node["baseline"] is not None else ""
    yield "Last read", f"{node['latest']}{unit} on {words.day(node['latestOn'])}" if node["latest"] is not None else ""
    yield "Targets", ", ".join(f"{one['target']}{unit} by {words.day(one['due'])}" for one in node["targets"])


def _bid(node: Mapping[str, Any]) -> Iterator[Line]:
    yield "For", _whose(node["investment"] or {})
    yield "Submitted to", node["body"]
    yield "Amount", words.amount(node["amount"]) if node["amount"] else ""
    yield "Submitted on", words.day(node["submittedOn"])


def _loan(node: Mapping[str, Any]) -> Iterator[Line]:
    yield "Team", words.named(node["team"])
    yield "From", words.named(node["lender"])
    yield "To", words.named(node["borrower"])
    yield "Until", words.day(node["until"])


def _backlog_item(node: Mapping[str, Any]) -> Iterator[Line]:
    yield "Product", node["product"]["name"]
    yield "Stands", ItemState[node["worked"]].words
    yield "For", node["wantedBy"] or ""
    yield "So that", node["aim"] or ""


def _need(node: Mapping[str, Any]) -> Iterator[Line]:
    yield "Product", node["product"]["name"]
    yield "Of", node["user"]
    yield "Judged", Verdict[node["verdict"]].words if node["verdict"] else "not yet"


_LINES = {
    "InvestmentCase": _investment,
    "Team": _team,
    "Product": _product,
    "RoadmapItem": _item,
    "Release": _release,
    "ChangeRequest": _change,
    "Metric": _metric,
    "Bid": _bid,
    "Loan": _loan,
    "Item": _backlog_item,
    "Need": _need,
}

SUBJECT = Page("acting", "/act/{command}", "", _variables, _present)
"""No page of the registry: a form shows it."""
