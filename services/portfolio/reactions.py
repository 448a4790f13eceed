"""What the portfolio service hears of others, and what it then does."""

from __future__ import annotations

from typing import Final

HEARS: Final = frozenset({"item", "backlog", "release", "change", "metric", "roadmap_item", "need"})
"""The kinds of aggregate it follows: evidence of other services: releases, open items, targets."""
