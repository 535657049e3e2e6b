"""Which cloud lends: asked when the registry asks for credentials, and not before."""

from functools import partial

from floe.effects.registry.cloud.errand import Errand
from floe.effects.registry.credentials import Finder, Password


def finder(errand: Errand) -> Finder:
    return partial(_lent, errand)


def _lent(errand: Errand, _: str) -> Password:
    if errand.registry.scheme != "https" and not errand.registry.is_loopback:
        why = f"{errand.registry.url} would be sent them unencrypted; nothing was asked for"
        raise errand.missing(why, "take plain_http away")
    match errand.kind:
        case "aws-irsa":
            from floe.effects.registry.cloud import aws  # noqa: PLC0415 (only one of these is used)

            return aws.lent(errand)
        case "azure-managed-identity":
            from floe.effects.registry.cloud import azure  # noqa: PLC0415 (as above)

            return azure.lent(errand)
        case "gcp-workload-identity":
            from floe.effects.registry.cloud import google  # noqa: PLC0415 (as above)

            return google.lent(errand)
