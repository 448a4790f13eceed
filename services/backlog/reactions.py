"""What the backlog service listens to."""

from __future__ import annotations

from typing import Final

from libs.rules.authority import SCOPES_OF_PRODUCTS

HEARS: Final = SCOPES_OF_PRODUCTS | {"metric", "recommendation", "override_approval"}
"""The kinds of aggregate it follows: all that is its own is a product's, a review of the order looks at metrics (S0-24), an improvement may carry out a
recommendation (S1-12), and an override may cite an approval (S4-20)."""
