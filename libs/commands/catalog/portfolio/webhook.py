"""Commands about a webhook."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from libs.commands.command import MADE, Command, Private, command
from libs.events.catalog.portfolio.webhook import (
    WEBHOOK,
    CursorText,
    Name,
    WebhookChanged,
    WebhookEnded,
    WebhookId,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretChanged,
    WebhookSubscribed,
)
from libs.events.values import NO_ANSWER, VISIBLE

Url = Annotated[str, StringConstraints(min_length=1, max_length=2000), VISIBLE]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200), VISIBLE]
Names = Annotated[list[Name], Field(max_length=100)]

_AFTER = "A cursor as `/events` gives it: what lies behind it is sent."
_EVENT = "An event (`kind:id@sequence`): it, and what was stored from then on, is sent."


class OfWebhook(Command):
    """Is asked of a webhook that was subscribed."""

    webhook: Annotated[WebhookId, Field(description="The webhook's id.")]


@command(
    "portfolio.subscribe_webhook",
    WEBHOOK,
    topic="webhooks",
    says=(WebhookSubscribed, WebhookChanged, WebhookSecretChanged),
    creates=None,
    dated_by_importers_only=True,
    owner="subscriber",
)
class SubscribeWebhook(Command):
    """Have events sent to an address by Standard Webhooks: signed, in order per aggregate, tried again for 24 hours, as the role that asks may see them.

    Without a secret nothing is sent until one is made: `POST /portfolio/v1/webhooks/{webhook}/secret` makes it, and shows it that once.
    """

    webhook: Annotated[WebhookId | None, MADE] = None
    url: Annotated[Url, Private(), Field(description="Where to: https or http, without a name or password in it. Only its origin is ever shown.")]
    types: Annotated[Names, Field(description="Only events of these types; none given: of all.")] = Field(default_factory=list)
    kinds: Annotated[Names, Field(description="Only events of these kinds of aggregate, such as `team`; none given: of all.")] = Field(default_factory=list)
    subjects: Annotated[Names, Field(description="Only events of these aggregates, such as `team:biohub`; none given: of all.")] = Field(default_factory=list)
    secret: Annotated[Secret | None, Private(), Field(description="What signs: `whsec_` and 24 to 64 bytes in base64. It is never shown again.")] = None
    after: Annotated[CursorText | None, Field(description=f"{_AFTER} Without `after` and `event`: what is stored from now on.")] = None
    event: Annotated[Name | None, Field(description=_EVENT)] = None


@command("portfolio.change_webhook", WEBHOOK, topic="webhooks", dated_by_importers_only=True, owner="subscriber")
class ChangeWebhook(OfWebhook, WebhookChanged):
    """Send a webhook's events elsewhere, or others; what is left out stays. Sent elsewhere, they are shown as the role that asks may see them."""

    url: Annotated[Url | None, Private(), Field(description="Where to from now on.")] = None


@command("portfolio.change_webhook_secret", WEBHOOK, topic="webhooks", says=(WebhookSecretChanged,), dated_by_importers_only=True, owner="subscriber")
class ChangeWebhookSecret(OfWebhook):
    """Sign with another secret. For some hours the former one signs as well, so that the receiver can change over."""

    secret: Annotated[Secret, Private(), Field(description="What signs from now on: `whsec_` and 24 to 64 bytes in base64.")]
    overlap_hours: Annotated[Annotated[int, Field(ge=0, le=168), NO_ANSWER], Field(description="How long the former one signs as well, in hours.")] = 24


@command("portfolio.pause_webhook", WEBHOOK, topic="webhooks", dated_by_importers_only=True, owner="subscriber")
class PauseWebhook(OfWebhook, WebhookPaused):
    """Send nothing for a while: events wait in the log. The service says this itself where a receiver did not take an event for 24 hours, or is gone."""


@command("portfolio.resume_webhook", WEBHOOK, topic="webhooks", dated_by_importers_only=True, owner="subscriber")
class ResumeWebhook(OfWebhook, WebhookResumed):
    """Go on where it stopped: what was not taken is sent again, and everything since."""


@command("portfolio.replay_webhook", WEBHOOK, topic="webhooks", says=(WebhookResumed,), dated_by_importers_only=True, counts=True, owner="subscriber")
class ReplayWebhook(OfWebhook, WebhookReplayed):
    """Send events again, from a cursor or an event on, or all there are; a paused webhook is resumed. An event keeps its `webhook-id`."""


@command("portfolio.end_webhook", WEBHOOK, topic="webhooks", dated_by_importers_only=True, owner="subscriber")
class EndWebhook(OfWebhook, WebhookEnded):
    """Send nothing any more; subscribing anew under the same id is possible."""
