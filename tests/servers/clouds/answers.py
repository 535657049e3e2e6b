"""What services of clouds have in common: JSON answers, and questions that are as they must be or refused."""

import json
from urllib.parse import parse_qsl, urlsplit

from tests.servers.stranger import Heard, Reply


def said(status: int, document: object, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"Content-Type": "application/json", **named}, json.dumps(document).encode())


def path(heard: Heard) -> str:
    return urlsplit(heard.target).path


def query(heard: Heard) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(heard.target).query, strict_parsing=True))


def form(heard: Heard) -> dict[str, str]:
    assert heard.method == "POST"
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    return dict(parse_qsl(heard.body.decode(), strict_parsing=True))
