"""What the CI system around floe says of itself, as attributes of a trace's resource. Tokens are not among it."""

from collections.abc import Mapping
from typing import Final

import floe

NAMES: Final = {  # of a GitLab job; what GitHub gives in pieces is put together below
    "CI_PIPELINE_URL": "cicd.pipeline.run.url.full",
    "CI_PROJECT_URL": "vcs.repository.url.full",
    "CI_COMMIT_SHA": "vcs.ref.head.revision",
    "CI_COMMIT_REF_NAME": "vcs.ref.head.name",
}
GITHUB: Final = {"GITHUB_SHA": "vcs.ref.head.revision", "GITHUB_REF_NAME": "vcs.ref.head.name"}


def about(variables: Mapping[str, str]) -> dict[str, str]:
    """The program and the pipeline that run."""
    known = {"service.version": floe.__version__, **_named(variables), **_in(variables)}
    return {key: value for key, value in known.items() if value}


def _named(variables: Mapping[str, str]) -> dict[str, str]:
    """The service's name, unless OpenTelemetry's own variables give it another."""
    given = variables.get("OTEL_SERVICE_NAME") or "service.name=" in variables.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return {} if given else {"service.name": "floe"}


def _in(variables: Mapping[str, str]) -> dict[str, str]:
    if "GITHUB_RUN_ID" not in variables:
        return {key: variables.get(name, "") for name, key in NAMES.items()}
    repository = "/".join(variables.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"))
    return {
        "vcs.repository.url.full": repository,
        "cicd.pipeline.run.url.full": f"{repository}/actions/runs/{variables['GITHUB_RUN_ID']}",
        **{key: variables.get(name, "") for name, key in GITHUB.items()},
    }
