"""Forms come from the declarations of commands, and what is filled into them becomes the commands' fields again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.commands.command import COMMANDS, COMMON, Command
from libs.commands.errors import NotFound
from libs.events.envelope import SERVICES
from libs.events.values import ID_PATTERN, PATTERNS
from services.gateway.pages.actions.form_parsing import Wrong, ambiguous_in, data_of, placed, wrong_in, wrong_of
from services.gateway.pages.actions.forms import FormField, Widget, command_named, fields_of, has_form, named, title_of

FORMED = sorted(name for name, command in COMMANDS.items() if has_form(command))


def field(command: str, name: str) -> FormField:
    return next(one for one in fields_of(COMMANDS[command]) if one.name == name)


@pytest.mark.parametrize("name", FORMED)
def test_a_form_asks_for_every_field_of_its_command_and_marks_what_is_needed(name: str) -> None:
    command = COMMANDS[name]
    asked = {one.name: one for one in fields_of(command)}
    assert asked.keys() - {"at"} == command.model_fields.keys() - COMMON
    for one in asked.values():
        assert one.label and one.hint
        if one.name != "at":
            assert one.required == command.model_fields[one.name].is_required()


def test_only_a_command_with_a_list_of_wholes_or_fields_of_whatever_shape_has_no_form() -> None:
    formless = sorted(COMMANDS.keys() - set(FORMED) - {f"{service}.correct" for service in SERVICES})
    assert formless == ["portfolio.define_lifecycle", "portfolio.plan_years", "roadmap.tell_success"]
    with pytest.raises(NotFound, match="no form"):
        command_named("portfolio.define_lifecycle")
    with pytest.raises(NotFound, match="no form"):
        command_named("portfolio.nothing")


def test_each_kind_of_value_has_its_widget() -> None:
    assert field("portfolio.record_actual", "amount").widget is Widget.MONEY
    assert field("portfolio.record_actual", "covers_from").widget is Widget.DAY
    assert field("roadmap.read_metric", "value").widget is Widget.NUMBER
    assert field("portfolio.attest", "statement").widget is Widget.LINES
    assert field("portfolio.tell_story", "channels").widget is field("portfolio.conclude_evaluation", "aims").widget is Widget.MANY
    assert field("portfolio.keep_record", "for").label == "For"
    assert field("backlog.connect_source", "secret").widget is Widget.UNSHOWN
    assert [one.name for one in field("backlog.add_item", "source").parts] == ["source.system", "source.reference", "source.url", "source.number"]


def test_closed_choices_are_shown_in_words() -> None:
    function = field("portfolio.accept_handoff", "function")
    assert function.at_once
    assert ("it_agency", "IT agency") in [(one.value, one.words) for one in function.choices]
    assert [one.words for one in field("portfolio.decide_investment", "approved").choices] == ["Yes", "No"]


def test_a_decision_is_not_dated_by_a_form_and_what_is_seldom_needed_stands_last() -> None:
    assert "at" not in {one.name for one in fields_of(COMMANDS["portfolio.decide_investment"])}
    last = fields_of(COMMANDS["portfolio.propose_investment"])[-2:]
    assert [(one.name, one.seldom) for one in last] == [("investment", True), ("at", True)]


def test_a_command_is_called_by_its_verb() -> None:
    assert title_of(COMMANDS["portfolio.accept_handoff"]) == "Accept hand-off"
    assert named("one_off_project") == "One-off project"


def test_what_is_filled_in_becomes_the_commands_json_and_what_is_empty_is_left_out() -> None:
    form = {"investment": "i", "amount.amount": " 1,250,000.50 ", "amount.currency": "cad", "covers_from": "2026-01-01", "covers_until": "", "at": ""}
    assert data_of(fields_of(COMMANDS["portfolio.record_actual"]), form) == {
        "investment": "i",
        "amount": {"amount": "1250000.50", "currency": "CAD"},
        "covers_from": "2026-01-01",
    }


def test_truths_lists_numbers_and_parts_are_read() -> None:
    assert data_of(fields_of(COMMANDS["portfolio.decide_investment"]), {"approved": "false"}) == {"approved": False}
    assert data_of(fields_of(COMMANDS["portfolio.tell_story"]), {"channels": "a\r\n\r\n b "}) == {"channels": ["a", "b"]}
    assert data_of(fields_of(COMMANDS["backlog.reorder_backlog"]), {"position": "3"}) == {"position": 3}
    assert data_of(fields_of(COMMANDS["backlog.add_item"]), {"source.system": "", "source.reference": ""}) == {}
    assert data_of(fields_of(COMMANDS["backlog.add_item"]), {"source.reference": "x#1"}) == {"source": {"reference": "x#1"}}


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1,000", "1000"), ("1 000", "1000"), ("12,500,000", "12500000"), ("1,000.50", "1000.50"), ("1.00", "1.00"), ("0.125", "0.125"), ("1.2550", "1.2550")],
)
def test_a_number_is_read_as_the_pages_print_numbers(typed: str, read: str) -> None:
    fields, form = fields_of(COMMANDS["portfolio.record_return"]), {"amount.amount": typed, "amount.currency": "KWD"}
    assert ambiguous_in(fields, form) == () and data_of(fields, form)["amount"]["amount"] == read
    assert "1,250.50" in next(one.hint for one in fields if one.name == "amount")


@pytest.mark.parametrize(
    ("typed", "write"), [("1.000", "1 or 1,000"), ("12.500", "12.5 or 12,500"), (" -1.255 ", "-1.2550 or -1,255"), ("100.000", "100 or 100,000")]
)
def test_a_number_that_other_countries_read_as_a_thousand_times_as_much_is_refused_with_both_readings(typed: str, write: str) -> None:
    (wrong,) = ambiguous_in(fields_of(COMMANDS["portfolio.record_return"]), {"amount.amount": typed, "amount.currency": "EUR"})
    assert wrong.field == "amount.amount" and wrong.text.endswith(f"write {write}.")
    (points,) = ambiguous_in(fields_of(COMMANDS["backlog.estimate_item"]), {"points": typed})
    assert points.field == "points" and points.text == wrong.text


@pytest.mark.parametrize("typed", ["0,125", "1.000,50", "1.000.000", "1,5", "1,000,00", "1,000 000"])
def test_what_the_pages_would_not_print_is_no_number(typed: str) -> None:
    command = COMMANDS["backlog.estimate_item"]
    data = data_of(fields_of(command), {"item": "i", "points": typed})
    assert [one.text for one in wrong_in(command, data)] == ["Write a number such as 1250.50."]


def test_everything_that_is_wrong_is_said_at_once_and_in_words() -> None:
    command = COMMANDS["portfolio.record_actual"]
    data = data_of(fields_of(command), {"investment": "Not An Id", "amount.amount": "much", "amount.currency": "CAD", "covers_from": "soon"})
    wrong = {one.field: one.text for one in wrong_in(command, data)}
    assert wrong == {
        "investment": f"It {PATTERNS[ID_PATTERN]}.",
        "amount.amount": "Write a number such as 1250.50.",
        "covers_from": "Write a day as 2026-03-31.",
        "covers_until": "Fill this in, it is needed.",
    }
    beside = placed(wrong_in(command, data), fields_of(command))
    assert beside.keys() == {"investment", "amount", "covers_from", "covers_until"}


def test_a_refusal_keeps_its_rule_source_and_remedy() -> None:
    (wrong,) = wrong_of({"detail": "no", "rule": "S0-14", "source": "a document", "remedy": "ask", "status": 409})
    assert wrong == Wrong("no", None, "S0-14", "a document", "ask")
    assert placed((wrong,), fields_of(COMMANDS["portfolio.submit_bid"])) == {}
    many = wrong_of({"errors": [{"field": "amount.currency", "reason": "unknown"}, {"field": "body", "reason": "empty"}]})
    assert placed(many, fields_of(COMMANDS["portfolio.submit_bid"])).keys() == {"amount", "body"}


@given(st.sampled_from(FORMED), st.dictionaries(st.text(max_size=20), st.text(max_size=30), max_size=4), st.data())
def test_no_form_however_filled_in_breaks_the_reading(name: str, other: dict[str, str], data: st.DataObject) -> None:
    command: type[Command] = COMMANDS[name]
    names = [part for one in fields_of(command) for part in one.names]
    filled = {part: data.draw(st.text(max_size=12)) for part in names}
    read: dict[str, Any] = data_of(fields_of(command), other | filled)
    json.dumps(read)
    placed(ambiguous_in(fields_of(command), other | filled) + wrong_in(command, read), fields_of(command))
