"""A webhook: an address outside to which the events of the log are sent as they come."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from annotated_doc import Doc
from pydantic import StringConstraints

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import VISIBLE, Decided, Id, Input, Instant, Ref, Text

WebhookId = Annotated[Id, Ref("webhook")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=140), VISIBLE]
CursorText = Annotated[str, StringConstraints(min_length=1, max_length=4000), VISIBLE]
NAMES: Final = Input(Name, max_length=100)


class WebhookStatus(Choice):
    """Whether events are sent: paused, they wait in the log and are sent once it is resumed; ended, they are not."""

    ACTIVE = choice("active", "Events are sent as they come.", tone=Tone.GOOD)
    PAUSED = choice("paused", "Events wait in the log until it is resumed.", tone=Tone.GOING)
    ENDED = choice("ended", "Nothing is sent any more.", tone=Tone.ENDED)


@event("headway.portfolio.webhook.subscribed.v1")
class WebhookSubscribed(Payload):
    """Events of these types, kinds of aggregate and aggregates (none given: all) are sent there, from now on, or from behind a cursor or from an event on.

    Only the origin of the address stands here: the rest of it may be a secret, and lies apart as what signs does. `secret` says whether that was given.
    """

    origin: Annotated[str, Doc("Where events are sent: the origin of the address alone.")]
    secret: Annotated[bool, Doc("Whether the rest of the address, or what signs, was given: it lies apart.")] = False
    types: Annotated[tuple[str, ...], Doc("Only events of these types; none: of all.")] = ()
    kinds: Annotated[tuple[str, ...], Doc("Only events of these kinds of aggregate; none: of all.")] = ()
    subjects: Annotated[tuple[str, ...], Doc("Only events of these aggregates, `kind:id`; none: of all.")] = ()
    after: Annotated[str | None, Doc("The cursor behind which it begins.")] = None
    event: Annotated[str | None, Doc("The event from which on it begins: its position.")] = None


@event("headway.portfolio.webhook.changed.v1")
class WebhookChanged(Payload):
    """Events are sent elsewhere, or others are; what is left out stays as it was."""

    origin: Annotated[str | None, Decided, Doc("Where events are sent from now on: the origin of the address alone.")] = None
    types: Annotated[tuple[str, ...] | None, NAMES, Doc("Only events of these types from now on; empty: of all.")] = None
    kinds: Annotated[tuple[str, ...] | None, NAMES, Doc("Only events of these kinds of aggregate from now on; empty: of all.")] = None
    subjects: Annotated[tuple[str, ...] | None, NAMES, Doc("Only events of these aggregates from now on; empty: of all.")] = None


@event("headway.portfolio.webhook.secret_changed.v1")
class WebhookSecretChanged(Payload):
    """Another secret signs from now on; until an instant the former one does so as well."""

    former_until: Annotated[Instant, Doc("Until when the former secret signs as well.")]


@event("headway.portfolio.webhook.paused.v1")
class WebhookPaused(Payload):
    """Nothing is sent until it is resumed, and why."""

    reason: Annotated[str, Input(Text), Doc("Why nothing is to be sent for now.")]


@event("headway.portfolio.webhook.resumed.v1")
class WebhookResumed(Payload):
    """It goes on where it stopped."""


@event("headway.portfolio.webhook.replayed.v1")
class WebhookReplayed(Payload):
    """Events are sent again: from behind a cursor, from an event on, or, where neither is given, from the beginning of the log."""

    after: Annotated[
        str | None,
        Input(CursorText),
        Doc("A cursor as `/events` gives it: what lies behind it is sent. Without `after` and `event`: all there are."),
    ] = None
    event: Annotated[str | None, Input(Name), Doc("An event (`kind:id@sequence`): it, and what was stored from then on, is sent.")] = None


@event("headway.portfolio.webhook.ended.v1")
class WebhookEnded(Payload):
    """Nothing is sent any more."""


@state
class Webhook:
    """A webhook as it stands. `role` is by whose rights its events are shown, `subscriber` who may change it.

    `begun` is the event that says from where on it is sent (`after`, `event`), `standing` the one that made it active, paused or ended, `placed` the one that
    said where to, and `signed` those that came with a secret since it was subscribed: nothing is sent without one.
    """

    id: str
    origin: str = ""
    types: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    status: WebhookStatus = WebhookStatus.ENDED
    reason: str | None = None
    role: str = ""
    subscriber: str = ""
    after: str | None = None
    event: str | None = None
    former_until: datetime | None = None
    begun: Event | None = None
    standing: Event | None = None
    placed: Event | None = None
    signed: tuple[Event, ...] = ()


def evolve(webhook: Webhook, event: Event) -> Webhook:
    """The webhook after one more event, in whatever order: of what stands and of where it began, that said last counts."""
    match event.data:
        case WebhookSubscribed(origin=origin, types=types, kinds=kinds, subjects=subjects, secret=secret, after=after, event=first):
            found = _stands(_begins(webhook, event, after, first), event, WebhookStatus.ACTIVE)
            later = tuple(e for e in webhook.signed if e.sequence > event.sequence)
            signed = (event, *later) if secret else later
            found = changed(found, subscriber=event.actor.id, types=types, kinds=kinds, subjects=subjects, former_until=None, signed=signed)
            return _placed(found, event, origin)
        case WebhookChanged(origin=origin, types=types, kinds=kinds, subjects=subjects):
            given = {name: value for name, value in (("types", types), ("kinds", kinds), ("subjects", subjects)) if value is not None}
            found = changed(webhook, **given)
            return found if origin is None else _placed(found, event, origin)
        case WebhookSecretChanged(former_until=until):
            return changed(webhook, former_until=until, signed=tuple(sorted((*webhook.signed, event), key=lambda e: e.sequence)))
        case WebhookPaused(reason=reason):
            return _stands(webhook, event, WebhookStatus.PAUSED, reason)
        case WebhookResumed():
            return _stands(webhook, event, WebhookStatus.ACTIVE)
        case WebhookReplayed(after=after, event=first):
            return _begins(webhook, event, after, first)
        case WebhookEnded():
            return _stands(webhook, event, WebhookStatus.ENDED)
    return webhook


def _placed(webhook: Webhook, event: Event, origin: str) -> Webhook:
    """Sent there from now on, as the one who says so may see it: else who points it elsewhere would be sent what others may see."""
    if webhook.placed is not None and webhook.placed.sequence > event.sequence:
        return webhook
    return changed(webhook, origin=origin, role=event.actor.role, placed=event)


def _stands(webhook: Webhook, event: Event, status: WebhookStatus, reason: str | None = None) -> Webhook:
    if webhook.standing is not None and webhook.standing.sequence > event.sequence:
        return webhook
    return changed(webhook, status=status, reason=reason, standing=event)


def _begins(webhook: Webhook, event: Event, after: str | None, first: str | None) -> Webhook:
    if webhook.begun is not None and webhook.begun.sequence > event.sequence:
        return webhook
    return changed(webhook, after=after, event=first, begun=event)


WEBHOOK = Kind("portfolio", "webhook", "webhooks", Webhook, evolve)
