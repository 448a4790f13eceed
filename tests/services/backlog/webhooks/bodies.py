"""Deliveries of our own making, as small as a sender's can be."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

SECRET = "more than a pinch of salt"


def github(action: str = "edited", *, number: Any = 7, at: str = "2024-03-01T10:00:00Z", **issue: Any) -> dict[str, Any]:
    said = {"number": number, "title": "Pay online", "state": "open", "updated_at": at, "html_url": f"https://git.example/town/permits/issues/{number}"}
    return {"action": action, "issue": {**said, **issue}, "repository": {"full_name": "town/permits"}}


def gitlab(state: str = "opened", at: str = "2024-03-01 10:00:00 UTC", **attributes: Any) -> dict[str, Any]:
    said = {"iid": 3, "id": 900, "title": "Pay online", "state": state, "updated_at": at, "url": "https://lab.example/town/permits/-/issues/3"}
    return {"object_kind": "issue", "project": {"path_with_namespace": "town/permits"}, "object_attributes": {**said, **attributes}}


def jira(category: str | None = "new", at: int = 1_709_287_200_000, *, event: str = "jira:issue_updated", key: str = "PERM-4", **more: Any) -> dict[str, Any]:
    status = {"name": "whatever", **({"statusCategory": {"key": category}} if category else {})}
    issue = {"key": key, "self": "https://jira.example/rest/api/2/issue/10004", "fields": {"summary": "Pay online", "status": status}}
    return {"webhookEvent": event, "timestamp": at, "issue": issue, **more}


def standard(state: str = "open", at: str = "2024-03-01T10:00:00Z", type: str = "item.updated", **data: Any) -> dict[str, Any]:
    return {"type": type, "timestamp": at, "data": {"reference": "card/9", "title": "Pay online", "state": state, **data}}


def raw(body: Any) -> bytes:
    return json.dumps(body).encode()


def signed(body: bytes, header: str = "x-hub-signature-256", secret: str = SECRET) -> dict[str, str]:
    return {header: "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def standard_headers(body: bytes, now: datetime, id: str = "msg_1", key: bytes = SECRET.encode()) -> dict[str, str]:
    at = str(int(now.timestamp()))
    signature = base64.b64encode(hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    return {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}


def workflow_run(ended: str | None = "success", *, branch: str = "main", message: str = "Reword\n\nHeadway-Change: c", **more: Any) -> dict[str, Any]:
    """GitHub's `workflow_run`, as its documentation has it, of our own and small."""
    run = {"id": 81, "name": "All tests passed", "head_branch": branch, "status": "completed", "conclusion": ended, "updated_at": "2026-03-02T10:00:00Z"}
    said = {"html_url": "https://git.example/town/permits/actions/runs/81", "head_commit": {"id": "f00d", "message": message}}
    return {
        "action": "completed",
        "workflow_run": {**run, **said, "head_repository": {"full_name": "town/permits"}, **more},
        "workflow": {"id": 5, "name": "CI"},
        "repository": {"full_name": "town/permits"},
    }


def check_run(conclusion: str = "success", branch: str | None = "change/c") -> dict[str, Any]:
    """GitHub's `check_run`: it bears no message of a commit."""
    run = {"id": 82, "name": "read by a second developer", "status": "completed", "conclusion": conclusion, "completed_at": "2026-03-02T11:00:00Z"}
    said = {"html_url": "https://git.example/town/permits/runs/82", "check_suite": {"id": 9, "head_branch": branch}}
    return {"action": "completed", "check_run": {**run, **said}, "repository": {"full_name": "town/permits"}}


def pipeline(status: str = "success", *, ref: str = "main", message: str = "Reword\n\nHeadway-Change: c", **more: Any) -> dict[str, Any]:
    """GitLab's pipeline hook."""
    said = {"id": 31, "name": None, "ref": ref, "tag": False, "status": status, "finished_at": "2026-03-02 12:00:00 UTC"}
    builds = [{"id": n, "name": name, "status": state} for n, (name, state) in enumerate([("all-tests-passed", "success"), ("lint", "failed")])]
    project = {"id": 1, "path_with_namespace": "town/permits", "web_url": "https://lab.example/town/permits"}
    return {"object_kind": "pipeline", "object_attributes": said, "project": project, "commit": {"message": message}, "builds": builds, **more}
