"""A judgement counts for what was judged alone: for every event of the catalogue that judges, at every day and for whatever was known, in whatever order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.command import COMMANDS
from libs.events.catalog.backlog.experiment import EXPERIMENT, ExperimentChecked, ExperimentConcluded, ExperimentOutcome, ExperimentStarted
from libs.events.catalog.backlog.improvement import IMPROVEMENT, ImprovementFinished, ImprovementStarted
from libs.events.catalog.backlog.need import NEED, NeedChanged, NeedJudged, NeedRecorded, Verdict
from libs.events.catalog.portfolio.bid import BID, BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.evaluations.evaluation import EVALUATION, Degree, EvaluationConcluded, EvaluationPublished, EvaluationStarted
from libs.events.catalog.portfolio.graduation import GRADUATION, Attested, HandoffAccepted, HandoffPrepared, HomeFunction
from libs.events.catalog.portfolio.intake.candidate import CANDIDATE, CandidateApplied, CandidateDeclined, CandidateOnboarded
from libs.events.catalog.portfolio.intake.opportunity import OPPORTUNITY, OpportunityAccepted, OpportunityDeclined, OpportunityRecorded
from libs.events.catalog.portfolio.investment import INVESTMENT, Funding, InvestmentDecided, InvestmentProposed, InvestmentRebaselined, Spending
from libs.events.catalog.portfolio.loan import LOAN, LoanAccepted, LoanDeclined, SeatsLent
from libs.events.catalog.portfolio.submission import SUBMISSION, SubmissionDecided, SubmissionSubmitted
from libs.events.catalog.portfolio.team import Staffing, TeamFormed
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeLinked, ChangeRaised, Effect
from libs.events.catalog.roadmap.change_class import CHANGE_CLASS, ChangeClassDecided, ChangeClassDefined
from libs.events.catalog.roadmap.recommendation import RECOMMENDATION, RecommendationAccepted, RecommendationDeclined, RecommendationMade
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.events.event import KINDS, PAYLOADS, Actor, Event, Kind, Overridden, Payload, Retracted, kind_of, split
from libs.events.facts import Facts
from libs.events.history import History
from libs.events.judgement import JUDGED, Judgement, recorded
from libs.events.rewind import Hindsight
from libs.events.values import Money
from libs.events.world import World
from libs.rules.authority import JUDGING

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
CAD = {str(n): Money.model_validate({"amount": str(n), "currency": "CAD"}) for n in (1, 2, 9)}


@dataclass(frozen=True)
class Example:
    """A statement, what it may become (by what is said otherwise), what makes no difference, the judgement, and what of the state shows that it counts."""

    kind: Kind[Any]
    statement: Payload
    judgement: Judgement
    counted: Callable[[Any], Any]
    otherwise: dict[str, Payload] = field(default_factory=dict)
    no_matter: tuple[Payload, ...] = ()
    before: tuple[Payload, ...] = ()
    about: str | None = None

    @property
    def aggregate(self) -> str:
        """Of which the statement is made."""
        return self.about or self.kind.key("x")


def _with(statement: Any, **fields: Any) -> dict[str, Payload]:
    return {name: dataclasses.replace(statement, **{name: value}) for name, value in fields.items()}


PROPOSED = InvestmentProposed(team="t", product="p", enhance=CAD["1"], support=CAD["2"], value="Less waiting")
OTHER_MONEY = {
    **_with(PROPOSED, team="u", product="q", enhance=CAD["9"], support=CAD["9"], funding=Funding.ONE_OFF_PROJECT, kind=Spending.CAPITAL, ends=date(2026, 1, 1)),
    "split": InvestmentProposed(team="t", product="p", amount=Money.model_validate({"amount": "3", "currency": "CAD"})),
}
SUBMITTED = BidSubmitted(investment="i", amount=CAD["1"], body="Treasury Board")
FORMED = TeamFormed(name="Parks", home="env", products=("p",))
RAISED = ChangeRaised(product="p", title="Fix a typo", release="r", description="One word", on="maps", effect=Effect.BEGINS)
CLASS = ChangeClassDefined(organisation="env", name="Texts", evidence=("tests passed",))
RELEASED = ReleaseProposed(product="p", stage=ReleaseStage.BETA, title="Beta", functional=False)
NEEDED = NeedRecorded(product="p", user="a citizen", text="pay", origin="alpha")
AGENCY = HomeFunction.IT_AGENCY
ADVISED = RecommendationMade(product="p", text="Show the fee", findings=("f",))

ASKED_FOR = OpportunityRecorded(team="t", organisation="citz", text="Plain letters", starts=date(2024, 9, 1), ends=date(2024, 11, 30))
APPLIED = CandidateApplied(organisation="env", name="Lakes", products=("Passes",))
LENT = SeatsLent(team="t", people=("ada",), borrower="citz", staffing=Staffing.STAFF, agreement="A letter", lender="env")
PUT = SubmissionSubmitted(program="water", text="Money for a redesign", amount=CAD["1"])
CONCLUDED = EvaluationConcluded(effective=Degree.YES, efficient=Degree.PARTLY, aims=(2,))
CHECKED = ExperimentChecked(finding="Fewer calls", worked=False)

EXAMPLES: dict[type[Payload], Example] = {
    InvestmentDecided: Example(
        INVESTMENT,
        PROPOSED,
        InvestmentDecided(approved=True, reason="Worth it"),
        lambda i: i.approved,
        OTHER_MONEY,
        (dataclasses.replace(PROPOSED, value="Less paper"),),
    ),
    InvestmentRebaselined: Example(
        INVESTMENT, PROPOSED, InvestmentRebaselined(amount=CAD["2"], approver="sg", reason="Less"), lambda i: i.baselines, OTHER_MONEY
    ),
    BidOutcomeRecorded: Example(
        BID,
        SUBMITTED,
        BidOutcomeRecorded(won=True, reason="Granted"),
        lambda bid: bid.won,
        _with(SUBMITTED, investment="j", amount=CAD["9"], body="Cabinet"),
        (dataclasses.replace(SUBMITTED, decision="investment:i@7"),),
    ),
    HandoffAccepted: Example(
        GRADUATION,
        HandoffPrepared(function=AGENCY, evidence="Trained"),
        HandoffAccepted(function=AGENCY, accepted_by="env"),
        lambda g: g.handoff(AGENCY).acceptance,
        no_matter=(HandoffPrepared(function=AGENCY, evidence="Trained twice"), HandoffPrepared(function=HomeFunction.PROJECT_OFFICE, evidence="Plan")),
    ),
    Attested: Example(
        GRADUATION,
        FORMED,
        Attested(criterion="R-04", statement="It is so"),
        lambda g: g.attestations,
        _with(FORMED, home="citz", products=("q",)),
        (dataclasses.replace(FORMED, name="Parks and lakes"),),
        about="team:x",
    ),
    ChangeDecided: Example(
        CHANGE,
        RAISED,
        ChangeDecided(approved=True, reason="Good"),
        lambda change: change.approved,
        {**_with(RAISED, product="q", title="Rewrite", description="All", on="fees", effect=Effect.CEASES, release="s"), "link": ChangeLinked(release="s")},
        (ChangeLinked(release="r"),),
    ),
    ChangeClassDecided: Example(
        CHANGE_CLASS,
        CLASS,
        ChangeClassDecided(approved=True, reason="Safe"),
        lambda of: of.approved,
        _with(CLASS, organisation="citz", name="All", evidence=("it builds",)),
    ),
    ReleaseSignedOff: Example(
        RELEASE,
        RELEASED,
        ReleaseSignedOff(),
        lambda release: release.signed_off,
        _with(RELEASED, product="q", stage=ReleaseStage.LIVE, title="All new", functional=True),
    ),
    ReleasePublished: Example(
        RELEASE,
        RELEASED,
        ReleasePublished(),
        lambda release: release.published,
        _with(RELEASED, product="q", stage=ReleaseStage.LIVE, functional=True),
        (dataclasses.replace(RELEASED, title="Public beta"),),
    ),
    NeedJudged: Example(
        NEED,
        NEEDED,
        NeedJudged(verdict=Verdict.MET, evidence="Survey"),
        lambda need: need.verdict,
        {**_with(NEEDED, product="q", user="a firm", text="pay late"), "change": NeedChanged(text="pay by card", reason="Study")},
        (dataclasses.replace(NEEDED, origin="beta"), NeedChanged(prioritised=True, reason="Asked for")),
    ),
    RecommendationAccepted: Example(
        RECOMMENDATION,
        ADVISED,
        RecommendationAccepted(),
        lambda one: one.accepted,
        _with(ADVISED, product="q", text="Drop the fee"),
        (dataclasses.replace(ADVISED, consulted=("Counters",)),),
    ),
    RecommendationDeclined: Example(
        RECOMMENDATION,
        ADVISED,
        RecommendationDeclined(reason="The law asks for it"),
        lambda one: one.declined,
        _with(ADVISED, product="q", text="Drop the fee"),
    ),
}
EXAMPLES |= {
    ExperimentChecked: Example(EXPERIMENT, ExperimentStarted(), CHECKED, lambda one: one.checked),
    ExperimentConcluded: Example(
        EXPERIMENT,
        CHECKED,
        ExperimentConcluded(outcome=ExperimentOutcome.ADAPT),
        lambda one: one.outcome,
        _with(CHECKED, worked=True),
        (dataclasses.replace(CHECKED, evidence="Two surveys"),),
    ),
    ImprovementFinished: Example(IMPROVEMENT, ImprovementStarted(), ImprovementFinished(worked=True, learned="Much"), lambda one: one.finished),
}
OTHER_OPPORTUNITY = _with(ASKED_FOR, team="u", organisation="env", text="Forms", starts=date(2024, 9, 2), ends=date(2024, 12, 1))
OTHER_CANDIDATE = _with(APPLIED, organisation="citz", name="Rivers", products=("Passes", "Camping"))
OTHER_LOAN = _with(LENT, team="u", borrower="health", people=("grace",))
EXAMPLES |= {
    OpportunityAccepted: Example(OPPORTUNITY, ASKED_FOR, OpportunityAccepted(), lambda one: one.accepted, OTHER_OPPORTUNITY),
    OpportunityDeclined: Example(OPPORTUNITY, ASKED_FOR, OpportunityDeclined(reason="Needed here"), lambda one: one.declined, OTHER_OPPORTUNITY),
    CandidateOnboarded: Example(
        CANDIDATE, APPLIED, CandidateOnboarded(team="t"), lambda one: one.onboarded, OTHER_CANDIDATE, (dataclasses.replace(APPLIED, sponsor="ada"),)
    ),
    CandidateDeclined: Example(CANDIDATE, APPLIED, CandidateDeclined(reason="Too small"), lambda one: one.declined, OTHER_CANDIDATE),
    LoanAccepted: Example(LOAN, LENT, LoanAccepted(), lambda one: one.accepted, OTHER_LOAN, (dataclasses.replace(LENT, agreement="Another letter"),)),
    LoanDeclined: Example(LOAN, LENT, LoanDeclined(reason="Not now"), lambda one: one.declined, OTHER_LOAN),
    SubmissionDecided: Example(
        SUBMISSION,
        PUT,
        SubmissionDecided(approved=True, reason="Worth it"),
        lambda one: one.approved,
        _with(PUT, program="air", text="Money for two", amount=CAD["9"]),
    ),
    EvaluationConcluded: Example(
        EVALUATION,
        EvaluationStarted(product="p", knows="ada"),
        CONCLUDED,
        lambda one: one.concluded,
        _with(EvaluationStarted(product="p", knows="ada"), product="q"),
        (EvaluationStarted(product="p", knows="grace"),),
    ),
    EvaluationPublished: Example(
        EVALUATION,
        CONCLUDED,
        EvaluationPublished(good_practice="Ask first"),
        lambda one: one.published,
        _with(CONCLUDED, effective=Degree.NO, efficient=Degree.NO, aims=()),
        (dataclasses.replace(CONCLUDED, note="In two rounds"),),
    ),
}
CASES = [pytest.param(example, id=cls.__name__) for cls, example in EXAMPLES.items()]
OTHERWISE = [pytest.param(example, other, id=f"{cls.__name__}-{name}") for cls, example in EXAMPLES.items() for name, other in example.otherwise.items()]
NO_MATTER = [pytest.param(example, other, id=f"{cls.__name__}-{n}") for cls, example in EXAMPLES.items() for n, other in enumerate(example.no_matter)]

JUDGING_FIELDS = frozenset({"approved", "won", "verdict", "accepted_by", "approver", "statement", "effective", "efficient"})
JUDGING_NAMES = ("Decided", "Judged", "SignedOff", "Accepted", "Attested", "Declined", "Approved", "OutcomeRecorded", "Published")


class Told:
    """A world in which each thing is said a day after the one before, and known at once."""

    def __init__(self, *, old: bool = False) -> None:
        self.world, self.days, self.old = World(), 0, old

    def say(self, aggregate: str, data: Payload, *, day: int | None = None, known: int | None = None) -> Event:
        """Says it today, perhaps of an earlier day; an old event records nothing of what it judges."""
        now = FIRST + timedelta(days=self.days)
        at = now if day is None else FIRST + timedelta(days=day)
        heard = now if known is None else FIRST + timedelta(days=known)
        said = Event(aggregate, self.world.last(aggregate) + 1, at, max(heard, at), now, Actor("ann", "importer"), data)
        if not self.old:
            (said,) = recorded([said], self.world.events(aggregate), self.world.events)
        self.world.apply(said)
        self.days += 1
        return said

    def facts(self, day: int | None = None, known: int | None = None) -> Facts:
        """As of a day, and as known at its end."""
        today = (FIRST + timedelta(days=self.days if day is None else day)).date()
        return self.world.facts(today, None if known is None else FIRST + timedelta(days=known, hours=1))

    def counts(self, example: Example, day: int | None = None, known: int | None = None) -> bool:
        state = self.facts(day, known).get(example.kind, "x")
        return state is not None and bool(example.counted(state))


class Owned:
    """The histories of a world as their owner keeps them, with states on the way."""

    def __init__(self, world: World) -> None:
        self.world, self._kept = world, dict[str, History]()

    def events(self, aggregate: str) -> History:
        return self._kept.setdefault(aggregate, History(self.world.events(aggregate)))

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        return self.world.referring(kind, field, id)

    def all(self, kind: str) -> Iterable[str]:
        return self.world.all(kind)


def judged(example: Example, *, old: bool) -> tuple[Told, Event]:
    """The statement on day 0, its judgement on day 1, and the judgement's event."""
    told = Told(old=old)
    said = told.say(example.aggregate, example.statement)
    judgement = told.say(example.kind.key("x"), example.judgement)
    assert isinstance(judgement.data, Judgement)
    assert judgement.data.judges == (None if old else said.id) and told.facts().judged(judgement) == said.id
    assert told.counts(example)
    return told, judgement


