"""`/evaluations/{id}`: the nine questions of an evaluation, each with its answer and with what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from libs.events.catalog.portfolio.evaluations.evaluation import Degree
from services.gateway.pages.kinds.thing import ThingView, page_of_one
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Page, Visit
from services.gateway.pages.kit.table import Cell, Table
from services.gateway.pages.kit.tables.columns import table

Node = Mapping[str, Any]


def _view(visit: Visit, node: Node, made: ThingView) -> ThingView:
    parts = (_questions(visit, node), *(one for one in made.parts if one.id not in ("questions", "answers")))
    return replace(made, title=f"Evaluation of {words.named(node['product'])}", parts=parts)


def _questions(visit: Visit, node: Node) -> Table:
    shown: dict[str, list[str]] = {}
    for one in node["evidence"]:
        shown.setdefault(one["question"], []).append(f"{one['what']} ({'independent' if one['independent'] else 'self-asserted'})")

    def why(one: Node) -> Cell:
        known = words.listed(shown.get(one["question"], ()))
        none = "Nothing any more" if one["answer"] == Degree.YES.name else words.NONE
        return Cell(one["evidence"] or known or none, note=known if one["evidence"] else "", value="; ".join(filter(None, (one["evidence"], known))))

    return table(
        visit,
        "questions",
        "Questions",
        "EvaluationQuestion",
        "Question: text as text, answer, Shown by: evidence as shown_by, -question, -#independent, -#selfAsserted, -answeredOn",
        node["questions"],
        empty="None.",
        cells={"text": lambda one: one["question"], "answer": lambda one: "" if one["answer"] else Cell("Not yet", value=""), "shown_by": why},
    )


EVALUATION: Final[Page] = page_of_one("evaluation", _view)
