"""Tokens: what verifies, what does not, and why."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from libs.commands.errors import NotSignedIn, Unreachable
from libs.service.identity.issuer import ISSUER, Issuer, write_key_pair
from libs.service.identity.oidc import OidcKeys
from libs.service.identity.tokens import Principal, Role, Verifier
from libs.service.settings import Settings

KEY = Ed25519PrivateKey.generate()
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PROVIDER = "https://id.example/realms/gov"


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a good token, some of them changed: None leaves one out, a timedelta counts from now."""
    made = {"iss": ISSUER, "aud": "headway", "sub": "ed", "roles": ["cab@env"], "iat": now(), "exp": now() + 600, **changed}
    said = {name: value for name, value in made.items() if value is not None}
    return {name: now() + int(value.total_seconds()) if isinstance(value, timedelta) else value for name, value in said.items()}


def signed(**changed: Any) -> str:
    return jwt.encode(claims(**changed), KEY, algorithm="EdDSA")


def by_hand(header: dict[str, Any], signer: Callable[[bytes], bytes]) -> str:
    def part(raw: bytes) -> bytes:
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    text = part(json.dumps(header).encode()) + b"." + part(json.dumps(claims()).encode())
    return (text + b"." + part(signer(text))).decode()


@pytest.fixture
def verifier(tmp_path: Path) -> Verifier:
    (tmp_path / "issuer.key").write_bytes(PEM)
    return Verifier.from_settings(Settings(data=tmp_path))


async def refusal(verifier: Verifier, token: str) -> str:
    with pytest.raises(NotSignedIn) as caught:
        await verifier.verify(token)
    if len(token) > 20:
        assert token not in caught.value.detail
    return caught.value.detail


async def test_a_good_token_gives_its_principal(verifier: Verifier) -> None:
    expires = now() + 60
    found = await verifier.verify(signed(roles=["cab@env", "uma_authorization"], exp=expires))
    assert found == Principal("ed", frozenset({Role("cab", "env")}))
    assert found.expires == datetime.fromtimestamp(expires, UTC)


async def test_the_embedded_issuers_tokens_verify(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    found = await Verifier.from_settings(settings).verify(Issuer.embedded(settings).token("importer@*"))
    assert (found.id, found.roles) == ("importer", frozenset({Role("importer")}))


async def test_a_key_files_public_half_verifies(tmp_path: Path) -> None:
    private, public = write_key_pair(tmp_path / "k")
    verifier = Verifier.from_settings(Settings(issuer=f"file:{public}", audience="gov"))
    assert (await verifier.verify(Issuer.from_key_file(private, audience="gov").token("cab@env"))).has("cab")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"exp": timedelta(seconds=-60)}, "expired"),
        ({"iat": timedelta(seconds=600)}, "not valid yet"),
        ({"nbf": timedelta(seconds=600)}, "not valid yet"),
        ({"aud": "else"}, "audience"),
        ({"iss": "urn:else"}, "issuer"),
        ({"exp": None}, "'exp'"),
        ({"iat": None}, "'iat'"),
        ({"aud": None}, "'aud'"),
        ({"iss": None}, "'iss'"),
        ({"sub": None}, "'sub'"),
        ({"exp": "soon"}, "cannot be read"),
        ({"exp": 10**30}, "out of range"),
        ({"sub": 7}, "cannot be read"),
        ({"sub": "ed\nwrites lines"}, "control characters"),
        ({"sub": ""}, "is empty"),
    ],
)
async def test_a_claim_that_is_wrong_or_missing_is_named(verifier: Verifier, changed: dict[str, Any], says: str) -> None:
    assert says in await refusal(verifier, signed(**changed))


