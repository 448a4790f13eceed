"""Duties: what must be seen to by a day."""

from __future__ import annotations

from libs.events.facts import Facts
from libs.rules import duties
from services.gateway.graphql.global_ids import outside
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.events import Subject
from services.gateway.graphql.types.kinds.types import DerivedValue, tells

DUE: str = "What is due of it and of what lies in it, by day: each with the command that ends it."


@tells(duties.Duty, order="kind due_on subject rule overdue evidence command roles")
class Duty(DerivedValue[duties.Duty]):
    """Something that must be seen to by a day."""

    @told("The thing that it is about, such as a team or a product.")
    def subject(self) -> Subject:
        return Subject(id=outside(self.of.subject_kind, self.of.subject_id), name=self.of.name)


def due(facts: Facts, kind: str, id: str) -> list[Duty]:
    """The duties of a thing and of what lies in it."""
    return [Duty(facts, duty) for duty in facts.derive(duties.duties_in, kind, id)]
