"""Tasks of an evaluation: its verdicts, and sharing what came of it (S1-05, S1-14)."""

from __future__ import annotations

from collections.abc import Iterator

from libs.events.catalog.portfolio.evaluations.evaluation import EVALUATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.facts import Facts
from libs.rules.tasks.task import Awaited, AwaitedKind, waits


def evaluations(facts: Facts) -> Iterator[Awaited]:
    """An evaluation that is open waits for both verdicts, and one that is concluded for being shared with other bodies."""
    for one in facts.every(EVALUATION):
        product = facts.get(PRODUCT, one.product)
        subject, name = ("evaluation", one.id), (product.name if product else "") or one.product
        if one.started is not None and one.concluded is None:
            what = f"Answer what is open about {name}, and give both verdicts."
            yield waits(facts, AwaitedKind.CONCLUDE_EVALUATION, subject, name, what, one.started)
        elif one.concluded is not None and one.published is None:
            what = f"Share with other bodies what the evaluation of {name} came to, and what they can learn from it."
            yield waits(facts, AwaitedKind.PUBLISH_EVALUATION, subject, name, what, one.concluded)