@pytest.mark.parametrize("name", sorted(PAYLOADS))
def test_every_event_of_the_catalogue_that_judges_says_what_it_judges(name: str) -> None:
    cls = PAYLOADS[name]
    if not cls.__module__.startswith("libs.events.catalog"):
        return
    topics = {command.SPEC.topic for command in COMMANDS.values() if cls in command.SPEC.says[:1]}
    looks_so = cls.__name__.endswith(JUDGING_NAMES) or JUDGING_FIELDS & {f.name for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    if cls not in JUDGED and cls in kind_of(name).defined_by:
        return  # what says that a thing is there at all, as the publication of a precedent does, is of nothing before it
    if looks_so or topics & JUDGING:
        assert cls in JUDGED, f"{cls.__name__} judges: say what (`@judges`, libs.events.judgement)"
    if cls in JUDGED:
        assert cls in EXAMPLES, f"show an example of what {cls.__name__} judges"
        fields = {name for of in JUDGED[cls] for name in of.fields}
        assert fields <= {"adds", *_shown(EXAMPLES[cls])} or cls is HandoffAccepted, f"{cls.__name__}: an example for each of {sorted(fields)}"


def _shown(example: Example) -> set[str]:
    return {*example.otherwise, "amount"} if "split" in example.otherwise else set(example.otherwise)


@pytest.mark.parametrize("old", [False, True], ids=["recorded", "old"])
@pytest.mark.parametrize("example", CASES)
def test_what_was_judged_is_taken_back_and_said_again_the_same(example: Example, old: bool) -> None:
    told, judgement = judged(example, old=old)
    told.say(example.aggregate, Retracted(event=f"{example.aggregate}@1", reason="Wrong"))
    assert not told.counts(example) and told.counts(example, known=1)
    told.say(example.aggregate, example.statement, day=0)
    assert not told.counts(example) and not told.counts(example, day=1) and told.counts(example, day=1, known=1)
    assert judgement in told.facts().history(example.kind, "x"), "it stands in the history"
    told.say(example.kind.key("x"), example.judgement)
    assert told.counts(example)


@pytest.mark.parametrize("old", [False, True], ids=["recorded", "old"])
@pytest.mark.parametrize(("example", "other"), OTHERWISE)
def test_what_was_judged_says_something_else_now(example: Example, other: Payload, old: bool) -> None:
    told, judgement = judged(example, old=old)
    changed = told.say(example.aggregate, other)
    assert not told.counts(example)
    assert told.counts(example, day=1), "until it is another, the judgement is of what there is"
    assert told.counts(example, known=1), "and by what was known before"
    assert not told.facts().counts(judgement) and told.facts(day=1).counts(judgement)
    told.say(example.aggregate, Retracted(event=changed.id, reason="Wrong"))
    assert told.counts(example), "what was judged stands again"


@pytest.mark.parametrize("old", [False, True], ids=["recorded", "old"])
@pytest.mark.parametrize(("example", "other"), OTHERWISE)
def test_what_was_judged_turns_out_to_have_been_something_else_from_the_first_day_on(example: Example, other: Payload, old: bool) -> None:
    told, _ = judged(example, old=old)
    told.say(example.aggregate, other, day=0)
    if not isinstance(other, ChangeLinked):
        assert not told.counts(example) and not told.counts(example, day=1) and told.counts(example, day=1, known=1)


@pytest.mark.parametrize("old", [False, True], ids=["recorded", "old"])
@pytest.mark.parametrize(("example", "other"), NO_MATTER)
def test_what_was_not_judged_may_change(example: Example, other: Payload, old: bool) -> None:
    told, _ = judged(example, old=old)
    told.say(example.aggregate, other)
    assert told.counts(example)


@pytest.mark.parametrize("example", CASES)
def test_an_old_judgement_is_of_what_stood_at_its_own_instant(example: Example) -> None:
    told = Told(old=True)
    told.say(example.aggregate, example.statement, day=0)
    if example.otherwise:
        told.say(example.aggregate, next(iter(example.otherwise.values())), day=5)
        told.say(example.kind.key("x"), example.judgement, day=2)
        assert told.counts(example, day=4) and not told.counts(example, day=6)


@pytest.mark.parametrize("old", [False, True], ids=["recorded", "old"])
def test_an_approval_of_what_was_re_baselined_falls_with_it(old: bool) -> None:
    told = Told()
    told.say("investment:x", PROPOSED)
    told.say("investment:x", InvestmentDecided(approved=True, reason="Worth it"))
    told.say("investment:x", InvestmentRebaselined(amount=CAD["9"], approver="sg", reason="More"))
    second = told.say("investment:x", InvestmentDecided(approved=True, reason="Worth more", judges="investment:x@3"))
    assert told.facts().counts(second)
    told.say("investment:x", OTHER_MONEY["product"] if old else Retracted(event="investment:x@3", reason="Wrong"))
    assert not told.facts().counts(second)


def test_an_approval_that_is_known_before_what_it_is_of_counts_only_once_that_is_known() -> None:
    told = Told()
    told.say("investment:x", PROPOSED)
    told.say("investment:x", InvestmentDecided(approved=True, reason="Worth it"))
    told.say("investment:x", InvestmentRebaselined(amount=CAD["9"], approver="sg", reason="More"), day=1, known=6)
    told.say("investment:x", InvestmentDecided(approved=True, reason="Worth more", judges="investment:x@3"), day=1, known=4)
    earlier = told.facts(known=5)
    found = earlier.get(INVESTMENT, "x")
    assert found and found.decision and found.decision.id == "investment:x@2"
    assert Hindsight(told.facts()).to(known_at=earlier.known_at).get(INVESTMENT, "x") == found


@pytest.mark.parametrize("old", [False, True], ids=["recorded", "old"])
def test_a_lifted_rule_is_warned_of_for_what_it_let_through_alone(old: bool) -> None:
    told = Told(old=old)
    lifted = Overridden(rule="S0-14", reason="Flood", command="portfolio.submit_bid", judges=None if old else "bid:x@2")
    override = told.say("bid:x", lifted)
    told.say("bid:x", SUBMITTED)
    assert told.facts().judged(override) == "bid:x@2" and told.facts().counts(override)
    again = told.say("bid:x", dataclasses.replace(SUBMITTED, decision="investment:i@2"))
    assert told.facts().counts(override), "it says the same"
    other = told.say("bid:x", dataclasses.replace(SUBMITTED, amount=CAD["9"]))
    assert not told.facts().counts(override) and not Hindsight(told.facts()).counts(override), "also for whoever goes back"
    for event in (other.id, again.id, "bid:x@2"):
        told.say("bid:x", Retracted(event=event, reason="Wrong"))
    assert not told.facts().counts(override)


STEPS = st.lists(st.tuples(st.sampled_from(["same", "other", "third", "judge", "retract"]), st.integers(0, 8), st.integers(0, 6)), min_size=2, max_size=9)


@pytest.mark.parametrize("old", [False, True], ids=["recorded", "old"])
@pytest.mark.parametrize("example", CASES)
@settings(max_examples=60, deadline=None)
@given(steps=STEPS, at=st.integers(0, 10), known=st.none() | st.integers(0, 10))
def test_in_whatever_order_a_judgement_counts_where_what_it_saw_is_there_and_says_the_same(
    example: Example, old: bool, steps: list[tuple[str, int, int]], at: int, known: int | None
) -> None:
    told = Told(old=old)
    others = list(example.otherwise.values()) or [example.statement]
    says = {"same": example.statement, "other": others[0], "third": others[-1]}
    of = JUDGED[type(example.judgement)][0]
    seen: dict[str, tuple[str, Any]] = {}
    for step, day, which in steps:
        now = told.facts(min(day, told.days))
        state = _state(now, example)
        if step == "judge":
            if state is None or not any(isinstance(e.data, of.statements[0]) for e in _history(now, example)):
                continue  # nobody judges what is not there
            judgement = told.say(example.kind.key("x"), example.judgement, day=min(day, told.days))
            seen[judgement.id] = now.judged(judgement) or "", tuple(getattr(state, name) for name in of.fields)
        elif step == "retract":
            alive = [e for e in told.facts().history(*_about(example)) if isinstance(e.data, (*of.statements, *of.shaped_by))]
            if alive:
                told.say(example.aggregate, Retracted(event=alive[which % len(alive)].id, reason="Wrong"))
        else:
            told.say(example.aggregate, says[step], day=min(day, told.days))
    facts = told.facts(at, known)
    if known is None:  # as the owner keeps a history
        owned = Facts.on_day(Owned(told.world), facts.day)
        assert owned.get(example.kind, "x") == facts.get(example.kind, "x")
    back = Hindsight(told.world.facts(max(facts.day, told.facts().day))).to(day=facts.day, known_at=facts.known_at)
    assert back.get(example.kind, "x") == facts.get(example.kind, "x"), "whoever goes back finds the same"
    state, there = _state(facts, example), {e.id for e in _history(facts, example)}
    for event in facts.history(example.kind, "x"):
        if event.id in seen:
            judged_position, saw = seen[event.id]
            stands = judged_position in there and state is not None and tuple(getattr(state, name) for name in of.fields) == saw
            assert facts.counts(event) is stands, (event, seen[event.id], there)


def _about(example: Example) -> tuple[Kind[Any], str]:
    kind, id = split(example.aggregate)
    return KINDS[kind], id


def _state(facts: Facts, example: Example) -> Any:
    return facts.get(*_about(example))


def _history(facts: Facts, example: Example) -> list[Event]:
    return facts.history(*_about(example))
