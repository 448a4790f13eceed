"""A delivery is taken when it is signed with the source's secret, over the very bytes that came, and in no other case."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from libs.commands.errors import NotSignedIn
from libs.events.catalog.backlog.source import System
from services.backlog.webhooks.signatures import announced, verify
from tests.services.backlog.webhooks.bodies import SECRET, signed, standard_headers

NOW = datetime(2024, 3, 1, 10, tzinfo=UTC)
BODY = b'{"a":  1}'


def good(system: System) -> dict[str, str]:
    return {
        System.GITHUB: signed(BODY),
        System.JIRA: signed(BODY, "x-hub-signature"),
        System.GITLAB: {"x-gitlab-token": SECRET},
        System.STANDARD: standard_headers(BODY, NOW),
    }[system]


@pytest.mark.parametrize("system", System)
def test_the_right_signature_passes(system: System) -> None:
    verify(system, SECRET, good(system), BODY, NOW)


@pytest.mark.parametrize("system", System)
def test_another_secret_another_header_or_none_does_not(system: System) -> None:
    for secret, headers in ((SECRET + "!", good(system)), (SECRET, {}), (SECRET, {name: "é" + value for name, value in good(system).items()})):
        with pytest.raises(NotSignedIn):
            verify(system, secret, headers, BODY, NOW)


@pytest.mark.parametrize("system", [System.GITHUB, System.JIRA, System.STANDARD])
def test_the_same_json_in_other_bytes_does_not(system: System) -> None:
    with pytest.raises(NotSignedIn):
        verify(system, SECRET, good(system), b'{"a": 1}', NOW)


def test_a_weaker_digest_does_not() -> None:
    with pytest.raises(NotSignedIn):
        verify(System.GITHUB, SECRET, {"x-hub-signature-256": signed(BODY)["x-hub-signature-256"].replace("sha256", "sha1")}, BODY, NOW)


def test_one_system_does_not_pass_for_another() -> None:
    with pytest.raises(NotSignedIn):
        verify(System.GITHUB, SECRET, good(System.JIRA), BODY, NOW)


@pytest.mark.parametrize(("seconds", "word"), [(-301, "expired"), (301, "ahead")])
def test_a_standard_signature_of_another_time_does_not_and_says_so(seconds: int, word: str) -> None:
    headers = standard_headers(BODY, NOW + timedelta(seconds=seconds))
    for refuse in (partial(verify, System.STANDARD, SECRET, headers, BODY, NOW), partial(announced, System.STANDARD, SECRET, headers, NOW)):
        with pytest.raises(NotSignedIn, match=word):
            refuse()
    with pytest.raises(NotSignedIn, match="wrong"):
        verify(System.STANDARD, SECRET + "!", headers, BODY, NOW)


@pytest.mark.parametrize("system", System)
def test_before_its_body_a_delivery_is_refused_for_what_no_body_could_mend(system: System) -> None:
    announced(system, SECRET, good(system), NOW)
    with pytest.raises(NotSignedIn):
        announced(system, SECRET, {}, NOW)


def test_a_standard_secret_may_be_base64_and_may_change() -> None:
    secret = "whsec_" + base64.b64encode(b"sixteen bytes or so").decode()
    headers = standard_headers(BODY, NOW, key=b"sixteen bytes or so")
    verify(System.STANDARD, secret, headers, BODY, NOW)
    old = standard_headers(BODY, NOW, key=b"the one before")["webhook-signature"]
    verify(System.STANDARD, secret, headers | {"webhook-signature": f"{old} v2,x {headers['webhook-signature']}"}, BODY, NOW)
