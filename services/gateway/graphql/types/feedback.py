"""Types for feedback: channels, themes, findings and recommendations."""

from __future__ import annotations

from libs.events.catalog.roadmap.channel import CHANNEL
from libs.events.catalog.roadmap.channel import Channel as ChannelFacts
from libs.events.catalog.roadmap.finding import FINDING
from libs.events.catalog.roadmap.finding import Finding as FindingFacts
from libs.events.catalog.roadmap.recommendation import RECOMMENDATION
from libs.events.catalog.roadmap.recommendation import Recommendation as RecommendationFacts
from libs.events.catalog.roadmap.theme import THEME
from libs.events.catalog.roadmap.theme import Theme as ThemeFacts
from libs.rules.products.recommendations import carried_out_by
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.decorators import derived
from services.gateway.graphql.types.kinds.types import shows


@shows(CHANNEL, order="name kind audience opened_on closed_on closed_because product themes")
class Channel(Shown[ChannelFacts]):
    """A way by which people say what they think of a product (S1-03, S1-15, S1-16)."""


@shows(THEME, order="text problem_point times heard_on channel item need product")
class Theme(Shown[ThemeFacts]):
    """Something that was heard of a product (S1-03)."""


@shows(FINDING, order="text kind recorded_on rests_on product recommendations")
class Finding(Shown[FindingFacts]):
    """What readings, feedback and experiments come to (S1-10)."""


@shows(RECOMMENDATION, order="text state consulted made_on accepted_on declined_on declined_because product findings carried_out_by")
class Recommendation(Shown[RecommendationFacts]):
    """What should be done about findings, and what came of it (S1-11, S1-12)."""

    carried_out_by = derived(carried_out_by, "The changes that carry it out: releases, improvements and initiatives that name it (S1-12).")
