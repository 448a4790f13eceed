"""What the roadmap service listens to."""

from __future__ import annotations

from typing import Final

from libs.rules.authority import SCOPES_OF_PRODUCTS

HEARS: Final = SCOPES_OF_PRODUCTS | {"experiment", "improvement", "pipeline_run", "override_approval"}
"""The kinds of aggregate it follows: all that is its own is a product's, findings rest on experiments too (S1-10), improvements are
monitored (S1-13), runs of pipelines are evidence of changes (S3-10), and an override may cite an approval (S4-20)."""
