"""What a change has brought: before and after by the same metrics, what users said since, and until when that is looked at (S1-09, S1-13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.backlog.improvement import IMPROVEMENT
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.roadmap.initiative import INITIATIVE
from libs.events.catalog.roadmap.metric import METRIC, Metric, Reading
from libs.events.catalog.roadmap.monitoring import MONITORING, Monitoring
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.catalog.roadmap.theme import THEME
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, split
from libs.events.facts import Facts
from libs.events.values import GlobalId
from libs.rules.products.homes import home_of_product, policy_at


class MonitoringState(Choice):
    """How far a monitoring is (S1-13)."""

    OPEN = choice("open", "It is looked at what the change brings.", tone=Tone.GOING)
    OVER = choice("over", "Its last day is over, and nobody has said what came of it.", tone=Tone.BAD)
    WORKED = choice("worked", "The change has brought what it was to bring.", tone=Tone.GOOD)
    FAILED = choice("failed", "The change has not brought what it was to bring.", tone=Tone.ENDED)


class BeforeAndAfter(NamedTuple):
    """What a metric came to before a change and after it (S1-09)."""

    metric: Annotated[GlobalId, Doc("The metric: its global id.")]
    name: Annotated[str, Doc("As people call it.")]
    unit: Annotated[str | None, Doc("In what its values are.")]
    before: Annotated[Decimal | None, Doc("The last value until the change; null where there is none.")]
    before_on: Annotated[date | None, Doc("The day of that value.")]
    after: Annotated[Decimal | None, Doc("The latest value since the change; null where there is none yet.")]
    after_on: Annotated[date | None, Doc("The day of that value.")]


def changed_by(facts: Facts, one: Monitoring) -> Event | None:
    """What made the change: the publishing of a release, the end of an improvement; of an initiative, and while that is not known, the opening itself."""
    kind, id = split(one.about) if one.about else ("", "")
    release, improvement = facts.get(RELEASE, id if kind == "release" else None), facts.get(IMPROVEMENT, id if kind == "improvement" else None)
    return (release.published if release else None) or (improvement.finished if improvement else None) or one.opened


def home_of(facts: Facts, one: Monitoring) -> str | None:
    """The organisation whose policy holds for a monitoring: the home of its product; None while none is known."""
    return home_of_product(facts, facts.get(PRODUCT, one.product))


def ends(facts: Facts, id: str) -> date | None:
    """The last day of a monitoring: as it was said, else by the policy that holds now (S1-26); None of one that was not opened."""
    one = facts.get(MONITORING, id)
    if one is None or one.opened is None:
        return None
    policy = policy_at(facts, home_of(facts, one))
    return one.until or one.opened.time.date() + timedelta(days=policy.monitoring_days)


def monitoring_state(facts: Facts, id: str) -> MonitoringState:
    """How far a monitoring is at this moment."""
    one, last = facts.get(MONITORING, id) or Monitoring(id=id), facts.derive(ends, id)
    if one.closed is not None:
        return MonitoringState.WORKED if one.worked else MonitoringState.FAILED
    return MonitoringState.OVER if last is not None and last < facts.day else MonitoringState.OPEN


def before_and_after(facts: Facts, id: str) -> tuple[BeforeAndAfter, ...]:
    """Of each metric of a monitoring what it came to before the change and after it."""
    one = facts.get(MONITORING, id) or Monitoring(id=id)
    change = changed_by(facts, one)
    return tuple(_compared(facts.get(METRIC, metric) or Metric(id=metric), change, one.closed) for metric in one.metrics)


def _compared(metric: Metric, change: Event | None, closed: Event | None) -> BeforeAndAfter:
    read = sorted((*metric.baselines, *metric.readings), key=lambda reading: reading.event.order)
    before = [one for one in read if change is not None and one.event.time <= change.time]
    after = [one for one in read if change is not None and one.event.time > change.time and (closed is None or one.event.time <= closed.time)]
    return BeforeAndAfter(METRIC.key(metric.id), metric.name or metric.id, metric.unit, *_last(before), *_last(after))


def _last(readings: list[Reading]) -> tuple[Decimal | None, date | None]:
    return (readings[-1].value, readings[-1].day) if readings else (None, None)


def heard_since(facts: Facts, id: str) -> int:
    """How often something was heard of the product since the change: what its users say of it (S1-13)."""
    one = facts.get(MONITORING, id) or Monitoring(id=id)
    change = changed_by(facts, one)
    themes = facts.related(THEME, "product", one.product) if one.product and change is not None else []
    return sum(theme.times for theme in themes if theme.heard is not None and change is not None and theme.heard.time > change.time)


def unlike(facts: Facts, one: Monitoring) -> Iterator[str]:
    """Why before and after cannot be told by the same metrics, in words; nothing where they can (S1-09)."""
    for found in before_and_after(facts, one.id):
        if found.before is None or found.after is None:
            yield f"{found.name} was not read {'before' if found.before is None else 'after'} the change"
    kind, id = split(one.about)
    improvement, initiative = facts.get(IMPROVEMENT, id if kind == "improvement" else None), facts.get(INITIATIVE, id if kind == "initiative" else None)
    aimed = [improvement.metric if improvement else None, *(objective.metric for objective in (initiative.objectives if initiative else ()))]
    for metric in dict.fromkeys(aimed):
        if metric is not None and metric not in one.metrics:
            yield f"{metric}, at which it aimed, is not among the metrics"
    if not one.metrics:
        yield "no metric is named"
