"""A small world, and one example of every command that speaks of something in it: of organisation `env`, product `permits` and team `t`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.backlog.experiment import ExperimentMethod, ExperimentPlanned
from libs.events.catalog.backlog.improvement import ImprovementLevel, ImprovementRaised, ImprovementScope, ImprovementTarget
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.backlog.need import NeedRecorded
from libs.events.catalog.backlog.pipeline_run import RunSucceeded
from libs.events.catalog.backlog.source import SourceConnected, System
from libs.events.catalog.duties import DUTIES_OF, DutyFellDue
from libs.events.catalog.portfolio.agreements.agreement import AgreementRecorded
from libs.events.catalog.portfolio.agreements.precedent import PrecedentPublished
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.evaluations.confidence import ConfidenceLevel, ConfidenceRated
from libs.events.catalog.portfolio.evaluations.evaluation import EvaluationStarted
from libs.events.catalog.portfolio.evaluations.record import RecordKept, RecordKind
from libs.events.catalog.portfolio.graduation import SustainEntered
from libs.events.catalog.portfolio.intake.candidate import CandidateApplied
from libs.events.catalog.portfolio.intake.opportunity import OpportunityRecorded
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.lifecycle import LifecycleDefined
from libs.events.catalog.portfolio.loan import TeamLent
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.override_approval import OverrideApprovalGiven
from libs.events.catalog.portfolio.people.accountable import AccountableAs, AccountableNamed
from libs.events.catalog.portfolio.people.person import PersonRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProductsLinked, ProgramOpened
from libs.events.catalog.portfolio.submission import SubmissionSubmitted
from libs.events.catalog.portfolio.team import Staffing, TeamFormed
from libs.events.catalog.portfolio.webhook import WebhookSubscribed
from libs.events.catalog.roadmap.change import ChangeRaised
from libs.events.catalog.roadmap.change_class import ChangeClassDefined
from libs.events.catalog.roadmap.channel import Audience, ChannelKind, ChannelOpened
from libs.events.catalog.roadmap.finding import FindingKind, FindingRecorded
from libs.events.catalog.roadmap.initiative_choices import InitiativeTemplate
from libs.events.catalog.roadmap.initiative_events import InitiativeOpened
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, MetricKind
from libs.events.catalog.roadmap.monitoring import MonitoringOpened
from libs.events.catalog.roadmap.recommendation import RecommendationMade
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced
from libs.events.catalog.roadmap.target_condition import TargetConditionSet
from libs.events.catalog.roadmap.theme import ThemeRecorded
from libs.events.catalog.roadmap.vision import VisionSet
from libs.events.event import Actor, Event, Payload
from libs.events.world import World

OWNER: Final = "someone"
"""Who said all of it: what has an owner is this one's."""
SAID: Final = datetime(2026, 1, 2, tzinfo=UTC)
NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)

