"""The AsyncAPI document is one, by the official schema, and says of every event where and how it travels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from headway.contracts import asyncapi
from headway.contracts.schemas import published
from libs.events.envelope import SERVICES
from libs.service.settings import Settings

DOCUMENT = asyncapi(Settings(namespace="lab", partitions=3))
REGISTRY: Registry[Any] = Registry().with_resource("urn:document", DRAFT202012.create_resource(DOCUMENT))


def test_it_is_an_asyncapi_document_by_the_official_schema(node: Path) -> None:
    official = json.loads((node / "node_modules/@asyncapi/specs/schemas/3.0.0.json").read_text())
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in Draft7Validator(official).iter_errors(json.loads(json.dumps(DOCUMENT)))]
    assert errors == []


def test_the_official_schema_would_find_a_fault(node: Path) -> None:
    official = json.loads((node / "node_modules/@asyncapi/specs/schemas/3.0.0.json").read_text())
    wrong = json.loads(json.dumps(DOCUMENT))
    wrong["operations"]["backlogSays"]["action"] = "say"
    assert not Draft7Validator(official).is_valid(wrong)


def test_every_reference_leads_somewhere() -> None:
    resolver = REGISTRY.resolver("urn:document")
    found = list(references(DOCUMENT))
    assert found
    for reference in found:
        resolver.lookup(f"urn:document{reference}")


def test_each_service_has_a_topic_of_its_own_on_which_it_sends_all_that_it_says() -> None:
    assert {name: c["address"] for name, c in DOCUMENT["channels"].items()} == {service: f"lab.{service}" for service in SERVICES}
    assert sorted(name for channel in DOCUMENT["channels"].values() for name in channel["messages"]) == published()
    for service, channel in DOCUMENT["channels"].items():
        kafka = channel["bindings"]["kafka"]
        assert (kafka["topic"], kafka["partitions"], kafka["topicConfiguration"]["retention.ms"]) == (f"lab.{service}", 3, -1)
        operation = DOCUMENT["operations"][f"{service}Says"]
        assert operation["action"] == "send"
        assert [m["$ref"] for m in operation["messages"]] == [f"#/channels/{service}/messages/{name}" for name in channel["messages"]]


@pytest.mark.parametrize("name", published())
def test_an_example_fits_the_headers_the_data_and_the_key_of_its_message(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    for example in message["examples"]:
        valid(message["headers"], example["headers"])
        valid(message["payload"], example["payload"])
        valid(message["bindings"]["kafka"]["key"], example["headers"]["ce_subject"])
        assert example["headers"]["ce_type"] == name
    assert message["summary"]


def test_the_headers_of_another_type_do_not_fit() -> None:
    message = DOCUMENT["components"]["messages"]["headway.backlog.item.added.v1"]
    other = DOCUMENT["components"]["messages"]["headway.backlog.item.started.v1"]["examples"][0]["headers"]
    assert not validator(message["headers"]).is_valid(other)


def validator(part: dict[str, Any]) -> Draft202012Validator:
    """What judges by a part of the document, whose references lead into the document."""
    whole = json.loads(json.dumps(part).replace('"#/', '"urn:document#/'))
    return Draft202012Validator(whole, registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER)


def valid(part: dict[str, Any], instance: Any) -> None:
    """Raises ValidationError where it does not fit."""
    validator(part).validate(instance)


def references(part: Any) -> Iterator[str]:
    """Every reference within a part."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)
