"""Parses GitHub's `issues` events into statements about items, and its `workflow_run` and `check_run` events into evidence of changes (S3-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.statement import (
    Body,
    ItemReport,
    Nothing,
    RunReport,
    change_of,
    ended,
    instant,
    needed,
    number,
    part,
    stable,
    text,
    title,
    url,
)

_LEAVES = ("deleted", "transferred")
_WITHOUT_WORK = ("not_planned", "duplicate")
_RUNS: Final[Mapping[str, str]] = {"workflow_run": "updated_at", "check_run": "completed_at"}
"""The events of runs, and the field that says when one ended."""


def read(body: Body, headers: Mapping[str, str]) -> ItemReport | RunReport | Nothing:
    """What a body says, by `issue.updated_at`: closed is delivered (not planned: dropped), deleted and transferred leave the backlog.

    The issue's id names it: `owner/repository#number` changes when either is renamed. A comment, every other event, and a state that is neither open nor
    closed say nothing of an item. Raises Invalid for an issue, or a run, that cannot be read.
    """
    event = headers.get("x-github-event") or "issues"
    if event in _RUNS:
        return _run(body, event)
    if event != "issues" or "comment" in body:
        return Nothing(f"an event {event if event != 'issues' else 'issue_comment'!r} says nothing of an item")
    if part(body, "issue") is None:
        if "action" in body or "zen" in body:
            return Nothing("it is not about an issue")
        raise Invalid("the delivery names no issue", field="issue")
    final = text(body, "action") in _LEAVES
    state = ItemState.DROPPED if final else _state(body)
    if state is None and (said := text(body, "issue", "state")) is not None:
        return Nothing(f"state {said[:60]!r} is neither open nor closed")
    return ItemReport(
        reference=f"{needed(body, 'repository', 'full_name')}#{number(body, 'issue', 'number')}",
        instant=instant(body, "issue", "updated_at"),
        title=title(body, "issue", "title"),
        state=state,
        url=url(body, "issue", "html_url"),
        final=final,
        number=stable(body, "issue", "id") or stable(body, "issue", "node_id"),
    )


def _run(body: Body, event: str) -> RunReport | Nothing:
    """What a workflow or a check has come to. One of a fork, where outsiders write the commits, is no evidence; of a fork's check GitHub says no branch."""
    run = part(body, event)
    if not isinstance(run, Mapping):
        raise Invalid("the delivery names no run", field=event)
    change = change_of(part(run, "head_commit", "message"), text(run, "head_branch") or text(run, "check_suite", "head_branch"))
    if isinstance(change, Nothing):
        return change
    if "head_repository" in run and text(run, "head_repository", "full_name") != text(body, "repository", "full_name"):
        return Nothing(f"a {event} of a fork is no evidence")
    if text(run, "conclusion") != "success" or text(body, "action") != "completed":
        return ended(event, text(run, "conclusion"))
    return RunReport(
        change=change,
        name=title(run, "name") or needed(body, "workflow", "name"),
        number=f"{event}-{number(body, event, 'id')}",
        instant=instant(body, event, _RUNS[event]),
        url=url(run, "html_url"),
    )


def _state(body: Body) -> ItemState | None:
    match text(body, "issue", "state"):
        case "open":
            return ItemState.OPEN
        case "closed":
            return ItemState.DROPPED if text(body, "issue", "state_reason") in _WITHOUT_WORK else ItemState.DELIVERED
    return None
