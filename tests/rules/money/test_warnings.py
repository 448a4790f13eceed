"""What is warned of beside the money, in which words, and what became of first baselines that count no more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from libs.commands.decision import Decisions
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.graduation import SustainEntered
from libs.events.catalog.portfolio.investment import Funding, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.loan import TeamLent
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductHalted, ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import Staffing, TeamFormed
from libs.events.catalog.roadmap.change import ChangeRaised
from libs.events.catalog.roadmap.metric import MetricDefined, MetricKind
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.event import Overridden, Retracted
from libs.events.facts import Facts
from libs.rules.money import warnings
from libs.rules.money.baselines import struck_baseline
from libs.rules.money.warnings import Warning
from libs.rules.warnings import warnings_of

INV = "investment:inv"
APPROVED, DECLINED = (InvestmentDecided(approved=approved, reason="Said") for approved in (True, False))


def asked(enhance: str = "900.00", support: str = "300.00") -> InvestmentProposed:
    return InvestmentProposed(product="booking", enhance=money(enhance), support=money(support), value="Fewer visits")


def funded() -> Scenario:
    """Asked for on 1 February, approved on 1 March."""
    return Scenario(Decisions()).given(INV, asked(), at="2024-02-01").given(INV, APPROVED, at="2024-03-01")


def messages(found: tuple[Warning, ...]) -> list[tuple[str, str]]:
    return [(one.rule, one.message) for one in found]


def lifting(rule: str = "S0-14", reason: str = "The flood") -> Overridden:
    return Overridden(rule=rule, reason=reason, command="portfolio.some_command")


def lifted(aggregate: str, rule: str = "S0-14", reason: str = "The flood") -> tuple[str, str]:
    return rule, f"{aggregate}: importer (someone) lifted the rule for portfolio.some_command on 2024-02-01: {reason}"


@pytest.mark.requirement("S0-14")
def test_a_first_baseline_whose_approval_was_taken_back_is_struck_through_by_that_from_then_on() -> None:
    s = funded().given(INV, Retracted(event=f"{INV}@2", reason="Signed by nobody"), at="2024-05-01")
    struck = struck_baseline(s.facts(), "inv")
    assert struck is not None and (struck.baseline.amount, struck.by.id) == (money("1200.00"), f"{INV}@3")
    said = "inv: the first baseline of 1200.00 CAD, approved on 2024-03-01, was struck through on 2024-05-01: Signed by nobody"
    assert messages(warnings.of_investment(s.facts(), "inv")) == [("S0-14", said)]
    instant = datetime(2024, 5, 1, tzinfo=UTC)
    assert struck_baseline(s.facts(known_at=instant), "inv") is not None
    assert struck_baseline(s.facts(known_at=instant - timedelta(microseconds=1)), "inv") is None
    assert struck_baseline(s.facts("2024-02-29"), "inv") is None, "on that day nothing was approved yet"


@pytest.mark.requirement("S0-14")
def test_a_first_baseline_is_struck_through_also_where_its_proposal_was_taken_back_and_nothing_is_left() -> None:
    s = funded().given(INV, Retracted(event=f"{INV}@1", reason="Wrong"), Retracted(event=f"{INV}@2", reason="Wrong too"), at="2024-05-01")
    struck = struck_baseline(s.facts(), "inv")
    assert struck is not None and struck.by.id == f"{INV}@4", "the approval that made it comes first"
    assert [one.rule for one in warnings.of_investment(s.facts(), "inv")] == ["S0-14"]
    s = funded().given(INV, Retracted(event=f"{INV}@1", reason="Wrong"), at="2024-05-01")
    struck = struck_baseline(s.facts(), "inv")
    assert struck is not None and struck.by.id == f"{INV}@3"


@pytest.mark.requirement("S0-14")
def test_a_proposal_of_something_else_strikes_the_baseline_that_was_approved() -> None:
    s = funded().given(INV, asked("500.00"), at="2024-06-01")
    struck = struck_baseline(s.facts(), "inv")
    assert struck is not None and (struck.baseline.amount, struck.by.id) == (money("1200.00"), f"{INV}@3")
    (warning,) = warnings.of_investment(s.facts(), "inv")
    assert warning.message.endswith(f"approved on 2024-03-01, was struck through on 2024-06-01: {INV}@3 proposes something else")


@pytest.mark.requirement("S0-14")
def test_a_baseline_that_stands_or_never_was_is_not_struck_through() -> None:
    assert struck_baseline(funded().facts(), "inv") is None and struck_baseline(funded().facts(), "unheard-of") is None
    again = funded().given(INV, asked(), at="2024-06-01")
    assert struck_baseline(again.facts(), "inv") is None, "the same proposal again changes nothing"
    approved_again = funded().given(INV, Retracted(event=f"{INV}@2", reason="Unsigned"), at="2024-05-01").given(INV, APPROVED, at="2024-05-02")
    assert struck_baseline(approved_again.facts(), "inv") is None, "the same amounts were approved once more"
    other = funded().given(INV, Retracted(event=f"{INV}@2", reason="Unsigned"), at="2024-05-01").given(INV, asked("5.00"), APPROVED, at="2024-05-02")
    assert struck_baseline(other.facts(), "inv") is not None, "others were"
    declined = Scenario(Decisions()).given(INV, asked(), DECLINED, Retracted(event=f"{INV}@2", reason="Wrong"), at="2024-02-01")
    assert struck_baseline(declined.facts(), "inv") is None


@pytest.mark.requirement("S0-08")
def test_support_at_zero_is_warned_of_with_what_enhancing_has() -> None:
    s = Scenario(Decisions()).given(INV, asked(support="0.00"), APPROVED, at="2024-02-01")
    said = "inv: nothing is planned for supporting the version in use, and 900.00 CAD for enhancing it"
    assert messages(warnings.of_investment(s.facts(), "inv")) == [("S0-08", said)]
    assert warnings.of_investment(s.given(INV, DECLINED, at="2024-03-01").facts(), "inv") == ()
    assert warnings.of_investment(s.facts(), "unheard-of") == ()


@pytest.mark.requirement("S3-09")
def test_money_that_was_approved_without_a_statement_of_value_is_warned_of() -> None:
    without = InvestmentProposed(product="booking", amount=money("900.00"))
    said = "inv: it was approved, and nobody has said which value it is to bring"
    s = Scenario(Decisions()).given(INV, without, at="2024-02-01")
    assert messages(warnings.of_investment(s.facts(), "inv")) == []
    s = s.given(INV, APPROVED, at="2024-03-01")
    assert messages(warnings.of_investment(s.facts(), "inv")) == [("S3-09", said)]
    assert messages(warnings.of_investment(funded().facts(), "inv")) == []


@pytest.mark.requirement("S4-03")
def test_only_a_one_off_project_with_an_end_is_warned_of() -> None:
    for funding, ends, rules in (
        (Funding.ONE_OFF_PROJECT, date(2027, 3, 31), ["S4-03"]),
        (Funding.ONE_OFF_PROJECT, None, []),
        (Funding.ONGOING_PRODUCT, date(2027, 3, 31), []),
        (None, date(2027, 3, 31), []),
    ):
        s = Scenario(Decisions()).given(INV, InvestmentProposed(product="booking", amount=money("5.00"), funding=funding, ends=ends), at="2024-02-01")
        found = warnings.of_investment(s.facts(), "inv")
        assert [one.rule for one in found] == rules
        assert all(one.message == "inv: it is funded as a one-off project that ends on 2027-03-31, not as an ongoing product" for one in found)


@pytest.mark.requirement("S0-15")
def test_a_bid_on_an_approval_that_is_gone_is_warned_of_until_it_was_lost() -> None:
    bid = BidSubmitted(investment="inv", amount=money("7.00"), body="Board", decision=f"{INV}@2")
    s = funded().given("bid:b", bid, at="2024-04-01")
    assert warnings.of_investment(s.facts(), "inv") == ()
    s.given(INV, Retracted(event=f"{INV}@2", reason="Unsigned"), at="2024-05-01")
    said = ("S0-15", f"inv: the bid b for 7.00 CAD rests on {INV}@2, which counts no more")
    assert said in messages(warnings.of_investment(s.facts(), "inv"))
    for won, there in ((True, True), (False, False)):
        decided = funded().given("bid:b", bid, BidOutcomeRecorded(won=won, reason="Said"), at="2024-04-01")
        decided.given(INV, Retracted(event=f"{INV}@2", reason="Unsigned"), at="2024-05-01")
        assert (said in messages(warnings.of_investment(decided.facts(), "inv"))) is there
    without = funded().given("bid:b", BidSubmitted(investment="inv", amount=money("7.00"), body="Board"), at="2024-04-01")
    without.given(INV, Retracted(event=f"{INV}@2", reason="Unsigned"), at="2024-05-01")
    assert [one.rule for one in warnings.of_investment(without.facts(), "inv")] == ["S0-14"]


@pytest.mark.requirement("S0-03")
def test_a_halted_product_is_warned_of_since_the_first_halt_with_or_without_what_is_lacking() -> None:
    registered = ProductRegistered(name="Booking", home="env")
    s = Scenario(Decisions()).given("product:booking", registered, ProductHalted(reason="resource_constraint"), at="2024-02-01")
    said = "booking: work on it halted on 2024-02-01 for resource constraint"
    assert messages(warnings.of_product(s.facts(), "booking")) == [("S0-03", said)]
    s.given("product:booking", ProductHalted(reason="resource_constraint", lacking="two developers"), at="2024-03-01")
    assert messages(warnings.of_product(s.facts(), "booking")) == [("S0-03", said + ", two developers is lacking")]
    assert warnings.of_product(s.facts("2024-01-31"), "booking") == () == warnings.of_product(s.facts(), "unheard-of")


def metric() -> MetricDefined:
    words = {"goal": "Better", "method": "Asked", "tool": "Survey", "source": "Exit survey", "responsible": "cy"}
    return MetricDefined(product="booking", name="Satisfaction", kind=MetricKind.QUANTITATIVE, **words)


def test_a_lifted_rule_is_a_warning_of_what_it_was_lifted_for_and_of_nothing_else() -> None:
    lent = TeamLent(team="parks", lender="env", borrower="citz", staffing=Staffing.STAFF, agreement="Letter")
    s = Scenario(Decisions())
    for aggregate, data in (
        ("organisation:env", OrganisationRegistered(name="Environment")),
        ("program:nature", ProgramOpened(name="Nature", home="env")),
        ("product:booking", ProductRegistered(name="Booking", home="env")),
        ("team:parks", TeamFormed(name="Parks", home="env", products=("booking",))),
        ("graduation:parks", SustainEntered()),
        ("loan:l", lent),
        ("release:r", ReleaseProposed(product="booking", stage=ReleaseStage.BETA, title="Beta")),
        ("change:c", ChangeRaised(product="booking", title="Move it", description="Elsewhere")),
        ("metric:m", metric()),
        (INV, asked()),
        ("bid:b", BidSubmitted(investment="inv", amount=money("7.00"), body="Board")),
    ):
        s.given(aggregate, lifting(reason=f"For {aggregate}"), data, at="2024-02-01")

    def of(rule: str, id: str) -> list[tuple[str, str]]:
        facts: Facts = s.facts()
        return messages(getattr(warnings, rule)(facts, id))

    def each(*aggregates: str) -> list[tuple[str, str]]:
        return sorted(lifted(one, reason=f"For {one}") for one in aggregates)

    assert of("of_investment", "inv") == each(INV, "bid:b")
    assert of("of_product", "booking") == each("product:booking", "release:r", "change:c", "metric:m")
    assert of("of_team", "parks") == each("team:parks", "graduation:parks", "loan:l")
    assert of("of_program", "nature") == each("program:nature")
    assert of("of_organisation", "env") == each("organisation:env")


def test_warnings_come_each_once_by_rule_and_then_by_words() -> None:
    a, b, c = Warning("S0-03", "z", "team:t"), Warning("S0-08", "a", "team:t"), Warning("S0-08", "b", "team:t")
    assert warnings.ordered([c, b, a, b, a]) == (a, b, c)


def test_each_warning_names_what_it_is_about_also_where_it_stands_among_those_of_something_else() -> None:
    s = funded().given("bid:b", BidSubmitted(investment="inv", body="Treasury", amount=money("9.00")), lifting("S0-15"), at="2024-04-01")
    (found,) = warnings.of_investment(s.facts(), "inv")
    assert (found.about, found.link, warnings_of(s.facts(), "bid:b")) == ("bid:b", "/bids/b", (found,))
    s = Scenario(Decisions()).given("graduation:parks", SustainEntered(), lifting(), at="2024-02-01").given("change:c", lifting("S0-16"), at="2024-02-01")
    (found,) = warnings_of(s.facts(), "graduation:parks")
    assert (found.about, found.link) == ("team:parks", "/teams/parks")
    assert [(one.rule, one.link) for one in warnings_of(s.facts(), "change:c")] == [("S0-16", "/change-requests/c")], "there is no rule of its own for the kind"
