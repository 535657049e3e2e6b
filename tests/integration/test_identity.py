"""Tokens of a real issuer on this machine: what each of them proves, by the numbers of docs/threats.md."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from returns.result import Failure, Result, Success

from floe.core import policy
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.refusal import Reason, TokenRefused
from floe.effects.identity.token import TokenIdentity
from tests.servers.issuer import DISCOVERY, KEYS, Issuer, SigningKey, spelt
from tests.servers.wire import Answer, Endless, Trickle

pytestmark = pytest.mark.anyio

NOW: Final = 1_768_473_000
RSA: Final = SigningKey.rsa("rsa")
WEAK: Final = SigningKey.rsa("weak", 1024)
P256, P384, ED = SigningKey.ec("p256"), SigningKey.ec("p384", "P-384"), SigningKey.ed25519("ed")
STRANGE: Final = SigningKey.ec("strange", "secp256k1")
ENCRYPTING: Final = SigningKey.ec("enc", use="enc")
WRAPPING: Final = SigningKey.ec("wrap", key_ops=["wrapKey"])
OTHERWISE: Final = SigningKey.rsa("otherwise", alg="PS256")
STOLEN: Final = SigningKey.ec("p256")  # another key under an id that the issuer uses
ALL: Final = (P256, P384, RSA, ED, WEAK, STRANGE, ENCRYPTING, WRAPPING, OTHERWISE)


class StillClock:
    """It is the same moment until a test says otherwise."""

    def __init__(self) -> None:
        self.at = float(NOW)

    def now(self) -> datetime:
        return datetime.fromtimestamp(int(self.at), tz=UTC)

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


class RunningClock(StillClock):
    """Deadlines pass as they do."""

    def monotonic(self) -> float:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        return time.monotonic()


@pytest.fixture(scope="module")
def shared_issuer() -> Iterator[Issuer]:
    with Issuer(*ALL) as running:
        yield running


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer(P256) as running:
        yield running


def identity(
    issuer: Issuer, clock: StillClock | None = None, folder: Path = Path(), patience: float = 10.0, **more: Any
) -> TokenIdentity:
    named = policy.Issuer(**{"issuer": issuer.url, "audience": "floe", "groups_claim": "groups", **more})
    return TokenIdentity((named,), clock or StillClock(), {}, folder, patience)


async def asked(issuer: Issuer, token: str, **more: Any) -> Result[Operator, TokenRefused]:
    prover = identity(issuer, **more)
    try:
        return await prover.operator(token)
    finally:
        prover.close()


async def refused(issuer: Issuer, token: str, **more: Any) -> TokenRefused:
    return (await asked(issuer, token, **more)).failure()


Made = Callable[[Issuer], str]


class Vector(NamedTuple):
    """One token, and what becomes of it: `ok`, or the reason it proves nothing."""

    row: str
    name: str
    result: Reason | str
    made: Made


def minted(key: SigningKey, algorithm: str = "ES256", *, header: dict[str, Any] | None = None, **claims: Any) -> Made:
    """A token with these claims, signed with this key and algorithm."""
    return lambda issuer: issuer.mint(issuer.claims(NOW, **claims), key, algorithm, header)


def altered(change: Callable[[list[str]], list[str]]) -> Made:
    """A good token, of which a part is changed afterwards."""
    return lambda issuer: ".".join(change(issuer.mint(issuer.claims(NOW), P256).split(".")))


def spliced(issuer: Issuer, **claims: Any) -> str:
    """Header and signature of one token, claims of another."""
    header, _, signature = issuer.mint(issuer.claims(NOW), P256).split(".")
    return ".".join((header, issuer.mint(issuer.claims(NOW, **claims), P256).split(".")[1], signature))


def raw(payload: str) -> Made:
    return lambda issuer: issuer.mint(payload.replace("ISS", issuer.url), P256)


def lied(header: dict[str, Any]) -> Made:
    """The header says otherwise than it was signed."""
    return altered(lambda parts: [spelt(json.dumps(header).encode()), *parts[1:]])


GOOD_TEXT: Final = f'{{"iss":"ISS","aud":"floe","sub":"someone","iat":{NOW},"exp":{NOW + 300}'
VECTORS: Final = (
    Vector("I02", "es256", "ok", minted(P256)),
    Vector("I02", "es384", "ok", minted(P384, "ES384")),
    Vector("I02", "rs256", "ok", minted(RSA, "RS256")),
    Vector("I02", "ps256", "ok", minted(RSA, "PS256")),
    Vector("I02", "eddsa", "ok", minted(ED, "EdDSA")),
    Vector("I02", "signed by another key of the same id", "signature", minted(STOLEN)),
    Vector("I02", "claims of another token", "signature", lambda i: spliced(i, sub="someone else")),
    Vector("I02", "no signature", "form", altered(lambda parts: [*parts[:2], ""])),
    Vector("I02", "two parts", "form", altered(lambda parts: parts[:2])),
    Vector("I02", "an encrypted token", "form", altered(lambda parts: [*parts, "AA", "AA"])),
    Vector("I02", "padded", "form", altered(lambda parts: [f"{parts[0]}=", *parts[1:]])),
    Vector("I02", "no JSON", "form", raw("claims")),
    Vector("I02", "claims that are a list", "form", raw("[]")),
    Vector("N07", "a claim twice", "form", raw(f'{GOOD_TEXT},"sub":"other"}}')),
    Vector("N07", "a number that is none", "form", raw(f'{GOOD_TEXT},"x":NaN}}')),
    Vector("I02", "nested without end", "form", raw("[" * 4000 + "]" * 4000)),
    Vector("I03", "alg none", "algorithm", minted(P256, "none", header={"alg": "none"})),
    Vector("I03", "alg none in other letters", "algorithm", lied({"alg": "nOnE", "kid": "p256"})),
    Vector("I03", "hs256 with the public key", "algorithm", minted(P256, "HS256")),
    Vector("I03", "es512", "algorithm", lied({"alg": "ES512", "kid": "p256"})),
    Vector("I03", "no alg", "algorithm", lied({"kid": "p256"})),
    Vector("I03", "alg of another key type", "key", lied({"alg": "RS256", "kid": "p256"})),
    Vector("I02", "crit", "form", minted(P256, header={"crit": ["b64"], "b64": False})),
    Vector("I04", "rsa of 1024 bits", "key", minted(WEAK, "RS256")),
    Vector("I04", "a curve of others", "key", minted(STRANGE, "ES256")),
    Vector("I04", "a key for encryption", "key", minted(ENCRYPTING)),
    Vector("I04", "a key that may not verify", "key", minted(WRAPPING)),
    Vector("I04", "a key for another algorithm", "key", minted(OTHERWISE, "RS256")),
    Vector("I04", "no kid among many keys", "key", minted(P256, header={"kid": ...})),
    Vector("I05", "another audience", "audience", minted(P256, aud="sigstore")),
    Vector("I05", "two audiences", "audience", minted(P256, aud=["floe", "other"])),
    Vector("I05", "one audience in a list", "audience", minted(P256, aud=["floe"])),
    Vector("I05", "no audience", "audience", minted(P256, aud=...)),
    Vector("I05", "issuer with a slash more", "issuer", lambda i: i.mint(i.claims(NOW, iss=f"{i.url}/"), P256)),
    Vector("I05", "no issuer", "issuer", minted(P256, iss=...)),
    Vector("I05", "an issuer that is no text", "issuer", minted(P256, iss=7)),
    Vector("I05", "empty sub", "claims", minted(P256, sub="")),
    Vector("I05", "no sub", "claims", minted(P256, sub=...)),
    Vector("I05", "sub that is a number", "claims", minted(P256, sub=7)),
    Vector("I05", "exp as text", "claims", minted(P256, exp=str(NOW + 300))),
    Vector("I05", "exp as a fraction", "claims", minted(P256, exp=NOW + 300.5)),
    Vector("I05", "exp as a switch", "claims", minted(P256, exp=True)),
    Vector("I05", "no exp", "claims", minted(P256, exp=...)),
    Vector("I05", "no iat", "claims", minted(P256, iat=...)),
    Vector("I05", "nbf that is nothing", "claims", minted(P256, nbf=None)),
    Vector("I05", "expired", "expired", minted(P256, iat=NOW - 400, exp=NOW - 60)),
    Vector("I05", "expired within the leeway", "ok", minted(P256, iat=NOW - 400, exp=NOW - 59)),
    Vector("I05", "not yet", "early", minted(P256, iat=NOW + 61, exp=NOW + 300)),
    Vector("I05", "not yet, within the leeway", "ok", minted(P256, nbf=NOW + 60)),
    Vector("I05", "nbf in the future", "early", minted(P256, nbf=NOW + 61)),
    Vector("I05", "made too long ago", "old", minted(P256, iat=NOW - 961)),
    Vector("I05", "made 15 minutes ago", "ok", minted(P256, iat=NOW - 960)),
    Vector("I05", "valid for a year", "claims", minted(P256, exp=NOW + 365 * 86400)),
    Vector("I05", "over before it began", "claims", minted(P256, iat=NOW, exp=NOW - 10)),
    Vector("I05", "more than 16 KiB", "form", minted(P256, padding="x" * 16 * 1024)),
    Vector("I06", "a header full of keys", "form", minted(P256, header={"jwk": {"x": "y" * 600}})),
    Vector("I06", "jku is not looked at", "ok", minted(P256, header={"jku": "http://127.0.0.1:1/"})),
    Vector("I06", "x5u is not looked at", "ok", minted(P256, header={"x5u": "http://127.0.0.1:1/"})),
    Vector("I06", "jwk is not looked at", "signature", minted(STOLEN, header={"jwk": STOLEN.published})),
    Vector("I07", "a key id that nobody knows", "key", minted(P256, header={"kid": "later"})),
    Vector("I05", "sub with a line break", "claims", minted(P256, sub="some\none")),
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: f"{each.row}-{each.name}")
async def test_i02_i03_i04_i05_a_token_has_its_stated_result(vector: Vector, shared_issuer: Issuer) -> None:
    token = vector.made(shared_issuer)
    match settled(await asked(shared_issuer, token)):
        case Success(operator):
            assert (vector.result, operator.assurance) == ("ok", "verified")
        case Failure(refusal):
            assert refusal.reason == vector.result, refusal
            assert not any(len(part) > 40 and part in repr(refusal) for part in token.split("."))


async def test_what_a_token_proves_and_what_is_kept_of_it(issuer: Issuer) -> None:
    token = issuer.mint(issuer.claims(NOW, sub="42", email="ada@acme.com", email_verified=True, groups=["admins"]))
    operator = (await asked(issuer, token)).unwrap()
    assert (operator.name, operator.assurance, operator.kind) == ("ada@acme.com", "verified", "unknown")
    assert (operator.identity, operator.groups) == (f"{issuer.url}#42", ("admins",))
    assert operator.token is not None
    assert (operator.token.id, operator.token.expires) == ("token-1", NOW + 300)
    assert len(operator.token.sha256 or "") == 64
    assert not any(part in repr(operator) for part in token.split("."))


async def test_i07_an_unknown_key_is_asked_for_once_more_and_then_not_for_a_while(issuer: Issuer) -> None:
    clock = StillClock()
    prover = identity(issuer, clock)
    assert isinstance(await prover.operator(issuer.mint(issuer.claims(NOW))), Success)
    fresh = SigningKey.ec("second")
    issuer.keys = [fresh]
    assert isinstance(await prover.operator(issuer.mint(issuer.claims(NOW), fresh)), Success)
    asked_so_far = len(issuer.asked.seen)
    third = SigningKey.ec("third")
    issuer.keys = [fresh, third]
    assert (await prover.operator(issuer.mint(issuer.claims(NOW), third))).failure().reason == "key"
    assert len(issuer.asked.seen) == asked_so_far
    clock.at += 301
    assert isinstance(await prover.operator(issuer.mint(issuer.claims(NOW + 301), third)), Success)
    prover.close()


async def test_i07_keys_are_kept_for_an_hour_and_not_longer(issuer: Issuer) -> None:
    clock = StillClock()
    prover = identity(issuer, clock)
    first = issuer.keys[0]
    assert isinstance(await prover.operator(issuer.mint(issuer.claims(NOW), first)), Success)
    issuer.keys = [SigningKey.ec("second")]
    clock.at += 3601
    assert (await prover.operator(issuer.mint(issuer.claims(NOW + 3601), first))).failure().reason == "key"
    prover.close()


async def test_i07_keys_that_cannot_be_had_are_a_refusal() -> None:
    with Issuer() as gone:
        token, url, prover = gone.mint(gone.claims(NOW)), gone.url, identity(gone)
    refusal = (await prover.operator(token)).failure()
    assert (refusal.reason, refusal.issuer) == ("keys", url)
    assert "could not be had" in refusal.found


Misbehaviour = Callable[[Issuer], None]


def answering(path: str, answer: Answer) -> Misbehaviour:
    return lambda issuer: issuer.answers.update({path: answer})


def discovering(**said: object) -> Misbehaviour:
    return lambda issuer: issuer.discovery.update(said)


MANY: Final = json.dumps({"keys": [{**P256.published, "kid": str(number)} for number in range(51)]}).encode()


@pytest.mark.parametrize(
    ("misbehave", "told"),
    [
        (answering(DISCOVERY, Answer(302, (("Location", "http://127.0.0.1:1/"),))), "it answered 302"),
        (answering(KEYS, Answer(307, (("Location", "http://127.0.0.1:1/"),))), "it answered 307"),
        (answering(KEYS, Answer(500)), "it answered 500"),
        (answering(KEYS, Answer(200, (), b" " * 65537)), "more than 65536 bytes"),
        (answering(KEYS, Answer(200, (), b"{", Endless())), "more than 65536 bytes"),
        (answering(KEYS, Answer(200, (), MANY)), "51 keys"),
        (answering(KEYS, Answer(200, (), b"{}")), "no key set"),
        (answering(KEYS, Answer(200, (), b"<html>")), "no key set"),
        (answering(KEYS, Answer(200, (("Content-Encoding", "gzip"),), b"x")), "something else"),
        (answering(DISCOVERY, Answer(200, (), b"[]")), "discovery document"),
        (discovering(issuer="http://127.0.0.1:1"), "discovery document of another issuer"),
        (discovering(jwks_uri=7), "without keys"),
        (discovering(jwks_uri="http://keys.example/keys"), "it leads over http"),
        (discovering(jwks_uri="file:///etc/passwd"), "it is no address"),
        (discovering(jwks_uri="http://user:secret@127.0.0.1/"), "it is no address"),
        (discovering(jwks_uri="https://169.254.169.254/keys"), "the machine's own network"),
    ],
)
async def test_i06_keys_come_from_where_the_issuer_keeps_them_and_from_nowhere_else(
    misbehave: Misbehaviour, told: str, issuer: Issuer
) -> None:
    misbehave(issuer)
    refusal = await refused(issuer, issuer.mint(issuer.claims(NOW)))
    assert refusal.reason == "keys"
    assert told in refusal.found
    assert "secret" not in refusal.found


async def test_i06_an_issuer_of_the_world_does_not_lead_to_this_machine(issuer: Issuer) -> None:
    abroad = policy.Issuer(issuer="https://issuer.example", audience="floe", keys=f"{issuer.url}{KEYS}")
    prover = TokenIdentity((abroad,), StillClock(), {}, Path())
    token = issuer.mint(issuer.claims(NOW, iss=abroad.issuer))
    refusal = (await prover.operator(token)).failure()
    assert (refusal.reason, "this machine" in refusal.found or "http" in refusal.found) == ("keys", True)
    assert len(issuer.asked.seen) == 0


async def test_i06_an_address_of_keys_that_the_manifest_names_needs_no_discovery(issuer: Issuer) -> None:
    token = issuer.mint(issuer.claims(NOW))
    assert isinstance(await asked(issuer, token, keys=f"{issuer.url}{KEYS}"), Success)
    assert [each.target for each in issuer.asked.seen] == [KEYS]


async def test_i06_keys_in_a_file_need_no_network(issuer: Issuer, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(issuer.key_set))
    token = issuer.mint(issuer.claims(NOW))
    assert isinstance(await asked(issuer, token, keys="keys.json", folder=tmp_path), Success)
    assert len(issuer.asked.seen) == 0
    (tmp_path / "keys.json").write_text(" " * 65537)
    assert (await refused(issuer, token, keys="keys.json", folder=tmp_path)).reason == "keys"
    assert (await refused(issuer, token, keys="gone.json", folder=tmp_path)).reason == "keys"


async def test_i06_an_issuer_that_says_nothing_is_not_waited_for(issuer: Issuer) -> None:
    issuer.is_silent(KEYS)
    began = time.monotonic()
    assert (await refused(issuer, issuer.mint(issuer.claims(NOW)), clock=RunningClock(), patience=0.5)).reason == "keys"
    assert time.monotonic() - began < 5


async def test_i06_an_issuer_that_drips_is_not_waited_for(issuer: Issuer) -> None:
    issuer.answers[KEYS] = Answer(200, (), json.dumps(issuer.key_set).encode(), Trickle(1, 0.05))
    began = time.monotonic()
    assert (await refused(issuer, issuer.mint(issuer.claims(NOW)), clock=RunningClock(), patience=0.5)).reason == "keys"
    assert time.monotonic() - began < 5


async def test_a_token_of_an_issuer_that_the_policy_does_not_name(issuer: Issuer) -> None:
    prover = TokenIdentity((), StillClock(), {}, Path())
    refusal = (await prover.operator(issuer.mint(issuer.claims(NOW)))).failure()
    assert refusal.reason == "issuer"
    assert issuer.url in refusal.found
    assert len(issuer.asked.seen) == 0
