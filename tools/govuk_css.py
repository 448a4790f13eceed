"""Extracts the CSS that pages use from govuk-frontend, without its fonts, logo and crown: `python -m tools.govuk_css FOLDER` (the unpacked npm package)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

STYLES: Final = Path(__file__).parents[1] / "services" / "gateway" / "static" / "pages" / "govuk.css"
TAKEN: Final = """
    template width-container main-wrapper grid body heading caption link list section-break skip-link visually-hidden
    generic-header service-navigation breadcrumbs back-link pagination
    table tag summary-list details inset-text warning-text notification-banner panel
    button button-group form-group label hint error-message error-summary fieldset input select textarea radios checkboxes
""".split()
"""Components and objects, by the first word after `govuk-`."""
OVERRIDES: Final = """
    govuk-!-margin-top-0 govuk-!-margin-bottom-0 govuk-!-margin-bottom-1 govuk-!-margin-bottom-2 govuk-!-margin-bottom-4 govuk-!-margin-bottom-6
    govuk-!-display-none-print govuk-!-font-weight-bold govuk-!-width-full
""".split()
FONT: Final = "var(--headway-font)"
_CLASS = re.compile(r"\.govuk-((?:\\.|[a-z0-9_!-])+)")


def rules(css: str) -> Iterator[tuple[str, str]]:
    """The rules at the top of a minified style sheet: what stands before the braces, and what is between them."""
    at = 0
    while at < len(css):
        opened = css.find("{", at)
        if opened < 0:
            return
        depth, end = 1, opened + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[at:opened], css[opened + 1 : end - 1]
        at = end


def taken(css: str) -> str:
    """The rules of the chosen components alone, also within media queries; selectors of others in the same rule are left out."""
    kept = []
    for head, body in rules(css):
        if head == "@font-face":
            continue
        if head.startswith(("@media", "@supports")):
            inner = taken(body)
            if inner:
                kept.append(f"{head}{{{inner}}}")
            continue
        selectors = [one for one in _selectors(head) if _is_taken(one)]
        if selectors:
            kept.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(kept)


def _selectors(head: str) -> list[str]:
    """Split at the commas that stand in no parentheses."""
    return re.split(r",(?![^(]*\))", head)


def _is_taken(selector: str) -> bool:
    if selector.startswith(":root"):
        return True
    names = [name.replace("\\", "") for name in _CLASS.findall(selector)]
    return bool(names) and all(_name_is_taken(name) for name in names)


def _name_is_taken(name: str) -> bool:
    if name.startswith("!-"):
        return f"govuk-{name}" in OVERRIDES
    return any(re.fullmatch(rf"{re.escape(one)}(?:-(?:xl|l|m|s|two-thirds|row|column|lead))?(?:(?:--|__|-)[a-z0-9_-]+)?", name) for one in TAKEN)


def made(package: Path) -> str:
    """The style sheet for the pages. Raises OSError where the package is not there."""
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    css = (package / "dist" / "govuk" / "govuk-frontend.min.css").read_text("utf-8").removeprefix('@charset "UTF-8";')
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S).replace("\n", "")
    css = taken(css).replace("GDS Transport,arial,sans-serif", FONT).replace("font-family:sans-serif", f"font-family:{FONT}")
    return f"/*! Parts of govuk-frontend {version}, MIT licence, see LICENSES.txt; made by tools/govuk_css.py */\n{css}\n"


def main(package: Path) -> None:
    """Writes the style sheet."""
    STYLES.parent.mkdir(parents=True, exist_ok=True)
    STYLES.write_text(made(package), "utf-8")
    print(f"{STYLES.name}: {STYLES.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
