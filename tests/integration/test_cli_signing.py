"""Quickstart, section 2 and "Signature Verification Failures": signed, enforced and refused, as people type it."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from floe.core.artifact import EMPTY, MANIFEST, Manifest
from floe.core.names import Tag
from floe.core.signature.bundle import LARGEST
from floe.core.signature.simple_signing import PAYLOAD_TYPE
from floe.core.signature.statement import COSIGN_SIGN
from floe.effects.signing.attaching import attach as put
from floe.effects.signing.candidates import MOST
from tests.integration.process import Answer, Bench, run, tree
from tests.integration.shop import Shop
from tests.servers.docker_registry import DockerRegistries
from tests.servers.sigstore import legacy
from tests.servers.sigstore.ready import REPOSITORY, Ready, ready

GITHUB: Final = "https://token.actions.githubusercontent.com"
PASSWORD: Final = {"FLOE_SIGNING_PASSWORD": "canary-password"}
KEYED: Final = {"enforcement": "enforce", "keys": ["floe.pub"]}
TRUSTED: Final = [{"issuer": GITHUB, "subject_regex": f"^repo:{REPOSITORY}:.*$"}]


class Desk:
    """A bench or a shop where artifacts are signed."""

    def __init__(self, bench: Bench, *, typed: bool) -> None:
        self.bench = bench
        self.floe = bench.floe if typed else bench.inside
        self.variables = dict(PASSWORD)
        bench.environ = self.environ  # type: ignore[method-assign]  # this desk's drawer holds the password
        self.release("v1.0.0", "one")

    def environ(self, operator: str | None = None) -> dict[str, str]:
        return Bench.environ(self.bench, operator) | self.variables

    @property
    def uri(self) -> str:
        return self.bench.uri if isinstance(self.bench, Shop) else "oci-layout://registry"

    @property
    def at(self) -> tuple[str, ...]:
        return ("-r", self.uri, "-t", "v1.0.0")

    def release(self, version: str, text: str) -> None:
        self.bench.write(f"artifacts/{version}", text)
        pushed = self.artifact("push", "-a", f"artifacts/{version}", "-r", self.uri, "-t", version)
        assert pushed.code == 0, pushed

    def artifact(self, *words: str) -> Answer:
        return self.floe("artifact", *words)

    def promote(self, *more: str) -> Answer:
        return self.floe("platform", "promote", "v1.0.0", "--from=none", "--to=dev", *more)

    def registry(self, **more: object) -> None:
        """Write more about the registry into the manifest."""
        file = self.bench.folder / "manifest.yaml"
        text = yaml.safe_load(file.read_text())
        text["artifacts"]["registry"] |= more
        file.write_text(yaml.safe_dump(text, sort_keys=False))


@pytest.fixture(params=["folder", "docker-registry"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, bench: Bench) -> Desk:
    if request.param == "folder":
        return Desk(bench, typed=True)
    registries: DockerRegistries = request.getfixturevalue("docker_registries")
    return Desk(Shop(bench.folder, bench.home, registries["plain"]), typed=True)


@pytest.fixture
def here(bench: Bench) -> Desk:
    """A desk on a folder, within this process: where neither registry nor process is the point."""
    return Desk(bench, typed=False)


def test_signed_with_a_key_and_enforced_from_the_first_promotion_on(desk: Desk) -> None:
    made = desk.artifact("keygen")
    assert made.code == 0, made
    desk.registry(signing={"mode": "key", "key": "floe.key"}, verification=KEYED)
    unsigned = desk.promote()
    assert unsigned.code == 6
    assert unsigned.stderr == (
        "ERROR: Signature verification failed\n"
        "Artifact is unsigned and enforcement is enabled\n"
        f"Check: floe artifact verify -r {desk.uri} -t v1.0.0\n"
        f"Sign: floe artifact sign -r {desk.uri} -t v1.0.0\n"
    )
    assert set(desk.bench.tags()) == {"v1.0.0"}, "nothing is written of what is refused"
    assert desk.artifact("verify", *desk.at).code == 6
    signed = desk.artifact("sign", *desk.at)
    assert signed.code == 0, signed
    verified = desk.artifact("verify", *desk.at)
    assert verified.code == 0, verified
    assert "Signature: verified (key, " in verified.stdout
    promoted = desk.promote()
    assert promoted.code == 0, promoted
    assert "Signature: verified (key, " in promoted.stdout
    pulled = desk.artifact("pull", *desk.at, "-d", "pulled")
    assert pulled.stdout.startswith("Signature verified")
    assert (desk.bench.folder / "pulled" / "v1.0.0").read_text() == "one"


def test_who_only_asks_is_not_told_of_an_enforcement_that_is_not_there(here: Desk) -> None:
    here.artifact("keygen")
    asked = here.artifact("verify", *here.at, "--key", "floe.pub")
    assert asked.code == 6
    assert asked.stderr == (
        "ERROR: Signature verification failed\n"
        "Artifact is unsigned\n"
        f"Sign: floe artifact sign -r {here.uri} -t v1.0.0\n"
    )
    here.registry(verification={**KEYED, "enforcement": "warn"})
    assert "Artifact is unsigned\n" in here.artifact("verify", *here.at).stderr
    here.registry(verification=KEYED)
    assert "Artifact is unsigned and enforcement is enabled\n" in here.artifact("verify", *here.at).stderr


def test_a_dry_run_says_what_is_known_of_the_signature(here: Desk) -> None:
    here.artifact("keygen")
    here.registry(verification=KEYED)
    before = tree(here.bench.home)
    missing = here.promote("--dry-run")
    assert missing.code == 6
    assert "Signature status: missing" in missing.stdout
    assert "BLOCKED: Signature verification failed" in missing.stdout
    here.artifact("sign", *here.at, "--key", "floe.key")
    assert "Signature status: valid" in here.promote("--dry-run").stdout
    assert tree(here.bench.home) == before, "a dry run keeps nothing, not even for next time"


def test_a_want_of_signature_that_is_only_warned_of_is_recorded(here: Desk) -> None:
    here.artifact("keygen")
    here.registry(verification={**KEYED, "enforcement": "warn"})
    promoted = here.promote("-o", "json")
    assert promoted.code == 0, promoted
    assert "Artifact is unsigned" in promoted.document["warnings"]
    assert promoted.document["signature"].startswith("WARNING")
    assert "WARNING: Artifact is unsigned" in promoted.stderr
    ledger = here.bench.session().world.ledger
    entries = run(ledger.entries).unwrap()
    record = run(lambda: ledger.record(entries[-1].record)).unwrap()
    assert record.signature.status == "warning"
    pulled = here.artifact("pull", *here.at, "-d", "pulled")
    assert pulled.code == 0
    assert "WARNING: Artifact is unsigned" in pulled.stderr


def test_where_nothing_is_to_be_checked_nothing_is(here: Desk) -> None:
    here.registry(verification={"enforcement": "off"})
    assert "Signature: not checked" in here.promote().stdout


def test_each_environment_may_have_its_own_rule(here: Desk) -> None:
    here.artifact("keygen")
    here.registry(verification={**KEYED, "environments": {"dev": {"enforcement": "off"}}})
    assert here.promote().code == 0
    onwards = here.floe("platform", "promote", "v1.0.0", "--to=staging")
    assert onwards.code == 6, onwards


def test_pushed_and_signed_at_once(desk: Desk) -> None:
    desk.artifact("keygen")
    desk.bench.write("artifacts/v2.0.0", "two")
    words = ("push", "-a", "artifacts/v2.0.0", "-r", desk.uri, "-t", "v2.0.0", "--sign")
    without = desk.artifact(*words)
    assert without.code == 2, "neither key nor token"
    assert "v2.0.0" not in desk.bench.tags()
    signed = desk.artifact(*words, "--key", "floe.key", "-o", "json")
    assert signed.code == 0, signed
    assert signed.document["signature"]["digest"] == signed.document["digest"]
    verified = desk.artifact("verify", "-r", desk.uri, "-t", "v2.0.0", "--key", "floe.pub")
    assert verified.code == 0, verified


def test_both_ways_to_sign_are_named_where_there_is_none(here: Desk) -> None:
    refused = here.artifact("sign", *here.at)
    assert refused.code == 2
    assert "--key FILE" in refused.stderr
    assert "--identity-token" in refused.stderr
    here.artifact("keygen")
    both = here.artifact("sign", *here.at, "--key", "floe.key", "--identity-token", "x.y.z")
    assert both.code == 2


def test_a_password_that_does_not_fit_signs_nothing(here: Desk) -> None:
    here.artifact("keygen")
    here.variables["FLOE_SIGNING_PASSWORD"] = "canary-other"
    refused = here.artifact("sign", *here.at, "--key", "floe.key")
    assert refused.code == 2
    assert "canary" not in refused.stdout + refused.stderr
    del here.variables["FLOE_SIGNING_PASSWORD"]
    assert here.artifact("keygen", "second").code == 2, "nobody is there to be asked"
    assert not (here.bench.folder / "second.key").exists()


def test_keys_are_never_replaced(here: Desk) -> None:
    assert here.artifact("keygen").code == 0
    before = (here.bench.folder / "floe.key").read_bytes()
    again = here.artifact("keygen")
    assert again.code == 2
    assert (here.bench.folder / "floe.key").read_bytes() == before


def test_nobody_is_trusted_unless_somebody_says_so(here: Desk) -> None:
    assert here.artifact("verify", *here.at).code == 2
    assert here.artifact("verify", *here.at, "--issuer", GITHUB).code == 2
    assert here.artifact("verify", *here.at, "--issuer", GITHUB, "--subject-regex", "(").code == 2
    assert here.artifact("verify", *here.at, "--key", "none.pub").code == 2
    assert here.artifact("verify", "-r", here.uri, "-t", "v9.9.9", "--issuer", GITHUB, "--subject-regex", "a").code == 3


def test_a_key_that_is_exchanged_makes_another_policy(here: Desk) -> None:
    """What a key file holds is pinned: another key under its name is another fact, and its word another's."""
    here.artifact("keygen")
    here.registry(signing={"mode": "key", "key": "floe.key"}, verification=KEYED)
    here.artifact("sign", *here.at)
    assert here.promote("--dry-run", "--out", "dev.plan").code == 0
    for ending in (".key", ".pub"):
        (here.bench.folder / f"floe{ending}").unlink()
    here.artifact("keygen")
    refused = here.floe("platform", "apply", "dev.plan")
    assert refused.code == 7
    assert "policy" in refused.stderr
    verified = here.artifact("verify", *here.at)
    assert verified.code == 6
    assert "(key)" in verified.stderr


