"""A small world, and one example of every command that speaks of something in it: of organisation `env`, product `permits` and team `t`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.backlog.need import NeedRecorded
from libs.events.catalog.backlog.source import SourceConnected, System
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.graduation import SustainEntered
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.lifecycle import LifecycleDefined
from libs.events.catalog.portfolio.loan import TeamLent
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import Staffing, TeamFormed
from libs.events.catalog.portfolio.webhook import WebhookSubscribed
from libs.events.catalog.roadmap.change import ChangeRaised
from libs.events.catalog.roadmap.metric import MetricDefined, MetricKind
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced
from libs.events.event import Actor, Event, Payload
from libs.events.world import World

OWNER: Final = "someone"
"""Who said all of it: what has an owner is this one's."""
SAID: Final = datetime(2026, 1, 2, tzinfo=UTC)
NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)

_FACTS: Final[tuple[tuple[str, Payload], ...]] = (
    ("organisation:env", OrganisationRegistered(name="Environment")),
    ("organisation:citz", OrganisationRegistered(name="Citizens' Services")),
    ("lifecycle:short", LifecycleDefined(name="Short", phases=())),
    ("program:water", ProgramOpened(name="Water", home="env")),
    ("program:revenue", ProgramOpened(name="Revenue", home="citz")),
    ("product:permits", ProductRegistered(name="Permits", home="env")),
    ("product:wells", ProductRegistered(name="Wells", program="water")),
    ("product:taxes", ProductRegistered(name="Taxes", home="citz")),
    ("team:t", TeamFormed(name="Permits team", home="env", products=("permits",))),
    ("team:u", TeamFormed(name="Taxes team", home="citz", products=("taxes",))),
    ("investment:inv", InvestmentProposed(team="t", product="permits", amount=money("10.00"))),
    ("bid:b", BidSubmitted(investment="inv", amount=money("10.00"), body="Treasury Board")),
    ("loan:l", TeamLent(team="t", lender="env", borrower="citz", staffing=Staffing.STAFF, agreement="Signed")),
    ("graduation:t", SustainEntered()),
    ("release:beta", ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta")),
    ("change:cr", ChangeRaised(product="permits", title="Pay online")),
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
    ("roadmap_item:ri", RoadmapItemPlaced(product="permits", title="Payments", horizon=Horizon.NOW)),
    ("backlog:permits", BacklogOpened()),
    ("item:i", ItemAdded(product="permits", title="Pay by card")),
    ("need:n", NeedRecorded(product="permits", user="angler", text="fish", origin="discovery")),
    ("source:gh", SourceConnected(system=System.GITHUB, product="permits")),
    ("webhook:w", WebhookSubscribed(origin="https://hooks.example.org", secret=True)),
)


def world() -> World:
    """The small world, all of it said on one day."""
    made = World()
    for aggregate, data in _FACTS:
        made.apply(Event(aggregate, 1, SAID, SAID, SAID, Actor(OWNER, "importer"), data))
    return made


def aggregates() -> Iterator[tuple[str, str]]:
    """What there is in the organisation `env`: (kind, id)."""
    for aggregate, _ in _FACTS:
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
    "portfolio.enter_phase": {"product": "permits", "phase": "beta"},
    "portfolio.halt_product": {"product": "permits", "reason": "resource_constraint"},
    "portfolio.resume_product": {"product": "permits"},
    "portfolio.decommission_product": {"product": "permits", "reason": "Replaced"},
    "portfolio.form_team": {"team": "new", "name": "New", "home": "env"},
    "portfolio.serve_product": {"team": "t", "product": "wells"},
    "portfolio.stop_serving": {"team": "t", "product": "permits"},
    "portfolio.join_team": {"team": "t", "person": "ed", "role": "developer", "staffing": "staff"},
    "portfolio.leave_team": {"team": "t", "person": "ed"},
    "portfolio.record_health": {"team": "t", "subject": "team", "reading": "good", "source": "check"},
    "portfolio.pivot_away": {"team": "t", "reason": "Priorities moved"},
    "portfolio.propose_investment": {"investment": "new", "team": "t", "amount": _TEN},
    "portfolio.decide_investment": {"investment": "inv", "approved": True, "reason": "Worth it"},
    "portfolio.rebaseline_investment": {"investment": "inv", "amount": _TEN, "approver": "The group", "reason": "More to do"},
    "portfolio.record_forecast": {"investment": "inv", "amount": _TEN},
    "portfolio.record_actual": {"investment": "inv", "amount": _TEN, "covers_from": date(2026, 1, 1), "covers_until": date(2026, 1, 31)},
    "portfolio.record_return": {"investment": "inv", "amount": _TEN, "description": "Less paper"},
    "portfolio.submit_bid": {"bid": "new", "investment": "inv", "amount": _TEN, "body": "Treasury Board"},
    "portfolio.record_bid_outcome": {"bid": "b", "won": True, "reason": "Good"},
    "portfolio.lend_team": {"loan": "new", "team": "t", "lender": "env", "borrower": "citz", "staffing": "staff", "agreement": "Signed"},
    "portfolio.return_team": {"loan": "l"},
    "portfolio.subscribe_webhook": {"webhook": "new", "url": "https://hooks.example.org/in", "secret": _SECRET},
    "portfolio.change_webhook": {"webhook": "w", "kinds": ["team"]},
    "portfolio.change_webhook_secret": {"webhook": "w", "secret": _SECRET},
    "portfolio.pause_webhook": {"webhook": "w", "reason": "Mending"},
    "portfolio.resume_webhook": {"webhook": "w"},
    "portfolio.replay_webhook": {"webhook": "w", "event": "team:t@1"},
    "portfolio.end_webhook": {"webhook": "w"},
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
    "roadmap.redate_item": {"item": "ri", "ends": date(2026, 12, 31)},
    "roadmap.drop_item": {"item": "ri"},
    "roadmap.finish_item": {"item": "ri"},
    "roadmap.propose_release": {"release": "new", "product": "permits", "stage": "live", "title": "Live"},
    "roadmap.sign_off_release": {"release": "beta"},
    "roadmap.publish_release": {"release": "beta"},
    "roadmap.raise_change_request": {"change": "new", "product": "permits", "title": "Maps"},
    "roadmap.link_change": {"change": "cr", "release": "beta"},
    "roadmap.decide_change": {"change": "cr", "approved": True, "reason": "Tested"},
    "roadmap.add_dependency": {"change": "new", "product": "permits", "on": "taxes"},
    "roadmap.remove_dependency": {"change": "new", "product": "permits", "on": "taxes"},
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
    "backlog.connect_source": {"source": "new", "system": "github", "product": "permits", "secret": "not-a-real-one-at-all"},
    "backlog.disconnect_source": {"source": "gh"},
    "backlog.note_delivery": {"source": "gh", "delivery": "1", "reason": "A comment"},
    "backlog.state_item": {"item": "new", "product": "permits", "source": "gh", "reference": "o/r#1", **_STATED},
}
"""The fields of one example of every command but `retract`; what is created is called `new`."""
