"""`docker compose up`, done: the four images are built, and run with what the compose file says, on a real Kafka and a MongoDB replica set of one.

Where Docker's own `python:3.11-slim` is not at hand, the base is a look-alike made of Debian's packages; the rest is what Docker would build and start.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from libs.service.version import version
from services.gateway.documents import EXECUTIVE
from tests.deploy.composed import SERVICES
from tests.deploy.contained import ENGINES, Contained, authorities
from tests.deploy.test_four_processes import STORY, all_of_it_is_in
from tests.deploy.web import data_of, get, pages_come_with_all_that_they_load
from tests.patience import GIVE_UP
from tests.servers import absent
from tools.containers import Engine, Failed, Missing, own_network
from tools.servers import KafkaServer, MongoServer, NotHere
from tools.servers.deployment_check import ROOT, NoGo, loaded

BASES = re.findall(r"^ARG PYTHON=(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
T = TypeVar("T")
AUTHORITY = "an authority of the tests' own, which is in no image"
PORTS = {"gateway": 8000, "backlog": 8001, "roadmap": 8002, "portfolio": 8003}
GATEWAY = "http://127.0.0.1:8000"

pytestmark = [pytest.mark.shipped, pytest.mark.servers]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    try:
        made = Engine(ROOT / ".servers" / "containers")
    except Missing as e:  # said even where servers are required: test_package stands in
        pytest.skip(f"the images are not built and run: {e}")
    yield made
    made.close()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    try:
        return loaded()
    except NoGo as e:
        absent(f"docker-compose.yml is not read by Docker's own loader: {e}")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    bundle = tmp_path_factory.mktemp("authorities") / "ca.pem"
    bundle.write_text(f"# {AUTHORITY}\n{authorities().read_text()}")
    return {"ca": bundle}


@pytest.fixture(scope="module")
def images(engine: Engine, compose: dict[str, Any], secrets: dict[str, Path]) -> dict[str, str]:
    """The name of each service's image, built."""
    for base in set(BASES):
        engine.base(base)
    names = {}
    for name in SERVICES:
        build, names[name] = compose["services"][name]["build"], compose["services"][name]["image"]
        engine.build(Path(build["context"]), names[name], build["args"], secrets)
    engine.prune()
    return names


@pytest.fixture(scope="module")
def up(engine: Engine, compose: dict[str, Any], images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contained]:
    try:
        KafkaServer.install()
        MongoServer.install()
    except NotHere as e:
        absent(f"the images are built and not run: {e}")
    with own_network(ENGINES):
        contained = Contained(engine, compose, tmp_path_factory.mktemp("contained"))
        try:
            contained.up()
            yield contained
        finally:
            contained.down()


@pytest.fixture(scope="module")
def importer(up: Contained) -> str:
    return up.token("importer")


@pytest.fixture(scope="module")
def told(up: Contained, importer: str) -> Contained:
    """A story is in, imported by the command line of an image."""
    story = up.folder / "story.ndjson"
    story.write_text("".join(json.dumps({"command": command, "key": f"story:{n}", "data": data}) + "\n" for n, (command, data) in enumerate(STORY)))
    story.chmod(0o644)
    options = [f"--volume={story}:/story.ndjson:ro", "--env=HEADWAY_URL=http://gateway:8000", f"--env=HEADWAY_TOKEN={importer}"]
    done = up.once("gateway", "headway", "import", "commands", "/story.ndjson", "--json", options=options)
    all_of_it_is_in(done)
    return up


def test_every_service_is_ready_on_the_port_that_the_compose_file_publishes(up: Contained) -> None:
    for name, port in PORTS.items():
        limit = time.monotonic() + GIVE_UP
        while (answer := get(f"http://127.0.0.1:{port}/health/ready")).status == 200 and json.loads(answer.text)["troubles"] and time.monotonic() < limit:
            time.sleep(0.2)  # what was wrong until it was ready is said until somebody looks again
        assert (answer.status, json.loads(answer.text)) == (200, {"status": "ready", "troubles": []}), name


def test_an_executive_asks_by_graphql_with_a_token_of_the_token_container(told: Contained) -> None:
    executive = told.token("executive")
    assert data_of(f"{GATEWAY}/graphql", "{ __typename }", executive) == {"__typename": "Query"}
    assert data_of(f"{GATEWAY}/graphql", '{ product(id: "trails") { name backlog { open } } }', executive) == {
        "product": {"name": "Trail maps", "backlog": {"open": 1}}
    }
    assert data_of(f"{GATEWAY}/graphql", EXECUTIVE, executive)["portfolio"]


