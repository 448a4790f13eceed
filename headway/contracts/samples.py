"""One realistic example of every event, for the schemas, for AsyncAPI and for the golden samples of the tests."""

from __future__ import annotations

import enum
import typing
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Final, Union

from libs.events.catalog.backlog.item_source import ItemLabel
from libs.events.event import PAYLOADS, Actor, Event, Payload, adapter, current, kind_of
from libs.events.values import Among, Money, Ref, marks_of

TRUE: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LEARNED: Final = TRUE + timedelta(days=1)
ARRIVED: Final = LEARNED + timedelta(milliseconds=1250)
TRACE: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

IDS: Final = {
    "backlog": "permits",
    "product": "permits",
    "item": "renewal-online",
    "need": "renew-without-a-visit",
    "source": "permits-github",
    "team": "biohub",
    "organisation": "ministry-of-waters",
    "program": "licences",
    "lifecycle": "five-phases",
    "investment": "permits-2026",
    "bid": "treasury-2026",
    "loan": "biohub-to-parks",
    "override_approval": "bid-before-the-flood",
    "graduation": "biohub",
    "roadmap_item": "permits-online",
    "release": "permits-beta",
    "change": "permits-maps",
    "change_class": "small-texts",
    "initiative": "renew-online",
    "monitoring": "permits-beta",
    "metric": "renewals-online",
    "webhook": "permits-to-chat",
}
"""An id as it is met, by kind; another kind's is made of its name."""

SPEAKERS: Final = {"backlog": "product_owner@permits", "roadmap": "product_owner@permits", "portfolio": "portfolio_manager@env"}

OF_TYPE: Final[dict[Any, Any]] = {bool: True, Decimal: "8", Money: {"amount": "125000.00", "currency": "CAD"}}
"""A value for a field whose name is not known below, by its type."""

VALUES: Final[dict[str, Any]] = {
    "active_improvements": 2,
    "alumni_days": 90,
    "attestation_days": 180,
    "accepted_by": "dana",
    "achieved": "Nine in ten renewals are made online.",
    "after": "eyJoZWFkd2F5LmJhY2tsb2cvMCI6MTJ9",
    "action": "one-counter-first",
    "analysis": "Nobody at the counters was trained.",
    "carries": ["roadmap_item:permits-online"],
    "links": ["https://plans.example.org/permits"],
    "notes": "It waits for the new fee schedule.",
    "lesson": "Train before the switch, not after it.",
    "objective": "nine-in-ten",
    "reinforcement": [{"text": "A training each spring", "owner": "dana"}],
    "relevant": "Half of all visits are renewals.",
    "achievable": "Two ministries have done it in a year.",
    "shared_with": ["all product owners"],
    "story": "The queues are gone, and nobody misses them.",
    "share": "0.5",
    "agreement": "Agreement of loan 2026-14",
    "approver": "executive@env",
    "bid_days": 30,
    "burn_down_months": 3,
    "body": "treasury board",
    "channels": ["open day"],
    "procurement": "Agile procurement desk, agreement 2026-3",
    "cleared": ["reason"],
    "command": "portfolio.decide_investment",
    "covers_from": "2026-02-01",
    "covers_until": "2026-02-28",
    "criterion": "R-04",
    "currency": "CAD",
    "day": "2026-03-02",
    "delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "description": "Holders renew by themselves and pay at once.",
    "due": "2026-12-31",
    "effect": "begins",
    "enhance": {"amount": "80000.00", "currency": "CAD"},
    "ends": "2026-09-30",
    "failed": "Renewals by proxy are still made at the counter.",
    "finding": "Nine in ten finished the form without help.",
    "fiscal_year_start": "04-01",
    "time_zone": "America/Vancouver",
    "former_until": "2026-03-03T09:30:00Z",
    "goal": "the office has time for hard cases",
    "kinds": ["item"],
    "hypothesis": "Holders who get a reminder renew a week earlier.",
    "instant": "2026-03-02T09:30:00Z",
    "jobs": ["lint", "all-tests-passed"],
    "lacking": "a product owner",
    "monitoring_days": 60,
    "names_seen_by": "steering",
    "signed_on": "2026-02-27",
    "parties": ["ministry-of-waters", "ministry-of-health"],
    "opportunity": "flood-warnings",
    "offered": True,
    "people": ["maya-ortiz"],
    "measures": "satisfaction",
    "method": "Counted every month",
    "name": "Permits",
    "note": "Six of the security branch saw how a release is made.",
    "number": "444500041",
    "origin": "discovery",
    "owner": "dana",
    "person": "dana",
    "phase": "beta",
    "position": 1,
    "reason": "a visit costs half a day",
    "reference": "owner/permits#12",
    "responsible": "dana",
    "rule": "S0-14",
    "satisfaction_days": 365,
    "scope": "Two of nine counters, for two weeks",
    "starts": "2026-04-01",
    "statement": "The home organisation pays for the team from its own budget.",
    "subjects": ["item:renewal-online"],
    "support": {"amount": "45000.00", "currency": "CAD"},
    "system": "github",
    "data": ["Renewals made online, by day"],
    "threshold": "400",
    "consulted": ["The staff of the counters"],
    "linked_products": ["fishing"],
    "planned": "2026-05-04",
    "problem_point": "the page with the fee",
    "times": 12,
    "text": "Renew a permit without a visit",
    "sponsor": "dana",
    "title": "Renew a permit online",
    "tool": "web analytics",
    "types": ["headway.backlog.item.delivered.v1"],
    "unit": "renewals a month",
    "until": "2026-12-31",
    "aims": [2, 7],
    "evaluation_interval_days": 180,
    "frameworks": ["FitSM"],
    "good_practice": "Ask at the counter, not by mail: three times as many answer.",
    "knows": "dana",
    "question": "E5.1.1",
    "next_step": "Agree with the registry by the end of the month.",
    "meant_for": "The staff of the counters",
    "url": "https://example.org/owner/permits/issues/12",
    "user": "permit holder",
    "why": "The last evaluation is older than a year.",
}
"""A value as it is met, by the name of its field."""

