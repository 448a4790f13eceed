"""The documents of the pages hold against the schema, and each page has one of its own."""

from __future__ import annotations

import pytest
from graphql import OperationType

from services.gateway.graphql.cost.limits import prepared
from services.gateway.graphql.schema import schema
from services.gateway.pages.documents import document, names
from services.gateway.pages.kit.rendering import TEMPLATES
from services.gateway.pages.registry import PAGES

DOCUMENTS = {name: document(name) for name in names()} | {page.name: page.document for page in PAGES}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_holds_against_the_schema_and_is_one_named_query(name: str) -> None:
    found = prepared(schema()._schema, DOCUMENTS[name])
    assert [str(error) for error in found.errors] == []
    operation = found.operation(None)
    assert operation is not None and operation.operation is OperationType.QUERY and operation.name is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_a_document_and_a_template_and_a_path_of_its_own(page: object) -> None:
    found = next(one for one in PAGES if one is page)
    assert found.document.strip()
    assert any((folder / found.template).is_file() for folder in TEMPLATES)
    assert [one.path for one in PAGES].count(found.path) == 1


def test_every_document_takes_the_moment() -> None:
    for page in PAGES:
        operation = prepared(schema()._schema, page.document).operation(None)
        assert operation is not None
        taken = {one.variable.name.value for one in operation.variable_definitions or ()}
        assert taken >= {"asOf", "knownAt"} or taken >= {"from", "to"}, page.name
