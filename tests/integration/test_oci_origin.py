"""Who is the registry, who belongs to it, and who is a stranger."""

import pytest

from floe.effects.registry.origin import Origin, origin_of, why_no_redirect, why_no_token_service
from floe.effects.registry.proxies import proxy_for


def at(url: str) -> Origin:
    found = origin_of(url)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example/x", Origin(scheme="https", host="a.example", port=443)),
        ("http://a.example:8080", Origin(scheme="http", host="a.example", port=8080)),
        ("http://[::1]:5000/v2/", Origin(scheme="http", host="::1", port=5000)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: Origin) -> None:
    assert origin_of(url) == origin
    assert origin_of(origin.url) == origin


@pytest.mark.parametrize(
    "url",
    [
        *("", "a.example", "//a.example", "ftp://a.example", "https://", "https:///x", "https://a.example:x"),
        *("https://u@a.example", "https://u:p@a.example", "https://a.example\\@b.example", "https://a.example/\n"),
        *("https://a.example/ x", "https://a.example/ü", "https://a.example/" + "x" * 9000, "https://[::1"),
    ],
)
def test_what_is_no_plain_address_is_nobody(url: str) -> None:
    assert origin_of(url) is None


BELONGS = [
    ("https://registry.example.com", "https://registry.example.com/token"),
    ("https://registry.example.com", "https://registry.example.com:8443/token"),
    ("https://registry.example.com", "https://auth.example.com/token"),
    ("https://registry.example.com", "https://example.com/token"),
    ("https://a.b.example.co.uk", "https://auth.example.co.uk/token"),
    ("https://registry-1.docker.io", "https://auth.docker.io/token"),
    ("https://registry.gitlab.com", "https://gitlab.com/jwt/auth"),
    ("https://10.0.0.7:5000", "https://10.0.0.7/token"),
    ("http://127.0.0.1:5000", "http://127.0.0.1:5001/token"),
    ("https://ghcr.io", "https://ghcr.io/token"),
    ("https://mine.azurecr.io", "https://mine.azurecr.io/oauth2/token"),
]
DOES_NOT = [
    ("https://registry.example.com", "https://evil.com/token"),
    ("https://registry.example.com", "https://registry.example.com.evil.com/token"),
    ("https://registry.example.com", "https://evilexample.com/token"),
    ("https://registry.example.com", "http://registry.example.com/token"),
    ("http://registry.example.com", "http://registry.example.com/token"),
    ("https://mine.co.uk", "https://evil.co.uk/token"),
    ("https://mine.com.au", "https://com.au/token"),
    ("https://mine.azurecr.io", "https://evil.azurecr.io/token"),
    ("https://1.dkr.ecr.eu-west-1.amazonaws.com", "https://2.dkr.ecr.eu-west-1.amazonaws.com/token"),
    ("https://mine.github.io", "https://evil.github.io/token"),
    ("https://localhost", "https://evil/token"),
    ("https://auth.docker.io", "https://registry.gitlab.com/token"),
    ("https://registry.gitlab.com", "https://evil.gitlab.io/token"),
    ("https://10.0.0.7", "https://10.0.0.8/token"),
    ("https://registry.example.com", "https://169.254.169.254/token"),
    ("https://registry.example.com", "http://127.0.0.1/token"),
    ("https://10.0.0.7", "https://0.0.7/token"),
    ("http://127.0.0.1:5000", "http://localhost:5000/token"),
]


@pytest.mark.parametrize(("registry", "realm"), BELONGS)
def test_a_token_service_that_belongs_to_a_registry_is_asked(registry: str, realm: str) -> None:
    assert why_no_token_service(at(registry), at(realm)) is None


@pytest.mark.parametrize(("registry", "realm"), DOES_NOT)
def test_any_other_is_not(registry: str, realm: str) -> None:
    assert why_no_token_service(at(registry), at(realm)) is not None


@pytest.mark.parametrize(
    ("registry", "there", "is_allowed"),
    [
        ("https://a.example", "https://storage.example/x", True),
        ("https://a.example", "http://a.example/x", False),
        ("https://a.example", "https://169.254.169.254/x", False),
        ("https://a.example", "https://[fe80::1]/x", False),
        ("https://a.example", "https://127.0.0.1/x", False),
        ("https://a.example", "https://2130706433/x", False),
        ("http://127.0.0.1:1", "http://127.0.0.1:2/x", True),
    ],
)
def test_a_blob_may_be_elsewhere_but_not_everywhere(registry: str, there: str, is_allowed: bool) -> None:
    assert (why_no_redirect(at(registry), at(registry), at(there)) is None) == is_allowed


PROXY = {"HTTPS_PROXY": "http://ann:p%40ss@proxy.example:3128", "http_proxy": "proxy.example"}


@pytest.mark.parametrize(
    ("url", "spared", "is_used"),
    [
        ("https://a.example", "", True),
        ("http://a.example", "", True),
        ("https://127.0.0.1", "", False),
        ("https://localhost:5000", "", False),
        ("https://a.example", "*", False),
        ("https://a.example", "b.example, a.example", False),
        ("https://x.a.example", ".a.example", False),
        ("https://x.a.example", "a.example", False),
        ("https://xa.example", "a.example", True),
        ("https://a.example:5000", "a.example:5000", False),
        ("https://a.example:5000", "a.example:5001", True),
        ("https://10.1.2.3", "10.0.0.0/8", False),
        ("https://11.1.2.3", "10.0.0.0/8", True),
    ],
)
def test_a_proxy_is_used_unless_a_host_is_spared(url: str, spared: str, is_used: bool) -> None:
    found = proxy_for(at(url), {**PROXY, "NO_PROXY": spared})
    assert (found is not None) == is_used
    if found is not None:
        assert (found.host, found.port) == ("proxy.example", 3128 if url.startswith("https") else 1080)