_DUTY: Final = {"kind": "health_check", "subject": "team:biohub", "due_on": "2026-03-02", "rule": "S4-01", "about": "product"}

OF_EVENT: Final[dict[str, Any]] = {
    **{f"duty.{verb}.{field}": value for verb in ("fell_due", "overdue", "done") for field, value in _DUTY.items()},
    "overridden.reason": "Agreed with the minister's office",
    "retracted.reason": "It was said of the wrong one",
    "improvement.dropped.reason": "The ministry does it for all counters",
    "improvement.finished.learned": "A checklist at the counter saves every third call.",
    "improvement.raised.scope": "service_area",
    "improvement.raised.title": "Fewer calls after a visit",
    "improvement.raised.why": "Half of those who visit call again to ask what comes next.",
    "candidate.applied.products": ["Camping permits", "Park passes"],
    "experiment.checked.evidence": "The log of the form, 2 to 13 March",
    "experiment.planned.method": "ab",
    "experiment.stopped.reason": "The counters closed for the flood",
    "program.products_unlinked.reason": "Fishing has a program of its own now",
    "product.ticked.entry": "order-reviewed",
    "product.ticked.note": "Both metrics went up since January; payments stay first",
    "backlog.reordered.reason": "Two ministries wait for it",
    "backlog.prioritisation_reviewed.note": "Payments come first: half of all calls are about them",
    "item.dropped.reason": "Nobody has asked for it in a year",
    "item.impact_recorded.text": "The counters are empty on Mondays.",
    "item.refined.reason": None,
    "item.stated.final": False,
    "item.stated.withheld": False,
    "need.changed.reason": "The study in March found who is left out",
    "need.judged.evidence": "Four of five holders in the study renewed without help.",
    "source.received.count": 3,
    "source.received.reason": "It tells of no issue",
    "precedent.published.agreement": "wells-letter",
    "bid.outcome_recorded.reason": "Granted in full",
    "graduation.attested.judges": "team:biohub@1",
    "graduation.criterion_met.why": "An evaluation of the last twelve months found users satisfied.",
    "graduation.handoff_failed.reason": "The help desk has no staff until June",
    "graduation.handoff_prepared.evidence": "The help desk was trained on 20 February.",
    "graduation.status_changed.before": "ready",
    "graduation.status_changed.status": "graduated",
    "graduation.withdrawn.reason": "The evaluation was taken back",
    "investment.decided.reason": "Within what the year allows",
    "investment.proposed.value": "Saves every holder one visit a year.",
    "investment.rebaselined.reason": "The vendor's price rose",
    "investment.return_recorded.amount": {"amount": "12000.00", "currency": "CAD"},
    "investment.return_recorded.description": "Fewer counters are open.",
    "lifecycle.defined.name": "Five phases",
    "investment.years_planned.years": [
        {"starts": "2026-04-01", "enhance": {"amount": "75000.00", "currency": "CAD"}, "support": {"amount": "50000.00", "currency": "CAD"}}
    ],
    "lifecycle.defined.phases": [{"id": "beta", "title": "Beta", "active": True, "preconditions": ["A team is formed"], "success": ["Users renew online"]}],
    "loan.lent.borrower": "ministry-of-parks",
    "organisation.registered.name": "Ministry of Waters",
    "product.decommissioned.phase": "retired",
    "product.decommissioned.reason": "Replaced by the licence portal",
    "product.halted.reason": "The product owner left",
    "program.opened.name": "Licences",
    "target_condition.set.text": "Nobody has to come to an office for a permit.",
    "team.formed.name": "Biohub",
    "team.health_recorded.source": "quarterly health check",
    "team.pivoted_away.reason": "The team joins another program",
    "change.decided.reason": "Tested with the team of the maps",
    "change.raised.on": "maps",
    "change.raised.title": "Show permits on the map",
    "change.evidence_attached.evidence": "all tests passed",
    "change_class.decided.reason": "Forty such changes went out without harm",
    "change_class.defined.evidence": ["all tests passed", "read by a second developer"],
    "change_class.defined.name": "Texts on a page",
    "improvement.raised.value": "400",
    "duty.done.by": "team:biohub@5",
    "duty.done.done": True,
    "monitoring.closed.evidence": "Renewals online rose by a third, and nobody asked for the counter.",
    "monitoring.closed.note": "The survey of last year asked another question.",
    "monitoring.opened.about": "release:permits-beta",
    "initiative.opened.subject": "product:permits",
    "initiative.opened.title": "Renew without a visit",
    "initiative.opened.value": "Half a day saved for every holder",
    "initiative.objective_set.target": "90",
    "initiative.step_skipped.reason": "Nobody has time for it",
    "initiative.planned.reason": "The first plan trained nobody",
    "initiative.checked.evidence": "The figures of May",
    "metric.baseline_measured.value": "310",
    "metric.defined.goal": "Holders renew by themselves.",
    "metric.defined.name": "Renewals online",
    "metric.defined.source": "the log of the web server",
    "metric.changed.name": "Renewals made online",
    "metric.changed.reason": "The log tells visitors apart",
    "metric.changed.source": "the log of the web server",
    "metric.read.value": "420",
    "metric.redesign_threshold_set.value": "400",
    "metric.redesign_threshold_crossed.value": "420",
    "metric.target_set.value": "600",
    "confidence.rated.level": "medium_high",
    "confidence.rated.words": "The register answers in time; who looks after it from May on is open.",
    "evaluation.answered.evidence": "Letters are read and counted since March.",
    "evaluation.concluded.note": "The counters are to be looked at next time.",
    "evaluation.shortfall_recorded.text": "Every tenth application is lost between two registers.",
    "record.closed.reason": "The course is part of every induction now",
    "record.kept.text": "Two days for whoever takes calls, each spring and autumn",
    "release.proposed.title": "Permits, public beta",
    "roadmap_item.dropped.reason": "Covered by the licence portal",
    "roadmap_item.redated.reason": "The form waits for legal advice",
    "channel.closed.reason": "The counter moved into the one next door",
    "channel.opened.name": "Counter at the town hall",
    "finding.recorded.text": "Nobody sees the fee before the last page.",
    "recommendation.declined.reason": "The law asks for it in this order",
    "recommendation.made.text": "Show the fee on the first page.",
    "release.replanned.reason": "The translation comes later",
    "theme.recorded.text": "The fee is shown too late.",
    "vision.set.text": "Whoever lives by the water can see to all of it at one place.",
    "webhook.changed.origin": "https://hooks.example.org",
    "webhook.paused.reason": "The receiver is moved to another site",
    "webhook.replayed.event": "item:renewal-online@1",
    "webhook.subscribed.event": "item:renewal-online@1",
    "webhook.subscribed.origin": "https://hooks.example.org",
}
"""Where the name of the field is not enough: by the end of `service.kind.verb.field`."""

