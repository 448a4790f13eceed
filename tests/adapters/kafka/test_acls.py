"""On a broker with users, each service writes its own topic alone, everybody reads, and a refusal says what to look at."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("aiokafka", reason="aiokafka is not installed: the log in Kafka is not tried")

from aiokafka.admin import AIOKafkaAdminClient
from typer.testing import CliRunner

from headway.cli import app
from libs.adapters.kafka.acls import rights_of
from libs.adapters.kafka.connection import KafkaConnection
from libs.adapters.kafka.log import KafkaLog
from libs.events.envelope import SERVICES, all_topics, topic
from libs.events.ports.log import LogUnavailable, Record
from libs.events.ports.server_clock import ClockUntold
from tests.patience import GIVE_UP
from tests.servers import absent
from tools.servers import KafkaServer, NotHere

pytestmark = pytest.mark.servers

ACLS = Path(__file__).parents[3] / "deploy" / "kafka" / "acls.json"
USERS = ("admin", *SERVICES, "gateway", "subscriber", "stranger")
NAMESPACE = "guarded"

Signed = Callable[[str], Awaitable[KafkaLog]]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker with users, whose topics and rights `headway topics` has made."""
    server = KafkaServer(tmp_path_factory.mktemp("guarded"), users=[(user, f"{user}:p@ss") for user in USERS])
    try:
        address = server.start()
    except NotHere as e:
        absent(f"kafka is not here ({e}): that each service writes its own topics alone is not tried")
    yield address
    server.remove()


def url_of(address: str, user: str, query: str = "") -> str:
    return f"kafka://{user}:{user}%3Ap%40ss@{address}{query}"


def run(address: str, *arguments: str, user: str = "admin", namespace: str = NAMESPACE) -> tuple[int, str, str]:
    """`headway topics`, or another command where it is given, as somebody: exit code, stdout and stderr."""
    environment: dict[str, str | None] = {name: None for name in os.environ if name.startswith("HEADWAY_")}  # those of the tests are no settings
    environment |= {"HEADWAY_LOG_URL": url_of(address, user), "HEADWAY_NAMESPACE": namespace, "HEADWAY_PARTITIONS": "2"}
    command = arguments if arguments[:1] == ("doctor",) else ("topics", *arguments)
    result = CliRunner().invoke(app, list(command), env=environment)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def granted(guarded: str) -> str:
    """The same address, once the topics and rights are there."""
    code, _, words = run(guarded, "--acls", str(ACLS))
    assert code == 0, words
    return guarded


@pytest.fixture
async def signed(granted: str) -> AsyncIterator[Signed]:
    """Logs of different users."""
    logs: list[KafkaLog] = []

    async def of(user: str) -> KafkaLog:
        logs.append(KafkaLog.of(url_of(granted, user, "?mechanism=SCRAM-SHA-256"), NAMESPACE, 2))
        await logs[-1].open()
        return logs[-1]

    yield of
    for log in logs:
        await log.close()


def record(service: str, n: int = 1) -> Record:
    return Record(topic(NAMESPACE, service), "thing:a", {"ce_sequence": str(n)}, b"{}")


async def test_each_service_writes_its_own_topic_alone_and_all_read(signed: Signed) -> None:
    for user in SERVICES:
        log = await signed(user)
        for service in SERVICES:
            (answer,) = await log.publish([record(service)])
            assert (answer is None) == (user == service), f"{user} wrote {service}: {answer}"
            if answer is not None:
                assert isinstance(answer, LogUnavailable)
                assert "not allowed on the topic" in str(answer)
    for reader in (*SERVICES, "gateway"):
        log = await signed(reader)
        found = {d.record.topic async for batch in log.read(all_topics(NAMESPACE), follow=False) for d in batch}
        assert found == set(all_topics(NAMESPACE))
        assert (await log.end(all_topics(NAMESPACE))).offsets


async def test_a_service_that_may_write_its_own_topic_alone_starts_shares_and_renews(signed: Signed) -> None:
    log = await signed("portfolio")
    assert {t.name: t.unseen is None for t in (await log.ready()).values()} == {topic(NAMESPACE, s): s == "portfolio" for s in SERVICES}
    await log.publish([record("portfolio", 2)])
    await log.renew([topic(NAMESPACE, "portfolio")])
    async with asyncio.timeout(GIVE_UP):
        async for share in log.share([topic(NAMESPACE, "portfolio")], "webhooks"):
            assert await share.done()
            break


