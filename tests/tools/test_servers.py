"""Holds the test servers to what they promise: they keep their address and data over a kill, stand still, and end with whoever wanted them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pymongo
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo.errors import ConnectionFailure, OperationFailure

from tests.patience import GIVE_UP
from tests.servers import absent, without
from tools.servers import KafkaServer, MongoServer, NotHere
from tools.servers.processes import free_port, port_is_free, recorded_pid

ROOT = Path(__file__).parents[2]


def test_a_killed_mongod_comes_back_at_its_address_with_its_data(mongo_server: MongoServer) -> None:
    url = mongo_server.address
    with pymongo.MongoClient[dict[str, object]](url, w="majority", journal=True) as client:
        client.test.things.insert_one({"_id": 1})
        mongo_server.kill()
        assert mongo_server.pid is None
        assert mongo_server.start() == url
        assert client.test.things.count_documents({}) == 1


def test_a_frozen_mongod_answers_nothing_and_a_thawed_one_goes_on(mongo_server: MongoServer) -> None:
    with pymongo.MongoClient[dict[str, object]](mongo_server.address, timeoutMS=400) as client:
        client.test.things.insert_one({"_id": 1})
        mongo_server.freeze()
        with pytest.raises(ConnectionFailure):
            client.test.things.find_one({"_id": 1})
        mongo_server.thaw()
        assert client.test.things.find_one({"_id": 1}) == {"_id": 1}


def test_a_frozen_mongod_can_be_stopped(mongo_server: MongoServer) -> None:
    mongo_server.freeze()
    mongo_server.stop()
    assert mongo_server.pid is None


@pytest.mark.servers
def test_a_mongod_with_a_user_is_a_replica_set_that_takes_only_that_user(tmp_path: Path) -> None:
    server = MongoServer(tmp_path, user=("ann", "pass-word"), replica_set="rs0")
    try:
        url = _started(server)
        assert url.startswith("mongodb://ann:pass-word@127.0.0.1:")
        with pymongo.MongoClient[dict[str, object]](url) as client:
            assert client.admin.command("hello")["setName"] == "rs0"
        with pymongo.MongoClient[dict[str, object]](url.replace("pass-word", "wrong")) as client, pytest.raises(OperationFailure):
            client.test.things.find_one()
    finally:
        server.remove()


async def test_a_killed_kafka_comes_back_at_its_address_with_its_topics(kafka_server: KafkaServer) -> None:
    address = kafka_server.address
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic("kept", 1, 1)])
    finally:
        await admin.close()
    kafka_server.kill()
    assert kafka_server.pid is None
    assert kafka_server.start() == address
    again = AIOKafkaAdminClient(bootstrap_servers=address)
    await again.start()
    try:
        assert "kept" in await again.list_topics()
    finally:
        await again.close()


@pytest.mark.servers
def test_servers_end_with_the_process_that_started_them_even_if_it_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "mongo"
    _installed()
    script = f"from tools.servers import MongoServer; MongoServer({str(folder)!r}).start(); print('started', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "started\n"
        port = int((folder / "port").read_text())
        assert not port_is_free(port)
        owner.send_signal(signal.SIGKILL)
    limit = time.monotonic() + GIVE_UP
    while folder.exists() and time.monotonic() < limit:
        time.sleep(0.05)
    assert not folder.exists()
    assert port_is_free(port)


def test_a_pid_file_of_another_program_is_not_taken_for_a_server(tmp_path: Path) -> None:
    for name, kind in (("kafka.pid", KafkaServer), ("mongod.pid", MongoServer)):
        (tmp_path / name).write_text(str(os.getpid()))
        server = kind(tmp_path)
        assert server.pid is None
        server.kill()
    assert recorded_pid(tmp_path / "kafka.pid") == os.getpid()


def test_an_address_is_not_known_before_the_first_start(tmp_path: Path) -> None:
    for kind in (KafkaServer, MongoServer):
        with pytest.raises(NotHere, match="no address before its first start"):
            kind(tmp_path).address  # noqa: B018 - the question is what is tried


def test_a_free_port_lies_below_those_that_outgoing_connections_take() -> None:
    port = free_port()
    assert 15000 <= port < 32768
    assert port_is_free(port)


def _started(server: MongoServer) -> str:
    try:
        return server.start()
    except NotHere as e:
        absent(without(server, e))


def _installed() -> None:
    try:
        MongoServer.install()
    except NotHere as e:
        absent(without(MongoServer(Path()), e))
