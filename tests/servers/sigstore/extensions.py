"""What Fulcio writes of a token into a certificate (its oid-info.md)."""

from typing import Any, Final

from cryptography import x509

from tests.servers.sigstore import der

ARC: Final = "1.3.6.1.4.1.57264.1"
SERVER: Final = "https://github.com/"


def name(kind: str, claims: dict[str, Any]) -> x509.GeneralName:
    """The subject alternative name. GitHub's is not the token's subject."""
    match kind:
        case "github-workflow":
            return x509.UniformResourceIdentifier(SERVER + claims["job_workflow_ref"])
        case "email":
            return x509.RFC822Name(claims["email"])
        case _:
            return x509.UniformResourceIdentifier(claims["sub"])


def all_of(kind: str, claims: dict[str, Any]) -> tuple[tuple[str, bytes], ...]:
    texts = {"8": claims["iss"], "24": claims["sub"], **(_build(claims) if kind == "github-workflow" else {})}
    plain = {"1": claims["iss"], **(_older(claims) if kind == "github-workflow" else {})}
    return tuple((f"{ARC}.{number}", value.encode()) for number, value in plain.items()) + tuple(
        (f"{ARC}.{number}", der.text(value)) for number, value in texts.items()
    )


def _older(claims: dict[str, Any]) -> dict[str, str]:
    """Before .8 values were written as they are, not as DER."""
    named = {"2": "event_name", "3": "sha", "4": "workflow", "5": "repository", "6": "ref"}
    return {number: claims[claim] for number, claim in named.items()}


def _build(claims: dict[str, Any]) -> dict[str, str]:
    run = f"{claims['repository']}/actions/runs/{claims['run_id']}/attempts/{claims['run_attempt']}"
    return {
        "9": SERVER + claims["job_workflow_ref"],
        "10": claims["job_workflow_sha"],
        "11": claims["runner_environment"],
        "12": SERVER + claims["repository"],
        "13": claims["sha"],
        "14": claims["ref"],
        "15": claims["repository_id"],
        "16": SERVER + claims["repository_owner"],
        "17": claims["repository_owner_id"],
        "18": SERVER + claims["workflow_ref"],
        "19": claims["workflow_sha"],
        "20": claims["event_name"],
        "21": SERVER + run,
        "22": claims["repository_visibility"],
    }
