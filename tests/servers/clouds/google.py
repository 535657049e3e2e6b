"""Google's cloud on this machine: the metadata service, the exchange of tokens, and acting for a service account.

The forms are those of Google's pages on the metadata server, of RFC 8693 as its STS has it, and of generateAccessToken;
nothing of Google's runs here.
"""

import json
from typing import Final

from tests.servers.clouds.answers import form, path, said
from tests.servers.stranger import Heard, Reply

AUDIENCE: Final = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/github"
JWT: Final = "urn:ietf:params:oauth:token-type:jwt"
SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
USER: Final = "oauth2accesstoken"
FEDERATED: Final = "canary-of-federation"
ASKING: Final = "magpie-of-a-job"  # with which a job of GitHub's asks for its own token
METADATA: Final = "/computeMetadata/v1/instance/service-accounts/default/token"
STS: Final = "/v1/token"
ACCOUNT: Final = "/v1/projects/-/serviceAccounts/floe@acme.iam.gserviceaccount.com:generateAccessToken"
JOB: Final = "/token?audience=floe"


class Google:
    """Gives the next of some tokens, to whom it trusts."""

    def __init__(self, *tokens: str, subject: str = "") -> None:
        self.tokens = list(tokens)
        self.subject = subject
        self.trouble: dict[str, Reply] = {}  # what is said instead, by path

    def __call__(self, heard: Heard) -> Reply:
        if path(heard) in self.trouble:
            return self.trouble[path(heard)]
        match path(heard):
            case path_ if path_ == METADATA:
                return self._metadata(heard)
            case path_ if path_ == STS:
                return self._exchanged(form(heard))
            case path_ if path_ == ACCOUNT:
                return self._impersonated(heard)
            case _:
                is_known = heard.target == JOB and heard.headers.get("authorization") == f"Bearer {ASKING}"
                return said(200, {"value": self.subject}) if is_known else said(401, {"message": f"not {ASKING}"})

    def _metadata(self, heard: Heard) -> Reply:
        if heard.method != "GET" or heard.headers.get("metadata-flavor") != "Google":
            return Reply(403, {}, b"Missing Metadata-Flavor:Google header.")
        token = {"access_token": self.tokens.pop(0), "expires_in": 3599, "token_type": "Bearer"}
        return said(200, token, Metadata_Flavor="Google")

    def _exchanged(self, asked: dict[str, str]) -> Reply:
        wanted = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": AUDIENCE,
            "scope": SCOPE,
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "subject_token_type": JWT,
            "subject_token": self.subject,
        }
        if asked != wanted:
            told = f"The given credential is rejected: {asked['subject_token']}"
            return said(400, {"error": "unauthorized_client", "error_description": told})
        return said(200, {"access_token": FEDERATED, "token_type": "Bearer", "expires_in": 3599})

    def _impersonated(self, heard: Heard) -> Reply:
        if heard.headers.get("authorization") != f"Bearer {FEDERATED}":
            error = {"code": 403, "message": "Permission 'getAccessToken' denied", "status": "PERMISSION_DENIED"}
            return said(403, {"error": error})
        assert json.loads(heard.body) == {"scope": [SCOPE], "lifetime": "3600s"}
        return said(200, {"accessToken": self.tokens.pop(0), "expireTime": "2099-01-01T00:00:00Z"})


def account(url: str, source: dict[str, object], *, impersonates: bool = True) -> dict[str, object]:
    """The file that gcloud writes for a pool, with this machine's addresses in it."""
    file: dict[str, object] = {
        "universe_domain": "googleapis.com",
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": JWT,
        "token_url": f"{url}{STS}",
        "credential_source": source,
    }
    return file | ({"service_account_impersonation_url": f"{url}{ACCOUNT}"} if impersonates else {})