@pytest.mark.parametrize("typ", ["logout+jwt", "id_token", "dpop+jwt", 7, "application/secevent+jwt"])
async def test_what_is_no_access_token_opens_nothing(verifier: Verifier, typ: Any) -> None:
    assert "no access token" in await refusal(verifier, jwt.encode(claims(), KEY, algorithm="EdDSA", headers={"typ": typ}))


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "application/at+jwt", "AT+JWT", None])
async def test_an_access_token_says_so_or_nothing(verifier: Verifier, typ: Any) -> None:
    assert (await verifier.verify(jwt.encode(claims(), KEY, algorithm="EdDSA", headers={"typ": typ}))).id == "ed"


async def test_a_few_seconds_between_two_clocks_are_forgiven(verifier: Verifier) -> None:
    await verifier.verify(signed(exp=now() - 5))
    await verifier.verify(signed(iat=now() + 5))


@pytest.mark.parametrize("roles", [None, "executive@*", {"executive": True}, 7])
async def test_a_roles_claim_that_is_no_list_gives_no_roles(verifier: Verifier, roles: Any) -> None:
    assert (await verifier.verify(signed(roles=roles))).roles == frozenset()


async def test_the_algorithm_is_the_issuers_and_never_the_headers(verifier: Verifier) -> None:
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    raw = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    for header in ({"alg": "none"}, {"alg": "None"}, {"alg": "NONE", "typ": "JWT"}):
        assert "EdDSA" in await refusal(verifier, by_hand(header, lambda _: b""))
    for secret in (public, raw, public.strip()):
        confused = by_hand({"alg": "HS256"}, lambda text, secret=secret: hmac.new(secret, text, hashlib.sha256).digest())  # type: ignore[misc]
        assert "EdDSA" in await refusal(verifier, confused)
    foreign = Ed25519PrivateKey.generate()
    assert "signature" in await refusal(verifier, jwt.encode(claims(), foreign, algorithm="EdDSA"))
    assert await refusal(verifier, by_hand({"alg": "EdDSA", "crit": ["exp"]}, KEY.sign))
    assert "signature" in await refusal(verifier, jwt.encode(claims(), foreign, algorithm="EdDSA", headers={"jku": "https://evil.example/k"}))


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c.d", "a.b.c", "é.b.c", "\ud800.b.c", "a" * 20_000 + ".b.c", "eyJhbGciOiJFZERTQSJ9..", "..", " a.b.c"])
async def test_what_is_no_token_is_refused(verifier: Verifier, token: str) -> None:
    assert await refusal(verifier, token)


async def test_a_header_nested_too_deep_is_refused(verifier: Verifier) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 6000).rstrip(b"=").decode()
    assert await refusal(verifier, f"{deep}.e30.AAAA")


async def test_a_changed_token_is_not_taken_for_the_one_that_was_verified(verifier: Verifier) -> None:
    token = signed()
    await verifier.verify(token)
    head, _, tail = token.split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims(roles=["importer"])).encode()).rstrip(b"=").decode()
    assert "signature" in await refusal(verifier, f"{head}.{other}.{tail}")


