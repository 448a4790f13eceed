"""One attempt to deliver: how it is signed, where it may go, what its answer means, and when the next one is due."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.portfolio.endpoints import signature
from services.portfolio.endpoints.addresses import address_of, may_be_named, may_be_reached
from services.portfolio.webhooks.http_sender import ReceiverAnswer, Result, WebhookConnections
from services.portfolio.webhooks.retry_schedule import LONGEST, PATIENCE, next_try
from tests.patience import GIVE_UP
from tests.services.portfolio.webhooks.webhook_receiver import DROP, HANG, Receiver, receiving

NOW = datetime(2026, 6, 1, tzinfo=UTC)

# Signatures


@given(st.text(), st.lists(st.binary(min_size=24, max_size=64), min_size=1, max_size=3))
def test_the_official_package_verifies_every_signature(text: str, keys: list[bytes]) -> None:
    body, secrets = text.encode("utf-8", "replace"), [signature.PREFIX + base64.b64encode(key).decode() for key in keys]
    headers = signature.headers(secrets, signature.id_of("w", "team:biohub@3"), datetime.now(UTC), body)
    for secret in secrets:
        Webhook(secret).verify(body, headers, json_parse=False)


def test_an_id_is_the_same_for_an_event_and_a_webhook_and_no_other() -> None:
    ids = [signature.id_of(*pair) for pair in (("w", "team:b@1"), ("w", "team:b@1"), ("v", "team:b@1"), ("w", "team:b@2"))]
    assert ids[0] == ids[1] and len(set(ids)) == 3
    assert "." not in ids[0], "a full stop parts what is signed"


def test_a_secret_of_our_making_can_be_read_and_is_never_the_same() -> None:
    assert len(signature.key_of(signature.made())) == 32
    assert signature.made() != signature.made()


# Addresses


@pytest.mark.parametrize(
    "ip",
    "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.31.0.1 192.0.2.1 192.168.0.1 198.18.0.1 224.0.0.1 239.255.255.255 255.255.255.255"
    " 168.63.129.16 100.100.100.200 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1"
    " 2001:db8::1 2001::1 2002:7f00:1::1 100::1".split(),
)
def test_an_address_that_is_not_public_is_never_reached(ip: str) -> None:
    assert not may_be_reached(ipaddress.ip_address(ip), to_private=False)


@pytest.mark.parametrize("ip", "1.1.1.1 8.8.8.8 93.184.216.34 172.32.0.1 2606:4700::1111 2a00:1450:4001::200e 64:ff9b::808:808 ::ffff:8.8.8.8".split())
def test_a_public_address_is_reached(ip: str) -> None:
    assert may_be_reached(ipaddress.ip_address(ip), to_private=False)


@given(st.ip_addresses())
def test_whatever_is_reached_without_the_setting_is_global_also_to_python(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if may_be_reached(ip, to_private=False) and ip not in ipaddress.ip_network("64:ff9b::/96" if ip.version == 6 else "0.0.0.0/32"):
        mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
        assert (mapped or ip).is_global and not ip.is_multicast


def test_the_setting_allows_private_addresses_and_loopback_and_no_others() -> None:
    assert all(may_be_reached(ipaddress.ip_address(ip), to_private=True) for ip in ("10.0.0.1", "127.0.0.1", "::1", "fd12::1", "192.168.1.1"))
    assert not any(may_be_reached(ipaddress.ip_address(ip), to_private=True) for ip in ("169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.1", "fd00:ec2::254"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/x",
        "//example.org/",
        "file:///etc/passwd",
        "https://",
        "https://user@example.org/",
        "https://:pw@example.org/",
        "https://example.org/a b",
        "https://example.org/\r\nX: y",
        "https://exämple.org/",
        "https://example.org/#part",
        "https://example.org\\@evil.example/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:x/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "http://-x.example/",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        address_of(url)


def test_an_address_is_taken_apart_as_a_request_holds_it() -> None:
    address = address_of("HTTPS://Hooks.Example.org:8443/in?key=1")
    assert (address.scheme, address.host, address.port, address.target, address.authority) == (
        "https",
        "hooks.example.org",
        8443,
        "/in?key=1",
        "hooks.example.org:8443",
    )
    assert address_of("http://[2606:4700::1111]").authority == "[2606:4700::1111]"
    assert address_of("https://example.org").target == "/"
    assert "key=1" not in repr(address)


@pytest.mark.parametrize("host", ["localhost", "x.localhost", "printer.local", "metadata.google.internal", "localhost."])
def test_names_that_are_never_public_are_not_subscribed(host: str) -> None:
    assert not may_be_named(address_of(f"http://{host}/"), to_private=False)
    assert may_be_named(address_of(f"http://{host}/"), to_private=True)


# Attempts


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


async def post(receiver: Receiver, url: str = "", *, to_private: bool = True, names: Sequence[str] | None = None, seconds: float = GIVE_UP) -> ReceiverAnswer:
    async def resolve(host: str, port: int) -> Sequence[str]:
        assert names is not None
        return names

    by_name = resolve if names is not None else None
    connections = WebhookConnections(to_private=to_private, many=2, context=ssl.create_default_context(), resolve=by_name, seconds=seconds)
    try:
        return await connections.post(address_of(url or receiver.url), {"x-a": "1"}, b"{}", NOW)
    finally:
        await connections.close()


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_2xx_is_delivered(receiver: Receiver, status: int) -> None:
    receiver.answering = lambda request: status
    assert await post(receiver) == ReceiverAnswer(Result.DELIVERED, status)
    assert receiver.requests[0].headers["host"] == f"127.0.0.1:{receiver.port}"


async def test_410_is_gone_and_all_else_has_failed(receiver: Receiver) -> None:
    for status in (410, 400, 404, 429, 500, 503):
        receiver.answering = lambda request, status=status: status  # type: ignore[misc]
        assert (await post(receiver)).result is (Result.GONE if status == 410 else Result.FAILED)


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answering = lambda request: (307, {"Location": "/elsewhere"})
    answer = await post(receiver)
    assert (answer.result, answer.status) == (Result.FAILED, 307)
    assert [request.path for request in receiver.requests] == ["/hooks?key=hidden"]


async def test_who_does_not_answer_in_time_has_not_taken_it(receiver: Receiver) -> None:
    receiver.answering = lambda request: HANG
    answer = await post(receiver, seconds=0.2)
    assert answer.result is Result.FAILED and "0.2 seconds" in (answer.reason or "")


async def test_a_connection_that_breaks_and_one_that_cannot_be_made_have_failed(receiver: Receiver) -> None:
    receiver.answering = lambda request: DROP
    assert (await post(receiver)).result is Result.FAILED
    await receiver.stop()
    assert await post(receiver) == ReceiverAnswer(Result.FAILED, reason="it cannot be connected to")


async def test_retry_after_is_read_in_both_of_its_forms(receiver: Receiver) -> None:
    for said, seconds in (("120", 120.0), ("Mon, 01 Jun 2026 00:01:00 GMT", 60.0), ("soon", None)):
        receiver.answering = lambda request, said=said: (503, {"Retry-After": said})  # type: ignore[misc]
        assert (await post(receiver)).asked == seconds


async def test_a_name_that_stands_for_a_private_address_is_not_connected_to(receiver: Receiver) -> None:
    for names in (["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"]):
        answer = await post(receiver, f"http://hooks.example.org:{receiver.port}/", to_private=False, names=names)
        assert answer == ReceiverAnswer(Result.FAILED, reason="its name stands for an address that is not public")
    assert not receiver.requests


async def test_the_address_that_was_looked_at_is_the_one_connected_to(receiver: Receiver) -> None:
    answer = await post(receiver, f"http://hooks.example.org:{receiver.port}/x", names=["127.0.0.1"])
    assert answer.result is Result.DELIVERED
    assert receiver.requests[0].headers["host"] == f"hooks.example.org:{receiver.port}"


async def test_a_certificate_that_nobody_vouches_for_is_not_taken(receiver: Receiver, tmp_path: Path) -> None:
    plain = await post(receiver, f"https://hooks.example.org:{receiver.port}/", names=["127.0.0.1"])
    assert plain.result is Result.FAILED
    await receiver.stop()
    receiver.port = 0
    await receiver.start(self_signed("hooks.example.org", tmp_path))
    answer = await post(receiver, f"https://hooks.example.org:{receiver.port}/", names=["127.0.0.1"])
    assert answer == ReceiverAnswer(Result.FAILED, reason="its certificate is not valid")
    assert not receiver.requests


def self_signed(name: str, folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, key.public_key(), 1, datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    (folder / "both.pem").write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


async def test_an_endless_answer_is_read_no_further_than_needed() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    receiver = Receiver()
    receiver.port = server.sockets[0].getsockname()[1]
    assert await post(receiver) == ReceiverAnswer(Result.DELIVERED, 200)
    server.close()


# The next attempt


@given(st.integers(1, 200), st.floats(0, 1), st.one_of(st.none(), st.floats(0, 1e9)))
def test_the_next_attempt_is_later_and_within_24_hours_of_the_first(tries: int, chance: float, asked: float | None) -> None:
    due = next_try(tries, NOW, NOW + timedelta(hours=1), asked=asked, chance=chance)
    assert due is not None and NOW + timedelta(hours=1) < due <= NOW + PATIENCE
    assert due - (NOW + timedelta(hours=1)) <= timedelta(seconds=LONGEST * 1.25)


def test_rests_grow_and_after_24_hours_there_is_no_next() -> None:
    rests = [(next_try(n, NOW, NOW) or NOW) - NOW for n in range(1, 9)]
    assert [rest.total_seconds() for rest in rests] == [5, 15, 45, 135, 405, 1215, 3600, 3600]
    assert next_try(30, NOW, NOW + PATIENCE) is None
    assert next_try(30, NOW, NOW + PATIENCE - timedelta(minutes=5)) == NOW + PATIENCE
    assert next_try(1, NOW, NOW, asked=600) == NOW + timedelta(seconds=600)
