"""What trackers say of people stands in no statement: events carry ids only, and these are not ours."""

from __future__ import annotations

from typing import Any

import pytest

from services.backlog.webhooks import github, gitlab, jira
from services.backlog.webhooks.statement import Nothing
from tests.services.backlog.webhooks import bodies

SOMEBODY: dict[str, Any] = {
    "login": "adalovelace", "username": "adalovelace", "name": "Ada Lovelace", "displayName": "Ada Lovelace", "email": "ada@lovelace.example",
    "emailAddress": "ada@lovelace.example", "avatar_url": "https://lovelace.example/ada.png", "accountId": "lovelace-1", "key": "lovelace",
}  # fmt: skip
THEIR: dict[str, Any] = dict.fromkeys(("user", "sender", "assignee", "author", "reporter", "creator", "actor", "triggering_actor", "committer"), SOMEBODY)
TITLE = "Letters to ada@lovelace.example come back"


@pytest.mark.requirement("S4-20")
@pytest.mark.parametrize(
    ("reader", "body", "headers"),
    [
        (github, bodies.github(title=TITLE, assignees=[SOMEBODY], **THEIR) | THEIR, {"x-github-event": "issues"}),
        (github, bodies.workflow_run(**THEIR) | THEIR, {"x-github-event": "workflow_run"}),
        (gitlab, bodies.gitlab(title=TITLE, **THEIR) | THEIR | {"assignees": [SOMEBODY]}, {"x-gitlab-event": "Issue Hook"}),
        (gitlab, bodies.pipeline(**THEIR), {"x-gitlab-event": "Pipeline Hook"}),
        (jira, bodies.jira(**THEIR), {}),
    ],
    ids=["issue of GitHub", "run of GitHub", "issue of GitLab", "pipeline of GitLab", "issue of Jira"],
)
def test_nothing_of_who_did_or_is_to_do_it_is_taken(reader: Any, body: dict[str, Any], headers: dict[str, str]) -> None:
    if reader is jira:
        body["issue"]["fields"] |= THEIR | {"summary": TITLE}
    said = reader.read(body, headers)
    assert not isinstance(said, Nothing), said
    assert "lovelace" not in repr(said).lower()
