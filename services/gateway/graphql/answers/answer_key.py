"""Names an answer by all that it depends on beside the world and people's names: equal keys, equal answers."""

from __future__ import annotations

import hashlib
import json

from services.gateway.graphql.answers.entry_points import of_the_world
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.limits import INTROSPECTION


def answer_key(asked: GraphQLRequest, asking: OperationContext) -> str | None:
    """The key of what is asked, with whose rights, on which days and within which limits. None where the answer is not to be kept.

    The day counts also where `asOf` names another: whose money is whose, and who sees which name, is judged by what holds today.
    """
    entries = of_the_world(asked)
    if entries is None or any(entry.name.value in INTROSPECTION for entry in entries):
        return None
    variables = json.dumps(asked.variables)  # numbers of any length, unlike orjson
    return hashed(asked.query, asked.operation or "", variables, asking.rights, days_of(asking), str(asking.most))


def days_of(asking: OperationContext) -> str:
    """The day on which it is asked, and the latest that it is anywhere: by the end of that one all was so that is part of the present."""
    return f"{asking.today} {asking.latest}"


def hashed(*parts: str) -> str:
    """Parts in an order, as one short text."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
