"""A summary above a form of the thing that it is about, so that nobody decides by an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Final

from libs.events.catalog.portfolio.graduation import HandoffState, HomeFunction
from services.gateway.graphql.schema import schema
from services.gateway.graphql.types.kinds.types import BY_KIND
from services.gateway.pages.kinds.parts import line_of, type_name
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Data, Page, Visit
from services.gateway.pages.kit.table import Cell, text
from services.gateway.pages.kit.tables.columns import Cells, called, cells_of, selection
from services.gateway.pages.kit.tables.event_rows import kind_words

_AMOUNTS: Final = "Proposed: amounts.asked.total, To enhance: amounts.asked.enhance, To support: amounts.asked.support, Forecast: amounts.forecast"
_LINES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "investment": f"team, product, {_AMOUNTS}, First baseline: amounts.firstBaseline.total, Current baseline: amounts.currentBaseline.total, "
        "The value it is to bring: value, funding, spending, Proposed on: proposedOn, Ends on: ends, Stands: state, Since: decidedOn, Decided: decision",
        "team": "home, Serves: products, Stands: graduation.status, Since: graduation.since, Criteria met: graduation.criteria.met as criteria, "
        "Blocked by: graduation.blockedBy, Hand-offs: graduation.handoff.state as handoff, -graduation.handoff.function, Next: graduation.nextStep",
        "product": "home, Phase: phase.title, teams",
        "roadmap_item": "product, horizon, Planned start: starts, Planned end: ends, First planned to end: firstEnds",
        "release": "product, stage, Stands: state, Signed off: signOff, Changes what the product does: functional",
        "change": "product, What it is: description, Goes out with: release, Raised on: raisedOn, Decided: decision",
        "metric": "product, goal, unit, baseline, Last read: latest, On: latestOn, Targets: targets.value as targets, -targets.due",
        "bid": "Team: investment.team, Product: investment.product, Submitted to: body, amount, Submitted on: submittedOn",
        "loan": "team, From: lender, To: borrower, until",
        "item": "product, Stands: state, For: user, So that: goal",
        "need": "product, Of: user, Judged: verdict",
    }
)
"""Kind -> the columns of its summary, where others than the first of its lists say what a decision needs."""


def _spoken(field: str, said: str) -> Cells:
    """Who decided in which role, in one line of words."""
    return {f"{said}_by": lambda one: text(one[field] and words.said_by(one[field])), f"{said}_as": lambda _: text(None)}


_CELLS: Final[Mapping[str, Cells]] = MappingProxyType(
    {
        "investment": _spoken("decision", "decided"),
        "change": _spoken("decision", "decided"),
        "release": _spoken("signOff", "signed_off"),
        "team": {
            "criteria": lambda one: Cell(f"{sum(each['met'] for each in one['graduation']['criteria'])} of {len(one['graduation']['criteria'])}"),
            "handoff": lambda one: Cell(
                ", ".join(f"{HomeFunction[e['function']].words}: {HandoffState[e['state']].spoken}" for e in one["graduation"]["handoff"])
            ),
        },
        "metric": {"targets": lambda one: text(", ".join(f"{each['value']} by {words.day(each['due'])}" for each in one["targets"]))},
    }
)
"""Kind -> the cells of its summary that are made of several values."""


@dataclass(frozen=True, slots=True)
class SubjectView:
    """The thing by its name, and lines of a label and words each."""

    title: str
    lines: tuple[tuple[str, str], ...] = ()


@cache
def summary_of(kind: str) -> Page:
    """What of a kind stands above a form: no page of the registry, since a form shows it."""
    shown = (partial(_present, kind), partial(_document, kind)) if kind in BY_KIND else (_unknown, lambda: "query Acting($id: ID!) { node(id: $id) { id } }")
    return Page("acting", "/act/{command}", "", lambda visit: {"id": visit.path["subject"]}, shown[0], asks=shown[1])


def _handoff(team: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return team["graduation"]["handoff"]  # type: ignore[no-any-return]


def _columns(kind: str) -> str:
    shown = (one for one in line_of(type_name(kind)).split(", ") if one[0] not in "-*" and one != "version")
    return _LINES.get(kind) or ", ".join(shown) or "*"


def _document(kind: str) -> str:
    of = type_name(kind)
    return f"""# What somebody is about to act on, today: what a form shows above its fields.
query Acting($id: ID!) {{ node(id: $id) {{ ... on {of} {{ id {_called(of)} {selection(of, _columns(kind))} }} }} }}
"""


def _called(of: str) -> str:
    """The field by which a thing of a type is called; its id where it is called by none."""
    by = called(schema()._schema.type_map[of])
    return by if by in ("name", "title", "text") else "id"


def _present(kind: str, visit: Visit, data: Data) -> SubjectView:
    node, of = data["node"], type_name(kind)
    if not node:
        return _unknown(visit, data)
    cells = cells_of(visit, of, _columns(kind), node, _CELLS.get(kind))
    lines = dict.fromkeys((label if cell.text != words.money(None) else "Amounts", cell.text) for label, cell in cells if cell.text != words.NONE)
    return SubjectView(_title(kind, node, _called(of)), tuple(lines))


def _unknown(visit: Visit, data: Data) -> SubjectView:
    return SubjectView(words.plain(visit.path["subject"]))


def _title(kind: str, node: Mapping[str, Any], by: str) -> str:
    if by != "id" and node[by]:
        return str(node[by])
    whose = node.get("investment") or node
    named = words.listed([words.named(one) for one in (whose.get("team"), whose.get("product")) if one])
    return f"{kind_words(kind)} {words.plain(node['id'])}" + (f", {named}" if named else "")
