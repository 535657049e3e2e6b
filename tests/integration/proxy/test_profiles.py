"""What the proxy plays: the rules of other registries, in front of one that has none of them."""

import threading
from hashlib import sha256

import pytest

from tests.integration.proxy.conftest import Opening
from tests.servers import profiles
from tests.servers.profiles import Pages
from tests.servers.referrers import Referrers
from tests.servers.talk import INDEX, Talk, index
from tests.servers.wire import Layer

A, B = index("a"), index("b")


def digest(body: bytes) -> str:
    return "sha256:" + sha256(body).hexdigest()


def test_harbor_keeps_a_tag_that_a_rule_matches_even_from_the_same_bytes(opened: Opening) -> None:
    _, talk = opened(*profiles.harbor(("v*",)))
    assert talk.put("v1", A).status == 201
    for body in (A, B):
        refused = talk.put("v1", body)
        assert (refused.status, refused.code) == (412, "PRECONDITION")
    assert talk.get("v1").body == A
    assert [talk.put("latest-dev", body).status for body in (A, B)] == [201, 201]
    assert talk.put(digest(B), B).status == 201


def test_ecr_keeps_every_tag_but_those_excluded(opened: Opening) -> None:
    _, talk = opened(*profiles.ecr())
    for moving in ("latest-dev", "floe-log"):
        assert [talk.put(moving, body).status for body in (A, B, B)] == [201, 201, 201]
    assert talk.put("v1", A).status == 201
    other, same = talk.put("v1", B), talk.put("v1", A)
    assert (other.status, other.code) == (400, "TAG_INVALID")
    assert (same.status, same.code) == (400, "ImageAlreadyExists")


@pytest.mark.parametrize(
    ("profile", "won"),
    [(profiles.harbor(window=0.3), 2), (profiles.ecr(window=0.3), 2), (profiles.ecr(), 1)],
    ids=["harbor", "ecr-with-a-window", "ecr"],
)
def test_immutability_by_looking_first_is_no_lock(opened: Opening, profile: tuple[Layer, ...], won: int) -> None:
    _, talk = opened(*profile)
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda body=body: answers.append(talk.put("v1", body).status)) for body in (A, B)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(201) == won


def walked(talk: Talk, query: str = "") -> list[list[str]]:
    """The pages of a tag list, by the links."""
    heard = talk.tags(query)
    pages = [heard.said["tags"]]
    while link := heard.header("Link"):
        assert link.endswith('>; rel="next"')
        heard = talk.ask("GET", link[1:].partition(">")[0])
        pages.append(heard.said["tags"])
    return pages


def test_tag_lists_come_in_pages_also_unasked(opened: Opening) -> None:
    _, talk = opened(Pages(2))
    for tag in "ecadb":
        talk.put(tag, A)
    assert walked(talk) == [["a", "b"], ["c", "d"], ["e"]]
    assert walked(talk, "?n=1&last=c") == [["d"], ["e"]]
    assert walked(talk, "?n=50")[0] == ["a", "b"]
    assert walked(talk, "?last=e") == [[]]


def test_pages_of_a_repository_that_is_not_there_are_an_error_all_the_same(opened: Opening) -> None:
    _, talk = opened(Pages(2))
    assert (talk.tags().status, talk.tags().code) == (404, "NAME_UNKNOWN")


def test_who_refers_to_a_digest_is_answered_and_confirmed(opened: Opening) -> None:
    _, talk = opened(Referrers())
    talk.put("v1", A)
    subject = {"mediaType": INDEX, "digest": digest(A), "size": len(A)}
    signature = index("signature", subject=subject, artifactType="a/signature")
    assert talk.put(digest(signature), signature).header("OCI-Subject") == digest(A)
    assert talk.put(digest(B), B).header("OCI-Subject") is None
    heard = talk.ask("GET", talk.at(f"referrers/{digest(A)}"))
    assert (heard.header("Content-Type"), heard.said["mediaType"]) == (INDEX, INDEX)
    (listed,) = heard.said["manifests"]
    assert (listed["digest"], listed["size"], listed["artifactType"]) == (
        digest(signature),
        len(signature),
        "a/signature",
    )
    assert listed["annotations"] == {"note": "signature"}
    assert talk.ask("GET", talk.at(f"referrers/{digest(B)}")).said["manifests"] == []


def test_referrers_can_be_asked_for_by_kind(opened: Opening) -> None:
    _, talk = opened(Referrers())
    subject = {"mediaType": INDEX, "digest": digest(A), "size": len(A)}
    for kind in ("a/x", "a/y"):
        body = index(kind, subject=subject, artifactType=kind)
        talk.put(digest(body), body)
    heard = talk.ask("GET", talk.at(f"referrers/{digest(A)}?artifactType=a/y"))
    assert heard.header("OCI-Filters-Applied") == "artifactType"
    assert [each["artifactType"] for each in heard.said["manifests"]] == ["a/y"]
    assert len(talk.ask("GET", talk.at(f"referrers/{digest(A)}")).said["manifests"]) == 2


def test_githubs_registry_knows_no_referrers(opened: Opening) -> None:
    _, talk = opened(profiles.no_referrers)
    assert talk.ask("GET", talk.at(f"referrers/{digest(A)}")).status == 404
    assert talk.put("v1", index("x", subject={"digest": digest(A)})).header("OCI-Subject") is None
