"""What runs of pipelines at GitHub and GitLab say of a change request (S3-10)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.commands.errors import Invalid
from services.backlog.webhooks import github, gitlab
from services.backlog.webhooks.statement import ItemReport, Nothing, RunReport, change_of
from tests.services.backlog.webhooks.bodies import check_run, pipeline, workflow_run

pytestmark = pytest.mark.requirement("S3-10")


def at_github(body: dict[str, Any]) -> ItemReport | RunReport | Nothing:
    return github.read(body, {"x-github-event": "check_run" if "check_run" in body else "workflow_run"})


def at_gitlab(body: dict[str, Any]) -> ItemReport | RunReport | Nothing:
    return gitlab.read(body, {"x-gitlab-event": "Pipeline Hook"})


def test_a_run_that_succeeded_says_what_ran_when_it_ended_and_for_which_change() -> None:
    assert at_github(workflow_run()) == RunReport(
        "c", "All tests passed", "workflow_run-81", datetime(2026, 3, 2, 10, tzinfo=UTC), url="https://git.example/town/permits/actions/runs/81"
    )
    assert at_github(check_run()) == RunReport(
        "c", "read by a second developer", "check_run-82", datetime(2026, 3, 2, 11, tzinfo=UTC), url="https://git.example/town/permits/runs/82"
    )
    assert at_gitlab(pipeline()) == RunReport(
        "c", "pipeline", "pipeline-31", datetime(2026, 3, 2, 12, tzinfo=UTC), ("all-tests-passed",), "https://lab.example/town/permits/-/pipelines/31"
    )


@pytest.mark.parametrize(
    ("message", "ref", "change"),
    [
        ("Reword\n\nHeadway-Change: permits-v1.4", "change/other", "permits-v1.4"),
        ("Reword\r\n\r\nheadway-change : change:c\r\nSigned-off-by: A", None, "c"),
        ("Reword", "change/c", "c"),
        (None, "refs/heads/change/c", "c"),
        ("a\n\nHeadway-Change: c\n\nb\n\nHeadway-Change: c", None, "c"),
        ("a\n\nHeadway-Change: c\n\nb\n\nHeadway-Change: d", "change/c", "several changes"),
        ("Say Headway-Change: c\n    Headway-Change: d", "main", "neither"),
        ("Headway-Change: what we spoke of", "change/c", "not the id"),
        ("Reword", "change/", "neither"),
    ],
)
def test_a_change_is_named_by_one_line_of_the_commits_message_or_else_by_the_branch(message: str | None, ref: str | None, change: str) -> None:
    found = change_of(message, ref)
    assert change in found.reason if isinstance(found, Nothing) else found == change


@pytest.mark.parametrize("ended", ["failure", "cancelled", "skipped", "neutral", None])
def test_a_run_that_failed_or_has_not_ended_is_no_evidence_and_why(ended: str | None) -> None:
    said = at_github(workflow_run(ended))
    assert isinstance(said, Nothing) and (ended or "not over") in said.reason
    said = at_gitlab(pipeline(ended or "running"))
    assert isinstance(said, Nothing) and (ended or "running") in said.reason


def test_what_outsiders_run_in_a_fork_is_no_evidence() -> None:
    for repository in ({"full_name": "stranger/permits"}, None):
        said = at_github(workflow_run(branch="change/c", message="Mine", head_repository=repository))
        assert isinstance(said, Nothing) and "fork" in said.reason
    assert isinstance(at_github(check_run(branch=None)), Nothing)
    request = {"source_branch": "change/c", "source_project_id": 2, "target_project_id": 1}
    said = at_gitlab(pipeline(ref="refs/merge-requests/4/head", message="Mine", merge_request=request))
    assert isinstance(said, Nothing) and "fork" in said.reason
    own = at_gitlab(pipeline(ref="refs/merge-requests/4/head", message="Mine", merge_request=request | {"source_project_id": 1}))
    assert isinstance(own, RunReport) and own.change == "c"


def test_a_run_that_cannot_be_read_is_refused_by_its_field() -> None:
    for body, field in ((workflow_run(updated_at="soon"), "workflow_run.updated_at"), ({"action": "completed", "workflow_run": 7}, "workflow_run")):
        with pytest.raises(Invalid) as refused:
            at_github(body)
        assert refused.value.field == field