class Counting:
    """A key source that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def key_of(self, token: str) -> tuple[Any, str]:
        self.asked += 1
        return KEY.public_key(), "EdDSA"


async def test_what_has_verified_is_kept_until_it_expires() -> None:
    keys, clock = Counting(), [float(now())]
    verifier = Verifier(keys, issuer=ISSUER, audience="headway", clock=lambda: clock[0])
    token = signed(exp=now() + 60)
    await verifier.verify(token)
    await verifier.verify(token)
    assert keys.asked == 1
    clock[0] += 61
    await verifier.verify(token)
    assert keys.asked == 2


async def test_only_so_many_tokens_are_kept() -> None:
    keys = Counting()
    verifier = Verifier(keys, issuer=ISSUER, audience="headway")
    tokens = [signed(n=n) for n in range(2049)]
    for token in tokens:
        await verifier.verify(token)
    await verifier.verify(tokens[-1])
    assert keys.asked == 2049
    await verifier.verify(tokens[0])
    assert keys.asked == 2050


RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())


def published(kid: str, key: Any, **more: str) -> dict[str, Any]:
    algorithm: Any = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPublicKey) else jwt.algorithms.ECAlgorithm
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        algorithm = jwt.algorithms.OKPAlgorithm
    return {**algorithm.to_jwk(key, as_dict=True), "kid": kid, **more}


class Provider:
    """An OIDC provider as its two documents."""

    def __init__(self) -> None:
        self.keys = [
            published("r", RSA.public_key()),
            published("e", EC.public_key()),
            published("pss", RSA.public_key(), alg="PS256"),
            published("o", KEY.public_key()),
            published("enc", RSA.public_key(), use="enc"),
            {"kty": "oct", "kid": "h", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"},
        ]
        self.fetched: list[str] = []
        self.issuer = PROVIDER
        self.down = False

    def __call__(self, url: str) -> Any:
        self.fetched.append(url)
        if self.down:
            raise OSError("no route")
        return {"issuer": self.issuer, "jwks_uri": PROVIDER + "/certs"} if url.endswith("openid-configuration") else {"keys": self.keys}


def at_provider(provider: Provider, clock: Callable[[], float] = lambda: 0.0) -> Verifier:
    return Verifier(OidcKeys(PROVIDER, fetch=provider, clock=clock), issuer=PROVIDER, audience="headway")


def of_provider(key: Any, algorithm: str, kid: str | None) -> str:
    return jwt.encode(claims(iss=PROVIDER), key, algorithm=algorithm, headers={"kid": kid} if kid else None)


async def test_a_providers_keys_are_discovered_once_and_verify_each_by_its_own_algorithm() -> None:
    provider = Provider()
    verifier = at_provider(provider)
    assert (await verifier.verify(of_provider(RSA, "RS256", "r"))).id == "ed"
    assert (await verifier.verify(of_provider(EC, "ES256", "e"))).has("cab")
    assert provider.fetched == [PROVIDER + "/.well-known/openid-configuration", PROVIDER + "/certs"]


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [
        (RSA, "RS512", "r"),
        (RSA, "PS256", "r"),
        (RSA, "PS256", "pss"),
        (RSA, "RS256", "e"),
        (RSA, "RS256", "enc"),
        (KEY, "EdDSA", "o"),
        (RSA, "RS256", "unknown"),
        (RSA, "RS256", None),
    ],
)
async def test_a_provider_token_by_another_algorithm_or_key_is_refused(key: Any, algorithm: str, kid: str | None) -> None:
    await refusal(at_provider(Provider()), of_provider(key, algorithm, kid))


async def test_a_published_symmetric_key_verifies_nothing() -> None:
    await refusal(at_provider(Provider()), of_provider(b"secret" * 6, "HS256", "h"))


async def test_unknown_keys_do_not_make_us_ask_the_provider_each_time() -> None:
    provider = Provider()
    verifier = at_provider(provider)
    for n in range(5):
        await refusal(verifier, of_provider(RSA, "RS256", f"unknown{n}"))
    assert len(provider.fetched) <= 3


async def test_a_provider_that_does_not_answer_is_unreachable_and_left_alone_for_a_while() -> None:
    provider, clock = Provider(), [0.0]
    verifier = at_provider(provider, lambda: clock[0])
    token = of_provider(RSA, "RS256", "r")
    provider.down = True
    for _ in range(3):
        with pytest.raises(Unreachable):
            await verifier.verify(token)
    assert len(provider.fetched) == 1
    provider.down = False
    clock[0] = 6.0
    assert (await verifier.verify(token)).id == "ed"


async def test_a_discovery_document_of_another_issuer_is_not_believed() -> None:
    provider = Provider()
    provider.issuer = "https://evil.example"
    with pytest.raises(Unreachable):
        await at_provider(provider).verify(of_provider(RSA, "RS256", "r"))
