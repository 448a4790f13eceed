"""Tables of the people on a team by role: core seats first, empty ones included, then former members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from libs.events.catalog.portfolio.team import Staffing
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Table
from services.gateway.pages.kit.tables.columns import Cells, table


def people(visit: Visit, team: Mapping[str, Any]) -> Table:
    """The people of a team by role; a core seat that nobody fills has a row of its own."""
    order = {one["role"]: n for n, one in enumerate(team["core"])}
    vacant = [{"role": one["role"], "core": True, "since": None, "staffing": None, "person": None} for one in team["core"] if not one["covered"]]
    rows = sorted((*team["members"], *vacant), key=lambda one: (order.get(one["role"], len(order)), not one["core"], one["since"] or ""))
    cells: Cells = {
        "person": lambda one: f"since {words.short_day(one['since'])}" if one["since"] else Cell("Nobody", tone="bad", value=""),
        "seat": lambda one: Cell(
            "Core" if one["core"] else "Drawn on",
            note=Staffing[one["staffing"]].words if one["staffing"] else "",
            value="core" if one["core"] else "drawn on",
        ),
    }
    columns, caption = "role, Who: person, Seat: core as seat, -since, -staffing", "People by role"
    return table(visit, "people", caption, "Member", columns, rows, empty="Nobody is on it.", caption_hidden=True, cells=cells)
