"""What a refusal says, by the door that it comes out of: what is not there before what is not allowed, by the names that the door uses."""

from __future__ import annotations

from typing import Any

import pytest

from libs.commands.command import COMMANDS, Command
from tests.commands.examples import EXAMPLES
from tests.system.conftest import Running


def absent(command: type[Command]) -> dict[str, Any]:
    """The example of a command, about something that there is not."""
    data = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in EXAMPLES[command.SPEC.name].items()}
    return {name: str(value) if type(value).__name__ == "Decimal" else value for name, value in data.items()} | {command.SPEC.id_field: "nowhere"}


CHANGING = [name for name, command in COMMANDS.items() if command.SPEC.creates is False and command.SPEC.kind is not None and name in EXAMPLES]


async def test_whoever_may_read_a_thing_is_told_that_it_is_not_there_before_anything_else(stack: Running) -> None:
    for name in CHANGING:
        answer = await stack.command(name, absent(COMMANDS[name]), "cab@env")
        assert answer.status_code == 404, (name, answer.text)
        assert answer.json()["field"] == COMMANDS[name].SPEC.id_field


async def test_a_thing_that_is_not_there_comes_with_the_commands_that_make_it(stack: Running) -> None:
    answer = await stack.command("portfolio.join_team", absent(COMMANDS["portfolio.join_team"]))
    assert "portfolio.form_team" in answer.json()["remedy"]


async def test_a_thing_that_is_there_comes_with_the_commands_that_change_it(stack: Running) -> None:
    await stack.say(
        ("portfolio.open_program", {"program": "p", "name": "P", "home": "env"}), ("portfolio.form_team", {"team": "t", "name": "T", "home": "env"})
    )
    answer = await stack.command("portfolio.form_team", {"team": "t", "name": "T2", "home": "env"})
    assert answer.status_code == 409 and "portfolio.join_team" in answer.json()["remedy"]


async def test_a_command_that_there_is_not_is_answered_with_the_one_that_was_meant(stack: Running) -> None:
    answer = await stack.command("backlog.deliver_itm", {"item": "i"})
    assert answer.status_code == 404 and "did you mean deliver_item?" in answer.json()["detail"]
    elsewhere = (await stack.command("roadmap.deliver_item", {"item": "i"})).json()
    assert elsewhere["detail"] == "roadmap has no command 'deliver_item'; did you mean backlog.deliver_item?"
    assert (await stack.client.post("/backlog/v1/commands/deliver_itm", json={})).status_code == 401


async def errors(stack: Running, document: str, persona: str = "importer") -> list[dict[str, Any]]:
    answer = await stack.client.post("/graphql", json={"query": document}, headers=stack.signed_in(persona))
    found: list[dict[str, Any]] = answer.json()["errors"]
    return found


async def test_a_mutation_says_what_is_wrong_by_the_names_of_mutations(stack: Running) -> None:
    await stack.say(("portfolio.form_team", {"team": "t", "name": "T", "home": "env"}))
    (known,) = await errors(stack, 'mutation { formTeam(input: {team: "u", name: "U", home: "env", known: "2026-01-01"}) { id } }', "lab_ops")
    assert "`known`" in known["message"]
    (wrong,) = await errors(
        stack,
        'mutation { recordActual(input: {investment: "NOT AN ID", amount: {amount: "1", currency: "XXY"}, coversFrom: "2026-01-01", '
        'coversUntil: "2026-01-02"}) { id } }',
    )
    assert wrong["message"].startswith("investment: must be an id: small letters") and "amount.currency" in [e["field"] for e in wrong["extensions"]["errors"]]
    (linked,) = await errors(stack, 'mutation { linkItem(input: {item: "nowhere", roadmapItem: "A B"}) { id } }')
    assert linked["message"].startswith("roadmapItem: must be") and linked["extensions"]["field"] == "roadmapItem"
    (there,) = await errors(stack, 'mutation { formTeam(input: {team: "t", name: "T", home: "env"}) { id } }')
    assert "`joinTeam`" in there["extensions"]["remedy"] and "join_team" not in there["extensions"]["remedy"]


@pytest.mark.parametrize(
    ("query", "variables", "field", "words"),
    [
        ('mutation { formTeam(input: {team: "t", naem: "T", home: "env"}) { id } }', {}, "naem", "; did you mean name?"),
        ("mutation($i: FormTeamInput!) { formTeam(input: $i) { id } }", {"i": {"team": "t", "naem": "T", "home": "env"}}, "naem", "; did you mean name?"),
        (
            "mutation($i: RecordActualInput!) { recordActual(input: $i) { id } }",
            {"i": {"investment": "i", "amount": {"amount": "1", "curency": "CAD"}, "covers_from": "2026-01-01"}},
            "covers_from",
            "; did you mean coversFrom?",
        ),
        ('mutation { delivrItem(input: {item: "a"}) { id } }', {}, "delivrItem", "; did you mean deliverItem?"),
        ("{ portfolio { teams(filter: {organization: []}) { totalCount } } }", {}, "organization", "; did you mean organisation?"),
        ("{ portfolio { temas { totalCount } } }", {}, "temas", "; did you mean teams?"),
        ('{ node(id: "team:t") { idd } }', {}, "idd", "; did you mean id?"),
        ('{ portfolio(asOff: "2026-01-01") { world } }', {}, "asOff", "; did you mean asOf?"),
        ("{ portfolio { teams(filter: {status: [GRADUATE]}) { totalCount } } }", {}, "GRADUATE", "; did you mean GRADUATED?"),
    ],
)
async def test_a_mistyped_field_or_command_comes_with_the_one_that_was_meant(stack: Running, query: str, variables: Any, field: str, words: str) -> None:
    headers = stack.signed_in("importer")
    answer = await stack.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    wrong = next(e for e in answer.json()["errors"] if e["extensions"].get("field") == field)
    assert words in wrong["message"] and wrong["extensions"]["code"] == "INVALID"


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ('{ events(types: ["headway.backlog.item.deliverd.v1"]) { totalCount: __typename } }', "types", "did you mean headway.backlog.item.delivered.v1?"),
        ('{ events(subjects: ["taem:t"]) { __typename } }', "subjects", "did you mean team?"),
        ('{ events(subjects: ["team"]) { __typename } }', "subjects", "such as team:biohub"),
        ('{ portfolio { products(phase: "alhpa") { totalCount } } }', "phase", "there is no phase 'alhpa'; did you mean alpha?"),
        ('{ portfolio { products(filter: {phase: ["beta", "zzz"]}) { totalCount } } }', "filter.phase", "there is no phase 'zzz'"),
    ],
)
async def test_a_question_that_would_find_nothing_is_refused_by_the_name_of_its_argument(stack: Running, query: str, field: str, words: str) -> None:
    (wrong,) = await errors(stack, query)
    assert wrong["extensions"]["field"] == field and words in wrong["message"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("type=headway.backlog.item.deliverd.v1", "did you mean headway.backlog.item.delivered.v1?"),
        ("subject=taem:t", "did you mean team?"),
        ("typ=x", "is no parameter of /events"),
    ],
)
async def test_events_refuse_what_would_find_nothing(stack: Running, query: str, words: str) -> None:
    answer = await stack.client.get(f"/events?{query}", headers=stack.signed_in("subscriber"))
    assert answer.status_code == 422 and words in answer.json()["detail"]
