"""Rows for one command: named so that no file takes back what another has said, and read as they are meant or refused."""

from __future__ import annotations

from typing import Any

import pytest

import libs.commands.catalog  # noqa: F401 - declares every command
from headway.importers.cells.notation import PLAIN, Notation
from headway.importers.cells.table import CsvRow, read_table
from headway.importers.line import ImportLine, Rejected
from headway.importers.plain_csv import lines
from libs.commands.command import COMMANDS

ACTUAL = "portfolio.record_actual"
ACTUALS = "investment,amount.amount,amount.currency,covers_from,covers_until\n"
JULY = "swap,1000.00,CAD,2024-07-01,2024-07-31\n"
AUGUST = "swap,1200.00,CAD,2024-08-01,2024-08-31\n"


def read(text: str, command: str = ACTUAL, notation: Notation = PLAIN) -> list[ImportLine]:
    found = list(lines("f.csv", text, command, notation))
    assert not [one for one in found if isinstance(one, Rejected)], found
    return [one for one in found if isinstance(one, ImportLine)]


def refused(text: str, command: str = ACTUAL, notation: Notation = PLAIN) -> list[tuple[str, str]]:
    return [(one.where, one.reason) for one in lines("f.csv", text, command, notation) if isinstance(one, Rejected)]


def data(text: str, command: str, notation: Notation = PLAIN) -> Any:
    (line,) = read(text, command, notation)
    return line.data


def test_a_row_names_the_fields_of_the_command_and_of_the_line() -> None:
    text = "key;investment;amount.amount;amount.currency;at;description\n1;a;2.50;CAD;2020-01-01;Paper saved\n"
    assert read(text, "portfolio.record_return") == [
        ImportLine(
            "portfolio.record_return",
            "csv:portfolio.record_return:1",
            {"investment": "a", "amount": {"amount": "2.50", "currency": "CAD"}, "description": "Paper saved"},
            at="2020-01-01",
            revise=True,
        )
    ]


def test_what_a_field_must_be_is_said_in_words() -> None:
    ((_, reason),) = refused(ACTUALS + JULY.replace("swap", "Swap Shop"))
    assert reason.startswith("column 'investment': must be an id: small letters") and "pattern" not in reason


def test_two_months_of_the_same_investment_are_two_rows_whichever_file_they_stand_in() -> None:
    (july,), (august,), both = read(ACTUALS + JULY), read(ACTUALS + AUGUST), read(ACTUALS + JULY + AUGUST)
    assert july.key != august.key
    assert [line.key for line in both] == [july.key, august.key]


def test_a_row_without_a_key_is_named_by_what_it_says_however_that_is_written() -> None:
    other = 'Covers until;Covers-From;INVESTMENT;Amount\n31 July 2024;1. Juli 2024;swap;"$1,000.00 CAD"\n'
    assert read(other)[0].key == read(ACTUALS + JULY)[0].key
    assert read(ACTUALS + JULY.replace("1000.00", "1000"))[0].key == read(ACTUALS + JULY)[0].key


def test_every_field_of_a_row_that_adds_is_of_its_name() -> None:
    rows = [JULY, JULY.replace("swap", "swop"), JULY.replace("1000.00", "1000.01"), JULY.replace("CAD", "USD"), JULY.replace("07-01", "07-02")]
    assert len({read(ACTUALS + row)[0].key for row in rows}) == len(rows)
    dated = [read("metric,value,at\n" + f"speed,5,{at}\n", "roadmap.read_metric")[0].key for at in ("2024-07-01", "2024-08-01")]
    assert len(set(dated)) == 2


def test_a_row_that_defines_a_thing_is_named_by_its_id_so_that_an_edited_one_is_a_correction() -> None:
    team = "name,team,home\n{},biohub,env\n"
    assert [read(team.format(name), "portfolio.form_team")[0].key for name in ("BioHub", "Biohub")] == ["csv:portfolio.form_team:biohub"] * 2
    without = [read(f"name,home\n{name},env\n", "portfolio.form_team")[0].key for name in ("BioHub", "DMP")]
    assert len(set(without)) == 2


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_what_must_name_a_thing_that_is_there_adds_and_what_makes_one_defines(command: str) -> None:
    spec = COMMANDS[command].SPEC
    if spec.creates is not None:
        assert spec.defines is spec.creates
    else:
        assert spec.defines is not COMMANDS[command].model_fields[spec.id_field].is_required()


def test_a_column_key_names_the_row() -> None:
    assert read("key," + ACTUALS + "july," + JULY)[0].key == f"csv:{ACTUAL}:july"
    assert refused("key," + ACTUALS + "," + JULY) == [("f.csv: row 2", "the row has no key")]


