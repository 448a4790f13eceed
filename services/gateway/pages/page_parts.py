"""Embeds one page in another: its main part without controls, with lower headings and ids of its own."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup

from libs.events.cost import BYTES, spend
from services.gateway.pages.actions.offers import NoOffers
from services.gateway.pages.kit.page import PageView, Visit
from services.gateway.pages.kit.rendering import environment

LOWER: Final = 2
"""By how many levels the headings of a part go down: its title is one of the document's own headings."""
LOWEST: Final = 6
_PRESSED: Final = re.compile(r"<(form|nav)\b.*?</\1>", re.DOTALL)
_TITLE: Final = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
_HEADING: Final = re.compile(r"(</?h)([1-6])(?=[\s>])")
_NAMED: Final = re.compile(r'(\s(?:id|for|headers|aria-labelledby|aria-describedby|aria-controls|list)=")([^"]+)"')
_LINKED: Final = re.compile(r'(\shref="#)([^"]+)"')
_SINGLE: Final = re.compile(r'<details class="hw-fields".*?</details>', re.DOTALL)
"""What one event or one criterion rests on, piece by piece: the page itself has it, a document would drown in it."""


def included(visit: Visit, view: PageView) -> Markup:
    """What a page shows in its main part, as HTML to stand in another page."""
    key = "-".join([visit.page.name, *visit.path.values()])
    return part_of(_main(visit, view), key, view.title)


def part_of(html: str, key: str, title: str) -> Markup:
    """Forms, navigations, the fields of single events and a heading that says the title again go; ids begin with `key`, so that no two parts share one."""
    for pattern, put in (
        (_PRESSED, ""),
        (_SINGLE, ""),
        (_TITLE, lambda found: "" if _words(found[1]) == title else found[0]),
        (_HEADING, lambda found: f"{found[1]}{min(int(found[2]) + LOWER, LOWEST)}"),
        (_NAMED, lambda found: f'{found[1]}{" ".join(f"{key}-{one}" for one in found[2].split())}"'),
        (_LINKED, lambda found: f'{found[1]}{key}-{found[2]}"'),
    ):
        spend(1 + len(html) // BYTES)
        html = pattern.sub(put, html)
    return Markup(html)  # noqa: S704 - made by our own templates, which escape


def _main(visit: Visit, view: PageView) -> str:
    template = environment().get_template(visit.page.template)
    return template.render(frame="bare.html", visit=visit, view=view, act=NoOffers(), page=visit.page, heard=(), proof=str, key=str)


def _words(html: str) -> str:
    return " ".join(Markup(html).striptags().split())  # noqa: S704 - as above
