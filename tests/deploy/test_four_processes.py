"""The four services of the compose file as four processes on a real Kafka and a MongoDB replica set of one, with exactly its settings."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from libs.service.identity.issuer import Issuer
from libs.service.peers.secret import peer_token
from tests.deploy.composed import SERVICES, Composed
from tests.patience import GIVE_UP
from tests.servers import absent, without
from tools.servers import MongoServer, NotHere

STORY: list[tuple[str, dict[str, Any]]] = [
    ("portfolio.register_organisation", {"organisation": "parks", "name": "Ministry of Parks", "currency": "CAD"}),
    ("portfolio.register_product", {"product": "trails", "name": "Trail maps", "home": "parks"}),
    ("roadmap.place_item", {"item": "offline", "product": "trails", "title": "Maps without a network", "horizon": "now"}),
    ("backlog.open_backlog", {"product": "trails"}),
    ("backlog.add_item", {"item": "tiles", "product": "trails", "title": "Keep the tiles of a region", "roadmap_item": "offline"}),
    ("backlog.add_item", {"item": "search", "product": "trails", "title": "Search by name"}),
    ("backlog.start_item", {"item": "tiles"}),
    ("backlog.deliver_item", {"item": "tiles"}),
]
QUERY = '{ product(id: "trails") { name backlog { open } } }'


@pytest.fixture(scope="module")
def replica_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = MongoServer(tmp_path_factory.mktemp("mongo") / "rs", replica_set="rs0")
    try:
        try:
            yield server.start()
        except NotHere as e:
            absent(without(server, e))
    finally:
        server.remove()


@pytest.fixture(scope="module")
def composed(kafka: str, replica_set: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    services = Composed(tmp_path_factory.mktemp("composed"), kafka, replica_set, f"four{uuid.uuid4().hex[:8]}")
    services.set_up()
    try:
        services.start()
        yield services
    finally:
        services.kill()


@pytest.fixture(scope="module")
def told(composed: Composed) -> Composed:
    """The story is in, sent by the command line to the gateway's address alone."""
    file = composed.folder / "story.ndjson"
    file.write_text("".join(json.dumps({"command": command, "key": f"story:{n}", "data": data}) + "\n" for n, (command, data) in enumerate(STORY)))
    done = composed.headway("import", "commands", str(file), "--json")
    all_of_it_is_in(done)
    return composed


def all_of_it_is_in(done: subprocess.CompletedProcess[str]) -> None:
    """An import said that all of the story is stored. What was sent again on a slow machine, whose first answer came too late, is `unchanged`."""
    assert done.returncode == 0, done.stdout + done.stderr
    counted = json.loads(done.stdout)
    assert counted["created"] + counted["unchanged"] == len(STORY), done.stdout + done.stderr


def test_a_story_told_to_the_gateway_reaches_each_service_and_is_seen_in_the_gateway(told: Composed) -> None:
    assert told.graphql(QUERY) == {"product": {"name": "Trail maps", "backlog": {"open": 1}}}


def test_a_mutation_is_forwarded_to_the_service_that_decides_and_seen_at_once(told: Composed) -> None:
    position = told.graphql('mutation { backlogDropItem(input: {item: "search", reason: "Found otherwise"}) { position } }', "importer")
    assert position["backlogDropItem"]["position"].startswith("item:search@")
    limit = time.monotonic() + GIVE_UP
    while (seen := told.graphql(QUERY)["product"]["backlog"]["open"]) and time.monotonic() < limit:
        time.sleep(0.05)
    assert seen == 0


def test_the_setup_may_run_again_and_keeps_the_key(told: Composed) -> None:
    before = told.key.read_bytes()
    told.set_up()
    assert told.key.read_bytes() == before
    assert told.key.stat().st_mode & 0o077 == 0


def test_no_service_is_given_the_key_that_signs(told: Composed) -> None:
    assert told.settings["HEADWAY_ISSUER"] == f"file:{told.public}"
    assert "PRIVATE" not in told.public.read_text()
    done = told.headway("token", "executive")
    assert done.returncode == 2 and "private" in done.stderr


def test_a_gap_is_healed_by_the_owner_whom_a_peer_asks_by_the_secret_of_all(told: Composed) -> None:
    secret = told.settings["HEADWAY_PEER_SECRET"]
    headers = {"Authorization": f"Bearer {peer_token(secret, 'headway')}"}
    url = f"http://127.0.0.1:{told.ports['portfolio']}/portfolio/v1/owner/tallies"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=GIVE_UP) as answer:
        assert json.loads(answer.read())["product"]["events"] == 1


def test_a_token_of_the_command_line_is_signed_with_the_key_file(told: Composed) -> None:
    done = told.headway("token", "executive", HEADWAY_ISSUER=f"file:{told.key}")
    assert done.returncode == 0, done.stderr
    key = Issuer.from_key_file(told.key).public_key
    assert jwt.decode(done.stdout.strip(), key, algorithms=["EdDSA"], audience="headway")["sub"] == "executive@*"


def test_what_a_service_refuses_comes_back_through_the_gateway_as_it_said_it(told: Composed) -> None:
    status, headers, problem = told.ask("/portfolio/v1/commands/register_product", {"product": "trails", "name": "Again", "home": "nowhere"})
    assert 400 <= status < 500
    assert headers["content-type"].startswith("application/problem+json")
    assert problem["status"] == status


def test_services_write_nothing_to_their_own_disk(told: Composed) -> None:
    assert list(told.work.iterdir()) == []


def test_all_end_cleanly_and_come_back_to_the_same_world(told: Composed) -> None:
    world, seen = told.world(), told.graphql(QUERY)
    assert told.stop() == dict.fromkeys(SERVICES, 0)
    told.start()
    assert (told.world(), told.graphql(QUERY)) == (world, seen)


def test_a_service_that_is_away_is_said_to_be_away(told: Composed, tmp_path: Path) -> None:
    process = told.running.pop("roadmap")
    process.kill()
    process.wait()
    status, _, problem = told.ask("/roadmap/v1/commands/place_item", {"item": "x", "product": "trails", "title": "X", "horizon": "later"})
    assert (status, problem["detail"].startswith("roadmap does not answer")) == (503, True)
    told.start("roadmap")
