"""A monitoring: what is looked at after a change, by the metrics that were measured before it and by what users say (S1-13)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Among, Day, Existing, Input, Inverse, MetricId, ProductId, Text

_CHANGES = Among(("release", "improvement", "initiative"))
MonitoredId = Annotated[str, _CHANGES, _CHANGES.written]
"""The global id of a change that is monitored."""


@event("headway.roadmap.monitoring.opened.v1")
class MonitoringOpened(Payload):
    """From now on it is looked at what a change has brought; the owner's clock says so of each release that changes what a product does."""

    product: Annotated[ProductId, Doc("The product that was changed.")]
    about: Annotated[MonitoredId, Existing("product"), Doc("The change: the global id of a release, an improvement or an initiative.")]
    metrics: Annotated[
        tuple[MetricId, ...], Existing("product"), Input(min_length=1, max_length=100), Doc("The metrics by which it is seen, before and after.")
    ]
    until: Annotated[date | None, Input(Day), Doc("Its last day; without one as many days after it was opened as the organisation's policy says.")] = None


@event("headway.roadmap.monitoring.closed.v1")
class MonitoringClosed(Payload):
    """The change has brought what it was to bring, or has not."""

    worked: Annotated[bool, Doc("Whether it has.")]
    evidence: Annotated[str, Input(Text), Doc("What shows it: readings, and what users said.")]
    note: Annotated[str | None, Input(Text), Doc("Why a metric was another before than after, or was read on one side alone.")] = None


@state
class Monitoring:
    """A monitoring as it stands."""

    id: str
    product: Annotated[ProductId, Doc("The product that was changed."), Inverse("What is or was monitored after changes of it, by id (S1-13).")] = ""
    about: Annotated[
        MonitoredId, Doc("The release, improvement or initiative whose effect is looked at."), Inverse("What is or was monitored after it, by id (S1-13).")
    ] = ""
    metrics: Annotated[tuple[MetricId, ...], Doc("The metrics by which it is seen."), Inverse("The monitorings that it is read for, by id (S1-13).")] = ()
    until: Annotated[date | None, Doc("Its last day as that was said; null where the organisation's policy says it.")] = None
    worked: Annotated[bool | None, Doc("Whether the change has brought what it was to bring; null before it is closed.")] = None
    evidence: Annotated[str | None, Doc("What shows it; null before it is closed.")] = None
    note: Annotated[str | None, Doc("Why a metric was another before than after; null where nobody said.")] = None
    opened: Annotated[Event | None, Doc("The day since which it is monitored.")] = None
    closed: Annotated[Event | None, Doc("The day on which it was closed; null before.")] = None


def evolve(monitoring: Monitoring, event: Event) -> Monitoring:
    """The monitoring after one more event, in whatever order."""
    match event.data:
        case MonitoringOpened(product=product, about=about, metrics=metrics, until=until):
            return changed(monitoring, product=product, about=about, metrics=metrics, until=until, opened=event)
        case MonitoringClosed(worked=worked, evidence=evidence, note=note):
            return changed(monitoring, worked=worked, evidence=evidence, note=note, closed=event)
    return monitoring


MONITORING = Kind(
    "roadmap", "monitoring", "monitorings", Monitoring, evolve, defined_by=(MonitoringOpened,), begins=True, definition=("product", "about", "metrics", "until")
)
