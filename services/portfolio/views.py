"""What can be asked of the portfolio service."""

from __future__ import annotations

from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.service.reads import View

VIEWS = (View(ORGANISATION),)
