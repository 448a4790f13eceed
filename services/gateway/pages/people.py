"""Who is on a team, by role: core seats first, also those that nobody fills, and who was there and left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from libs.events.catalog.portfolio.team import Staffing, TeamRole
from services.gateway.pages import words
from services.gateway.pages.columns import Cells, table
from services.gateway.pages.page import Visit
from services.gateway.pages.tables import Cell, Column, Table, choice, day, text


def people(team: Mapping[str, Any]) -> Table:
    """The people of a team by role; a core seat that nobody fills has a row of its own."""
    columns = (
        Column("Role", "role"),
        Column("Who", "person"),
        Column("Seat", "seat"),
        Column("Since", "since", csv_only=True),
        Column("Staffing", "staffing", csv_only=True),
    )
    order = {one["role"]: n for n, one in enumerate(team["core"])}
    rows = [(order.get(one["role"], len(order)), not one["core"], one["since"], _member(one)) for one in team["members"]]
    rows += [(order[one["role"]], False, "", _vacant(one["role"])) for one in team["core"] if not one["covered"]]
    return Table(
        "people", "People by role", columns, tuple(row for *_, row in sorted(rows, key=lambda one: one[:3])), empty="Nobody is on it.", caption_hidden=True
    )


def former(visit: Visit, members: Sequence[Mapping[str, Any]]) -> Table:
    """Who left, the last first."""
    columns = "Who: person, role, Left: leftOn, -since"
    cells: Cells = {"left_on": lambda one: f"came {words.short_day(one['since'])}"}
    return table(visit, "former-members", "Who left", "FormerMember", columns, members, empty="Nobody has left.", cells=cells)


def _member(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    name = one["person"]["name"] if one["person"] else words.NONE
    return (
        choice(TeamRole[one["role"]]),
        Cell(name, note=f"since {words.short_day(one['since'])}", value=name),
        Cell("Core" if one["core"] else "Drawn on", note=Staffing[one["staffing"]].words, value="core" if one["core"] else "drawn on"),
        day(one["since"]),
        choice(Staffing[one["staffing"]]),
    )


def _vacant(role: str) -> tuple[Cell, ...]:
    return (choice(TeamRole[role]), Cell("Nobody", tone="bad", value=""), Cell("Core", value="core"), day(None), text("", value=""))
