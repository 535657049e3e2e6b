"""The kinds of credentials that clouds lend, and by which names the registries are known that they are for."""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

import re2

Kind: TypeAlias = Literal["aws-irsa", "azure-managed-identity", "gcp-workload-identity"]  # as manifests write it

ECR: Final = re2.compile(
    r"[0-9]+\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\."
    r"(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn)"
)
NAMES: Final[Mapping[Kind, Any]] = {
    "aws-irsa": ECR,
    "azure-managed-identity": re2.compile(r"[a-z0-9-]+\.azurecr\.(?:io|cn|us|de)"),
    "gcp-workload-identity": re2.compile(r"(?:[a-z0-9-]+\.)?(?:pkg\.dev|gcr\.io)"),
}
CLOUDS: Final[Mapping[Kind, str]] = {
    "aws-irsa": "AWS",
    "azure-managed-identity": "Azure",
    "gcp-workload-identity": "Google Cloud",
}
REGISTRIES: Final[Mapping[Kind, str]] = {
    "aws-irsa": "ECR",
    "azure-managed-identity": "ACR",
    "gcp-workload-identity": "Artifact Registry",
}


def is_of(kind: Kind, host: str) -> bool:
    """Whether a host is surely a registry of the cloud that lends this kind of credentials."""
    return NAMES[kind].fullmatch(host) is not None


def region_of(host: str) -> str | None:
    """The region that the name of an ECR registry says; None for any other name."""
    found = ECR.fullmatch(host)
    return found[1] if found else None
