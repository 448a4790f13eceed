"""`headway query --var` sends JSON as it stands, and text where the variable's type is text."""

from __future__ import annotations

import json

import pytest

from headway.cli.variables import variables

DOCUMENT = """query Q($id: ID!, $ids: [ID!]!, $name: String, $must: String!, $n: Int, $yes: Boolean, $when: Date, $much: Decimal, $phase: Phase,
  $input: FormTeamInput) { __typename }"""


@pytest.mark.parametrize(
    ("word", "sent"),
    [
        ('ids=["a","b"]', ["a", "b"]),
        ("ids=a", "a"),
        ("ids=007", "007"),
        ("id=007", "007"),
        ("id=7", "7"),
        ("id=team:biohub", "team:biohub"),
        ('id="quoted"', "quoted"),
        ("name=3", "3"),
        ("name=true", "true"),
        ("name=null", None),
        ("must=null", "null"),
        ('name={"a": 1}', '{"a": 1}'),
        ("name=a=b", "a=b"),
        ("name=", ""),
        ("n=3", 3),
        ("n=three", "three"),
        ("yes=false", False),
        ("when=2026-01-01", "2026-01-01"),
        ("when=2026", "2026"),
        ("much=12345678901234567890.10", "12345678901234567890.10"),
        ('input={"team": "a", "many": [1, 2]}', {"team": "a", "many": [1, 2]}),
        ("phase=ALPHA", "ALPHA"),
        ("other=3", 3),
        ("other=[1", "[1"),
        ("other=NaN", "NaN"),
        ("other=1e400", "1e400"),
    ],
)
def test_a_value_is_json_as_it_stands_or_text_where_the_type_is_text(word: str, sent: object) -> None:
    assert json.loads(variables(DOCUMENT, [word])) == {word.partition("=")[0]: sent}


def test_a_number_keeps_the_digits_that_were_written() -> None:
    assert variables("{ __typename }", ["x=0.10000000000000000000001"]) == '{"x": 0.10000000000000000000001}'


def test_a_whole_object_gives_several_and_the_last_word_counts() -> None:
    assert json.loads(variables(DOCUMENT, ['{"id": "a", "n": 1}', "n=2"])) == {"id": "a", "n": 2}


def test_a_document_that_cannot_be_read_is_left_to_the_server() -> None:
    assert variables("query(", ["id=7"]) == '{"id": 7}'


@pytest.mark.parametrize("word", ["id", "=3", "a b=3", '{"id": ', '{"id": NaN}'])
def test_what_is_no_variable_is_named(word: str) -> None:
    with pytest.raises(ValueError, match="--var"):
        variables(DOCUMENT, [word])
