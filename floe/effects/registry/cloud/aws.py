"""aws-irsa: the token of a service account becomes a role (STS), and the role a password for ECR. Needs `floe[aws]`."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from floe.core.fault import Unavailable
from floe.effects.blocking import FaultError
from floe.effects.registry.cloud.errand import Errand
from floe.effects.registry.cloud.hosts import region_of
from floe.effects.registry.cloud.web import CONNECT_SECONDS, SECONDS, without
from floe.effects.registry.credentials import Password
from floe.effects.registry.transport import TransientError

ROLE: Final = "AWS_ROLE_ARN"
TOKEN_FILE: Final = "AWS_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105 (a variable's name)
REGIONS: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
WEB_IDENTITY: Final = "assume-role-with-web-identity"  # as botocore calls this part of its chain
ENDED: Final = ("ExpiredToken", "ExpiredTokenException")
TRIES: Final = 2
IN_POD: Final = (
    f"run where {ROLE} and {TOKEN_FILE} are set, as in a pod whose service account has a role (EKS, IRSA), "
    "or choose another `auth` for this registry"
)
ANEW: Final = f"see that what writes the file of {TOKEN_FILE} still runs, then run this again"
TRUST: Final = f"check that the role of {ROLE} trusts this service account, and may call ecr:GetAuthorizationToken"
REGION: Final = f"set {REGIONS[0]} to the region of the registry"
EXTRA: Final = "pip install 'floe[aws]'"


def lent(errand: Errand) -> Password:
    role = errand.variable(ROLE, IN_POD)
    token = errand.content(Path(errand.variable(TOKEN_FILE, IN_POD)), TOKEN_FILE, IN_POD)
    set_here = next((errand.variables[name] for name in REGIONS if errand.variables.get(name)), None)
    region = region_of(errand.registry.host) or set_here
    if region is None:
        raise errand.missing(f"neither {errand.registry.host} nor {REGIONS[0]} says in which region", REGION)
    try:
        import boto3  # noqa: PLC0415 (the extra `aws`, and heavy)
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (as above)
    except ImportError:
        raise errand.missing("boto3 is not installed", EXTRA) from None
    try:
        given = _authorization(boto3.Session, region)
    except ClientError as error:
        raise _answered(errand, error.response, token) from None
    except BotoCoreError as error:
        raise _unasked(errand, region, error) from None
    return _password(errand, given, f"{errand.kind} ({role})")


def _authorization(session: Any, region: str) -> Mapping[str, Any]:  # noqa: ANN401 (boto3 has no types)
    """What ECR lends to the web identity, and to no other that boto3 might find: its chain prefers access keys."""
    from botocore.config import Config  # noqa: PLC0415 (as above)
    from botocore.session import get_session  # noqa: PLC0415 (as above)

    core = get_session()
    core.set_config_variable("region", region)
    retries = {"total_max_attempts": TRIES, "mode": "standard"}
    core.set_default_client_config(Config(connect_timeout=CONNECT_SECONDS, read_timeout=SECONDS, retries=retries))
    chain = core.get_component("credential_provider")
    role = chain.get_provider(WEB_IDENTITY).load().get_frozen_credentials()
    ecr = session(botocore_session=core).client(
        "ecr",
        aws_access_key_id=role.access_key,
        aws_secret_access_key=role.secret_key,
        aws_session_token=role.token,
    )
    given: list[Mapping[str, Any]] = ecr.get_authorization_token()["authorizationData"]
    return given[0] if given else {}


def _password(errand: Errand, given: Mapping[str, Any], source: str) -> Password:
    try:
        pair = base64.b64decode(given.get("authorizationToken", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    username, _, password = pair.partition(":")
    ends = given.get("expiresAt")
    if not password or not isinstance(ends, datetime):
        raise errand.refused("ECR answered without a password", TRUST)
    return Password(username=username, password=password, source=source, ends=ends)


def _answered(errand: Errand, response: Mapping[str, Any], token: str) -> FaultError:
    """The fault behind an error that STS or ECR answered with."""
    error = response.get("Error", {})
    code = str(error.get("Code", ""))
    told = without((token,), f"{code}: {error.get('Message', '')}")
    if code in ENDED:
        return errand.expired(f"AWS says {told}", ANEW)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 or "Throttl" in code:  # noqa: PLR2004 (server errors)
        return TransientError(Unavailable(where="AWS", why=told))
    return errand.refused(f"AWS says {told}", TRUST)


def _unasked(errand: Errand, region: str, error: Exception) -> FaultError:
    """The fault when neither answered: there is no way to them, or boto3 does not see where to go."""
    from botocore.exceptions import ConnectionError, HTTPClientError  # noqa: A004, PLC0415 (as above)

    told = without((), str(error))
    if isinstance(error, ConnectionError | HTTPClientError):
        return FaultError(Unavailable(where=f"AWS in {region}", why=told))
    return errand.missing(f"boto3 says {told}", "mend the configuration of AWS in the environment or in ~/.aws")
