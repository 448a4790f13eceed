"""One evaluation of a product at a time: nine questions on evidence, what falls short, two verdicts, and good practice for others."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from libs.calendar.local_time import start_of
from libs.commands.catalog.portfolio.evaluations.evaluation import AnswerQuestion, ConcludeEvaluation, PublishEvaluation, RecordShortfall, StartEvaluation
from libs.commands.command import Command, kinds_of
from libs.commands.errors import AlreadyDecided, AlreadyExists, NotAllowed, NotFound, Refused
from libs.commands.retraction import RetractInPortfolio
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.experiment import ExperimentMethod, ExperimentPlanned, ExperimentStopped
from libs.events.catalog.portfolio.evaluations.evaluation import (
    EVALUATION,
    Degree,
    EvaluationConcluded,
    EvaluationPublished,
    EvaluationStarted,
    EvaluationState,
    QuestionAnswered,
    ShortfallKind,
    ShortfallRecorded,
)
from libs.events.catalog.portfolio.evaluations.questions import AIMS, QUESTIONS
from libs.events.catalog.portfolio.evaluations.record import RecordClosed, RecordKept, RecordKind
from libs.events.catalog.portfolio.organisation import OrganisationRegistered, PolicySet
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import MemberJoined, Staffing, TeamFormed, TeamRole
from libs.events.catalog.roadmap.change import ChangeRaised
from libs.events.catalog.roadmap.channel import Audience, ChannelClosed, ChannelKind, ChannelOpened
from libs.events.catalog.roadmap.metric import MetricDefined, MetricKind, MetricRead, RedesignThresholdSet, ThresholdSide
from libs.events.catalog.roadmap.theme import ThemeRecorded
from libs.events.derivations import THE_DAY
from libs.events.event import Retracted
from libs.rules.catalogue import RULES
from libs.rules.evaluations.evidence import prefilled
from services.portfolio.domain import decisions
from services.portfolio.reactions import HEARS
from tests.given import Read, given, say

MANAGER = "portfolio_manager@env"
STARTED = EvaluationStarted(product="permits", knows="ann")
CONCLUDED = EvaluationConcluded(effective=Degree.YES, efficient=Degree.PARTLY, aims=(2, 7))
TRIAL = ExperimentPlanned(
    team="parks", product="permits", hypothesis="Two pages", scope="s", method=ExperimentMethod.AB, starts=date(2024, 5, 1), ends=date(2024, 5, 9)
)
SATISFIED = MetricDefined(
    product="permits", name="Satisfaction", kind=MetricKind.QUALITATIVE, goal="g", method="m", tool="t", source="s", responsible="ann", measures="satisfaction"
)


def june(day: int) -> Any:
    return start_of(date(2024, 6, day))


def known() -> Scenario:
    s = Scenario(decisions).given("organisation:env", OrganisationRegistered(name="Environment"), at="2024-01-01")
    return s.given("product:permits", ProductRegistered(name="Permits", home="env"), at="2024-01-01")


def opened() -> Scenario:
    return known().given("evaluation:spring", STARTED, at="2024-06-01")


def concluded() -> Scenario:
    return opened().given("evaluation:spring", CONCLUDED, at="2024-06-10")


def answer(question: str = "E5.1.1", answer: str = "no", **fields: Any) -> AnswerQuestion:
    return AnswerQuestion.model_validate({"evaluation": "spring", "question": question, "answer": answer, **fields})


def conclude(**fields: Any) -> ConcludeEvaluation:
    return ConcludeEvaluation.model_validate({"evaluation": "spring", "effective": "yes", "efficient": "partly", "aims": [7, 2, 7], **fields})


START = StartEvaluation(evaluation="spring", product="permits", knows="ann")
SHORT = RecordShortfall(evaluation="spring", kind=ShortfallKind.ERROR, text="One in ten is lost")
PUBLISH = PublishEvaluation(evaluation="spring", good_practice="Ask at the counter")


@pytest.mark.requirement("S1-04")
@pytest.mark.requirement("S1-06")
def test_a_product_has_one_open_evaluation_and_it_says_who_knows_the_service() -> None:
    known().when(START, by=MANAGER).then(STARTED)
    refused = opened().when(START.model_copy(update={"evaluation": "other"}), by=MANAGER).refused(Refused, "S1-04")
    assert refused.field == "product" and "spring" in refused.detail and "conclude_evaluation" in RULES["S1-04"].remedy
    for at, fits in ((None, True), (june(5), False), (june(11), True)):
        s = concluded().when(START.model_copy(update={"evaluation": "other", "at": at}), by=MANAGER)
        _ = s.then(STARTED) if fits else s.refused(Refused, "S1-04")
    early = concluded().when(START.model_copy(update={"evaluation": "other", "at": june(5)}), by=MANAGER).refused(Refused, "S1-04")
    assert early.field == "at" and "spring of permits was open on 2024-06-05" in early.detail and "2024-06-10" in str(early.remedy)
    opened().when(START.model_copy(update={"evaluation": "other", "at": june(1).replace(month=5)}), by=MANAGER).refused(Refused, "S1-04")
    opened().when(START.model_copy(update={"knows": "bob"}), by=MANAGER).refused(AlreadyExists)
    with pytest.raises(ValidationError):
        StartEvaluation.model_validate({"evaluation": "spring", "product": "permits"})


@pytest.mark.requirement("S1-14")
def test_a_publication_counts_for_the_conclusion_that_was_published_alone() -> None:
    s = concluded().when(PUBLISH, by=MANAGER)
    s.now += timedelta(hours=1)
    s.when(RetractInPortfolio(event="evaluation:spring@2", reason="Too early"), by=MANAGER)
    there = s.facts().get(EVALUATION, "spring")
    assert there is not None and (there.state, there.published, there.good_practice) == (EvaluationState.OPEN, None, None)
    s.when(PUBLISH, by=MANAGER).refused(Refused, "S1-14")
    s.now += timedelta(hours=1)
    s.when(conclude(), by=MANAGER).then(CONCLUDED)
    again = s.facts().get(EVALUATION, "spring")
    assert again is not None and again.state is EvaluationState.CONCLUDED
    assert s.when(PUBLISH, by=MANAGER).said, "and what is new is published anew"


@pytest.mark.requirement("S1-04")
@pytest.mark.parametrize("role", ["portfolio_manager@citz", "product_owner@permits", "team@parks", "executive@env", "lab_ops", "auditor"])
def test_the_portfolio_manager_of_its_home_alone_evaluates(role: str) -> None:
    known().when(START, by=role).refused(NotAllowed)
    commands: tuple[Command, ...] = (answer(), SHORT, conclude())
    for command in commands:
        opened().when(command, by=role).refused(NotAllowed)
    concluded().when(PUBLISH, by=role).refused(NotAllowed)


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda one: one.rule)
def test_a_yes_rests_on_evidence_that_is_given_or_known(asked: Any) -> None:
    refused = opened().when(answer(asked.id, "yes"), by=MANAGER).refused(Refused, asked.rule)
    assert refused.field == "evidence" and asked.id in refused.detail and asked.rests_on in RULES[asked.rule].remedy
    opened().when(answer(asked.id, "yes", evidence="Seen"), by=MANAGER).then(QuestionAnswered(question=asked.id, answer=Degree.YES, evidence="Seen"))
    for extent in (Degree.PARTLY, Degree.NO):
        opened().when(answer(asked.id, extent.value), by=MANAGER).then(QuestionAnswered(question=asked.id, answer=extent))
    shown = opened()
    for aggregate, *said in KNOWN:
        shown = shown.given(aggregate, *said, at="2024-05-01")
    shown.when(answer(asked.id, "yes"), by=MANAGER).then(QuestionAnswered(question=asked.id, answer=Degree.YES))
    late = answer(asked.id, "yes", at=june(1))
    opened().given("record:calls", RecordKept(organisation="env", kind=RecordKind.TRAINING, text="Two days"), at="2024-06-02").when(late).refused(
        Refused, asked.rule
    )


@pytest.mark.requirement("S1-05")
def test_what_is_said_of_an_evaluation_is_said_between_its_start_and_its_end() -> None:
    opened().when(SHORT, by=MANAGER).then(ShortfallRecorded(kind=ShortfallKind.ERROR, text="One in ten is lost"))
    before: tuple[tuple[Command, str], ...] = (
        (answer(at="2024-05-31"), "S1-15"),
        (SHORT.model_copy(update={"at": start_of(date(2024, 5, 31))}), "S1-05"),
        (conclude(at="2024-05-31"), "S1-05"),
    )
    for command, rule in before:
        assert "2024-05-31" in opened().when(command, by=MANAGER).refused(Refused, rule).detail
    after: tuple[tuple[Command, str], ...] = ((answer(), "S1-15"), (SHORT, "S1-05"), (conclude(note="Again"), "S1-05"))
    for command, rule in after:
        assert "portfolio.retract" in (concluded().when(command, by=MANAGER).refused(AlreadyDecided, rule).remedy or "")
        known().when(command, by=MANAGER).refused(NotFound)


@pytest.mark.requirement("S1-05")
@pytest.mark.requirement("S1-24")
@pytest.mark.requirement("S1-27")
def test_it_ends_with_both_verdicts_and_each_aim_that_moved_once() -> None:
    s = opened().when(conclude(note="The counters next", frameworks="FitSM"), by=MANAGER)
    said = EvaluationConcluded(effective=Degree.YES, efficient=Degree.PARTLY, aims=(2, 7), note="The counters next", frameworks=("FitSM",))
    s.then(said)
    opened().when(conclude(aims=[]), by=MANAGER).then(EvaluationConcluded(effective=Degree.YES, efficient=Degree.PARTLY, aims=()))


@pytest.mark.parametrize(
    "wrong", [{"aims": [0]}, {"aims": [8]}, {"aims": ["all"]}, {"aims": None}, {"effective": "mostly"}, {"efficient": None}, {"note": " "}]
)
def test_verdicts_and_aims_are_such_as_there_are(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        conclude(**wrong)
    for question in ("E5.1.3", "E5.4.1", "e5.1.1", "5.1.1", ""):
        with pytest.raises(ValidationError):
            answer(question)


@pytest.mark.requirement("S1-14")
def test_results_are_published_once_they_are_there() -> None:
    concluded().when(PUBLISH, by=MANAGER).then(EvaluationPublished(good_practice="Ask at the counter"))
    opened().when(PUBLISH, by=MANAGER).refused(Refused, "S1-14")
    concluded().when(PUBLISH.model_copy(update={"at": june(9)}), by=MANAGER).refused(Refused, "S1-14")
    published = concluded().given("evaluation:spring", EvaluationPublished(), at="2024-06-11")
    published.when(PUBLISH, by=MANAGER).refused(AlreadyDecided, "S1-14")


KNOWN: tuple[Any, ...] = (
    ("team:parks", TeamFormed(name="Parks", home="env", products=("permits",))),
    ("team:parks", MemberJoined(person="ann", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF)),
    ("channel:counter", ChannelOpened(product="permits", name="Counter", kind=ChannelKind.COUNTER, audience=Audience.CITIZENS)),
    ("channel:paper", ChannelOpened(product="permits", name="Paper", kind=ChannelKind.FORM, audience=Audience.CITIZENS)),
    ("channel:old", ChannelOpened(product="permits", name="Old", kind=ChannelKind.PHONE, audience=Audience.CITIZENS), ChannelClosed(reason="Moved")),
    ("channel:mornings", ChannelOpened(product="permits", name="Mornings", kind=ChannelKind.SESSION, audience=Audience.CITIZENS)),
    ("theme:fee", ThemeRecorded(channel="counter", product="permits", text="The fee", problem_point="Fee", times=3)),
    *(
        (f"experiment:{id}", dataclasses.replace(TRIAL, method=method))
        for id, method in (("pages", ExperimentMethod.AB), ("one", ExperimentMethod.STANDARD), ("stopped", ExperimentMethod.AB))
    ),
    ("experiment:stopped", ExperimentStopped(reason="Flood")),
    ("change:maps", ChangeRaised(product="permits", title="Maps")),
    ("record:process", RecordKept(organisation="env", kind=RecordKind.CHANGE_PROCESS, text="Tried first")),
    ("record:calls", RecordKept(organisation="env", kind=RecordKind.TRAINING, text="Two days")),
    ("record:use", RecordKept(product="permits", kind=RecordKind.REPORT, text="Use by month")),
    ("record:dropped", RecordKept(product="permits", kind=RecordKind.REPORT, text="Use by day"), RecordClosed(reason="Nobody read it")),
    ("record:down", RecordKept(product="permits", kind=RecordKind.MONITORING_PROBLEM, text="Down at night"), RecordClosed(reason="Mended")),
    ("record:theirs", RecordKept(organisation="citz", kind=RecordKind.TRAINING, text="Theirs")),
    ("metric:sat", SATISFIED, MetricRead(value=Decimal(70)), RedesignThresholdSet(value=Decimal(50), when=ThresholdSide.BELOW)),
)  # fmt: skip


def told() -> Read:
    by = {"channel:counter": "team@parks", "change:maps": "product_owner@permits"}
    of = [say(aggregate, *said, at="2024-05-01", by=by.get(aggregate, "importer")) for aggregate, *said in KNOWN]
    home = say("organisation:env", OrganisationRegistered(name="Environment"))
    return given(home, say("product:permits", ProductRegistered(name="Permits", home="env")), *of, say("evaluation:spring", STARTED, at="2024-06-01"))


@pytest.mark.requirement("S1-15")
@pytest.mark.requirement("S1-16")
@pytest.mark.requirement("S1-17")
@pytest.mark.requirement("S1-18")
@pytest.mark.requirement("S1-19")
@pytest.mark.requirement("S1-20")
@pytest.mark.requirement("S1-21")
@pytest.mark.requirement("S1-22")
@pytest.mark.requirement("S1-23")
def test_each_question_comes_with_what_is_known_and_who_asserts_it() -> None:
    shown = told().on("2024-06-02").shows
    shown("evaluation:spring", "evidence { question what independent }", [
        {"question": "E5.1.1", "what": "Counter", "independent": False},
        {"question": "E5.1.1", "what": "Mornings", "independent": True},
        {"question": "E5.1.2", "what": "Mornings", "independent": True},
        {"question": "E5.2.1", "what": "Two pages", "independent": True},
        {"question": "E5.2.2", "what": "Maps", "independent": False},
        {"question": "E5.2.2", "what": "Tried first", "independent": True},
        {"question": "E5.2.3", "what": "Two days", "independent": True},
        {"question": "E5.3.1", "what": "Use by month", "independent": True},
        {"question": "E5.3.2", "what": "Down at night", "independent": True},
        {"question": "E5.3.3", "what": "Satisfaction", "independent": True},
        {"question": "E5.3.4", "what": "Satisfaction", "independent": True},
    ])  # fmt: skip
    shown("evaluation:spring", "questions.independent", [1, 1, 1, 1, 1, 1, 1, 1, 1])
    shown("evaluation:spring", "questions.selfAsserted", [1, 0, 0, 1, 0, 0, 0, 0, 0])


def test_the_service_that_decides_hears_of_all_that_shows_an_answer() -> None:
    _, rests = told().on("2024-06-02").facts.resting(prefilled, "permits")
    kinds = {rest[0] if isinstance(rest, tuple) else str(rest).partition(":")[0] for rest in rests if rest != THE_DAY}
    assert kinds > {"channel", "experiment", "change", "metric"} and kinds <= HEARS | kinds_of("portfolio")


@pytest.mark.requirement("S1-05")
@pytest.mark.requirement("S1-06")
@pytest.mark.requirement("S1-24")
def test_what_it_rests_on_stays_as_it_was_when_it_was_concluded() -> None:
    done = given(
        told().world,
        say(
            "evaluation:spring", QuestionAnswered(question="E5.1.1", answer=Degree.NO), QuestionAnswered(question="E5.1.1", answer=Degree.YES), at="2024-06-05"
        ),
        say("evaluation:spring", CONCLUDED, at="2024-06-10"),
        say("channel:mornings", ChannelClosed(reason="Nobody came"), at="2024-07-01"),
        say("metric:sat", MetricRead(value=Decimal(40)), at="2024-07-01"),
        say("theme:late", ThemeRecorded(channel="counter", product="permits", text="The fee", problem_point="Fee", times=30), at="2024-07-01"),
    ).on("2024-08-01")
    done.shows("evaluation:spring", "questions.independent", [1, 1, 1, 1, 1, 1, 1, 1, 1])
    done.shows("evaluation:spring", "questions.answer", ["YES", None, None, None, None, None, None, None, None])
    done.shows("evaluation:spring", "readings.value", ["70"])
    done.shows("evaluation:spring", "heard.heard", [3])
    done.shows("evaluation:spring", "aims.text", [AIMS[2], AIMS[7]])
    done.shows("evaluation:spring", "state", "CONCLUDED")
    taken_back = given(done.world, say("evaluation:spring", Retracted(event="evaluation:spring@4", reason="Too early"), at="2024-08-02")).on("2024-08-03")
    taken_back.shows("evaluation:spring", "readings.value", ["40"])
    taken_back.shows("evaluation:spring", "state", "OPEN")


@pytest.mark.requirement("S1-04")
@pytest.mark.requirement("S1-26")
def test_the_next_one_is_due_by_the_interval_of_its_body() -> None:
    ended = given(told().world, say("evaluation:spring", CONCLUDED, at="2024-06-10"))
    told().on("2024-06-05").shows("product:permits", "nextEvaluationOn", None)
    ended.on("2024-06-11").shows("product:permits", "nextEvaluationOn", "2025-06-10")
    more_often = given(ended.world, say("organisation:env", PolicySet(evaluation_interval_days=100), at="2024-07-01"))
    more_often.on("2024-06-11").shows("product:permits", "nextEvaluationOn", "2025-06-10")
    more_often.on("2024-07-01").shows("product:permits", "nextEvaluationOn", "2024-09-18")
    of = {"kind": "EVALUATION", "dueOn": "2024-09-18", "command": "portfolio.start_evaluation", "roles": ["portfolio_manager"]}
    assert of in more_often.on("2024-07-01").shown("product:permits", "duties { kind dueOn command roles }")
    again = given(more_often.world, say("evaluation:autumn", STARTED, at="2024-09-01"))
    again.on("2024-09-02").shows("product:permits", "nextEvaluationOn", None)


@pytest.mark.requirement("S1-14")
def test_it_has_a_page_with_its_questions_and_stands_on_that_of_its_product_and_others_find_what_they_can_learn() -> None:
    answers = (QuestionAnswered(question="E5.1.1", answer=Degree.NO, evidence="Seen"), QuestionAnswered(question="E5.1.2", answer=Degree.YES))
    ended = given(told().world, say("evaluation:spring", *answers, at="2024-06-05"), say("evaluation:spring", CONCLUDED, at="2024-06-10"))
    published = given(ended.world, say("evaluation:spring", EvaluationPublished(good_practice="Ask at the counter"), at="2024-06-11"))
    done = published.on("2024-08-01")
    done.says(
        "/evaluations/spring",
        "Evaluation of Permits",
        "No Seen Counter (self-asserted) and Mornings (independent)",
        "Yes Mornings (independent)",
        "Not yet Two pages (independent)",
        AIMS[7],
    )
    done.says(
        "/products/permits",
        "To be evaluated again by 10 June 2025.",
        "spring begun on 1 Jun 2024 Published ended on 10 Jun 2024 Yes Partly Ask at the counter",
        "Use by month",
    )
    told().on("2024-06-02").says("/products/permits", "An evaluation is open.")
    done.says("/good-practices?name=COUNTER&effective=YES&organisation=env", "One good practice", "Ask at the counter", "Permits")
    for narrowed in ("name=zebra", "effective=NO", "organisation=citz"):
        done.says(f"/good-practices?{narrowed}", "Nobody has shared any such practice yet.")
    ended.on("2024-06-10").says("/good-practices", "Nobody has shared any such practice yet.")


@pytest.mark.requirement("S1-19")
def test_of_a_yes_that_nothing_shows_any_more_the_page_says_so() -> None:
    told = given(
        say("product:permits", ProductRegistered(name="Permits", home="env")),
        say("evaluation:spring", STARTED, QuestionAnswered(question="E5.2.3", answer=Degree.YES), at="2024-06-02"),
    )
    told.on("2024-06-03").says("/evaluations/spring", "E5.2.3 Yes Nothing any more")
