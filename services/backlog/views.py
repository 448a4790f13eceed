"""What can be asked of the backlog service."""

from __future__ import annotations

from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.catalog.backlog.item import ITEM
from libs.events.catalog.backlog.need import NEED
from libs.events.catalog.backlog.source import SOURCE
from libs.service.reads import View

VIEWS = (View(BACKLOG), View(ITEM, ("product", "roadmap_item", "need")), View(NEED, ("product",)), View(SOURCE, ("product",)))
