"""Feedback: channels that are opened and closed, and what is heard through them."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.roadmap.channel import CloseChannel
from libs.commands.catalog.roadmap.theme import RecordTheme
from libs.commands.decision import Case
from libs.commands.errors import NotFound
from libs.commands.steps import in_order
from libs.events.catalog.roadmap.channel import CHANNEL, Channel
from libs.events.catalog.roadmap.theme import THEME, Theme, ThemeRecorded
from libs.events.event import Payload
from libs.rules.text import by_time
from services.roadmap.domain import decisions


@decisions.decides(CloseChannel)
def close_channel(command: CloseChannel, case: Case[Channel]) -> None:
    """No more is heard through it (S1-03), after what was heard last."""
    in_order(case, "S1-03", "closed", after="opened", first="Open it first: roadmap.open_channel")
    last = max((theme.heard.time for theme in case.current.related(THEME, "channel", case.id) if theme.heard is not None), default=case.at)
    what = f"something was heard through {case.id} on {by_time(last, case.at)}, which is later than {by_time(case.at, last)}"
    case.demand("S1-03", last <= case.at, what, remedy="Give a later time, or retract what was said to be heard then: roadmap.retract.", field="at")


@decisions.decides(RecordTheme)
def record_theme(command: RecordTheme, case: Case[Theme]) -> Iterator[Payload]:
    """What was heard through a channel that was open then (S1-03); it is of the channel's product. Raises NotFound, Refused."""
    channel = case.facts.get(CHANNEL, command.channel)
    if channel is None or channel.opened is None:
        what = f"there was no channel {command.channel!r} by {case.at.date()}"
        raise NotFound(what, field="channel", remedy="Open it first: roadmap.open_channel; or give the day on which it was heard: `at`.")
    closed = f"the channel {channel.id!r} was closed on {channel.closed.time.date()}" if channel.closed else ""
    case.demand("S1-03", not closed, closed, field="channel", remedy="Record it by a channel that is open, or give the day on which it was heard: `at`.")
    yield ThemeRecorded.of(command, product=channel.product)
