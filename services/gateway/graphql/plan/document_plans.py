"""The plans of a document: one for each of its queries and each choice of its `@skip` and `@include`, compiled when it is first run."""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary, ref

from graphql import DirectiveNode, DocumentNode, GraphQLError, VariableNode, Visitor, visit
from graphql.execution import Executor

from services.gateway.capacity.bounded_cache import Bounded
from services.gateway.graphql.cost.limits import Prepared
from services.gateway.graphql.plan.compiler import Plan, compiled
from services.gateway.graphql.plan.leaves import Unfit

MOST_CHOICES: Final = 16
"""Plans that one document has at a time."""
MOST: Final = 64 * 1_048_576
"""Bytes of plans that are kept, of all documents together."""
OF_A_FIELD: Final = 1_000
"""About how many bytes a field of a plan takes, and all that is none."""
Choice = tuple[Any, ...]
"""The name of an operation, and what `@skip` and `@include` are given."""


class DocumentPlans:
    """What is compiled of one document."""

    def __init__(self, document: DocumentNode) -> None:
        self._deciding = _deciding(document)
        self._plans: dict[Choice, Plan | None] = {}

    def plan(self, executor: Executor[Any]) -> Plan | None:
        """The plan of the operation of an executor; None where there can be none."""
        choice = self._choice(executor)
        if choice not in self._plans:
            try:
                found = compiled(executor.schema, executor.operation, executor.fragments, executor.variable_values)
            except (Unfit, GraphQLError):  # null for what `@skip` or `@include` names: where that is wrong, the library says
                found = None
            self._keep(choice, found)
        plan = self._plans[choice]
        if plan is not None:
            _ROOM.keep(plan.name, _Taken(ref(self), choice, plan.fields()))
        return plan

    def forget(self, choice: Choice) -> None:
        """Lets go of a plan: it is compiled again when it is asked for."""
        if self._plans.get(choice) is not None:  # that there can be none is remembered
            del self._plans[choice]

    def give_up(self, executor: Executor[Any]) -> None:
        """What this asks for is never served by a plan: none is run again."""
        self._keep(self._choice(executor), None)

    def _choice(self, executor: Executor[Any]) -> Choice:
        given = executor.variable_values.coerced
        return executor.operation.name and executor.operation.name.value, *(given.get(name) for name in self._deciding)

    def _keep(self, choice: Choice, plan: Plan | None) -> None:
        if choice not in self._plans and len(self._plans) >= MOST_CHOICES:
            self._plans.clear()
        self._plans[choice] = plan


def _deciding(document: DocumentNode) -> tuple[str, ...]:
    """The variables that say what is selected, in the order in which they stand there."""
    found = dict[str, None]()

    class Variables(Visitor):
        def enter_variable(self, node: VariableNode, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]) -> None:
            if any(isinstance(one, DirectiveNode) for one in ancestors):
                found[node.name.value] = None

    visit(document, Variables())
    return (*found,)


class _Taken(NamedTuple):
    """What room a plan takes, and of which document it is; of one that is not kept any more it takes none."""

    of: ref[DocumentPlans]
    choice: Choice
    fields: int

    def give_back(self) -> None:
        """There is no room for it."""
        if (plans := self.of()) is not None:
            plans.forget(self.choice)


_ROOM: Final[Bounded[object, _Taken]] = Bounded(MOST, lambda taken: (1 + taken.fields) * OF_A_FIELD, _Taken.give_back)
"""By the name of a plan, what it takes; it may have more fields each time."""
_PLANS: Final[WeakKeyDictionary[Prepared, DocumentPlans]] = WeakKeyDictionary()


def plans_of(document: Prepared) -> DocumentPlans:
    """The plans of a document, kept as long as it is."""
    found = _PLANS.get(document)
    if found is None:
        found = _PLANS[document] = DocumentPlans(document.document)
    return found
