"""Azure on this machine: the three places where an identity gets a token of Entra's, and ACR's exchange of it.

The forms are those of Microsoft's pages on managed identities, on the client credentials flow with a federated
credential, and on "Authenticate with ACR using OAuth"; nothing of Azure's runs here.
"""

from typing import Final

from tests.servers.clouds.answers import form, path, query, said
from tests.servers.stranger import Heard, Reply
from tests.servers.wire import Answer, Line, Request

RESOURCE: Final = "https://containerregistry.azure.net"
CLIENT, TENANT = "11111111-aaaa-bbbb-cccc-222222222222", "acme.example"
ENTRA: Final = "canary-of-entra"
HEADER: Final = "canary-of-app-service"
USER: Final = "00000000-0000-0000-0000-000000000000"


class Azure:
    """The places where tokens come from. `assertion` is whom it trusts, and `trouble` what it says instead."""

    def __init__(self, assertion: str = "") -> None:
        self.assertion = assertion
        self.trouble: Reply | None = None

    def __call__(self, heard: Heard) -> Reply:
        if self.trouble is not None:
            return self.trouble
        if path(heard) == "/metadata/identity/oauth2/token":
            wanted = {"api-version": "2018-02-01", "resource": RESOURCE}
            return self._managed(heard, wanted, heard.headers.get("metadata") == "true")
        if path(heard) == "/msi/token":
            wanted = {"api-version": "2019-08-01", "resource": RESOURCE, "client_id": CLIENT}
            return self._managed(heard, wanted, heard.headers.get("x-identity-header") == HEADER)
        assert path(heard) == f"/{TENANT}/oauth2/v2.0/token"
        return self._federated(form(heard))

    def _managed(self, heard: Heard, wanted: dict[str, str], is_known: bool) -> Reply:
        if not is_known or heard.method != "GET" or query(heard) != wanted:
            return said(
                400, {"error": "invalid_request", "error_description": "Required metadata header not specified"}
            )
        return said(
            200, {"access_token": ENTRA, "expires_on": "4102444800", "resource": RESOURCE, "token_type": "Bearer"}
        )

    def _federated(self, asked: dict[str, str]) -> Reply:
        wanted = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "scope": f"{RESOURCE}/.default",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.assertion,
        }
        if asked != wanted:
            told = f"AADSTS700213: No matching federated identity record found for {asked['client_assertion']}"
            return said(401, {"error": "invalid_client", "error_description": told})
        return said(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": ENTRA})


class Exchange:
    """ACR's own part, in front of a registry: an Entra token becomes the next of the refresh tokens."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.trouble: Answer | None = None

    def __call__(self, request: Request, line: Line) -> Answer:
        if request.path != "/oauth2/exchange":
            return line.forward(request)
        if self.trouble is not None:
            return self.trouble
        heard = Heard(request.method, request.target, {k.lower(): v for k, v in request.headers}, request.body)
        host = heard.headers["host"]
        if form(heard) != {"grant_type": "access_token", "service": host, "access_token": ENTRA}:
            reply = said(401, {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]})
        else:
            reply = said(200, {"refresh_token": self.tokens.pop(0)})
        return Answer(reply.status, tuple(reply.headers.items()), reply.body)
