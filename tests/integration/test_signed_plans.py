"""A plan that somebody has signed: required, it is applied only as signed, and only by the word of who is trusted."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.integration.process import Answer, Bench
from tests.integration.shop import Shop
from tests.servers.docker_registry import DockerRegistries
from tests.servers.sigstore.ready import REPOSITORY, Ready

GITHUB = "https://token.actions.githubusercontent.com"


class Review(Bench):
    """A bench where plans are signed: its people have a key, and prod trusts it."""

    variables: dict[str, str]

    def environ(self, operator: str | None = None) -> dict[str, str]:  # type: ignore[explicit-override]
        return super().environ(operator) | {"FLOE_SIGNING_PASSWORD": "p"} | getattr(self, "variables", {})

    def about_registry(self, **more: object) -> None:
        file = self.folder / "manifest.yaml"
        text = yaml.safe_load(file.read_text())
        text["artifacts"]["registry"] |= more
        file.write_text(yaml.safe_dump(text, sort_keys=False))

    def plan(self, *more: str, version: str = "v1.0.0") -> Answer:
        words = ("platform", "promote", version, "--from=none", "--to=dev", "--out", "dev.plan")
        return self.inside(*words, *more)

    def apply(self, *more: str) -> Answer:
        return self.inside("platform", "apply", "dev.plan", "--require-signed", *more)


class ShopReview(Review, Shop):
    """The same on a server."""


@pytest.fixture(params=["folder", "docker-registry"])
def review(request: pytest.FixtureRequest, bench: Bench) -> Review:
    if request.param == "folder":
        made = Review(bench.folder, bench.home)
        made.push("v1.0.0")
    else:
        registries: DockerRegistries = request.getfixturevalue("docker_registries")
        made = shop = ShopReview(bench.folder, bench.home, registries["plain"])
        shop.release("v1.0.0")
    assert made.inside("artifact", "keygen").code == 0
    made.about_registry(
        verification={"keys": ["floe.pub"], "enforcement": "off"}, signing={"mode": "key", "key": "floe.key"}
    )
    return made


def test_a_signed_plan_is_applied_as_signed(review: Review) -> None:
    saved = review.plan("--sign")
    assert saved.code == 0, saved
    assert saved.stdout.splitlines()[-1] == "Plan signed: dev.plan.sigstore.json"
    applied = review.apply()
    assert applied.code == 0, applied
    assert applied.stdout.startswith("Promoted v1.0.0 from none to dev\n")


def test_an_unsigned_plan_is_refused_where_a_signed_one_is_required(review: Review) -> None:
    assert review.plan().code == 0
    refused = review.apply()
    assert refused.code == 6
    assert refused.stderr.startswith("ERROR: The plan is unsigned, and a signed one is required\nPlan: sha256:")
    assert "v1.0.0-dev" not in review.tags()
    assert review.inside("platform", "apply", "dev.plan").code == 0, "nobody required it"


def test_a_signature_is_of_one_plan_only(review: Review) -> None:
    review.plan("--sign")
    signature = review.folder / "dev.plan.sigstore.json"
    shutil.copy(signature, review.folder / "kept.json")
    assert review.plan("--force").code == 0, "another plan, which is not signed"
    assert not signature.exists(), "what was signed is gone, so is its signature"
    refused = review.apply("--signature", "kept.json")
    assert refused.code == 6
    assert "not valid" in refused.stderr


def test_a_signature_of_the_artifact_is_none_of_the_plan(review: Review) -> None:
    review.plan("--sign")
    (review.folder / "dev.plan.sigstore.json").write_text("{}")
    assert review.apply().code == 6


def test_somebody_elses_signature_is_not_trusted(review: Review) -> None:
    review.inside("artifact", "keygen", "other")
    review.plan("--sign", "--key", "other.key")
    refused = review.apply()
    assert refused.code == 6
    assert "signed by nobody who is trusted in 'dev'" in refused.stderr


def test_where_nobody_is_trusted_nobody_can_vouch(review: Review) -> None:
    review.about_registry(verification={"enabled": False})
    review.plan("--sign")
    refused = review.apply()
    assert refused.code == 6
    assert "names nobody whose signatures count in dev" in refused.stderr


def test_a_signature_goes_with_a_file(review: Review) -> None:
    for lonely, missing in ((("--sign",), "--out PLAN"), (("--key", "floe.key"), "--sign with --key")):
        refused = review.inside("platform", "promote", "v1.0.0", "--to=dev", *lonely)
        assert refused.code == 2
        assert missing in refused.stderr
    assert "v1.0.0-dev" not in review.tags()


def test_what_is_refused_is_not_saved_and_that_is_said(review: Review) -> None:
    assert review.plan("--sign").code == review.apply().code == 0
    again = review.inside("platform", "promote", "v1.0.0", "--to=dev", "--out", "again.plan")
    assert again.code == 10
    assert again.stdout.splitlines()[-1] == "No plan was saved to again.plan"
    assert not (review.folder / "again.plan").exists()


def test_what_cannot_be_signed_is_not_saved(review: Review) -> None:
    (review.folder / "floe.key").unlink()
    refused = review.plan("--sign")
    assert refused.code == 2, refused
    assert not (review.folder / "dev.plan").exists()


def test_a_plan_may_be_signed_by_a_workflow(bench: Bench, sigstore: Ready, tmp_path: Path) -> None:
    review = Review(bench.folder, bench.home)
    review.push("v1.0.0")
    trusted = [{"issuer": GITHUB, "subject_regex": f"repo:{REPOSITORY}:.*"}]
    review.about_registry(
        signing={"trust_config": sigstore.trust_config(bench.folder).name},
        verification={"trusted_issuers": trusted, "enforcement": "off"},
    )
    nobody = review.plan("--sign")
    assert nobody.code == 2
    assert "SIGSTORE_ID_TOKEN or the CI may give" in nobody.stderr
    assert "--identity-token" not in nobody.stderr, "that one says who asks"
    review.variables = {"SIGSTORE_ID_TOKEN": sigstore.token()}
    assert review.plan("--sign").code == 0
    assert review.apply().code == 0