async def test_who_may_describe_the_cluster_is_told_what_time_it_is_there_and_others_that_they_may_not(signed: Signed) -> None:
    for user in (*SERVICES, "gateway"):
        await (await signed(user)).server_time()
    with pytest.raises(ClockUntold, match="may not describe the cluster"):
        await (await signed("subscriber")).server_time()


async def test_a_stranger_is_told_to_see_the_rights(signed: Signed) -> None:
    log = await signed("stranger")
    with pytest.raises(LogUnavailable, match="see its ACLs"):
        await log.end(all_topics(NAMESPACE))


async def test_a_wrong_password_says_what_to_check_and_is_not_printed(granted: str) -> None:
    log = KafkaLog.of(f"kafka://portfolio:secret@{granted}", NAMESPACE, 2)
    with pytest.raises(LogUnavailable, match="does not take user portfolio: check user, password") as caught:
        await log.end(all_topics(NAMESPACE))
    assert "secret" not in str(caught.value) + repr(log.connection) + repr(caught.value.__cause__)
    await log.close()


async def test_no_user_where_one_is_wanted_says_what_to_check(granted: str) -> None:
    log = KafkaLog.of(f"kafka://{granted}", NAMESPACE, 2)
    with pytest.raises(LogUnavailable, match="takes nobody without a user"):
        await log.end(all_topics(NAMESPACE))
    await log.close()


def test_topics_and_rights_are_given_twice_without_harm_and_by_nobody_else(granted: str) -> None:
    code, out, words = run(granted, "--acls", str(ACLS), "--json")
    assert (code, [t["differs"] for t in json.loads(out)]) == (0, [[], [], []])
    assert "rights given to 5 users" in words
    code, _, words = run(granted, "--acls", str(ACLS), user="backlog")
    assert code == 6
    assert "backlog may write topic guarded.backlog: ClusterAuthorizationFailedError" in words


def test_what_nobody_may_make_is_asked_of_one_who_may(granted: str) -> None:
    code, _, words = run(granted, user="backlog", namespace="unmade")
    assert code == 6
    assert "run 'headway topics' as one who may" in words


async def test_the_admin_client_shows_the_topics(granted: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=granted, security_protocol="SASL_PLAINTEXT", sasl_plain_username="admin", sasl_plain_password="admin:p@ss")
    await admin.start()
    assert set(all_topics(NAMESPACE)) <= set(await admin.list_topics())
    await admin.close()


@pytest.mark.parametrize("said", ["[]", "{", '{"a": [{"topic": "x", "may": ["fly"]}]}', '{"a": [{"planet": "x", "may": ["read"]}]}', '{"a": [{"topic": "x"}]}'])
def test_a_file_that_holds_no_rights_is_refused_in_words(said: str, tmp_path: Path) -> None:
    (tmp_path / "acls.json").write_text(said)
    with pytest.raises(ValueError, match="is no file of rights"):
        rights_of(tmp_path / "acls.json", NAMESPACE)


def test_the_deployed_file_names_a_writer_for_each_topic_and_no_other() -> None:
    writes = [(r.user, r.name) for r in rights_of(ACLS, "ns") if r.operation == "write"]
    assert writes == [(service, f"ns.{service}") for service in SERVICES]


@pytest.mark.parametrize(
    ("user", "names", "code", "said"),
    [
        ("subscriber", (), 6, f"may not write {NAMESPACE}.backlog, {NAMESPACE}.roadmap, {NAMESPACE}.portfolio"),
        ("backlog", (), 6, f"may not write {NAMESPACE}.roadmap, {NAMESPACE}.portfolio"),
        ("backlog", ("backlog",), 0, " records in 3 topics"),
        ("admin", (), 0, " records in 3 topics"),
        ("stranger", (), 6, "may not see it"),
    ],
)
def test_the_doctor_says_what_a_user_may_not_do(granted: str, tmp_path: Path, user: str, names: tuple[str, ...], code: int, said: str) -> None:
    found, words, _ = run(granted, "doctor", *names, "--data", str(tmp_path), user=user)
    assert found == code and said in words, words


async def test_the_doctor_makes_no_topic_and_says_who_may(guarded: str, tmp_path: Path) -> None:
    for user, code, said in (("admin", 0, "not there yet, made when Headway starts"), ("gateway", 6, "may not see it")):
        found, words, _ = await asyncio.to_thread(run, guarded, "doctor", "--data", str(tmp_path), user=user, namespace="unmade")
        assert found == code and said in words, words
    admin = AIOKafkaAdminClient(**KafkaConnection.parse(url_of(guarded, "admin")).options)
    await admin.start()
    topics = await admin.list_topics()
    await admin.close()
    assert [name for name in topics if name.startswith("unmade")] == []
