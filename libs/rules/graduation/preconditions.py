"""The preconditions of Sustain: a beta in use, and a backlog that diminishes (R-01, R-02)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from libs.calendar.local_time import end_of, precedes
from libs.events.catalog.backlog.item import Item, ItemState
from libs.events.catalog.portfolio.graduation import GRADUATION
from libs.events.catalog.portfolio.team import TEAM, Team
from libs.events.catalog.roadmap.release import RELEASE, ReleaseStage
from libs.events.event import Event
from libs.events.facts import Facts
from libs.rules.graduation.evidence import Criterion, evidence, policy_of
from libs.rules.products.backlogs import items
from libs.rules.roles import who

BETA_RELEASED = "Beta released to the people using the service"
BACKLOG_DIMINISHES = "Backlog diminishes"


def beta_released(facts: Facts, team_id: str) -> Criterion:
    """R-01: a beta release of one of the products that the team serves at this moment was published. The evidence is the first publication."""
    team = facts.get(TEAM, team_id)
    if team is None or not team.products:
        return Criterion("R-01", BETA_RELEASED, False, "the team serves no product", remedy="Say which products the team serves.")
    releases = [release for product in team.products for release in facts.related(RELEASE, "product", product)]
    published = [(r, r.published) for r in releases if r.stage is ReleaseStage.BETA and r.published is not None]
    if not published:
        return Criterion(
            "R-01",
            BETA_RELEASED,
            False,
            f"no beta release of {_words(team.products)} was published",
            remedy=f"Publish a beta release of {_words(team.products)} that the product owner has signed off.",
        )
    release, event = min(published, key=lambda one: one[1].order)
    signed = f", signed off by {who(release.signed_off.actor.id, release.signed_off.actor.role)}" if release.signed_off else ""
    return Criterion("R-01", BETA_RELEASED, True, f"{release.title or release.id} was published on {event.time.date()}{signed}", (evidence(event, team),))


def backlog_diminishes(facts: Facts, team_id: str) -> Criterion:
    """R-02: at the ends of the last four whole months the open items of the team's products never rose from one to the next, and fell over the whole.

    How many month ends is the policy of the team's home (S1-26). The evidence is each count with the last event that moved it. A month is whole once its
    last day is over.
    """
    return burn_down(facts, team_id, facts.before or end_of(facts.day))


def burn_down(facts: Facts, team_id: str, until: datetime) -> Criterion:
    """The same, counting the month ends up to an instant alone."""
    team = facts.get(TEAM, team_id)
    if team is None or not team.products:
        return Criterion("R-02", BACKLOG_DIMINISHES, False, "the team serves no product", remedy="Say which products the team serves.")
    ends = _month_ends(until, policy_of(facts, team).burn_down_months)
    counts = _counts(facts, team, ends)
    words = f"open at the ends of {ends[0]:%B %Y} to {ends[-1]:%B %Y}: {', '.join(str(count.open) for count in counts)}"
    found = tuple(evidence(count.event, team, says=f"{count.open} open at the end of {count.end}") for count in counts if count.event)
    rise = next(((a, b) for a, b in pairwise(counts) if b.open > a.open), None)
    if rise is None and counts[-1].open < counts[0].open:
        return Criterion("R-02", BACKLOG_DIMINISHES, True, words, found)
    if rise is not None:
        why = f"{words}; it rose in {rise[1].end:%B %Y}"
    else:
        why = f"{words}; it did not fall" if counts[0].open else f"{words}; there was nothing to deliver yet"
    return Criterion("R-02", BACKLOG_DIMINISHES, False, why, found, "Deliver or drop more items than are added, month by month.")


def preconditions(facts: Facts, team_id: str, knowing: Facts | None = None) -> tuple[Criterion, Criterion]:
    """R-01 and R-02 as they count for graduation: from the entering of Sustain on as they were met then, with the evidence of that day.

    Where one was not met then (Sustain was entered by an override, or its evidence was retracted since), it must be met now. `knowing` are the facts of
    a later day, with the same knowledge, that keep what was found about the day of Sustain.
    """
    said = facts.get(GRADUATION, team_id)
    if said is None or said.sustain is None:
        return facts.derive(beta_released, team_id), facts.derive(backlog_diminishes, team_id)
    beta, backlog = (knowing or facts).derive(at_sustain, team_id, said.sustain.time)
    return (
        beta if beta.met else facts.derive(beta_released, team_id),
        backlog if backlog.met else facts.derive(backlog_diminishes, team_id),
    )


def at_sustain(facts: Facts, team_id: str, entered: datetime) -> tuple[Criterion, Criterion]:
    """R-01 and R-02 at the moment that Sustain was entered, by what is known now."""
    then = on(facts, entered.date())
    return then.derive(beta_released, team_id), then.derive(burn_down, team_id, entered)


def on(facts: Facts, day: date) -> Facts:
    """The facts as of the end of a day; these facts themselves where the day is not over for them."""
    return facts.on(day) if day < facts.day else facts


class _Count(NamedTuple):
    """How many items were open at the end of a day, and the last event that moved that number."""

    end: date
    open: int
    event: Event | None


def _counts(facts: Facts, team: Team, ends: list[date]) -> list[_Count]:
    moves = sorted(
        ((event.order, step, event) for product in team.products for i in facts.derive(items, product) for event, step in _moves(i)),
        key=lambda move: move[0],
    )
    counts, waiting, last, n = [], 0, None, 0
    for end in ends:
        over = end_of(end)
        while n < len(moves) and precedes(moves[n][2].time, over):
            waiting, last, n = waiting + moves[n][1], moves[n][2], n + 1
        counts.append(_Count(end, waiting, last))
    return counts


def _moves(item: Item) -> Iterator[tuple[Event, int]]:
    """The events by which an item came to be open (+1) or no longer was (-1). An item is there once it was added, whatever was said of it before."""
    if item.added is None:
        return
    turns = [(turn.event, turn.state in (ItemState.OPEN, ItemState.STARTED)) for turn in item.turns]
    at_adding = [state for event, state in turns if (event.time, event.sequence) <= (item.added.time, item.added.sequence)]
    was_open = False
    for event, is_open in [(item.added, at_adding[-1] if at_adding else True), *turns[len(at_adding) :]]:
        if is_open != was_open:
            yield event, 1 if is_open else -1
            was_open = is_open


def _month_ends(until: datetime, count: int) -> list[date]:
    """The last days of the last so many months that were over by an instant, the earliest first."""
    first = until.date().replace(day=1)
    ends = []
    for _ in range(count):
        ends.append(first - timedelta(days=1))
        first = ends[-1].replace(day=1)
    return ends[::-1]


def _words(products: tuple[str, ...]) -> str:
    return ", ".join(products)
