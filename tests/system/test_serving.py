"""`headway serve` as a process: ready, stopped cleanly, killed, each service alone."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from headway.contracts import openapi
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from tests.patience import GIVE_UP
from tools.servers.processes import free_port

HEADWAY = [sys.executable, "-c", "from headway.cli import main; main()"]
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("HEADWAY_")} | {"NO_COLOR": "1"}


@contextmanager
def served(
    data: Path, *names: str, port: int | None = None, environment: dict[str, str] | None = None, by: Sequence[str] = HEADWAY
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = port or free_port()
    command = [*by, "serve", *names, "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, env=ENVIRONMENT | (environment or {}), stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield process, url
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _wait(url: str, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + GIVE_UP
    while time.monotonic() < end and process.poll() is None:
        try:
            if urllib.request.urlopen(url + "/health/ready", timeout=1).status == 200:
                return
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate()[1])


def post(url: str, path: str, body: object, data: Path, persona: str = "importer") -> dict[str, object]:
    token = Issuer.embedded(Settings(data=data)).token(persona)
    request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=GIVE_UP) as answer:
        found: dict[str, object] = json.loads(answer.read())
    return found


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*HEADWAY, *words], env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=GIVE_UP)


def test_it_says_one_line_when_ready_and_ends_cleanly_on_sigterm(tmp_path: Path) -> None:
    with served(tmp_path) as (process, url):
        post(url, "/portfolio/v1/commands/register_organisation", {"organisation": "env", "name": "Environment"}, tmp_path)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        said = (process.stderr.read() if process.stderr else "").splitlines()
    assert [line for line in said if "ready at" in line] == [f"Headway is ready at {url} (backlog, roadmap, portfolio, gateway; data in {tmp_path})"]


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path, port=port) as (process, url):
        post(url, "/portfolio/v1/commands/register_organisation", {"organisation": "env", "name": "Environment"}, tmp_path)
        process.kill()
        process.wait()
    with served(tmp_path, port=port) as (_, url):
        answer = post(url, "/graphql", {"query": '{ organisation(id: "env") { name } }'}, tmp_path, "executive")
    assert answer["data"] == {"organisation": {"name": "Environment"}}


def test_each_service_runs_alone_and_the_gateway_shows_all(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("portfolio", "backlog", "gateway")}
    urls = {f"HEADWAY_{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in ports.items() if name != "gateway"}
    with (
        served(tmp_path, "portfolio", port=ports["portfolio"]) as (_, portfolio),
        served(tmp_path, "backlog", port=ports["backlog"], environment=urls) as (_, backlog),
        served(tmp_path, "gateway", port=ports["gateway"], environment=urls) as (_, gateway),
    ):
        said = post(portfolio, "/portfolio/v1/commands/register_product", {"product": "p", "name": "P"}, tmp_path)
        opened = post(gateway, "/graphql", {"query": 'mutation { openBacklog(input: {product: "p"}) { position } }'}, tmp_path, "importer")
        assert opened["data"] == {"openBacklog": {"position": "backlog:p@1"}}
        assert backlog
        end = time.monotonic() + GIVE_UP
        while time.monotonic() < end:
            answer = post(gateway, "/graphql", {"query": '{ product(id: "p") { name backlog { open } } }'}, tmp_path, "executive")
            if answer["data"] == {"product": {"name": "P", "backlog": {"open": 0}}}:
                break
            time.sleep(0.1)
        assert answer["data"] == {"product": {"name": "P", "backlog": {"open": 0}}}, said


@pytest.mark.parametrize(
    ("words", "environment", "code", "said"),
    [
        (("serve", "kitchen"), {}, 2, "kitchen"),
        (("serve",), {"HEADWAY_PARTITION": "3"}, 2, "HEADWAY_PARTITIONS"),
        (("serve", "gateway"), {"HEADWAY_ISSUER": "https://id.example.org", "HEADWAY_BACKLOG_URL": "http://127.0.0.1:9"}, 2, "HEADWAY_BACKLOG_URL"),
        (("token", "king"), {}, 2, "king"),
        (("token", "executive"), {"HEADWAY_ISSUER": "https://id.example.org"}, 2, "HEADWAY_ISSUER"),
        (("import", "commands", "nowhere.ndjson"), {"HEADWAY_TOKEN": "t"}, 2, "nowhere.ndjson"),
        (("query", "nowhere.graphql"), {"HEADWAY_TOKEN": "t"}, 2, "nowhere.graphql"),
        (("events",), {}, 2, "HEADWAY_TOKEN"),
        (("events",), {"HEADWAY_TOKEN": "t", "HEADWAY_URL": "http://127.0.0.1:9"}, 5, "does not answer"),
        (("events",), {"HEADWAY_TOKEN": "t", "HEADWAY_URL": "127.0.0.1:9"}, 2, "HEADWAY_URL"),
    ],
)
def test_a_wrong_call_ends_with_one_line_and_its_code(tmp_path: Path, words: Sequence[str], environment: dict[str, str], code: int, said: str) -> None:
    data = ("--data", str(tmp_path)) if words[0] in ("serve", "token") else ()
    done = run(*words, *data, **environment)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert said in done.stderr and len(done.stderr.splitlines()) <= 8


def test_a_token_is_printed_alone_and_works_after_a_restart(tmp_path: Path) -> None:
    token = run("token", "executive", "--data", str(tmp_path)).stdout.strip()
    assert token.count(".") == 2
    for _ in range(2):
        with served(tmp_path) as (_, url):
            request = urllib.request.Request(url + "/events", headers={"Authorization": f"Bearer {token}"})
            assert urllib.request.urlopen(request, timeout=GIVE_UP).status == 200


def test_the_doctor_finds_a_new_folder_good(tmp_path: Path) -> None:
    done = run("doctor", "--data", str(tmp_path / "new"))
    assert done.returncode == 0, done.stdout
    assert "MEND" not in done.stdout


@pytest.mark.parametrize("contract", ["graphql", "openapi", "asyncapi", "events"])
def test_every_contract_is_printed(contract: str) -> None:
    done = run("schema", contract)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 2000
    if contract != "graphql":
        json.loads(done.stdout)


def test_a_damaged_store_is_found_by_the_doctor_and_ends_the_start_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "headway.portfolio.sqlite3").write_bytes(b"no database" * 100)
    (tmp_path / "issuer.key").write_text("no key")
    looked = run("doctor", "--data", str(tmp_path))
    assert looked.returncode == 1 and [line.split()[1] for line in looked.stdout.splitlines() if "MEND" in line] == ["issuer:", "store"]
    (tmp_path / "issuer.key").unlink()
    done = run("serve", "--port", str(free_port()), "--data", str(tmp_path))
    assert done.returncode == 2 and "doctor" in done.stderr.splitlines()[-1]


def test_the_doctor_counts_what_the_log_holds(tmp_path: Path) -> None:
    with served(tmp_path) as (process, url):
        post(url, "/portfolio/v1/commands/register_organisation", {"organisation": "env", "name": "Environment"}, tmp_path)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert "log: 1 events" in run("doctor", "--data", str(tmp_path)).stdout


def test_a_request_half_sent_holds_up_no_stop(tmp_path: Path) -> None:
    with served(tmp_path) as (process, url):
        token = Issuer.embedded(Settings(data=tmp_path)).token("importer")
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as half:
            half.sendall(f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 9\r\n\r\n{{".encode())
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("persona", "words", "code"),
    [
        ("importer", 'mutation { registerOrganisation(input: {organisation: "env", name: "E"}) { id } }', 4),
        ("subscriber", 'mutation { registerOrganisation(input: {organisation: "new", name: "N"}) { id } }', 6),
        ("importer", 'mutation { registerOrganisation(input: {organisation: "A/B", name: "N"}) { id } }', 2),
        ("importer", "{ nothing }", 2),
        ("importer", "{ __typename }", 0),
    ],
)
def test_a_question_ends_with_the_code_of_what_went_wrong(environment: tuple[Path, str], tmp_path: Path, persona: str, words: str, code: int) -> None:
    data, url = environment
    document = tmp_path / "asked.graphql"
    document.write_text(words)
    done = run("query", str(document), "--var", "x=1e400", HEADWAY_URL=url, HEADWAY_TOKEN=Issuer.embedded(Settings(data=data)).token(persona))
    assert done.returncode == code, done.stderr


def test_a_proxy_of_the_environment_is_not_asked_for_what_runs_on_this_machine(environment: tuple[Path, str], tmp_path: Path) -> None:
    data, url = environment
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9") | {"NO_PROXY": "", "no_proxy": ""}
    document = tmp_path / "asked.graphql"
    document.write_text("{ __typename }")
    token = Issuer.embedded(Settings(data=data)).token("executive")
    done = run("query", str(document), **proxies, HEADWAY_URL=url, HEADWAY_TOKEN=token)
    assert done.returncode == 0, done.stderr
    assert f"running at {url}: all is well" in run("doctor", "--data", str(data), **proxies, HEADWAY_URL=url).stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A data folder and the address of what serves it, with one organisation."""
    data = tmp_path_factory.mktemp("served")
    with served(data) as (_, url):
        post(url, "/portfolio/v1/commands/register_organisation", {"organisation": "env", "name": "Environment"}, data)
        yield data, url


def test_the_whole_description_names_each_operation_once_and_mixes_up_no_schemas() -> None:
    whole = openapi()
    names = [operation["operationId"] for operations in whole["paths"].values() for operation in operations.values()]
    assert len(names) == len(set(names)) and {"/events", "/graphql", "/portfolio/v1/teams"} <= whole["paths"].keys()
    schemas = whole["components"]["schemas"]
    assert {"BacklogDropItem", "RoadmapDropItem"} <= schemas.keys() and "DropItem" not in schemas
    assert all(name in schemas for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(whole)))