def test_a_row_that_an_earlier_one_is_called_like_is_refused_with_that_row() -> None:
    (said,) = refused(ACTUALS + JULY + AUGUST + JULY)
    assert said[0] == "f.csv: row 4"
    assert "row 2 says the very same" in said[1]
    assert "row 2 is called 'a' too" in refused("key," + ACTUALS + "a," + JULY + "a," + AUGUST)[0][1]
    assert "row 2 says it of the same thing" in refused("team,name,home\na,A,env\na,B,env\n", "portfolio.form_team")[0][1]


def test_one_rows_fault_refuses_that_row_alone_by_its_column() -> None:
    text = (
        ACTUALS
        + JULY
        + "swap,x,CAD,2024-07-01,2024-07-31\n"
        + "swap,1,CAD,0,2024-07-31\n"
        + "swap,1,XXX,2024-07-01,2024-07-31\n"
        + "swap,1000000000000000000,CAD,2024-07-01,2024-07-31\n"
        + AUGUST
    )
    found = refused(text)
    assert [where for where, _ in found] == [f"f.csv: row {n}" for n in (3, 4, 5, 6)]
    for (_, reason), column in zip(found, ("amount.amount", "covers_from", "amount.currency", "amount.amount"), strict=True):
        assert f"column {column!r}" in reason
    assert len([one for one in lines("f.csv", text, ACTUAL) if isinstance(one, ImportLine)]) == 2


@pytest.mark.requirement("S4-09")
def test_a_refund_is_an_amount_below_zero_with_its_reason() -> None:
    text = "investment,amount,reason,covers_from,covers_until\nswap,-12.50 CAD,Paid twice,2024-07-01,2024-07-31\n"
    found = data(text, ACTUAL)
    assert (found["amount"], found["reason"]) == ({"amount": "-12.50", "currency": "CAD"}, "Paid twice")


def test_an_amount_that_two_countries_read_differently_is_refused_unless_the_file_says_its_notation() -> None:
    text = ACTUALS.replace(",", ";") + "swap;1.000;EUR;2024-07-01;2024-07-31\n"
    ((where, reason),) = refused(text)
    assert where == "f.csv: row 2"
    assert "column 'amount.amount': '1.000' is 1 where a point marks decimals and 1000 where a comma does" in reason
    assert [data(text, ACTUAL, Notation(mark))["amount"]["amount"] for mark in (",", ".")] == ["1000", "1.000"]


def test_money_may_stand_in_one_column_with_its_currency_or_beside_it() -> None:
    whole, beside = "investment,amount\nswap,{}\n", "investment,amount,amount.currency\nswap,{},{}\n"
    command, wanted = "portfolio.record_forecast", {"amount": "1234.50", "currency": "EUR"}
    assert [data(text, command)["amount"] for text in (whole.format('"€1,234.50"'), whole.format('"1.234,50 EUR"'), beside.format("1234.50", "eur"))] == [
        wanted
    ] * 3
    before = "amount.currency,amount,investment\nEUR,€1234.50,swap\n"
    assert data(before, command)["amount"] == wanted
    for text, word in (
        (whole.format("$5"), "write the code"),
        (whole.format("5"), "no currency"),
        (beside.format("€5", "CAD"), "not in CAD"),
        (whole.format("(€5)"), "greater than or equal to 0"),
    ):
        ((_, reason),) = refused(text, command)
        assert "column 'amount" in reason
        assert word in reason


def test_days_are_read_in_words_and_figures_and_numbers_are_none() -> None:
    text = "item,product,title,horizon,starts,ends\na,p,A,Now,1 Sept 2024,13/10/2024\n"
    assert data(text, "roadmap.place_item") == {"item": "a", "product": "p", "title": "A", "horizon": "now", "starts": "2024-09-01", "ends": "2024-10-13"}
    for cell, word in (("0", "a number is not a day"), ("45413", "a number is not a day"), ("03/04/2024", "--day-first")):
        ((_, reason),) = refused(text.replace("1 Sept 2024", cell), "roadmap.place_item")
        assert "column 'starts'" in reason
        assert word in reason
    assert data(text.replace("1 Sept 2024", "03/04/2024"), "roadmap.place_item", Notation(day_first=True))["starts"] == "2024-04-03"


def test_when_it_was_true_is_a_day_or_an_instant() -> None:
    text = "metric,value,at\nspeed,5,{}\n"
    assert [read(text.format(at), "roadmap.read_metric")[0].at for at in ("1 mars 2024", "2024-03-01T09:00:00Z")] == ["2024-03-01", "2024-03-01T09:00:00Z"]
    for at in ("0", "03/04/2024", "2024-03-01 10:00"):
        assert "column 'at'" in refused(text.format(at), "roadmap.read_metric")[0][1]


