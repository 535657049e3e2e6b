"""What `docker login` left is found, as docker and oras find it; what is broken there is told."""

import base64
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from floe.core.fault import Unavailable
from floe.effects.blocking import FaultError
from floe.effects.registry import challenge, credentials
from floe.effects.registry.challenge import Challenge
from floe.effects.registry.credentials import Credentials, Nothing, Password, RefreshToken, Token
from tests.integration.remote import why

HOST = "registry.example:5000"


def auth(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


ANN = auth("ann:p:ass wörd")
FOUND: dict[str, tuple[dict[str, Any], str, tuple[str, str] | None]] = {
    "by its name": ({"auths": {HOST: {"auth": ANN}}}, HOST, ("ann", "p:ass wörd")),
    "by its address": ({"auths": {f"https://{HOST}": {"auth": ANN}}}, HOST, ("ann", "p:ass wörd")),
    "in two words": ({"auths": {HOST: {"username": "ann", "password": "x"}}}, HOST, ("ann", "x")),
    "another port": ({"auths": {"registry.example:5001": {"auth": ANN}}}, HOST, None),
    "another host": ({"auths": {"example:5000": {"auth": ANN}}}, HOST, None),
    "none": ({}, HOST, None),
    "an empty one": ({"auths": {HOST: {}}}, HOST, None),
    "the hub": (
        {"auths": {"https://index.docker.io/v1/": {"auth": ANN}}},
        "registry-1.docker.io",
        ("ann", "p:ass wörd"),
    ),
}


def find(folder: Path, config: object, host: str = HOST, **variables: str) -> Credentials:
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    return credentials.docker({"DOCKER_CONFIG": str(folder), **variables}, None)(host)


def helper(folder: Path, name: str, script: str) -> str:
    """A credential helper on a PATH of its own."""
    file = folder / f"docker-credential-{name}"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize(("config", "host", "pair"), FOUND.values(), ids=FOUND.keys())
def test_a_password_is_found_where_docker_keeps_it(
    tmp_path: Path, config: dict[str, Any], host: str, pair: tuple[str, str] | None
) -> None:
    found = find(tmp_path, config, host)
    if pair is None:
        assert isinstance(found, Nothing)
        assert str(tmp_path) in found.source
    else:
        assert found == Password(username=pair[0], password=pair[1], source=str(tmp_path / "config.json"))
        assert pair[1] not in repr(found)


@pytest.mark.parametrize("name", ["by its name", "another port", "another host", "none", "an empty one"])
def test_oras_finds_the_same(tmp_path: Path, name: str) -> None:
    from oras.auth.basic import BasicAuth  # noqa: PLC0415 - the second opinion

    config, host, _ = FOUND[name]
    found = find(tmp_path, config, host)
    theirs = BasicAuth()
    theirs._auth_config = {"auths": {}, **config}
    assert theirs._load_auth(host) == isinstance(found, Password)
    if isinstance(found, Password):
        assert f"Basic {theirs._basic_auth}" == found.basic


def test_home_is_where_docker_config_is_not(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"auths": {HOST: {"auth": ANN}}}))
    assert isinstance(credentials.docker({}, tmp_path)(HOST), Password)
    assert isinstance(credentials.docker({}, None)(HOST), Nothing)
    assert isinstance(credentials.docker({}, tmp_path / "nobody")(HOST), Nothing)


def test_tokens_are_told_from_passwords(tmp_path: Path) -> None:
    refresh = find(tmp_path, {"auths": {HOST: {"auth": auth("<token>:x"), "identitytoken": "r"}}})
    assert refresh == RefreshToken(token="r", source=str(tmp_path / "config.json"))
    assert isinstance(find(tmp_path, {"auths": {HOST: {"registrytoken": "t"}}}), Token)


