"""One run of a plan: the arguments of its fields, and what is counted of the answer while it is made."""

from __future__ import annotations

from typing import Any, Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path

from services.gateway.graphql.cost.budget import AT_ONCE, Budget
from services.gateway.graphql.plan.pieces import PieceKeeper


class PlanRun:
    """What one run knows. The executor is the library's: it has read the variables, and gives resolvers what they are told of the operation."""

    __slots__ = ("_arguments", "_budget", "_executor", "keeper", "made")

    def __init__(self, executor: Executor[Any], budget: Budget, keeper: PieceKeeper | None = None) -> None:
        self._executor, self._budget = executor, budget
        self.keeper = keeper
        """Where pieces of the answer are kept; None where none are."""
        self._arguments: dict[int, dict[str, Any]] = {}
        self.made = 0
        """Objects that were made and are not counted yet: whoever makes `COUNTED` of them has them counted."""

    def count(self) -> None:
        """Counts what was made against the budget. Raises SpentUp."""
        made, self.made = self.made, 0
        self._budget.make(made)

    def must_have_room(self, objects: int) -> None:
        """So many more are about to be made. Raises SpentUp."""
        self._budget.must_have_room(self.made + objects)

    def arguments(self, definition: GraphQLField, asked: FieldDetails) -> dict[str, Any]:
        """The arguments of a field, read once for all objects that have it. Raises GraphQLError."""
        found = self._arguments.get(id(asked))
        if found is None:
            values = self._executor.variable_values
            found = self._arguments[id(asked)] = get_argument_values(definition, asked.node, values, asked.fragment_variable_values, True)
        return found

    def info(self, definition: GraphQLField, nodes: list[FieldNode], parent: GraphQLObjectType, path: Path) -> GraphQLResolveInfo[Any]:
        """What the resolver of a field is told beside its source and its arguments."""
        return self._executor.build_resolve_info(definition, nodes, parent, path)


COUNTED: Final = AT_ONCE
"""Objects that are counted together: the budget looks at the clock no oftener."""
