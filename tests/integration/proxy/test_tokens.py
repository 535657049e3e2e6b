"""The token service: nothing without a token that covers it, and no token for ever."""

import base64
import time

from tests.integration.proxy.conftest import Opening
from tests.servers import profiles
from tests.servers.talk import Heard, Talk, index
from tests.servers.tokens import Person, Tokens

ANN = Person("ann", "secret")
BASIC = "Basic " + base64.b64encode(b"ann:secret").decode()


def challenge(heard: Heard) -> dict[str, str]:
    kind, _, said = (heard.header("WWW-Authenticate") or "").partition(" ")
    assert (heard.status, heard.code, kind) == (401, "UNAUTHORIZED", "Bearer")
    return {name: value.strip('"') for name, _, value in (each.partition("=") for each in said.split('",'))}


def token_for(talk: Talk, scope: str, **headers: str) -> str:
    heard = talk.ask("GET", f"/token?service=registry.test&scope={scope}", b"", **headers)
    return f"Bearer {heard.said['token']}"


def test_a_challenge_leads_to_a_token_that_opens(opened: Opening) -> None:
    proxy, talk = opened(Tokens())
    said = challenge(talk.put("v1", index("a")))
    assert said["realm"] == f"http://{proxy.authority}/token"
    assert said["scope"] == f"repository:{talk.repository}:pull,push"
    token = token_for(talk, said["scope"])
    assert talk.put("v1", index("a"), Authorization=token).status == 201
    assert talk.get("v1", Authorization=token).status == 200


def test_a_token_to_pull_does_not_push(opened: Opening) -> None:
    _, talk = opened(Tokens())
    token = token_for(talk, f"repository:{talk.repository}:pull")
    assert talk.tags(Authorization=token).status == 404
    assert challenge(talk.put("v1", index("a"), Authorization=token))["error"] == "insufficient_scope"


def test_a_token_for_one_repository_opens_no_other(opened: Opening) -> None:
    _, talk = opened(Tokens())
    token = token_for(talk, "repository:other:pull,push")
    assert challenge(talk.tags(Authorization=token))["error"] == "insufficient_scope"


def test_a_narrow_service_grants_less_than_was_asked_for(opened: Opening) -> None:
    _, talk = opened(Tokens(narrow=True))
    token = token_for(talk, f"repository:{talk.repository}:pull,push")
    assert challenge(talk.put("v1", index("a"), Authorization=token))["error"] == "insufficient_scope"


def test_a_token_ends_after_so_many_uses(opened: Opening) -> None:
    tokens = Tokens(uses=2)
    _, talk = opened(tokens)
    token = token_for(talk, f"repository:{talk.repository}:pull")
    assert [talk.tags(Authorization=token).status for _ in range(3)] == [404, 404, 401]
    assert challenge(talk.tags(Authorization=token))["error"] == "invalid_token"
    assert talk.tags(Authorization=token_for(talk, f"repository:{talk.repository}:pull")).status == 404
    assert tokens.made == 2


def test_a_token_ends_with_its_time_or_when_it_is_revoked(opened: Opening) -> None:
    tokens = Tokens(seconds=0.2)
    _, talk = opened(tokens)
    token = token_for(talk, f"repository:{talk.repository}:pull")
    assert talk.tags(Authorization=token).status == 404
    time.sleep(0.25)
    assert talk.tags(Authorization=token).status == 401
    again = token_for(talk, f"repository:{talk.repository}:pull")
    tokens.revoke()
    assert talk.tags(Authorization=again).status == 401


def test_a_token_for_a_person_takes_their_password(opened: Opening) -> None:
    _, talk = opened(Tokens(ANN))
    scope = f"repository:{talk.repository}:pull"
    assert talk.ask("GET", f"/token?scope={scope}").status == 401
    assert talk.tags(Authorization=BASIC).status == 401
    assert talk.tags(Authorization=token_for(talk, scope, Authorization=BASIC)).status == 404


def test_githubs_registry_wants_a_token_even_to_read(opened: Opening) -> None:
    _, talk = opened(*profiles.ghcr())
    said = challenge(talk.tags())
    assert talk.tags(Authorization=token_for(talk, said["scope"])).status == 404
