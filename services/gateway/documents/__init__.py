"""GraphQL documents that Headway itself runs, each an example for those who write their own."""

from pathlib import Path

EXECUTIVE = (Path(__file__).parent / "executive.graphql").read_text("utf-8")
"""One call for an executive: status, money, drift, duties and the graduation of every team."""
PRODUCT = (Path(__file__).parent / "product.graphql").read_text("utf-8")
"""One product on a day: its phase, roadmap, backlog and releases."""