POSITIONS: Final = {
    "decision": "investment:permits-2026@2",
    "evidence": ["team:biohub@4"],
    "event": "{aggregate}@1",
    "follows": "investment:permits-2026@2",
    "judges": "{aggregate}@1",
    "readings": ["metric:renewals@3"],
    "replaces": "investment:permits-2026@3",
}
"""Fields that hold positions of events."""


def sample(type_name: str) -> Event:
    """An example of an event of this type, every field given: the same one at every call. Raises KeyError for an unknown type or a field without an example."""
    _, service, noun, verb, _ = type_name.split(".")
    cls, kind = PAYLOADS[type_name], kind_of(type_name)
    aggregate = kind.key(id_of(kind.name))
    hints = typing.get_type_hints(cls, include_extras=True)
    data = {f.name: _value(f"{service}.{noun}.{verb}.{f.name}", hints[f.name], aggregate) for f in fields(typing.cast("Any", cls))}
    said = adapter(cls).validate_python(data)
    now = current(said)
    return Event(aggregate, 2, TRUE, LEARNED, ARRIVED, Actor("ann", SPEAKERS[service]), now, TRACE, None if now is said else said)


def least(type_name: str) -> Payload:
    """What an event of this type says when it says the least: the sample's required fields alone."""
    cls = PAYLOADS[type_name]
    event = sample(type_name)
    said = event.data if event.written is None else event.written
    required = adapter(cls).json_schema().get("required", ())
    return adapter(cls).validate_python({name: getattr(said, name) for name in required})


