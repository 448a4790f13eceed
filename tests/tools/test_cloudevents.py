"""The conformance vectors of CloudEvents, in the form in which the CloudEvents project keeps them, judge our reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.cloudevents import judged, main, scenarios

MINIMAL = {"specversion": "1.0", "id": "1", "type": "org.example.said", "source": "/here"}
FEATURE = '''
Feature: Messages

    Scenario: One of Kafka
    Given a Kafka message with payload:
        """
        {"a": 1}
        """
    And Kafka headers:
        | key            | value            |
        | ce_specversion | 1.0              |
        | ce_id          | 1                |
        | ce_type        | org.example.said |
        | ce_source      | /here            |
        | content-type   | application/json |
    When parsed as Kafka message
    Then the attributes are:
        | key             | value            |
        | specversion     | 1.0              |
        | id              | 1                |
        | type            | org.example.said |
        | source          | /here            |
        | datacontenttype | application/json |
    And the data is equal to the following JSON:
        """
        {"a": 1}
        """

    Scenario Outline: One of HTTP (<type>)
    Given an HTTP request
        """
        POST /there HTTP/1.1
        Content-Type: <type>

        {"specversion": "1.0", "id": "1", "type": "org.example.said", "source": "/here", "data": 7}
        """
    When parsed as HTTP request
    Then the attributes are:
        | key         | value            |
        | specversion | 1.0              |
        | id          | 1                |
        | type        | org.example.said |
        | source      | /here            |
    And the data is equal to the following JSON:
        """
        7
        """
    Examples:
    | type                                        |
    | application/cloudevents+json                |
    | application/cloudevents+json; charset=utf-8 |
'''


def vectors(folder: Path, name: str, kind: str, **test: object) -> None:
    (folder / name).write_text(json.dumps({"testType": kind, "tests": [{"id": "one", **test}]}))


def test_what_must_be_read_and_what_must_be_refused_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vectors(tmp_path, "a.json", "ValidSingleEvent", event=MINIMAL)
    vectors(tmp_path, "b.json", "InvalidSingleEvent", event={**MINIMAL, "id": ""})
    vectors(tmp_path, "c.json", "ValidBatch", batch=[MINIMAL])
    vectors(tmp_path, "d.json", "InvalidBatch", batch=[MINIMAL, "x"])
    (tmp_path / "e.feature").write_text(FEATURE)
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "7 of 7 vectors hold\n"


def test_a_vector_from_which_the_reader_differs_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vectors(tmp_path, "a.json", "ValidSingleEvent", event={**MINIMAL, "id": ""})
    vectors(tmp_path, "b.json", "InvalidBatch", batch=[])
    (tmp_path / "c.feature").write_text(FEATURE.replace('{"a": 1}', '{"a": 2}', 1).replace("| id              | 1  ", "| id              | 2  "))
    assert main([str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out == "2 of 5 vectors hold\n"
    assert [line.partition(":")[0] for line in said.err.splitlines()] == ["a.json one", "b.json one", "c.feature One of Kafka"]


def test_other_data_is_another_event(tmp_path: Path) -> None:
    (tmp_path / "c.feature").write_text(FEATURE.replace('{"a": 1}', '{"a": 2}', 1))
    assert [why for _, why in judged(tmp_path)] == ["holds {'a': 2}", None, None]


def test_an_outline_is_one_scenario_an_example() -> None:
    assert [scenario.name for scenario in scenarios(FEATURE)] == [
        "One of Kafka",
        "One of HTTP (application/cloudevents+json)",
        "One of HTTP (application/cloudevents+json; charset=utf-8)",
    ]


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["nowhere"]])
def test_without_a_folder_it_says_how_it_is_called(arguments: list[str]) -> None:
    assert main(arguments) == 2


def test_an_empty_folder_is_no_judgement(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 2