def test_keyless_with_the_token_of_a_workflow(desk: Desk, sigstore: Ready) -> None:
    config = sigstore.trust_config(desk.bench.folder)
    desk.registry(
        signing={"mode": "keyless", "oidc_issuer": GITHUB, "trust_config": config.name},
        verification={"enabled": True, "enforcement": "enforce", "trusted_issuers": TRUSTED},
    )
    token = sigstore.token()
    desk.variables["SIGSTORE_ID_TOKEN"] = token
    signed = desk.artifact("sign", *desk.at)
    assert signed.code == 0, signed
    verified = desk.artifact("verify", *desk.at)
    assert verified.code == 0, verified
    assert "Signature: verified (keyless, GitHub Actions)" in verified.stdout
    assert f"Subject: repo:{REPOSITORY}:ref:refs/heads/main (token subject)" in verified.stdout
    assert "Signed at: 20" in verified.stdout
    promoted = desk.promote()
    assert "Signature: verified (keyless, GitHub Actions)" in promoted.stdout, promoted
    assert not any(token in text for answer in (signed, verified, promoted) for text in answer[1:])


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"issuer": "https://gitlab.com", "subject_regex": ".+"}, "(issuer)"),
        ({"issuer": GITHUB, "subject_regex": "repo:evil/floe:.*"}, "(subject)"),
        ({"issuer": GITHUB, "subject_regex": f"repo:{REPOSITORY}"}, "(subject)"),
    ],
)
def test_who_signed_must_be_who_is_trusted(here: Desk, sigstore: Ready, rule: dict[str, str], reason: str) -> None:
    """Row R19: also an expression that matches a part only."""
    here.registry(
        signing={"trust_config": sigstore.trust_config(here.bench.folder).name},
        verification={"trusted_issuers": [rule]},
    )
    assert here.artifact("sign", *here.at, "--identity-token", sigstore.token()).code == 0
    refused = here.promote()
    assert refused.code == 6
    assert "signed by nobody the manifest trusts" in refused.stderr
    told = here.artifact("verify", *here.at)
    assert told.code == 6
    assert reason in told.stderr


