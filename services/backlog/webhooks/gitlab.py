"""Parses GitLab's issue hooks into statements about items, and its pipeline hooks into evidence of changes (S3-10)."""

from __future__ import annotations

from collections.abc import Mapping

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.statement import (
    Body,
    ItemReport,
    Nothing,
    RunReport,
    change_of,
    ended,
    flag,
    instant,
    needed,
    number,
    part,
    stable,
    text,
    title,
    url,
)

_ISSUES = ("issue", "work_item")
MOST_JOBS = 500
"""Jobs of a pipeline of which is told; more than that nobody asks for by name."""
_WITHOUT_WORK = ("duplicated_to_id", "promoted_to_epic_id")


def read(body: Body, headers: Mapping[str, str]) -> ItemReport | RunReport | Nothing:
    """What a body says, by `updated_at`: closed is delivered (a duplicate: dropped), one moved to another project leaves the backlog.

    The reference is `group/project#iid`: the number that people see, and the path that may change; its id names it. A note, a work item of no project (an
    epic of a group), every other hook, and a state that is neither open nor closed say nothing of an item. Where the issue does not say whether it is
    confidential, the hook's name does. Raises Invalid for an issue, or a pipeline, that cannot be read.
    """
    kind = text(body, "object_kind") or text(body, "event_name")
    if kind is None:
        raise Invalid("the delivery does not say what it is about", field="object_kind")
    if kind == "pipeline":
        return _pipeline(body)
    if kind not in _ISSUES:
        return Nothing(f"a {kind[:40]!r} hook says nothing of an item")
    if kind == "work_item" and text(body, "project", "path_with_namespace") is None:
        return Nothing("a 'work_item' of no project says nothing of an item")
    final = part(body, "object_attributes", "moved_to_id") is not None
    state = ItemState.DROPPED if final else _state(body)
    if state is None and (said := text(body, "object_attributes", "state")) is not None:
        return Nothing(f"state {said[:60]!r} is neither open nor closed")
    return ItemReport(
        reference=f"{needed(body, 'project', 'path_with_namespace')}#{number(body, 'object_attributes', 'iid')}",
        instant=instant(body, "object_attributes", "updated_at"),
        title=title(body, "object_attributes", "title"),
        state=state,
        url=url(body, "object_attributes", "url"),
        final=final,
        number=stable(body, "object_attributes", "id") or _within_project(body),
        confidential=_confidential(body, headers),
    )


def _pipeline(body: Body) -> RunReport | Nothing:
    """What a pipeline has come to, and its jobs. One for a merge request of a fork, where outsiders write the commits, is no evidence."""
    change = change_of(part(body, "commit", "message"), text(body, "merge_request", "source_branch") or text(body, "object_attributes", "ref"))
    if isinstance(change, Nothing):
        return change
    if part(body, "merge_request", "source_project_id") != part(body, "merge_request", "target_project_id"):
        return Nothing("a pipeline of a fork is no evidence")
    if (status := text(body, "object_attributes", "status")) != "success":
        return ended("pipeline", status)
    id, builds = number(body, "object_attributes", "id"), part(body, "builds")
    jobs = (title(one, "name") for one in builds if text(one, "status") == "success") if isinstance(builds, list) else ()
    site = url(body, "project", "web_url")
    return RunReport(
        change=change,
        name=title(body, "object_attributes", "name") or "pipeline",
        number=f"pipeline-{id}",
        instant=instant(body, "object_attributes", "finished_at"),
        jobs=tuple(dict.fromkeys(job for job in jobs if job))[:MOST_JOBS],
        url=url(body, "object_attributes", "url") or (f"{site}/-/pipelines/{id}" if site else None),
    )


def _within_project(body: Body) -> str | None:
    """Stable as well: the project's id, and the number within it."""
    project = stable(body, "project", "id") or stable(body, "object_attributes", "project_id")
    return f"{project}-{number(body, 'object_attributes', 'iid')}" if project else None


def _confidential(body: Body, headers: Mapping[str, str]) -> bool | None:
    said = flag(body, "object_attributes", "confidential")
    hook = f"{text(body, 'event_type') or ''} {headers.get('x-gitlab-event', '')}".lower()
    return True if said is None and "confidential" in hook else said


def _state(body: Body) -> ItemState | None:
    match text(body, "object_attributes", "state"):
        case "opened" | "reopened":  # the second from old servers
            return ItemState.OPEN
        case "closed":
            return ItemState.DROPPED if any(part(body, "object_attributes", to) is not None for to in _WITHOUT_WORK) else ItemState.DELIVERED
    return None
