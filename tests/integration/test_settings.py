"""What floe takes from its surroundings: which manifest, who asks, and what it keeps to itself."""

import os
import subprocess
from pathlib import Path
from typing import Final

import msgspec
import pytest

from floe.shell import manifest
from floe.shell.location import Folder, Remote, parse_location
from floe.shell.operator import Claimed, claimed, parse_name
from floe.shell.remote import settings_for
from floe.shell.secret import Secret
from floe.shell.settings import Surroundings, find_manifest, surroundings

HOSTS: Final = """
artifacts:
  registries:
    primary: {uri: "oci://harbor.example.com/floe-platform", auth: {type: aws-irsa}}
    eu: {uri: "oci://eu.example.com/a", auth: {type: anonymous}}
    other: {uri: "oci://harbor.example.com/other"}
"""


def around(**variables: str) -> Surroundings:
    return Surroundings(variables=variables)


def repository(folder: Path, email: str) -> Path:
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(["git", "-C", folder, "config", "user.email", email], check=True)
    return folder


def test_the_manifest_is_the_option_else_the_variable_else_the_one_here() -> None:
    here = Path("/here")
    assert find_manifest(Path("a.yaml"), around(FLOE_MANIFEST="b.yaml"), here) == here / "a.yaml"
    assert find_manifest(None, around(FLOE_MANIFEST="/there/b.yaml"), here) == Path("/there/b.yaml")
    assert find_manifest(None, around(FLOE_MANIFEST=""), here) == here / "manifest.yaml"


def test_the_operator_is_the_option_else_the_variable_else_git_says(tmp_path: Path) -> None:
    folder = repository(tmp_path, "ada@example.com")
    both = around(FLOE_OPERATOR="grace")
    assert claimed("alan", both, folder).unwrap() == Claimed(name="alan", source="--operator")
    assert claimed(None, both, folder).unwrap() == Claimed(name="grace", source="FLOE_OPERATOR")
    assert claimed(None, around(), folder).unwrap() == Claimed(name="ada@example.com", source="git")


def test_without_an_address_in_git_the_operator_is_who_is_logged_in(tmp_path: Path) -> None:
    found = claimed(None, around(), repository(tmp_path, "")).unwrap()
    assert found.source == "login"
    assert found.name


def test_a_folder_that_is_not_there_has_no_committer(tmp_path: Path) -> None:
    assert claimed(None, around(), tmp_path / "none").unwrap().source == "login"


@pytest.mark.parametrize("name", ["", " ada", "-x", "--force", "a\nb", "a\x1b[2J", "x" * 201])
def test_what_is_said_to_be_a_name_must_be_one(name: str, tmp_path: Path) -> None:
    """Row N06."""
    assert claimed(name, around(), tmp_path).failure().what == "operator"
    assert parse_name(name).failure().found == name


def test_what_the_environment_says_is_read_once_and_not_printed() -> None:
    read = surroundings()
    assert read.variables == dict(os.environ)
    assert all(value not in repr(read) for value in os.environ.values() if len(value) > 20)


def test_every_variable_has_its_name() -> None:
    read = around(FLOE_IDENTITY_TOKEN="t", TRACEPARENT="00-1", NO_COLOR="1", HOME="/home/ada")
    assert (read.identity_token, read.traceparent, read.no_color) == (Secret("t"), "00-1", True)
    assert read.home == Path("/home/ada")
    empty = around(NO_COLOR="", FLOE_IDENTITY_TOKEN="", TRACEPARENT="")
    assert (empty.identity_token, empty.traceparent, empty.no_color, empty.home) == (None, None, False, None)


def test_the_password_of_a_key_may_be_the_one_that_cosign_reads() -> None:
    assert around().signing_password is None
    assert around(COSIGN_PASSWORD="c").signing_password == Secret("c")
    assert around(COSIGN_PASSWORD="c", FLOE_SIGNING_PASSWORD="f").signing_password == Secret("f")
    assert around(COSIGN_PASSWORD="c", FLOE_SIGNING_PASSWORD="").signing_password == Secret("")


def test_a_secret_is_in_no_output() -> None:
    secret = Secret("canary")
    assert "canary" not in f"{secret} {secret!r} {[secret]} {Exception(secret)}"
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("oci://a.example/x", Remote(host="a.example", repository="x")),
        ("oci://A.Example:5000/x/y_z", Remote(host="a.example", port=5000, repository="x/y_z")),
        ("oci://[::1]:5000/x", Remote(host="[::1]", port=5000, repository="x")),
        ("oci-layout://a b", Folder(written="a b", path=Path("/base/a b"))),
        ("oci-layout:///abs", Folder(written="/abs", path=Path("/abs"))),
    ],
)
def test_a_repository_is_where_it_says(text: str, location: Remote | Folder) -> None:
    assert parse_location(text, base=Path("/base")).unwrap() == location
    assert parse_location(location.uri, base=Path("/base")).unwrap() == location


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "https://a.example/x", "oci://", "oci://a.example", "oci://a.example/", "oci:///x"),
        *("oci://a.example/X", "oci://a.example/x:v1", "oci://a.example/x@sha256:0", "oci://u:p@a.example/x"),
        *(
            "oci://a.example:0/x",
            "oci://a.example:99999/x",
            "oci://a.example/../x",
            "oci://-a/x",
            "oci://a.example/x?y",
        ),
        *("oci-layout://", "oci-layout://a\0b", "oci://a.example/" + "x" * 256),
    ],
)
def test_what_is_no_repository_is_told_so(text: str) -> None:
    assert parse_location(text, base=Path("/base")).failure().found == text


@pytest.mark.parametrize(
    ("uri", "auth"),
    [
        ("oci://harbor.example.com/floe-platform", "aws-irsa"),
        ("oci://harbor.example.com/floe", "aws-irsa"),
        ("oci://eu.example.com/floe", "anonymous"),
        ("oci://eu.example.com:8443/floe", "docker"),
        ("oci://elsewhere.example.com/floe-platform", "docker"),
        ("oci-layout://registry", "docker"),
    ],
)
def test_a_host_is_shown_what_the_manifest_says_and_no_other_is(uri: str, auth: str) -> None:
    """The quickstart verifies in harbor.example.com/floe, where its manifest names harbor.example.com/floe-platform."""
    loaded = manifest.parse(HOSTS, where="manifest.yaml", base=Path("/here"), environ={}).unwrap()
    location = parse_location(uri, base=Path("/here")).unwrap()
    settings = settings_for(location, loaded.settings)
    assert (settings.location, settings.auth.type) == (location, auth)
