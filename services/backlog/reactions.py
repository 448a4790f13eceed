"""What the backlog service hears of others, and what it then does."""

from __future__ import annotations

from typing import Final

from libs.rules.authority import SCOPES_OF_PRODUCTS

HEARS: Final = SCOPES_OF_PRODUCTS
"""The kinds of aggregate it follows: all that is its own is a product's."""
