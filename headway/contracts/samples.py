"""One example of every event, with values as they are met: for the schemas, for AsyncAPI, and for the golden samples of the tests."""

from __future__ import annotations

import enum
import typing
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Final, Union

from libs.events.catalog.backlog.item_source import ItemLabel
from libs.events.event import PAYLOADS, Actor, Event, Payload, adapter, current
from libs.events.values import Money, Ref

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
    "graduation": "biohub",
    "roadmap_item": "permits-online",
    "release": "permits-beta",
    "change": "permits-maps",
    "metric": "renewals-online",
    "webhook": "permits-to-chat",
}
"""An id as it is met, by kind; another kind's is made of its name."""

SPEAKERS: Final = {"backlog": "product_owner@permits", "roadmap": "product_owner@permits", "portfolio": "portfolio_manager@env"}

OF_TYPE: Final[dict[Any, Any]] = {bool: True, Decimal: "8", Money: {"amount": "125000.00", "currency": "CAD"}}
"""A value for a field whose name is not known below, by its type."""

VALUES: Final[dict[str, Any]] = {
    "alumni_days": 90,
    "attestation_days": 180,
    "accepted_by": "dana",
    "achieved": "Nine in ten renewals are made online.",
    "after": "eyJoZWFkd2F5LmJhY2tsb2cvMCI6MTJ9",
    "agreement": "Agreement of loan 2026-14",
    "approver": "executive@env",
    "bid_days": 30,
    "burn_down_months": 3,
    "body": "treasury board",
    "channels": ["open day"],
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
    "fiscal_year_start": "04-01",
    "former_until": "2026-03-03T09:30:00Z",
    "goal": "the office has time for hard cases",
    "kinds": ["item"],
    "instant": "2026-03-02T09:30:00Z",
    "lacking": "a product owner",
    "measures": "satisfaction",
    "method": "Counted every month",
    "name": "Permits",
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
    "starts": "2026-04-01",
    "statement": "The home organisation pays for the team from its own budget.",
    "subjects": ["item:renewal-online"],
    "support": {"amount": "45000.00", "currency": "CAD"},
    "system": "github",
    "text": "Renew a permit without a visit",
    "title": "Renew a permit online",
    "tool": "web analytics",
    "types": ["headway.backlog.item.delivered.v1"],
    "unit": "renewals a month",
    "until": "2026-12-31",
    "url": "https://example.org/owner/permits/issues/12",
    "user": "permit holder",
    "why": "The last evaluation is older than a year.",
}
"""A value as it is met, by the name of its field."""

OF_EVENT: Final[dict[str, Any]] = {
    "overridden.reason": "Agreed with the minister's office",
    "retracted.reason": "It was said of the wrong one",
    "backlog.reordered.reason": "Two ministries wait for it",
    "item.dropped.reason": "Nobody has asked for it in a year",
    "item.impact_recorded.text": "The counters are empty on Mondays.",
    "item.refined.reason": None,
    "item.stated.final": False,
    "item.stated.withheld": False,
    "need.changed.reason": "The study in March found who is left out",
    "need.judged.evidence": "Four of five holders in the study renewed without help.",
    "source.received.count": 3,
    "source.received.reason": "It tells of no issue",
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
    "lifecycle.defined.phases": [{"id": "beta", "title": "Beta", "active": True, "preconditions": ["A team is formed"], "success": ["Users renew online"]}],
    "loan.lent.borrower": "ministry-of-parks",
    "organisation.registered.name": "Ministry of Waters",
    "product.decommissioned.phase": "retired",
    "product.decommissioned.reason": "Replaced by the licence portal",
    "product.halted.reason": "The product owner left",
    "program.opened.name": "Licences",
    "team.formed.name": "Biohub",
    "team.health_recorded.source": "quarterly health check",
    "team.pivoted_away.reason": "The team joins another program",
    "change.decided.reason": "Tested with the team of the maps",
    "change.raised.on": "maps",
    "change.raised.title": "Show permits on the map",
    "metric.baseline_measured.value": "310",
    "metric.defined.goal": "Holders renew by themselves.",
    "metric.defined.name": "Renewals online",
    "metric.defined.source": "the log of the web server",
    "metric.read.value": "420",
    "metric.target_set.value": "600",
    "release.proposed.title": "Permits, public beta",
    "roadmap_item.dropped.reason": "Covered by the licence portal",
    "roadmap_item.redated.reason": "The form waits for legal advice",
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
    "replaces": "investment:permits-2026@3",
}
"""Fields that hold positions of events."""


def sample(type_name: str) -> Event:
    """An example of an event of this type, every field given: the same one at every call. Raises KeyError for an unknown type or a field without an example."""
    _, service, kind, verb, _ = type_name.split(".")
    cls = PAYLOADS[type_name]
    aggregate = f"{kind}:{id_of(kind)}"
    hints = typing.get_type_hints(cls, include_extras=True)
    data = {f.name: _value(f"{service}.{kind}.{verb}.{f.name}", hints[f.name], aggregate) for f in fields(typing.cast("Any", cls))}
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
    if kinds := _kinds(hint):
        return [id_of(kinds[0])] if _plain(hint) is tuple else id_of(kinds[0])
    plain = _plain(hint)
    if field in POSITIONS:
        value = POSITIONS[field]
        return value.format(aggregate=aggregate) if isinstance(value, str) else value
    if isinstance(plain, type) and issubclass(plain, ItemLabel):
        return {name: VALUES[name] for name in plain.model_fields}
    if field in VALUES:
        return VALUES[field]
    if isinstance(plain, type) and issubclass(plain, enum.Enum):
        return next(iter(plain)).value
    if plain not in OF_TYPE:
        raise KeyError(f"{path} has no example: add one here, for the field or for this event")
    return OF_TYPE[plain]


def _kinds(hint: Any) -> list[str]:
    own = [m.kind for m in getattr(hint, "__metadata__", ()) if isinstance(m, Ref)]
    return own + [kind for part in typing.get_args(hint) if part is not Ellipsis for kind in _kinds(part)]


def _plain(hint: Any) -> Any:
    """The type behind Annotated and `| None`; `tuple` for tuples."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _plain(inner[0])
    if origin in (Union, UnionType):
        return _plain(next(part for part in inner if part is not type(None)))
    return origin or hint
