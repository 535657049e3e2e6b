"""gcp-workload-identity: a token of Google's is the password for Artifact Registry, whichever way it is had."""

from datetime import datetime, timedelta
from typing import Final

from floe.effects.registry.cloud import web
from floe.effects.registry.cloud.errand import Errand
from floe.effects.registry.cloud.web import METADATA_HOST, Question
from floe.effects.registry.credentials import Password

USER: Final = "oauth2accesstoken"  # whose password is a token
FILE: Final = "GOOGLE_APPLICATION_CREDENTIALS"
HOST: Final = "GCE_METADATA_HOST"
FLAVOR: Final = "Google"
TOKEN: Final = "/computeMetadata/v1/instance/service-accounts/default/token"  # noqa: S105 (a path)
LONGEST: Final = 7 * 86400  # seconds; what is said to last longer is taken to be nonsense
IN_GOOGLE: Final = (
    f"run in Google Cloud with a service account, or set {FILE} to a file of type external_account "
    "(workload identity federation), or choose another `auth` for this registry"
)
ATTACHED: Final = "check that a service account is attached here, and that its scopes allow cloud-platform"


def lent(errand: Errand) -> Password:
    if errand.variables.get(FILE):
        from floe.effects.registry.cloud import google_federation  # noqa: PLC0415 (the other way)

        return google_federation.lent(errand)
    return _attached(errand)


def _attached(errand: Errand) -> Password:
    """From the service that Google has beside every workload."""
    host = errand.variables.get(HOST) or METADATA_HOST
    question = Question(address=f"http://{host}{TOKEN}", headers={"Metadata-Flavor": FLAVOR})
    reply = web.ask_metadata(errand, question, IN_GOOGLE)
    if reply.flavor != FLAVOR:
        raise errand.missing(f"what answers at {host} is not Google's metadata service", IN_GOOGLE)
    token = web.wanted("access_token", errand, reply, "", ATTACHED)
    return password(token, ending(errand, reply.said.get("expires_in")), errand.kind)


def password(token: str, ends: datetime, source: str) -> Password:
    return Password(username=USER, password=token, source=source, ends=ends)


def ending(errand: Errand, seconds: object) -> datetime:
    """When a token ends that lasts so many seconds; without a number, it is had anew whenever it is asked for."""
    lasts = seconds if isinstance(seconds, int | float) and 0 < seconds < LONGEST else 0
    return errand.clock.now() + timedelta(seconds=lasts)