def test_without_what_it_leads_back_to_a_signature_is_not_checkable(here: Desk, sigstore: Ready) -> None:
    """Row R21: that is no verdict, and another root is none either."""
    config = sigstore.trust_config(here.bench.folder)
    here.registry(signing={"trust_config": config.name}, verification={"trusted_issuers": TRUSTED})
    here.artifact("sign", *here.at, "--identity-token", sigstore.token())
    with ready() as other:
        other.trust_config(here.bench.folder)
    refused = here.promote()
    assert refused.code == 6, refused
    assert "(root)" in here.artifact("verify", *here.at).stderr
    config.unlink()
    refused = here.promote()
    assert refused.code == 6, refused
    assert "could not be checked" in refused.stderr
    assert "sigstore.json is no trust root for signatures: it is not there" in refused.stderr


def test_what_was_found_before_is_not_found_again_and_cannot_be_forged(here: Desk, sigstore: Ready) -> None:
    here.registry(
        signing={"trust_config": sigstore.trust_config(here.bench.folder).name},
        verification={"trusted_issuers": TRUSTED},
    )
    here.artifact("sign", *here.at, "--identity-token", sigstore.token())
    assert here.artifact("verify", *here.at).code == 0
    kept = here.bench.home / ".cache" / "floe" / "signatures"
    assert len(list(kept.iterdir())) == 2, "what was found, and its seal"
    loaded = here.bench.floe("artifact", "verify", *here.at, program=LOADED)
    assert (loaded.code, "sigstore" in loaded.stderr.split()) == (0, False)
    promotion = ("platform", "promote", "v1.0.0", "--from=none", "--to=dev")
    promoted = here.bench.floe(*promotion, program=LOADED)
    assert (promoted.code, "sigstore" in promoted.stderr.split()) == (0, False)
    assert "Signature: verified (keyless, GitHub Actions)" in promoted.stdout
    for file in kept.iterdir():
        file.write_bytes(file.read_bytes().replace(b"acme", b"evil"))
    again = here.bench.floe("artifact", "verify", *here.at, program=LOADED)
    assert (again.code, "sigstore" in again.stderr.split()) == (0, True), "what was altered is not believed"


