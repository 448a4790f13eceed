"""What `docker compose up` would start, read by Docker's own loader; and what an image is made of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from libs.adapters.kafka.log import KafkaLog
from libs.events.ports.log import Cursor, LogUnavailable
from libs.service.settings import Settings
from tests.deploy.composed import SERVICES, broker_properties, settings_of_the_compose_file
from tests.patience import GIVE_UP
from tests.servers import absent, without
from tools.servers import KafkaServer, NotHere
from tools.servers.deployment_check import NoGo, loaded, made_secrets
from tools.servers.processes import free_port

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    try:
        return loaded()
    except NoGo as e:
        pytest.skip(f"docker-compose.yml is not read by Docker's own loader: {e}")


def test_all_four_services_are_given_the_settings_of_one_file_and_no_other(compose: dict[str, Any]) -> None:
    for name in SERVICES:
        assert compose["services"][name]["environment"] == settings_of_the_compose_file()


def test_the_settings_are_ones_that_a_service_takes(tmp_path: Path) -> None:
    key = tmp_path / "issuer.key"
    key.touch()
    made = Settings.from_environment(settings_of_the_compose_file() | {"HEADWAY_ISSUER": f"file:{key}"}, host="0.0.0.0")  # noqa: S104 - as in a container
    assert made.on_kafka and made.on_mongodb


def test_services_run_without_rights_on_a_root_that_they_cannot_write(compose: dict[str, Any]) -> None:
    for name in (*SERVICES, "keys", "setup", "token"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["user"] == "10001:10001"
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert "USER 10001:10001" in DOCKERFILE


def test_only_where_tokens_are_made_there_is_the_key_and_only_what_makes_it_may_write_it(compose: dict[str, Any]) -> None:
    for name, source in (*dict.fromkeys(SERVICES, "verifier").items(), ("token", "issuer")):
        (volume,) = compose["services"][name]["volumes"]
        assert (volume["source"], volume["target"], volume["read_only"]) == (source, f"/{source}", True)
    assert {v["target"] for v in compose["services"]["keys"]["volumes"] if not v.get("read_only")} == {"/issuer", "/verifier"}
    assert all(v.get("read_only") for v in compose["services"]["setup"]["volumes"])
    assert compose["services"]["token"]["environment"]["HEADWAY_ISSUER"] == "file:/issuer/issuer.key"


def test_each_container_has_limits_of_memory_and_processes(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert 0 < int(service["mem_limit"]) <= 2 << 30 and 0 < service["pids_limit"] <= 1024, name


def test_images_may_be_named_by_digest(compose: dict[str, Any]) -> None:
    digest = "@sha256:" + "0" * 64
    names = {"KAFKA_IMAGE": f"a{digest}", "MONGO_IMAGE": f"b{digest}", "PYTHON_IMAGE": f"c{digest}"}
    services = loaded(secrets={**made_secrets(), **names})["services"]
    assert (services["kafka"]["image"], services["mongo"]["image"]) == (names["KAFKA_IMAGE"], names["MONGO_IMAGE"])
    assert {services[name]["build"]["args"]["PYTHON"] for name in SERVICES} == {names["PYTHON_IMAGE"]}
    looked_up = set(re.findall(r"(\w+_IMAGE)=(\S+:\S+?)(?:;| )", (ROOT / "deploy" / "digests.sh").read_text()))
    plain = compose["services"]
    said = {plain["kafka"]["image"], plain["mongo"]["image"], plain["gateway"]["build"]["args"]["PYTHON"]}
    assert {name for name, _ in looked_up} == set(names) and {image for _, image in looked_up} == said, "tags are those of the compose file"


def test_passwords_are_made_once_for_whoever_runs_it_and_stand_in_no_file_of_the_project(tmp_path: Path) -> None:
    file = tmp_path / "env"
    command = ["/bin/sh", str(ROOT / "deploy" / "secrets.sh"), str(file)]
    subprocess.run(command, check=True, timeout=GIVE_UP)
    made = file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert all(re.fullmatch(r"\w+=[0-9a-f]{64}", line) for line in made.splitlines()) and len(set(made.splitlines())) == 6
    subprocess.run(command, check=True, timeout=GIVE_UP)
    assert file.read_text() == made
    first, *others = made.splitlines(keepends=True)
    file.write_text("".join(others) + "MONGO_IMAGE=mongo:8.0\n")
    subprocess.run(command, check=True, timeout=GIVE_UP)
    assert set(others) < set(file.read_text().splitlines(keepends=True)) and first not in file.read_text()
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_without_passwords_nothing_starts_and_what_makes_them_is_named(compose: dict[str, Any]) -> None:
    for name in made_secrets():
        if name != "PEER_SECRET":
            with pytest.raises(ValueError, match=r"deploy/secrets\.sh"):
                loaded(secrets={**made_secrets(), name: ""})


def test_both_servers_ask_who_one_is_wherever_they_can_be_reached(compose: dict[str, Any]) -> None:
    kafka = broker_properties(compose)
    protocols = dict(one.split(":") for one in kafka["listener.security.protocol.map"].split(","))
    plain = {name for name, protocol in protocols.items() if protocol == "PLAINTEXT"}
    addresses = dict(one.split("://") for one in kafka["listeners"].split(","))
    assert addresses.keys() == protocols.keys() and all(addresses[name].startswith("localhost:") for name in plain)
    assert {port["target"] for port in compose["services"]["kafka"]["ports"]} == {29092} and "HOST" not in plain
    assert "--keyFile" in (ROOT / "deploy" / "mongo" / "start.sh").read_text()
    assert compose["services"]["mongo"]["entrypoint"] == ["/bin/sh", "/deploy/start.sh"]


def test_nothing_listens_beyond_this_machine(compose: dict[str, Any]) -> None:
    published = [(name, port) for name, service in compose["services"].items() for port in service.get("ports", ())]
    assert {name for name, _ in published} == {*SERVICES, "kafka"}
    for name, port in published:
        assert port["host_ip"] == "127.0.0.1", name


def test_each_service_waits_until_what_it_needs_is_well(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in SERVICES:
        waits = {other: wait["condition"] for other, wait in services[name]["depends_on"].items()}
        done = dict.fromkeys(("keys", "setup"), "service_completed_successfully")
        assert waits.items() >= (done | dict.fromkeys(("kafka", "mongo"), "service_healthy")).items()
    assert services["gateway"]["depends_on"].keys() >= {"backlog", "roadmap", "portfolio"}
    for name in {other for s in services.values() for other, wait in s.get("depends_on", {}).items() if wait["condition"] == "service_healthy"}:
        test = services[name]["healthcheck"]["test"]
        assert test[0] == "CMD"
        assert not [word for word in test if " " in word], name


def test_a_key_and_a_token_wait_for_no_server(compose: dict[str, Any]) -> None:
    assert set(compose["services"]["token"]["depends_on"]) == {"keys"}
    assert not compose["services"]["keys"].get("depends_on")


def test_the_health_check_of_the_image_is_that_of_the_compose_file_and_sees_what_is_not_there(compose: dict[str, Any]) -> None:
    test = compose["services"]["gateway"]["healthcheck"]["test"]
    assert f'CMD ["python", "-c", "{test[3]}"]' in DOCKERFILE
    done = subprocess.run([sys.executable, "-c", test[3].replace(":8000/", ":9/")], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "URLError" in done.stderr


def test_data_outlives_the_containers(compose: dict[str, Any]) -> None:
    assert compose["volumes"].keys() == {"kafka", "mongo", "issuer", "verifier"}
    for name, target in (("kafka", "/var/lib/kafka/data"), ("mongo", "/data/db")):
        assert (name, target) in {(v["source"], v["target"]) for v in compose["services"][name]["volumes"]}


def test_what_is_wrong_in_a_compose_file_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yml"
    wrong.write_text("name: x\nservices:\n  a:\n    image: a\n    depends_on: [b]\n")
    try:
        with pytest.raises(ValueError, match='depends on undefined service "b"'):
            loaded(wrong)
    except NoGo as e:
        pytest.skip(f"docker-compose.yml is not read by Docker's own loader: {e}")


@pytest.mark.servers
async def test_a_broker_starts_with_the_settings_of_the_compose_file_and_takes_topics(compose: dict[str, Any], tmp_path: Path) -> None:
    ports = [free_port() for _ in range(4)]
    there = {
        "://:9092": ports[0],
        "://kafka:9092": ports[0],
        "localhost:9093": ports[1],
        "localhost:9094": ports[3],
        "://:29092": ports[2],
        "127.0.0.1:29092": ports[2],
    }
    properties: dict[str, object] = {}
    for name, value in broker_properties(compose).items():
        for address, port in there.items():
            value = value.replace(address, f"{'://' if '://' in address else ''}127.0.0.1:{port}")
        properties[name] = value
    server = KafkaServer(tmp_path, port=ports[0], properties=properties | {"log.dirs": tmp_path / "data"})
    try:
        try:
            server.start()
        except NotHere as e:
            absent(without(server, e))
        secrets = made_secrets()
        nobody = KafkaLog.of(f"kafka://headway:{'0' * 64}@127.0.0.1:{ports[0]}", "composed", 2)
        await nobody.open()
        with pytest.raises(LogUnavailable):
            await nobody.end(nobody.topics)
        await nobody.close()
        for port in (ports[0], ports[2]):  # as services and as subscribers on the host reach it
            log = KafkaLog.of(f"kafka://headway:{secrets['KAFKA_PASSWORD']}@127.0.0.1:{port}", "composed", 2)
            await log.open()
            assert await log.end(log.topics) == Cursor()
            await log.close()
    finally:
        server.remove()


def test_every_image_is_pinned_and_the_python_is_the_projects() -> None:
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${PYTHON}"}
    images = re.findall(r"^ARG PYTHON=(\S+)", DOCKERFILE, re.MULTILINE)
    assert images and all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", image) for image in images)


def test_the_service_is_named_before_what_depends_on_it() -> None:
    lines = DOCKERFILE.splitlines()
    named = lines.index("ARG SERVICE")
    assert all(number > named for number, line in enumerate(lines) if "${SERVICE}" in line)


def test_an_image_holds_the_very_versions_that_the_tests_ran_with() -> None:
    whole, shipped, building = (_pins(ROOT / path) for path in ("requirements.lock", "deploy/requirements.lock", "deploy/build.lock"))
    assert shipped.items() <= whole.items() and building.items() <= whole.items()
    assert building.keys() == {"setuptools"}, "pyproject.toml says what builds the package"
    assert {"aiokafka", "pymongo", "fastapi"} <= shipped.keys()
    assert not {"pytest", "mypy", "playwright"} & shipped.keys()


def test_what_an_image_is_made_of_reaches_the_builder() -> None:
    copied = {word.rstrip("/") for line in re.findall(r"^COPY (?!--from)(.+)", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == allowed
    assert all((ROOT / path).exists() for path in copied)


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(), re.MULTILINE))