TRIAL: Final = ExperimentPlanned(
    team="t",
    product="permits",
    hypothesis="A reminder helps",
    scope="One counter",
    method=ExperimentMethod.STANDARD,
    starts=date(2026, 2, 1),
    ends=date(2026, 2, 28),
)
RAISED: Final = ImprovementRaised(
    team="t",
    title="Fewer calls",
    why="Callers wait",
    level=ImprovementLevel.OPERATIONAL,
    scope=ImprovementScope.TEAM,
    target=ImprovementTarget.SERVICE,
)
OPENED: Final = InitiativeOpened(
    subject="product:permits", title="Online", value="Time saved", level=ImprovementLevel.TACTICAL, template=InitiativeTemplate.FULL
)
_FACTS: Final[tuple[tuple[str, Payload], ...]] = (
    ("organisation:env", OrganisationRegistered(name="Environment")),
    ("organisation:citz", OrganisationRegistered(name="Citizens' Services")),
    ("lifecycle:short", LifecycleDefined(name="Short", phases=())),
    ("program:water", ProgramOpened(name="Water", home="env")),
    ("program:water", ProductsLinked(linked_products=("maps",))),
    ("program:revenue", ProgramOpened(name="Revenue", home="citz")),
    ("product:permits", ProductRegistered(name="Permits", home="env")),
    ("product:wells", ProductRegistered(name="Wells", program="water")),
    ("product:taxes", ProductRegistered(name="Taxes", home="citz")),
    ("team:t", TeamFormed(name="Permits team", home="env", products=("permits",))),
    ("team:u", TeamFormed(name="Taxes team", home="citz", products=("taxes",))),
    ("investment:inv", InvestmentProposed(team="t", product="permits", amount=money("10.00"))),
    ("bid:b", BidSubmitted(investment="inv", amount=money("10.00"), body="Treasury Board")),
    # The borrower is of env too, so that whoever answers in its name is.
    ("loan:l", TeamLent(team="t", lender="env", borrower="env", staffing=Staffing.STAFF, agreement="Signed")),
    ("loan:offered", TeamLent(team="t", lender="env", borrower="env", staffing=Staffing.STAFF, agreement="Signed", offered=True)),
    ("agreement:letter", AgreementRecorded(parties=("env", "env-roads"), text="A team for three months")),
    ("precedent:p", PrecedentPublished(title="A team lent in a week", text="One letter was enough", loan="l")),
    ("accountable:a", AccountableNamed(subject="team:t", person="ada", role=AccountableAs.SPONSOR)),
    ("person:ada", PersonRegistered(organisation="env")),
    ("graduation:t", SustainEntered()),
    ("confidence:con", ConfidenceRated(subject="product:permits", level=ConfidenceLevel.MEDIUM, words="So so")),
    ("evaluation:ev", EvaluationStarted(product="permits", knows="ed")),
    ("override_approval:oa", OverrideApprovalGiven(rule="S0-14", command="portfolio.submit_bid", subject="investment:inv", reason="Agreed")),
    ("record:rec", RecordKept(product="permits", kind=RecordKind.REPORT, text="Use by month")),
    *((of.key("t"), DutyFellDue(kind="health_check", subject="team:t", due_on=date(2024, 9, 1), rule="S4-01")) for of in DUTIES_OF.values()),
    ("release:beta", ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta")),
    ("change:cr", ChangeRaised(product="permits", title="Pay online")),
    ("change_class:texts", ChangeClassDefined(organisation="env", name="Texts", evidence=("all tests passed",))),
    ("initiative:ini", OPENED),
    ("monitoring:mon", MonitoringOpened(product="permits", about="release:out", metrics=("sat",))),
    (
        "metric:sat",
        MetricDefined(
            product="permits",
            name="Satisfaction",
            kind=MetricKind.QUANTITATIVE,
            goal="Happier",
            method="asked",
            tool="form",
            source="users",
            responsible="ed",
            unit="percent",
        ),
    ),
    ("metric:sat", BaselineMeasured(value=Decimal(60))),
    ("roadmap_item:ri", RoadmapItemPlaced(product="permits", title="Payments", horizon=Horizon.NOW)),
    ("channel:ch", ChannelOpened(product="permits", name="Phone", kind=ChannelKind.PHONE, audience=Audience.CITIZENS)),
    ("theme:th", ThemeRecorded(channel="ch", product="permits", text="Nobody answers")),
    ("finding:fi", FindingRecorded(product="permits", kind=FindingKind.PATTERN, text="Nobody sees the fee", rests_on=("theme:th",))),
    ("recommendation:re", RecommendationMade(product="permits", text="Show it first", findings=("fi",))),
    ("vision:v", VisionSet(subject="product:permits", text="Permits without paper")),
    ("target_condition:tc", TargetConditionSet(subject="product:permits", text="No paper")),
    ("backlog:permits", BacklogOpened()),
    ("item:i", ItemAdded(product="permits", title="Pay by card")),
    ("need:n", NeedRecorded(product="permits", user="angler", text="fish", origin="discovery")),
    ("experiment:x", TRIAL),
    ("improvement:im", RAISED),
    ("source:gh", SourceConnected(system=System.GITHUB, product="permits")),
    ("candidate:ca", CandidateApplied(organisation="env", name="Parks", products=("Camping", "Passes"))),
    ("opportunity:op", OpportunityRecorded(team="t", organisation="citz", text="Letters in plain words")),
    ("submission:su", SubmissionSubmitted(program="water", text="A new act")),
    ("pipeline_run:pr", RunSucceeded(product="permits", source="gh", change="cr", name="CI")),
    ("webhook:w", WebhookSubscribed(origin="https://hooks.example.org", secret=True)),
)


def world() -> World:
    """The small world, all of it said on one day."""
    made = World()
    for aggregate, data in _FACTS:
        made.apply(Event(aggregate, made.last(aggregate) + 1, SAID, SAID, SAID, Actor(OWNER, "importer"), data))
    return made


def aggregates() -> Iterator[tuple[str, str]]:
    """What there is in the organisation `env`: (kind, id)."""
    for aggregate in dict(_FACTS):
        kind, _, id = aggregate.partition(":")
        if id not in ("citz", "revenue", "taxes", "u"):
            yield kind, id


_SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_TEN: Final = {"amount": "10.00", "currency": "CAD"}
_STATED: Final = {"instant": "2026-05-01T09:00:00Z"}

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "portfolio.register_organisation": {"organisation": "new", "name": "New"},
    "portfolio.set_policy": {"organisation": "env", "bid_days": 60},
    "portfolio.define_lifecycle": {"lifecycle": "short", "name": "Short", "phases": [{"id": "live", "title": "Live"}]},
    "portfolio.open_program": {"program": "new", "name": "Air", "home": "env"},
    "portfolio.register_product": {"product": "new", "name": "Bridges", "home": "env"},
    "portfolio.tick": {"product": "permits", "entry": "order-reviewed"},
    "portfolio.enter_phase": {"product": "permits", "phase": "beta"},
    "portfolio.apply_for_onboarding": {"candidate": "new", "organisation": "env", "name": "Fish and game", "products": ["Licences", "Quotas"]},
    "portfolio.onboard_candidate": {"candidate": "ca", "team": "t"},
    "portfolio.decline_candidate": {"candidate": "ca", "reason": "Nobody to lead it"},
    "portfolio.record_opportunity": {"opportunity": "new", "team": "t", "organisation": "citz", "text": "One sign-in for all"},
    "portfolio.accept_opportunity": {"opportunity": "op"},
    "portfolio.decline_opportunity": {"opportunity": "op", "reason": "The season opens in May"},
    "portfolio.redesign_program": {"program": "water", "text": "One permit for all uses of water"},
    "portfolio.submit_to_treasury_board": {"submission": "new", "program": "water", "text": "A new act", "amount": _TEN},
    "portfolio.record_submission_outcome": {"submission": "su", "approved": True, "reason": "It pays for itself"},
    "portfolio.halt_product": {"product": "permits", "reason": "resource_constraint"},
    "portfolio.resume_product": {"product": "permits"},
    "portfolio.decommission_product": {"product": "permits", "reason": "Replaced"},
    "portfolio.form_team": {"team": "new", "name": "New", "home": "env"},
    "portfolio.link_product": {"program": "water", "product": "permits"},
    "portfolio.unlink_product": {"program": "water", "product": "maps", "reason": "It has a program of its own"},
    "portfolio.serve_product": {"team": "t", "product": "wells"},
    "portfolio.stop_serving": {"team": "t", "product": "permits"},
    "portfolio.join_team": {"team": "t", "person": "ed", "role": "developer", "staffing": "staff"},
    "portfolio.leave_team": {"team": "t", "person": "ed"},
    "portfolio.record_exposure": {"team": "t", "function": "security", "form": "demo", "note": "They saw a release"},
    "portfolio.record_health": {"team": "t", "subject": "team", "reading": "good", "source": "check"},
    "portfolio.pivot_away": {"team": "t", "reason": "Priorities moved"},
    "portfolio.dissolve_team": {"team": "t", "reason": "Its product is gone"},
    "portfolio.withdraw_investment": {"investment": "inv", "reason": "Another pays"},
    "portfolio.close_investment": {"investment": "inv", "reason": "All is built"},
    "portfolio.rename": {"subject": "team:t", "name": "Tides", "reason": "The lake is gone"},
    "portfolio.merge_organisations": {"into": "env", "from": ["env"], "reason": "One ministry"},
    "portfolio.move": {"subject": "team:t", "to": "env", "reason": "The ministries were cut anew"},
    "portfolio.propose_investment": {"investment": "new", "team": "t", "amount": _TEN},
    "portfolio.decide_investment": {"investment": "inv", "approved": True, "reason": "Worth it"},
    "portfolio.rebaseline_investment": {"investment": "inv", "amount": _TEN, "approver": "The group", "reason": "More to do"},
    "portfolio.record_forecast": {"investment": "inv", "amount": _TEN},
    "portfolio.record_actual": {"investment": "inv", "amount": _TEN, "covers_from": date(2026, 1, 1), "covers_until": date(2026, 1, 31)},
    "portfolio.plan_years": {"investment": "inv", "years": [{"starts": "2026-04-01", "enhance": _TEN, "support": _TEN}]},
    "portfolio.record_return": {"investment": "inv", "amount": _TEN, "description": "Less paper"},
    "portfolio.approve_override": {
        "approval": "new",
        "rule": "S0-14",
        "command": "portfolio.submit_bid",
        "subject": "investment:inv",
        "reason": "The group meets on Friday.",
    },
    "portfolio.submit_bid": {"bid": "new", "investment": "inv", "amount": _TEN, "body": "Treasury Board"},
    "portfolio.record_bid_outcome": {"bid": "b", "won": True, "reason": "Good"},
    "portfolio.lend_team": {"loan": "new", "team": "t", "lender": "env", "borrower": "citz", "staffing": "staff", "agreement": "Signed"},
    "portfolio.return_team": {"loan": "l"},
    "portfolio.lend_seats": {"loan": "new", "team": "t", "people": ["ed"], "borrower": "citz", "staffing": "staff", "agreement": "Signed"},
    "portfolio.accept_loan": {"loan": "offered"},
    "portfolio.decline_loan": {"loan": "offered", "reason": "No money for it"},
    "portfolio.record_delivery": {"loan": "l", "release": "beta"},
    "portfolio.register_person": {"person": "new", "name": "Ada Lovelace", "address": "ada@engines.example", "organisation": "env"},
    "portfolio.record_agreement": {"agreement": "new", "parties": ["env", "roads"], "text": "A team for three months", "url": "https://env.example/letter"},
    "portfolio.publish_precedent": {"precedent": "new", "title": "A team lent in a week", "text": "One letter was enough", "loan": "l", "agreement": "letter"},
    "portfolio.name_accountable": {"accountable": "new", "subject": "product:permits", "person": "ada", "as": "sponsor"},
    "portfolio.forget_person": {"person": "ada", "reason": "Asked for it"},
    "portfolio.subscribe_webhook": {"webhook": "new", "url": "https://hooks.example.org/in", "secret": _SECRET},
    "portfolio.change_webhook": {"webhook": "w", "kinds": ["team"]},
    "portfolio.change_webhook_secret": {"webhook": "w", "secret": _SECRET},
    "portfolio.pause_webhook": {"webhook": "w", "reason": "Mending"},
    "portfolio.resume_webhook": {"webhook": "w"},
    "portfolio.replay_webhook": {"webhook": "w", "event": "team:t@1"},
    "portfolio.end_webhook": {"webhook": "w"},
    "portfolio.rate_confidence": {"confidence": "con", "subject": "product:permits", "level": "high", "words": "All is well", "next_step": "Go on"},
    "portfolio.start_evaluation": {"evaluation": "new", "product": "wells", "knows": "ed"},
    "portfolio.answer_question": {"evaluation": "ev", "question": "E5.1.1", "answer": "yes", "evidence": "Letters are counted"},
    "portfolio.record_shortfall": {"evaluation": "ev", "kind": "objective", "text": "Too few renew online"},
    "portfolio.conclude_evaluation": {"evaluation": "ev", "effective": "yes", "efficient": "partly", "aims": [2, 7], "frameworks": ["FitSM"]},
    "portfolio.publish_evaluation": {"evaluation": "ev", "good_practice": "Ask at the counter"},
    "portfolio.keep_record": {"record": "new", "product": "permits", "kind": "training", "text": "Two days", "for": "Counters"},
    "portfolio.close_record": {"record": "rec", "reason": "Nobody reads it"},
    "portfolio.enter_sustain": {"team": "t"},
    "portfolio.prepare_handoff": {"team": "t", "function": "it_agency", "evidence": "Plan"},
    "portfolio.record_failed_handoff": {"team": "t", "function": "it_agency", "reason": "Nobody came"},
    "portfolio.accept_handoff": {"team": "t", "function": "it_agency", "accepted_by": "env"},
    "portfolio.attest": {"team": "t", "criterion": "R-04", "statement": "So it is"},
    "portfolio.tell_story": {"team": "t", "achieved": "Much", "failed": "Some"},
    "portfolio.hold_ceremony": {"team": "t"},
    "roadmap.place_item": {"item": "new", "product": "permits", "title": "Maps", "horizon": "later"},
    "roadmap.move_item": {"item": "ri", "horizon": "next"},
    "roadmap.retitle_item": {"item": "ri", "title": "Paying"},
    "roadmap.describe_item": {"item": "ri", "owner": "ann", "links": ["https://example.org/plan"], "notes": "Waits for the law."},
    "roadmap.redate_item": {"item": "ri", "ends": date(2026, 12, 31)},
    "roadmap.drop_item": {"item": "ri"},
    "roadmap.finish_item": {"item": "ri"},
    "roadmap.propose_release": {"release": "new", "product": "permits", "stage": "live", "title": "Live"},
    "roadmap.sign_off_release": {"release": "beta"},
    "roadmap.publish_release": {"release": "beta"},
    "roadmap.list_data": {"metric": "sat", "data": ["Answers to the form"]},
    "roadmap.set_redesign_threshold": {"metric": "sat", "value": Decimal(50), "when": "below"},
    "roadmap.change_metric": {"metric": "sat", "tool": "survey", "reason": "The form is gone"},
    "roadmap.open_channel": {"channel": "new", "product": "permits", "name": "Counter", "kind": "counter", "audience": "citizens"},
    "roadmap.close_channel": {"channel": "ch", "reason": "It moved"},
    "roadmap.record_theme": {"theme": "new", "channel": "ch", "text": "The fee is unclear", "problem_point": "Fee", "times": 3},
    "roadmap.record_finding": {"finding": "new", "product": "permits", "kind": "cause", "text": "The fee is hidden", "rests_on": ["theme:th", "metric:sat"]},
    "roadmap.recommend": {"recommendation": "new", "product": "permits", "text": "Show the fee", "findings": ["fi"], "consulted": ["Counters"]},
    "roadmap.accept_recommendation": {"recommendation": "re"},
    "roadmap.decline_recommendation": {"recommendation": "re", "reason": "The law asks for it"},
    "roadmap.replan_release": {"release": "beta", "planned": date(2026, 9, 30), "reason": "Tests take longer"},
    "roadmap.set_vision": {"vision": "new", "subject": "product:permits", "text": "One place for all permits"},
    "roadmap.set_target_condition": {"target_condition": "new", "subject": "product:permits", "text": "No visits at all"},
    "roadmap.reach_target_condition": {"target_condition": "tc"},
    "roadmap.raise_change_request": {"change": "new", "product": "permits", "title": "Maps"},
    "roadmap.link_change": {"change": "cr", "release": "beta"},
    "roadmap.decide_change": {"change": "cr", "approved": True, "reason": "Tested"},
    "roadmap.attach_evidence": {"change": "cr", "evidence": "all tests passed"},
    "roadmap.define_change_class": {"change_class": "new", "organisation": "env", "name": "Colours", "evidence": ["all tests passed"]},
    "roadmap.decide_change_class": {"change_class": "texts", "approved": True, "reason": "Safe"},
    "roadmap.add_dependency": {"change": "new", "product": "permits", "on": "taxes"},
    "roadmap.remove_dependency": {"change": "new", "product": "permits", "on": "taxes"},
    "roadmap.open_initiative": {
        "initiative": "new",
        "subject": "product:permits",
        "title": "Online",
        "value": "Time saved",
        "level": "tactical",
        "template": "full",
    },
    "roadmap.enter_step": {"initiative": "ini", "step": "vision"},
    "roadmap.skip_step": {"initiative": "ini", "step": "vision", "reason": "It is clear"},
    "roadmap.assess": {"initiative": "ini", "dimension": "people", "text": "Two know how", "source": "survey"},
    "roadmap.set_objective": {"initiative": "ini", "objective": "most", "kind": "objective", "text": "Most renew online"},
    "roadmap.plan_initiative": {"initiative": "ini", "kind": "direct", "text": "Train first"},
    "roadmap.add_action": {"initiative": "ini", "action": "one", "text": "One counter", "scope": "pilot"},
    "roadmap.report_progress": {"initiative": "ini", "text": "Half of it"},
    "roadmap.judge_initiative": {"initiative": "ini", "progress": "achieved", "value": "relevant", "evidence": "Figures"},
    "roadmap.tell_success": {"initiative": "ini", "story": "No queues"},
    "roadmap.analyse_failure": {"initiative": "ini", "analysis": "Untrained", "lesson": "Train", "shared_with": ["all"]},
    "roadmap.close_initiative": {"initiative": "ini"},
    "roadmap.open_monitoring": {"monitoring": "new", "product": "permits", "about": "release:out", "metrics": ["sat"]},
    "roadmap.close_monitoring": {"monitoring": "mon", "worked": True, "evidence": "Fewer calls", "note": "Read once"},
    "roadmap.define_metric": {
        "metric": "new",
        "product": "permits",
        "name": "Time",
        "kind": "quantitative",
        "goal": "Faster",
        "method": "measured",
        "tool": "logs",
        "source": "servers",
        "responsible": "ed",
        "unit": "second",
    },
    "roadmap.measure_baseline": {"metric": "sat", "value": Decimal(60)},
    "roadmap.set_target": {"metric": "sat", "value": Decimal(80), "due": date(2026, 12, 31)},
    "roadmap.read_metric": {"metric": "sat", "value": Decimal(70)},
    "backlog.open_backlog": {"product": "wells"},
    "backlog.review_prioritisation": {"product": "permits", "metrics": ["sat"], "note": "Payments first: half of all calls are about them"},
    "backlog.reorder_backlog": {"product": "permits", "item": "i", "position": 1, "reason": "First things first"},
    "backlog.add_item": {"item": "new", "product": "permits", "title": "Pay by phone"},
    "backlog.refine_item": {"item": "i", "title": "Pay by any card"},
    "backlog.estimate_item": {"item": "i", "points": Decimal(3)},
    "backlog.start_item": {"item": "i"},
    "backlog.deliver_item": {"item": "i"},
    "backlog.drop_item": {"item": "i"},
    "backlog.reopen_item": {"item": "i"},
    "backlog.link_item": {"item": "i", "roadmap_item": "ri"},
    "backlog.record_impact": {"item": "i", "text": "Fewer queues"},
    "backlog.record_need": {"need": "new", "product": "permits", "user": "angler", "text": "pay", "origin": "alpha"},
    "backlog.change_need": {"need": "n", "prioritised": True, "reason": "Many ask"},
    "backlog.judge_need": {"need": "n", "verdict": "met", "evidence": "Survey"},
    "backlog.plan_experiment": {
        "experiment": "new",
        "team": "t",
        "product": "permits",
        "hypothesis": "Plain words help",
        "scope": "One form",
        "method": "ab",
        "starts": date(2026, 3, 1),
        "ends": date(2026, 3, 31),
    },
    "backlog.start_experiment": {"experiment": "x"},
    "backlog.check_experiment": {"experiment": "x", "finding": "Fewer questions", "worked": True},
    "backlog.conclude_experiment": {"experiment": "x", "outcome": "adopt", "roadmap_items": ["ri"]},
    "backlog.stop_experiment": {"experiment": "x", "reason": "The counter closed"},
    "backlog.raise_improvement": {
        "improvement": "new",
        "team": "t",
        "title": "Plain letters",
        "why": "Nobody understands them",
        "goal": {"metric": "sat", "value": Decimal(70), "due": date(2026, 9, 30)},
        "level": "operational",
        "scope": "team",
        "target": "practice",
    },
    "backlog.start_improvement": {"improvement": "im"},
    "backlog.finish_improvement": {"improvement": "im", "worked": True, "learned": "Short ones are read"},
    "backlog.drop_improvement": {"improvement": "im", "reason": "No longer needed"},
    "backlog.connect_source": {"source": "new", "system": "github", "product": "permits", "secret": "not-a-real-one-at-all"},
    "backlog.disconnect_source": {"source": "gh"},
    "backlog.note_delivery": {"source": "gh", "delivery": "1", "reason": "A comment"},
    "backlog.record_pipeline_run": {"pipeline_run": "new", "product": "permits", "source": "gh", "change": "cr", "name": "All tests passed"},
    "backlog.state_item": {"item": "new", "product": "permits", "source": "gh", "reference": "o/r#1", **_STATED},
}
"""The fields of one example of every command but `retract`; what is created is called `new`."""
