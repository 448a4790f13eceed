"""What the documentation shows of GraphQL can be asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import GraphQLError

from services.gateway.graphql.cost.limits import demand, prepared
from services.gateway.graphql.schema import schema

DOCS = Path(__file__).parents[4] / "docs"
SHOWN = [(path.name, block) for path in sorted(DOCS.glob("*.md")) for block in re.findall(r"```graphql\n(.*?)```", path.read_text("utf-8"), re.S)]


@pytest.mark.parametrize(("page", "block"), SHOWN, ids=[f"{page}-{n}" for n, (page, _) in enumerate(SHOWN)])
def test_every_document_that_is_shown_is_valid_and_within_the_limits(page: str, block: str) -> None:
    found = prepared(schema()._schema, block)
    assert [error.message for error in found.errors] == []
    operation = found.operation(None)
    assert operation is not None
    try:
        demand(schema()._schema, found, operation, {})
    except GraphQLError as e:
        pytest.fail(e.message)
