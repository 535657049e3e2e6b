"""azure-managed-identity: an identity of Azure's becomes a token (Entra), and the token a password for ACR."""

from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from floe.effects.registry.cloud import web
from floe.effects.registry.cloud.errand import Errand
from floe.effects.registry.cloud.web import Question
from floe.effects.registry.credentials import Password

USER: Final = "00000000-0000-0000-0000-000000000000"  # whose password is a token
RESOURCE: Final = "https://containerregistry.azure.net"  # in every one of Azure's clouds
LASTS: Final = timedelta(hours=1)  # ACR gives three
TOKEN_FILE: Final = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105 (a variable's name)
CLIENT: Final = "AZURE_CLIENT_ID"
TENANT: Final = "AZURE_TENANT_ID"
AUTHORITY: Final = "https://login.microsoftonline.com"
METADATA: Final = "http://169.254.169.254"
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
IN_AZURE: Final = (
    f"run in Azure with a managed identity, or in a pod where {CLIENT}, {TENANT} and {TOKEN_FILE} are set "
    "(workload identity), or choose another `auth` for this registry"
)
POD: Final = f"label the pod azure.workload.identity/use, so that {CLIENT}, {TENANT} and {TOKEN_FILE} are set"
ASSIGNED: Final = f"check that the managed identity is assigned here; {CLIENT} says which, where there are several"
TRUST: Final = f"check the federated credential of the application that {CLIENT} names"
ANEW: Final = f"see that what writes the file of {TOKEN_FILE} still runs, then run this again"
ROLE: Final = "check that this is a registry of Azure's, and that the identity has a role there (AcrPull, AcrPush)"


def lent(errand: Errand) -> Password:
    ends = errand.clock.now() + LASTS
    password = _exchanged(errand, _entra(errand))
    return Password(username=USER, password=password, source=errand.kind, ends=ends)


def _entra(errand: Errand) -> str:
    """A token of Entra's, the way that the surroundings offer."""
    if errand.variables.get(TOKEN_FILE):
        return _federated(errand)
    if endpoint := errand.variables.get("IDENTITY_ENDPOINT"):
        header = errand.variable("IDENTITY_HEADER", "set it as Azure does, beside IDENTITY_ENDPOINT")
        return _managed(errand, endpoint, "2019-08-01", {"X-IDENTITY-HEADER": header}, (header,))
    host = errand.variables.get("AZURE_POD_IDENTITY_AUTHORITY_HOST") or METADATA
    return _managed(errand, f"{host.rstrip('/')}/metadata/identity/oauth2/token", "2018-02-01", {"Metadata": "true"})


def _federated(errand: Errand) -> str:
    """For the token of a service account (RFC 7523)."""
    client, tenant = errand.variable(CLIENT, POD), errand.variable(TENANT, POD)
    assertion = errand.content(Path(errand.variable(TOKEN_FILE, POD)), TOKEN_FILE, POD)
    authority = (errand.variables.get("AZURE_AUTHORITY_HOST") or AUTHORITY).rstrip("/")
    form = {
        "grant_type": "client_credentials",
        "client_id": client,
        "scope": f"{RESOURCE}/.default",
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion,
    }
    address = f"{authority}/{quote(tenant, safe='')}/oauth2/v2.0/token"
    reply = web.ask(errand, Question(address=address, form=form, secret=(assertion,)))
    return web.wanted("access_token", errand, reply, assertion, TRUST)


def _managed(errand: Errand, endpoint: str, version: str, headers: dict[str, str], secret: tuple[str, ...] = ()) -> str:
    """From the service that Azure has beside every workload with a managed identity."""
    query = {"api-version": version, "resource": RESOURCE}
    if client := errand.variables.get(CLIENT):
        query["client_id"] = client
    question = Question(address=f"{endpoint}?{urlencode(query)}", headers=headers, secret=secret)
    reply = web.ask_metadata(errand, question, IN_AZURE)
    if reply.status != 200 and not reply.words:  # noqa: PLR2004 (OK); Azure says why not
        told = f"what answers at {reply.origin.authority} ({reply.status}) is not Azure's metadata service"
        raise errand.missing(told, IN_AZURE)
    return web.wanted("access_token", errand, reply, "", ASSIGNED)


def _exchanged(errand: Errand, token: str) -> str:
    """What the registry itself gives for the token; it goes to no other host."""
    address = f"{errand.registry.url}/oauth2/exchange"
    form = {"grant_type": "access_token", "service": errand.registry.authority, "access_token": token}
    question = Question(address=address, form=form, secret=(token,), ca_file=errand.ca_file)
    return web.wanted("refresh_token", errand, web.ask(errand, question), token, ROLE)
