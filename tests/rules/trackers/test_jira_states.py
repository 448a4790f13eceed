"""What state another system's issue is in: by the category of its status before its name, and dropped where it ended without its work."""

from __future__ import annotations

import pytest

from libs.events.catalog.backlog.item import ItemState
from libs.rules.trackers.jira_states import state_of


@pytest.mark.parametrize(
    ("category", "status", "resolution", "state"),
    [
        ("Done", "To Do", None, ItemState.DELIVERED),
        (None, " Closed ", None, ItemState.DELIVERED),
        ("Done", "Closed", "Won’t  Do", ItemState.DROPPED),
        ("Done", "Duplicate", None, ItemState.DROPPED),
        ("Done", "Closed", "Won't-Do", ItemState.DROPPED),
        ("Done", "Closed", "Wont_Fix", ItemState.DROPPED),
        ("Done", "Closed", "Will Not Fix", ItemState.DROPPED),
        ("Done", "Closed", "Won't be fixed", ItemState.DROPPED),
        ("Done", "Closed", "Can not reproduce", ItemState.DROPPED),
        ("Done", "Closed", "Can\u2019t Reproduce", ItemState.DROPPED),
        ("Done", "Closed", "Unable to Reproduce", ItemState.DROPPED),
        ("Done", "Closed", "Not reproducible", ItemState.DROPPED),
        ("Done", "Closed", "Superseded", ItemState.DROPPED),
        ("Done", "Closed", "Fixed", ItemState.DELIVERED),
        ("To Do", "Open", "Won't Do", ItemState.OPEN),
        ("unheard of", "In Review", None, ItemState.STARTED),
        (None, "Duplicate", None, ItemState.DROPPED),
        ("unheard of", "somewhere", "Done", None),
        (None, None, None, None),
    ],
)
def test_an_issue_is_in_the_state_of_its_category_or_else_of_its_name(
    category: str | None, status: str | None, resolution: str | None, state: ItemState | None
) -> None:
    assert state_of(category, status, resolution) is state