def test_pages_graphiql_and_the_documentation_come_with_all_that_they_load(told: Contained, importer: str) -> None:
    pages_come_with_all_that_they_load(GATEWAY, importer)


def test_all_say_one_version(up: Contained) -> None:
    script = """headway --version; python -c 'import importlib.metadata as m; print(m.version("headway"))'"""
    for name, port in PORTS.items():
        assert up.inside(name, "sh", "-c", script) == f"headway {version()}\n{version()}\n"
        assert f'headway_build_info{{version="{version()}"}} 1.0' in get(f"http://127.0.0.1:{port}/metrics").text


def test_services_run_without_rights_on_a_root_that_they_cannot_write(up: Contained) -> None:
    for name in SERVICES:
        said = up.inside(
            name, "sh", "-c", "id -u; cat /proc/1/status; touch /here; touch /verifier/here; touch /tmp/here && echo temporary files are good", check=False
        )
        assert said.startswith("10001\n")
        assert re.search(r"^CapEff:\s0+$", said, re.MULTILINE) and re.search(r"^NoNewPrivs:\s1$", said, re.MULTILINE)
        assert said.count("Read-only file system") == 2 and "temporary files are good" in said


def test_the_setup_may_run_again_and_keeps_the_key(up: Contained) -> None:
    before = up.inside("gateway", "sha256sum", "/verifier/issuer.key.pub")
    for once in ("keys", "setup"):
        again = up.once(once)
        assert again.returncode == 0, again.stderr
    assert up.inside("gateway", "sha256sum", "/verifier/issuer.key.pub") == before
    there = up.once("keys", "stat", "-c", "%a %u", "/issuer/issuer.key")
    assert there.stdout == "600 10001\n", there.stderr


def test_no_service_holds_the_key_that_signs(up: Contained) -> None:
    for name in SERVICES:
        assert up.inside(name, "ls", "-A", "/issuer", "/verifier") == "/issuer:\n\n/verifier:\nissuer.key.pub\n"
        assert "PRIVATE" not in up.inside(name, "cat", "/verifier/issuer.key.pub")


def test_the_doctor_finds_all_good_in_a_container_and_makes_nothing(told: Contained) -> None:
    def in_each() -> dict[str, Any]:
        return {name: told.inside(name, "headway", "doctor", check=False) for name in SERVICES}

    said = when_nothing_is_to_be_mended(in_each)
    for name, lines in said.items():
        assert "MEND" not in lines and "data folder" not in lines and "backlog at http://backlog:8000: ready" in lines, (name, lines)
    once = when_nothing_is_to_be_mended(lambda: told.once("gateway", "headway", "doctor"))  # as `docker compose run --rm gateway headway doctor`
    assert once.returncode == 0 and "running: nothing answers at http://127.0.0.1:8000" in once.stdout, once.stdout + once.stderr


def when_nothing_is_to_be_mended(ask: Callable[[], T]) -> T:
    """What the doctor says, asked again while a machine that has much else to do lets a server answer too late."""
    limit = time.monotonic() + GIVE_UP
    while "MEND" in str(said := ask()) and time.monotonic() < limit:
        time.sleep(1)
    return said


def test_an_image_cannot_be_built_for_a_service_that_is_none(engine: Engine, images: dict[str, str], secrets: dict[str, Path]) -> None:
    with pytest.raises(Failed, match=r"services\.kitchen"):
        engine.build(ROOT, "headway-kitchen", {"SERVICE": "kitchen"}, secrets)


def test_nothing_of_the_authorities_that_an_image_was_built_with_stays_in_it(engine: Engine, images: dict[str, str]) -> None:
    image = images["gateway"]
    assert AUTHORITY not in json.dumps(engine.inspected("image", image)) + engine.podman("history", "--no-trunc", image).stdout
    folder = Path(engine.podman("image", "mount", image).stdout.strip())
    try:
        files = [path for top in ("etc", "issuer", "opt", "root", "run", "tmp", "usr/local", "var") for path in (folder / top).rglob("*") if path.is_file()]
        assert [path for path in files if path.name == "ca.crt" or AUTHORITY.encode() in path.read_bytes()] == []
    finally:
        engine.podman("image", "unmount", image)


def test_all_end_by_sigterm_within_the_grace_period_and_with_nothing_wrong(told: Contained) -> None:
    assert told.stop() == dict.fromkeys(SERVICES, 0)
