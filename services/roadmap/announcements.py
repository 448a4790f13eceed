"""What the clock of the roadmap service says besides duties: monitorings of published releases (S1-13), and pipelines as evidence of changes (S3-10)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from libs.events.catalog.backlog.pipeline_run import PIPELINE_RUN
from libs.events.catalog.roadmap.change import CHANGE, EvidenceAttached
from libs.events.catalog.roadmap.change_class import CHANGE_CLASS
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.monitoring import MONITORING, MonitoringOpened
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.envelope import iso
from libs.events.event import Event, Payload, Retracted, split
from libs.events.facts import Facts
from libs.rules.duties.instant import AnnouncedMoment
from libs.rules.roles import CLOCK
from libs.rules.text import fold


class MonitoringAfterRelease:
    """Opens a monitoring under the id of each such release, once: `libs.service.announcements.clock.Announces`.

    Where the release turns out not to have been published then, its opening is taken back, unless somebody has closed it. What a person has taken back is
    not said again of the same publishing.
    """

    of = RELEASE

    def aggregate(self, id: str) -> str:
        """The monitoring that bears the release's id."""
        return MONITORING.key(id)

    def things(self, facts: Facts) -> Iterable[str]:
        """All releases, also those of which everything was taken back."""
        return [split(aggregate)[1] for aggregate in facts.histories.all(RELEASE.name)]

    def view(self, facts: Facts, id: str) -> AnnouncedMoment | None:
        """The opening that is to be said of a release, at the instant of its publishing: by the metrics that had been measured by then."""
        release = facts.get(RELEASE, id)
        if release is None or release.published is None or not release.functional:
            return None
        measured = [one for one in facts.related(METRIC, "product", release.product) if one.baselines or one.readings]
        at = release.published.time
        metrics = tuple(one.id for one in measured if any(reading.event.time <= at for reading in (*one.baselines, *one.readings)))
        return AnnouncedMoment(at, MonitoringOpened(product=release.product, about=RELEASE.key(id), metrics=metrics))

    def instants(self, id: str, history: Sequence[Event]) -> Iterable[datetime]:
        """None besides this one: the instant of an opening is that of the publishing."""
        return ()

    def due(self, id: str, history: Sequence[Event], views: Mapping[datetime, AnnouncedMoment | None], now: datetime) -> list[AnnouncedMoment]:
        """The opening, where it was never said of this publishing; before it the taking back of one that was said of another."""
        gone = {event.data.event: event for event in history if isinstance(event.data, Retracted)}
        openings = [event for event in history if isinstance(event.data, MonitoringOpened)]
        said = [event for event in openings if event.id not in gone or gone[event.id].actor.role != CLOCK]
        seen = views[now]
        if any(event.id not in gone and event.actor.role != CLOCK for event in openings) or len(history) > len(openings) + len(gone):
            return []  # somebody has opened it by hand, or closed it
        wrong = [event for event in said if event.id not in gone and (seen is None or event.time != seen.at)]
        why = "By what is known now the release was not published then."
        back = [AnnouncedMoment(now, Retracted(event=event.id, reason=why)) for event in wrong]
        return [*back, *([seen] if seen is not None and all(event.time != seen.at for event in said) else [])]

    def next(self, view: AnnouncedMoment | None, now: datetime) -> datetime | None:
        """None: nothing follows from time alone."""
        return None

    def change(self, id: str, data: Payload, at: datetime) -> str | None:
        """The name of an opening, or of its taking back."""
        if isinstance(data, Retracted):
            return f"monitoring:{data.event}:taken back"
        return f"monitoring:{id}:{at.isoformat()}" if isinstance(data, MonitoringOpened) else None


class EvidenceOfPipelines:
    """Attaches to each change the runs that its class asks for by their names, once: `libs.service.announcements.clock.Announces`.

    A run counts for changes of its own product alone: whoever signs for one product's source has no word on another's. Of each piece of evidence the first
    run holds, unless somebody has attached that piece. What a person has taken back is only brought by a run that ended later; what by now is no run of the
    change is taken back.
    """

    of = CHANGE

    def aggregate(self, id: str) -> str:
        """The change itself."""
        return CHANGE.key(id)

    def things(self, facts: Facts) -> Iterable[str]:
        """All changes, also those of which everything was taken back."""
        return [split(aggregate)[1] for aggregate in facts.histories.all(CHANGE.name)]

    def view(self, facts: Facts, id: str) -> tuple[AnnouncedMoment, ...]:
        """All evidence that runs bring of a change, the earliest first: dated by the run, or by the raising where the change was raised after it."""
        change = facts.get(CHANGE, id)
        of = facts.get(CHANGE_CLASS, change.change_class) if change is not None else None
        if change is None or change.raised is None or of is None:
            return ()
        asked = {_compared(one): one for one in of.evidence}
        raised = change.raised.time
        found = [
            AnnouncedMoment(max(success.time, raised), EvidenceAttached(evidence=asked[name], url=success.data.url))
            for run in facts.related(PIPELINE_RUN, "change", id)
            if run.product == change.product
            for success in run.successes
            for name in dict.fromkeys(map(_compared, (success.data.name, *success.data.jobs)))
            if name in asked
        ]
        return tuple(sorted(found, key=lambda one: one.at))

    def instants(self, id: str, history: Sequence[Event]) -> Iterable[datetime]:
        """None besides this one: what runs bring is found at once."""
        return ()

    def due(self, id: str, history: Sequence[Event], views: Mapping[datetime, tuple[AnnouncedMoment, ...]], now: datetime) -> list[AnnouncedMoment]:
        """First the taking back of what is no run of the change by what is known now, then what is lacking."""
        gone = {event.data.event: event for event in history if isinstance(event.data, Retracted)}
        attached = [(event, event.data.evidence) for event in history if isinstance(event.data, EvidenceAttached)]
        ours = [(event, name) for event, name in attached if event.actor.role == CLOCK]
        back = [(gone[event.id], name) for event, name in ours if event.id in gone]
        refused = {name: by.recorded for by, name in sorted(back, key=lambda one: one[0].recorded) if by.actor.role != CLOCK}
        holds: dict[str, AnnouncedMoment] = {}
        for moment, name in _named(views[now]):
            if name not in refused or moment.at > refused[name]:
                holds.setdefault(name, moment)
        wrong = [event for event, name in ours if event.id not in gone and (name not in holds or holds[name].at != event.time)]
        stands = {name for event, name in attached if event.id not in gone and event not in wrong}
        why = "By what is known now no such run of the change ended then."
        return [
            *(AnnouncedMoment(now, Retracted(event=event.id, reason=why)) for event in wrong),
            *(moment for name, moment in holds.items() if name not in stands),
        ]

    def next(self, view: tuple[AnnouncedMoment, ...], now: datetime) -> datetime | None:
        """None: nothing follows from time alone."""
        return None

    def change(self, id: str, data: Payload, at: datetime) -> str | None:
        """The name of a piece of evidence and its instant, or of its taking back."""
        if isinstance(data, Retracted):
            return f"evidence:{data.event}:taken back"
        return f"evidence:{id}:{data.evidence}:{iso(at)}" if isinstance(data, EvidenceAttached) else None


def _named(moments: Iterable[AnnouncedMoment]) -> Iterator[tuple[AnnouncedMoment, str]]:
    """Each with the evidence that it brings."""
    for one in moments:
        if isinstance(one.data, EvidenceAttached):
            yield one, one.data.evidence


def _compared(name: str) -> str:
    """A name as people compare it: `All-Tests  passed` is `all tests passed`."""
    return fold(re.sub(r"[-_]+", " ", name))
