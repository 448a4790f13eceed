"""The executive's table for a terminal: every team's status and why, its money against both baselines, and what blocks it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.choice import Tone
from libs.events.currencies import grouped

COLOURS = {Tone.GOOD: "green", Tone.GOING: "cyan", Tone.BAD: "bold red", Tone.ENDED: "magenta"}


def executive_table(portfolio: dict[str, Any]) -> Table:
    """A row a team, and the whole below; `portfolio` is the answer to the executive's document."""
    table = Table(title=f"Teams and their graduation, as of {portfolio['asOf']}", box=box.SIMPLE_HEAVY, title_justify="left", show_footer=True)
    whole = portfolio["investment"]
    table.add_column("team, and its home", footer="all", max_width=22)
    table.add_column("status", no_wrap=True)
    table.add_column("why, and what comes next", min_width=40)
    table.add_column("blocked by", max_width=12)
    for heading, key in (
        ("committed", "committed"),
        ("spent", "actual"),
        ("against first", "againstFirstBaseline"),
        ("against current", "againstCurrentBaseline"),
    ):
        table.add_column(heading, justify="right", footer=_money(whole[key], signed=key.startswith("against")) if whole else "withheld")
    for team in portfolio["teams"]["nodes"]:
        graduation, figures = team["graduation"], team["investment"]
        table.add_row(
            Text.assemble((team["name"], "bold"), "\n", team["home"]["name"] if team["home"] else ""),
            Text(f"{graduation['status']}\nsince {graduation['since']}", style=COLOURS.get(GraduationStatus[graduation["status"]].tone or Tone.PLAIN, "")),
            _why(graduation),
            ", ".join(graduation["blockedBy"]),
            *(
                _money(figures[k], signed=k.startswith("against")) if figures else "withheld"
                for k in ("committed", "actual", "againstFirstBaseline", "againstCurrentBaseline")
            ),
        )
    return table


def _why(graduation: dict[str, Any]) -> str:
    """What a reader asks first: the unmet criteria of who graduated, else the next step."""
    unmet = [f"{c['id']}: {c['why']}" for c in graduation["criteria"] if not c["met"]]
    if graduation["status"] in ("AT_RISK",) and unmet:
        return "\n".join(unmet)
    if graduation["nextStep"]:
        return str(graduation["nextStep"])
    story = (graduation["ceremony"] or {}).get("story")
    return str(story or "every criterion is met")


def _money(amounts: Sequence[dict[str, str]], *, signed: bool) -> str:
    return "\n".join(_amount(Decimal(a["amount"]), a["currency"], signed) for a in amounts) or "-"


def _amount(amount: Decimal, currency: str, signed: bool) -> str:
    sign = "-" if amount < 0 else "+" if signed else ""
    return f"{sign}{grouped(amount, currency)} {currency}"