@pytest.mark.parametrize("config", [{"credHelpers": {HOST: "mine"}}, {"credsStore": "mine", "auths": {HOST: {}}}])
def test_a_helper_is_asked_for_the_registry_alone(tmp_path: Path, config: object) -> None:
    script = f'read host; echo "$1 $host" >> {tmp_path}/asked; echo \'{{"Username": "ann", "Secret": "s"}}\''
    found = find(tmp_path, config, PATH=helper(tmp_path, "mine", script))
    assert found == Password(username="ann", password="s", source="docker-credential-mine")
    assert (tmp_path / "asked").read_text() == f"get {HOST}\n"


def test_a_helper_may_give_a_token_or_know_nothing(tmp_path: Path) -> None:
    path = helper(tmp_path, "token", """echo '{"Username": "<token>", "Secret": "s"}'""")
    helper(tmp_path, "empty", "echo 'credentials not found in native keychain'; exit 1")
    assert isinstance(find(tmp_path, {"credHelpers": {HOST: "token"}}, PATH=path), RefreshToken)
    assert isinstance(find(tmp_path, {"credsStore": "empty"}, PATH=path), Nothing)
    assert isinstance(find(tmp_path, {"credHelpers": {HOST: "empty"}}, PATH=path), Nothing)


BROKEN = {
    "no helper": ({"credHelpers": {HOST: "absent"}}, "cannot be run"),
    "a path as helper": ({"credHelpers": {HOST: "../../bin/x"}}, "no name"),
    "a helper that fails": ({"credsStore": "failing"}, "ended with 3"),
    "a helper that babbles": ({"credsStore": "babbling"}, "no user name"),
    "no JSON": ("{", "configuration"),
    "no pair": ({"auths": {HOST: {"auth": auth("ann")}}}, "base64"),
    "no base64": ({"auths": {HOST: {"auth": "%%%"}}}, "base64"),
    "other JSON": ({"auths": []}, "configuration"),
}


@pytest.mark.parametrize(("config", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_told_and_not_taken_for_nothing(tmp_path: Path, config: object, said: str) -> None:
    path = helper(tmp_path, "failing", "echo canary; echo canary >&2; exit 3")
    helper(tmp_path, "babbling", "echo canary")
    with pytest.raises(FaultError) as broken:
        find(tmp_path, config, PATH=path)
    assert isinstance(broken.value.fault, Unavailable)
    assert said in why(broken.value.fault)
    assert "canary" not in f"{broken.value.fault}"


def test_a_helper_that_hangs_is_ended(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"credsStore": "slow"}')
    variables = {"DOCKER_CONFIG": str(tmp_path), "PATH": helper(tmp_path, "slow", "exec sleep 60")}
    began = time.monotonic()
    with pytest.raises(FaultError, match="gave no answer"):
        credentials.docker(variables, None, patience=0.2)(HOST)
    assert time.monotonic() - began < 10


CHALLENGES: dict[str, tuple[Challenge, ...]] = {
    'Bearer realm="https://a/t",service="s",scope="repository:a/b:pull,push"': (
        Challenge(scheme="bearer", realm="https://a/t", service="s", scope="repository:a/b:pull,push"),
    ),
    'BASIC Realm="a \\"b\\" c"': (Challenge(scheme="basic", realm='a "b" c'),),
    'Basic realm=x, Bearer realm="y" , scope=z': (
        Challenge(scheme="basic", realm="x"),
        Challenge(scheme="bearer", realm="y", scope="z"),
    ),
    "Negotiate": (Challenge(scheme="negotiate"),),
    'Bearer realm="first",realm="second"': (Challenge(scheme="bearer", realm="first"),),
    'Bearer realm="unended': (Challenge(scheme="bearer"),),
    "": (),
    ",,, =x": (),
}


@pytest.mark.parametrize(("header", "offered"), CHALLENGES.items())
def test_challenges_are_read(header: str, offered: tuple[Challenge, ...]) -> None:
    assert challenge.parse(header) == offered
