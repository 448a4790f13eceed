"""`headway report`: what is known of a thing under the headings of a report."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from urllib.parse import quote

import typer

from headway.cli.app import app, checked, client


class ReportFormat(StrEnum):
    """How a report is written."""

    MD = "md"
    HTML = "html"


KINDS = (
    "improve and return-on-investment of a product; team-health, graduation-agenda, graduation-blog, team-profile and experience-survey of a team; "
    "brief of an organisation"
)


@app.command()
def report(
    kind: Annotated[str, typer.Argument(help=f"Which report: {KINDS}.")],
    subject: Annotated[str, typer.Argument(help="What it is about, by its id. With its kind (`team:parks`) return-on-investment and brief are of others too.")],
    as_of: Annotated[str | None, typer.Option("--as-of", help="As of the end of this day; today unless given.")] = None,
    format: Annotated[ReportFormat, typer.Option(help="Markdown, or the page.")] = ReportFormat.MD,
) -> None:
    """Print a report on a product, a team or an organisation, with the moment and the world that it was made from."""
    ask = {"format": format.value, **({"asOf": as_of} if as_of else {})}
    with client(120) as http:
        answer = checked(http.get(f"/reports/{quote(kind, safe='')}/{quote(subject, safe='')}", params=ask))
    print(answer.text, end="" if answer.text.endswith("\n") else "\n")
