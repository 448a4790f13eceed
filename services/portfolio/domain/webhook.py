"""Webhooks: where events are sent and which, decided without the network; host names are resolved and checked at each delivery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from libs.commands.catalog.portfolio.webhook import (
    ChangeWebhook,
    ChangeWebhookSecret,
    EndWebhook,
    PauseWebhook,
    ReplayWebhook,
    ResumeWebhook,
    SubscribeWebhook,
)
from libs.commands.decision import Case
from libs.commands.errors import AlreadyExists, Invalid
from libs.commands.validation import did_you_mean
from libs.events.catalog.portfolio.webhook import (
    WEBHOOK,
    Webhook,
    WebhookChanged,
    WebhookEnded,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretChanged,
    WebhookStatus,
    WebhookSubscribed,
)
from libs.events.event import KINDS, PAYLOADS, Payload, position
from libs.events.ports.log import Cursor
from services.portfolio.domain import decisions
from services.portfolio.endpoints.addresses import address_of, may_be_named
from services.portfolio.endpoints.signature import key_of

MOST: Final = 50
"""Webhooks at a time: each reads the log by itself."""
MOST_OF_ONE: Final = 20
"""Webhooks at a time of one subscriber, so that there is room for others."""


@decisions.decides(SubscribeWebhook)
def subscribe_webhook(command: SubscribeWebhook, case: Case[Webhook], *, to_private: bool = False) -> Iterator[Payload]:
    """A webhook, once until it has ended; a row of an import that changed changes it.

    `to_private` says that private and loopback addresses are allowed. Raises AlreadyExists; Invalid for an address, a secret, a type, a kind, an aggregate,
    a cursor or an event that cannot be, and where there are too many.
    """
    webhook = case.now
    origin = _origin(command.url, to_private)
    if command.secret is not None:
        _check_secret(command.secret)
    types, kinds, subjects = _filters(command.types, command.kinds, command.subjects)
    _check_begin(command.after, command.event)
    if webhook is not None and webhook.status is not WebhookStatus.ENDED:
        if not case.revising:
            raise AlreadyExists(
                f"there is a webhook {webhook.id!r} already",
                field="webhook",
                remedy="Change it (portfolio.change_webhook), end it first (portfolio.end_webhook), or use another id.",
            )
        yield WebhookChanged(origin=origin, types=types, kinds=kinds, subjects=subjects)
        if command.secret is not None:
            yield WebhookSecretChanged(former_until=case.at)
        return
    going = [w for w in case.current.every(WEBHOOK) if w.status is not WebhookStatus.ENDED]
    if sum(w.subscriber == case.actor.id for w in going) >= MOST_OF_ONE:
        raise Invalid(f"{case.actor.id!r} has {MOST_OF_ONE} webhooks already", field="webhook", remedy="End one, or send more of what you need to one of them.")
    if len(going) >= MOST:
        raise Invalid(f"there are {MOST} webhooks already", field="webhook", remedy="End one that nobody needs, or subscribe to Kafka or /events.")
    given = command.secret is not None
    yield WebhookSubscribed.of(command, origin=origin, secret=given, types=types, kinds=kinds, subjects=subjects)


@decisions.decides(ChangeWebhook)
def change_webhook(command: ChangeWebhook, case: Case[Webhook], *, to_private: bool = False) -> Iterator[Payload]:
    """Other events, or another address, by whoever subscribed it. Raises Invalid as subscribing does."""
    webhook = _going(case)
    types, kinds, subjects = _filters(command.types or (), command.kinds or (), command.subjects or ())
    said = WebhookChanged(
        origin=_origin(command.url, to_private) if command.url is not None else None,
        types=types if command.types is not None else None,
        kinds=kinds if command.kinds is not None else None,
        subjects=subjects if command.subjects is not None else None,
    )
    if said == WebhookChanged():
        raise Invalid("nothing to change is given", field="url", remedy="Give url, types, kinds or subjects.")
    same = (webhook.types, webhook.kinds, webhook.subjects) == tuple(
        new if new is not None else old for new, old in ((said.types, webhook.types), (said.kinds, webhook.kinds), (said.subjects, webhook.subjects))
    )
    if said.origin is not None or not same:
        yield said


@decisions.decides(ChangeWebhookSecret)
def change_webhook_secret(command: ChangeWebhookSecret, case: Case[Webhook]) -> Iterator[Payload]:
    """Another secret from now on, the former one beside it for some hours. Raises Invalid for a secret that cannot be read."""
    _going(case)
    _check_secret(command.secret)
    yield WebhookSecretChanged(former_until=case.at + timedelta(hours=command.overlap_hours))


@decisions.decides(PauseWebhook)
def pause_webhook(command: PauseWebhook, case: Case[Webhook]) -> Iterator[Payload]:
    """Nothing is sent until it is resumed."""
    if _going(case).status is WebhookStatus.ACTIVE:
        yield WebhookPaused.of(command)


@decisions.decides(ResumeWebhook)
def resume_webhook(command: ResumeWebhook, case: Case[Webhook]) -> Iterator[Payload]:
    """On where it stopped."""
    if _going(case).status is WebhookStatus.PAUSED:
        yield WebhookResumed()


@decisions.decides(ReplayWebhook)
def replay_webhook(command: ReplayWebhook, case: Case[Webhook]) -> Iterator[Payload]:
    """Again from there on; a paused one is resumed, since whoever asks for events wants them sent. Raises Invalid."""
    webhook = _going(case)
    _check_begin(command.after, command.event)
    yield WebhookReplayed.of(command)
    if webhook.status is WebhookStatus.PAUSED:
        yield WebhookResumed()


@decisions.decides(EndWebhook)
def end_webhook(command: EndWebhook, case: Case[Webhook]) -> Iterator[Payload]:
    """No longer sent to."""
    if case.there.status is not WebhookStatus.ENDED:
        yield WebhookEnded()


def _going(case: Case[Webhook]) -> Webhook:
    webhook = case.there
    if webhook.status is WebhookStatus.ENDED:
        raise Invalid(f"{webhook.id} has ended", field="webhook", remedy="Subscribe it anew: portfolio.subscribe_webhook.")
    return webhook


def _origin(url: str, to_private: bool) -> str:
    try:
        address = address_of(url)
    except ValueError as e:
        raise Invalid(str(e), field="url") from e
    if not may_be_named(address, to_private=to_private):
        raise Invalid(
            "events are not sent to private, loopback, link-local or multicast addresses",
            field="url",
            remedy="Give a public address; whoever runs this installation can allow private ones (HEADWAY_WEBHOOKS_TO_PRIVATE=yes).",
        )
    return address.origin


def _check_secret(secret: str) -> None:
    try:
        key_of(secret)
    except ValueError as e:
        raise Invalid(str(e), field="secret", remedy="Give one as Standard Webhooks has it, or none: one can be made here.") from e


def _filters(types: Iterable[str], kinds: Iterable[str], subjects: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    for field, given, known in (("types", types, PAYLOADS), ("kinds", kinds, KINDS)):
        for name in given:
            if name not in known:
                raise Invalid(f"there is no {field[:-1]} {name!r}{did_you_mean(name, list(known))}", field=field)
    for name in subjects:
        kind, _, id = name.partition(":")
        if not id:
            raise Invalid(f"{name!r} is no aggregate: one is such as team:biohub", field="subjects")
        if kind not in KINDS:
            raise Invalid(f"there are no aggregates of kind {kind!r}{did_you_mean(kind, list(KINDS))}", field="subjects")
    return tuple(dict.fromkeys(types)), tuple(dict.fromkeys(kinds)), tuple(dict.fromkeys(subjects))


def _check_begin(after: str | None, event: str | None) -> None:
    if after is not None and event is not None:
        raise Invalid("give either a cursor or an event", field="after")
    if after is not None:
        try:
            Cursor.parse(after)
        except ValueError as e:
            raise Invalid(str(e), field="after", remedy="Give an SSE id of /events, or the `cursor` of a line, as it came.") from e
    if event is not None:
        try:
            aggregate, sequence = position(event)
        except ValueError as e:
            raise Invalid(str(e), field="event") from e
        if aggregate.partition(":")[0] not in KINDS or sequence < 1:
            raise Invalid(f"there are no events such as {event!r}", field="event")
