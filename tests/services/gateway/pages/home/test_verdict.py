"""The sentence of verdict, and who needs somebody most."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.gateway.pages.home.ranking import worst
from services.gateway.pages.home.verdict import verdict
from services.gateway.pages.kit import words
from services.gateway.pages.kit.tables.sums import CurrencySum, sums_of
from tests.services.gateway.pages.answers import team, way


def cad(forecast: str, first: str) -> CurrencySum:
    return CurrencySum("CAD", Decimal(forecast), Decimal(first))


@pytest.mark.parametrize(
    ("statuses", "overdue", "sums", "tone", "sentence"),
    [
        ({}, 0, (), "going", "No team is known on this day."),
        (
            {"GRADUATED": 2, "SUSTAIN": 1},
            0,
            (cad("100", "100"),),
            "good",
            "Going well: two of three teams stand alone and the forecast is at the first baseline.",
        ),
        (
            {"IN_RESIDENCY": 1},
            0,
            (cad("90", "100"),),
            "going",
            "On the way: none of one team stands alone and the forecast is 10.0 % under the first baseline.",
        ),
        ({"ALUMNI": 1, "AT_RISK": 1}, 0, None, "bad", "Needs attention: one of two teams stands alone and one is at risk."),
        ({"ALUMNI": 12}, 2, (), "bad", "Needs attention: 12 of 12 teams stand alone and two duties are overdue."),
        ({"ALUMNI": 1}, 0, (cad("111", "100"),), "bad", "Needs attention: one of one team stands alone and the forecast is 11.0 % over the first baseline."),
        ({"ALUMNI": 1}, 0, (cad("110", "100"),), "good", "Going well: one of one team stands alone and the forecast is 10.0 % over the first baseline."),
        (
            {"READY": 2},
            0,
            (cad("104", "100"), CurrencySum("EUR", Decimal(5), Decimal(5))),
            "going",
            "On the way: none of two teams stands alone and the forecast is in CAD 4.0 % over the first baseline and in EUR at the first baseline.",
        ),
    ],
)
def test_the_verdict_is_one_sentence(statuses: dict[str, int], overdue: int, sums: tuple[CurrencySum, ...] | None, tone: str, sentence: str) -> None:
    found = verdict(statuses, overdue, sums)
    assert found.tone == tone
    assert found.sentence.replace(words.NBSP, " ") == sentence


def test_the_first_baseline_is_the_forecast_less_what_it_is_over() -> None:
    investment = {
        "forecast": [{"amount": "104.00", "currency": "CAD"}, {"amount": "7.00", "currency": "EUR"}],
        "againstFirstBaseline": [{"amount": "4.00", "currency": "CAD"}],
    }
    assert sums_of(investment) == (cad("104.00", "100.00"), CurrencySum("EUR", Decimal("7.00"), Decimal("7.00")))
    assert sums_of(None) is None


def duty(subject: str, *, overdue: bool = True) -> dict[str, Any]:
    return {"subject": {"id": subject, "name": subject}, "overdue": overdue}


def test_those_at_risk_come_first_then_overdue_duties_then_money_then_criteria() -> None:
    teams = [
        team("few", way("SUSTAIN", unmet=["R-04"], next_step="R-04: set a target")),
        team("many", way("IN_RESIDENCY", unmet=["R-01", "R-02", "R-03"], next_step="R-01: publish")),
        team("dear", way("GRADUATED"), forecast="150", over="50"),
        team("late", way("GRADUATED")),
        team("risk", way("AT_RISK", unmet=["R-03"])),
        team("good", way("GRADUATED")),
        team("gone", way("PIVOTED_AWAY", unmet=["R-01"])),
    ]
    found = worst(teams, [duty("team:late"), duty("team:good", overdue=False)])
    assert [one.name for one in found] == ["Risk", "Late", "Dear", "Many", "Few"]
    assert found[0].reasons == ("Graduated, but R-03 is no longer met: reason 3.",)
    assert found[1].reasons == ("One duty is overdue.",)
    assert [one.replace(words.NBSP, " ") for one in found[2].reasons] == ["The forecast is 50 CAD (50.0 %) over the first baseline."]
    assert found[3].reasons == ("Three of six criteria are not met: R-01: publish.",)


def test_at_most_five_are_shown_and_none_without_a_reason() -> None:
    many = [team(f"t{n}", way("AT_RISK", unmet=["R-03"])) for n in range(9)]
    assert len(worst(many, [])) == 5
    assert worst([team("fine", way("ALUMNI"), forecast="104", over="4")], []) == ()
