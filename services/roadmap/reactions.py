"""What the roadmap service hears of others, and what it then does."""

from __future__ import annotations

from typing import Final

HEARS: Final = frozenset({"organisation", "product", "team"})
"""The kinds of aggregate it follows: products and their homes, teams and what they serve: scopes rest on them."""
