"""Makes the ids of items that may reach us both by an import and by webhooks."""

from __future__ import annotations

import hashlib
import re

from libs.events.values import ID_PATTERN


def numbered_id(product: str, system: str, number: str) -> str:
    """The id of the item that a system numbers so (`permits.jira.10004`), whatever it is called there, whoever tells of it first."""
    wanted = f"{product}.{system}.{number}"
    return wanted if re.fullmatch(ID_PATTERN, wanted) else _digested(f"{product}\0{system}\0{number}", number)


def issue_id(product: str, reference: str) -> str:
    """The id of the item that a product's Jira issue is where only its key is known (`permits.per-12`); a short digest stands for what no id can hold."""
    wanted = f"{product}.{reference}".lower()
    return wanted if re.fullmatch(ID_PATTERN, wanted) and "." not in reference else _digested(f"{product}\0{reference}", reference)


def item_id(source: str, reference: str) -> str:
    """The id of the item that a source calls so where it does not number it: always the same, never two alike."""
    return _digested(f"{source}\0{reference}", reference)


def _digested(whole: str, readable: str) -> str:
    digest = hashlib.blake2s(whole.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    shown = re.sub(r"[^a-z0-9]+", "-", readable.lower()).strip("-")[: 63 - len(digest)]
    return f"{shown}.{digest}" if shown else digest