def id_of(kind: str) -> str:
    """An id as it is met for an aggregate of this kind."""
    return IDS.get(kind, f"{kind.replace('_', '-')}-1")


def _value(path: str, hint: Any, aggregate: str) -> Any:
    """A value for a field, by what is known of the field first, then by its type; `path` is `service.kind.verb.field`."""
    field = path.rpartition(".")[2]
    for end, value in OF_EVENT.items():
        if path.endswith(f".{end}") or path == end:
            return value
    if id := next((one for mark in marks_of(hint) if (one := _id(mark))), None):
        return [id] if _plain(hint) is tuple else id
    plain = _plain(hint)
    if field in POSITIONS:
        value = POSITIONS[field]
        return value.format(aggregate=aggregate) if isinstance(value, str) else value
    if isinstance(plain, type) and issubclass(plain, ItemLabel):
        return {name: VALUES[name] for name in plain.model_fields}
    if isinstance(plain, type) and issubclass(plain, enum.Enum):  # another event may have a text under the same name
        return next((one.value for one in plain if one.value == VALUES.get(field)), next(iter(plain)).value)
    if field in VALUES:
        return VALUES[field]
    if plain not in OF_TYPE:
        raise KeyError(f"{path} has no example: add one here, for the field or for this event")
    return OF_TYPE[plain]


def _id(mark: Any) -> str | None:
    """An id of the kind that a reference is marked with, a global one of the first of several; None for another mark."""
    if isinstance(mark, Among):
        return f"{mark.kinds[0]}:{id_of(mark.kinds[0])}"
    return id_of(mark.kind) if isinstance(mark, Ref) else None


def _plain(hint: Any) -> Any:
    """The type behind Annotated and `| None`; `tuple` for tuples."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _plain(inner[0])
    if origin in (Union, UnionType):
        return _plain(next(part for part in inner if part is not type(None)))
    return origin or hint
