"""What can be asked of the roadmap service."""

from __future__ import annotations

from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM
from libs.service.reads import View

VIEWS = (View(ROADMAP_ITEM, ("product",)), View(RELEASE, ("product",)), View(CHANGE, ("product", "release")), View(METRIC, ("product",)))