LOADED: Final = (
    sys.executable,
    "-c",
    "import sys\nfrom floe.shell.cli import main\ntry:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)",
)


def attach(desk: Desk, content: bytes, count: int = 1) -> None:
    """Bundles that somebody else put beside the artifact."""
    registry = desk.bench.session().world.registry
    artifact = run(lambda: registry.manifest(Tag("v1.0.0"))).unwrap()
    assert artifact is not None
    for number in range(count):
        at = datetime(2026, 1, 1, 0, 0, number, tzinfo=UTC)
        bundle = content.replace(b"NUMBER", str(number).encode())
        run(partial(put, registry, artifact, bundle, COSIGN_SIGN, at)).unwrap()


def signed_elsewhere(desk: Desk) -> bytes:
    """A good signature over another artifact."""
    desk.release("v2.0.0", "two")
    desk.artifact("sign", "-r", desk.uri, "-t", "v2.0.0", "--key", "floe.key")
    inspected = desk.artifact("inspect", "-r", desk.uri, "-t", "v2.0.0", "-o", "json").document
    registry = desk.bench.session().world.registry
    manifest = run(lambda: registry.manifest(inspected["signatures"][0]["digest"])).unwrap()
    assert manifest is not None
    layer = json.loads(manifest.content)["layers"][0]
    content = run(lambda: registry.blob(layer["digest"], at_most=LARGEST)).unwrap()
    assert content is not None
    return content


