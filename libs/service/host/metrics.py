"""Registers a process's metrics for Prometheus: what is unpublished, how far behind it hears, what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from libs.delivery.consumer import Consumer
from libs.delivery.relay import Relay
from libs.delivery.store_comparison import Comparison
from libs.service.host.context import ProcessContext
from libs.service.host.self_monitoring import Watch
from libs.service.host.service import Service


def measure(process: ProcessContext, hosted: Mapping[str, Service], hearing: Callable[[], Consumer | None], watch: Watch) -> None:
    """Registers the process's numbers, each read when Prometheus asks."""
    t = process.telemetry

    def services(read: Callable[[str], float]) -> Callable[[], dict[str, float]]:
        return lambda: {name: read(name) for name in hosted}

    def consumer(read: Callable[[Consumer], float]) -> Callable[[], float]:
        return lambda: read(found) if (found := hearing()) is not None else 0.0

    def relay(name: str) -> Relay:
        return hosted[name].relay

    def comparison(name: str) -> Comparison:
        return hosted[name].comparison

    t.gauges("headway_unpublished", "Commits stored and not yet acknowledged by the log.", "service", services(lambda s: relay(s).waiting))
    t.gauges("headway_unpublished_age_seconds", "How long the oldest of them has waited.", "service", services(lambda s: relay(s).oldest()))
    t.counts("headway_relayed", "Commits acknowledged by the log.", "service", services(lambda s: relay(s).published))
    t.counts("headway_relay_failures", "Sends that the log did not acknowledge.", "service", services(lambda s: relay(s).failures))
    t.gauges("headway_missing_in_log", "Events found lost by the log and not there again yet.", "service", services(lambda s: comparison(s).missing))
    t.counts("headway_lost_by_log", "Events that the log was found to have lost since the start.", "service", services(lambda s: comparison(s).lost))
    t.gauges("headway_consumer_lag", "Records of the log not heard yet, by consumer.", "consumer", lambda: {"world": watch.behind})
    t.gauge("headway_parked", "Events that wait for an operator.", consumer(lambda c: len(c.parked())))
    t.count("headway_events_applied", "Events applied to the world.", consumer(lambda c: c.applied))
    t.count("headway_duplicates_dropped", "Records that had been heard before.", consumer(lambda c: c.dropped))
    t.count("headway_gaps_healed", "Gaps closed by what their owners sent.", consumer(lambda c: c.healed))
    t.gauge("headway_fold_rate", "Events applied a second between the last two looks.", lambda: watch.folding)
    t.gauge("headway_loop_lag_seconds", "The most by which the loop was held up between the last two looks.", lambda: watch.late)
    t.gauge("headway_world_events", "Events that the world holds.", lambda: sum(tally.events for tally in process.world.tallies().values()))
    ahead = "Seconds by which the clock here is ahead of another; negative where it is behind."
    t.gauges("headway_clock_offset_seconds", ahead, "of", lambda: {name: offset.ahead for name, offset in process.clocks.offsets().items()})
    t.gauge(
        "headway_stamped_ahead_seconds", "Seconds by which the latest stamp of all events heard lies ahead of the clock here.", process.clocks.stamped_ahead
    )
    t.gauges("headway_ill", "1 for each part that is not well.", "part", lambda: {trouble.part: 1.0 for trouble in process.health.troubles()})
