"""What an item is called that may come to us by two ways: by an import and by the deliveries of a source."""

from __future__ import annotations

import hashlib
import re

from libs.events.values import ID_PATTERN


def issue_id(product: str, reference: str) -> str:
    """The id of the item that a product's Jira issue is (`permits.per-12`), whoever tells of it first; a short digest stands for what no id can hold."""
    wanted = f"{product}.{reference}".lower()
    if re.fullmatch(ID_PATTERN, wanted) and "." not in reference:
        return wanted
    digest = hashlib.blake2s(f"{product}\0{reference}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    readable = re.sub(r"[^a-z0-9]+", "-", reference.lower()).strip("-")[: 63 - len(digest)]
    return f"{readable}.{digest}" if readable else digest