@pytest.mark.parametrize(
    ("spoil", "count", "reason"),
    [
        (lambda found: found, 1, "(artifact)"),
        (lambda found: found[: len(found) // 2], 1, "(malformed)"),
        (lambda found: found.replace(b'"payload":"e', b'"payload":"f'), 1, "(signature)"),
        (lambda found: b"{" + b" " * LARGEST + b"}", 1, "(too-large)"),
        (lambda found: b"NUMBER", MOST + 1, "candidates more than the"),
    ],
    ids=["moved", "truncated", "tampered", "too large", "too many"],
)
def test_what_is_no_signature_of_this_artifact_is_told_apart(
    here: Desk, spoil: Callable[[bytes], bytes], count: int, reason: str
) -> None:
    """Row R18."""
    here.artifact("keygen")
    here.registry(verification=KEYED)
    attach(here, spoil(signed_elsewhere(here)), count)
    refused = here.promote()
    assert refused.code == 6, refused
    told = here.artifact("verify", *here.at)
    assert told.code == 6
    assert reason in told.stderr


def test_a_key_by_which_nothing_can_be_checked_is_wrong(here: Desk) -> None:
    """Row R23: whoever enforced it alone would let nothing in."""
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    here.bench.write("ed.pub", pem.decode())
    here.artifact("keygen")
    here.registry(verification={"keys": ["ed.pub", "floe.pub"]})
    checked = here.floe("platform", "check")
    assert checked.code == 4
    assert "wrong: artifacts.registry.verification.keys: ed.pub cannot be used to check signatures" in checked.stderr
    here.artifact("keygen", "other")
    here.artifact("sign", *here.at, "--key", "other.key")
    assert "ed.pub cannot be used to check signatures" in here.promote().stderr
    here.artifact("sign", *here.at, "--key", "floe.key")
    assert here.promote().code == 0
    here.registry(verification=KEYED)
    assert here.floe("platform", "check").code == 0


def test_a_key_of_somebody_else_is_not_trusted(here: Desk) -> None:
    here.artifact("keygen")
    here.artifact("keygen", "other")
    here.registry(verification=KEYED)
    here.artifact("sign", *here.at, "--key", "other.key")
    assert here.promote().code == 6
    assert "(key)" in here.artifact("verify", *here.at).stderr
    here.artifact("sign", *here.at, "--key", "floe.key")
    assert here.promote().code == 0, "one good signature is enough"


def put_old(desk: Desk, sigstore: Ready) -> None:
    """What cosign put beside an artifact before version 3: a payload for each signature, and one too large."""
    registry = desk.bench.session().world.registry
    artifact = run(partial(registry.resolve, Tag("v1.0.0"))).unwrap()
    assert artifact is not None
    content = legacy.payload(artifact)
    layer = {"mediaType": PAYLOAD_TYPE, "digest": run(partial(registry.put_blob, content)).unwrap()}
    old = {**layer, "size": len(content), "annotations": legacy.annotations(sigstore.stack, content)}
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": EMPTY, "digest": run(partial(registry.put_blob, b"{}")).unwrap(), "size": 2},
        "layers": [old, {**old, "size": 2 * LARGEST}],
    }
    made = Manifest(media_type=MANIFEST, content=json.dumps(manifest).encode())
    run(partial(registry.put_manifest, made, Tag(f"{artifact.replace(':', '-')}.sig"))).unwrap()


def test_r22_what_was_signed_before_there_were_bundles_is_read_where_somebody_asks(desk: Desk, sigstore: Ready) -> None:
    put_old(desk, sigstore)
    desk.registry(
        signing={"trust_config": sigstore.trust_config(desk.bench.folder).name},
        verification={"trusted_issuers": TRUSTED},
    )
    unasked = desk.artifact("verify", *desk.at)
    assert unasked.code == 6
    assert "is what cosign before version 3 wrote: look at it with --legacy" in unasked.stderr
    verified = desk.artifact("verify", *desk.at, "--legacy")
    assert verified.code == 0, verified
    assert "Signature: verified (keyless, GitHub Actions)" in verified.stdout
    assert "(too-large)" in verified.stdout
    assert desk.promote().code == 6, "nothing is promoted by it"
    (desk.bench.folder / "sigstore.json").unlink()
    assert desk.artifact("verify", *desk.at, "--legacy").code == 6