@pytest.mark.parametrize(
    ("cell", "found"),
    [("a", ["a"]), ("a; b", ["a", "b"]), ('"a, b"', ["a", "b"]), ("a|b|", ["a", "b"]), ('"a\nb"', ["a", "b"]), ('"[""a"",""b""]"', ["a", "b"])],
)
def test_a_list_in_a_cell_is_read(cell: str, found: list[str]) -> None:
    assert data(f"team,name,home,products\nt,T,env,{cell}\n", "portfolio.form_team")["products"] == found


def test_a_list_of_texts_with_commas_is_refused_for_each_may_be_one_text() -> None:
    story = "team,achieved,channels\nt,All of it,{}\n"
    assert data(story.format('"Blog; Town hall, Bern"'), "portfolio.tell_story")["channels"] == ["Blog", "Town hall, Bern"]
    assert "column 'channels'" in refused(story.format('"Blog, town hall"'), "portfolio.tell_story")[0][1]
    assert "JSON" in refused("name,phases\nL,alpha; beta\n", "portfolio.define_lifecycle")[0][1]
    whole = 'name,phases\nL,"[{""id"": ""alpha"", ""title"": ""Alpha""}]"\n'
    assert data(whole, "portfolio.define_lifecycle")["phases"] == [{"id": "alpha", "title": "Alpha"}]


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("investment,currency,covers_from,covers_until", "did you mean 'amount.currency'?"),
        ("investmnt,amount,covers_from,covers_until", "column 'investmnt' is no field of portfolio.record_actual: did you mean 'investment'?"),
        ("investment,amount,covers_from,covers_until,region", "column 'region' is no field of portfolio.record_actual: did you mean 'reason'?"),
        ("investment,amount,covers_from,covers_until,zzz", "column 'zzz' is no field of portfolio.record_actual: it has"),
        ("investment,amount,covers_from,covers_until,Covers From", "column 'covers from' is there twice"),
        ("investment,covers_from", "the header has no column amount, covers_until"),
    ],
)
def test_a_header_that_the_command_does_not_have_refuses_the_file_by_the_column(header: str, word: str) -> None:
    ((where, reason),) = refused(f"{header}\n" + "x," * header.count(",") + "x\n")
    assert where == "f.csv"
    assert word in reason


def test_what_spreadsheets_add_is_understood() -> None:
    text = '\ufeffsep=;\r\nteam;name;home;;\r\n="00123";"\'=Sum; of all";env;;\r\n;;;;\r\n\r\nb;"B ""b""";env;;\r\n'
    assert [line.data["name"] for line in read(text, "portfolio.form_team")] == ["=Sum; of all", 'B "b"']
    assert read(text, "portfolio.form_team")[0].data["team"] == "00123"
    assert refused("team,name,home\na,A,env,more\n", "portfolio.form_team")[0][0] == "f.csv: row 2"
    assert "under no name" in refused("team,,name,home\na,x,A,env\n", "portfolio.form_team")[0][1]
    assert read("team,name,home\n", "portfolio.form_team") == []
    assert refused("", "portfolio.form_team") == [("f.csv", "the file has no header")]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a|b\n1|2\n", ("1", "2")),
        ("a\tb\n1\t2\n", ("1", "2")),
        ("a;b\n1,5;2\n", ("1,5", "2")),
        ('"a,x,y";b\n1;2\n', ("1", "2")),
        ('"a\nx";b\n1;"2;\n3"\n', ("1", "2;\n3")),
        ("sep=|\na;x|b\n1|2\n", ("1", "2")),
        ("a\r1\r", ("1",)),
        ("a\n1\n", ("1",)),
    ],
)
def test_cells_are_parted_by_what_parts_the_header_outside_of_quotation_marks(text: str, cells: tuple[str, ...]) -> None:
    assert [row.cells for row in read_table("f", text) if isinstance(row, CsvRow)] == [cells]


def test_a_header_that_two_marks_part_alike_is_refused_with_the_remedy() -> None:
    (one,) = read_table("f", "a;b,c\n1;2,3\n")
    assert isinstance(one, Rejected)
    assert "sep=;" in one.reason


def test_a_file_for_a_command_that_there_is_not_is_refused() -> None:
    assert refused(ACTUALS + JULY, "portfolio.record_nothing") == [("f.csv", "there is no command 'portfolio.record_nothing'")]
