"""The documents that the gateway carries."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "services" / "gateway" / "documents"
EXECUTIVE = (FOLDER / "executive.graphql").read_text("utf-8")
PRODUCT = (FOLDER / "product.graphql").read_text("utf-8")
