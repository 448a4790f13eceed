"""Input types are made of commands, whatever their fields are called."""

from __future__ import annotations

from typing import Any

from pydantic import Field, create_model

from libs.commands.retraction import CorrectInBacklog, Fields
from services.gateway.graphql.inputs import Inputs, plain, said


def test_a_field_that_is_called_by_a_word_of_python_is_called_so_in_the_schema() -> None:
    fields: dict[str, Any] = {"text": (str, Field(description="What.")), "for": (str | None, Field(None, description="Whom it is for."))}
    made: Any = Inputs().of(create_model("Note", **fields))
    assert [(one.graphql_name or one.python_name, one.description) for one in made.__strawberry_definition__.fields] == [
        ("text", "What."),
        ("for", "Whom it is for."),
    ]
    assert plain(made(text="It", for_="All")) == {"text": "It", "for": "All"}


def test_fields_of_whatever_shape_are_sent_as_they_come() -> None:
    made: Any = Inputs().of(CorrectInBacklog)
    data: dict[str, Any] = {"title": "Pay", "points": None}
    given: dict[str, Any] = {"event": "item:a@1", "reason": "A slip"}
    assert said(CorrectInBacklog, made(**given, data=Fields(data))) == {**given, "data": data}
