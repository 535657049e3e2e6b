"""The claims of a token, one by one: what can be compared and shown, and what is kept for readers of a record."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from floe.core.operator import Claim

Claims: TypeAlias = Mapping[str, object]

LONGEST: Final = 512  # characters of a claim that is compared
_KEPT: Final = (
    *("event_name", "run_id", "run_attempt", "actor_id", "job_workflow_sha", "environment", "ref", "ref_protected"),
    *("pipeline_id", "pipeline_source", "job_id", "user_id", "ci_config_sha", "sha", "runner_environment"),
)


def kept(claims: Claims) -> tuple[Claim, ...]:
    """What readers of a record will want to know of the run behind it."""
    found = ((name, text(claims, name)) for name in _KEPT)
    return tuple(Claim(name=name, value=value) for name, value in found if value is not None)


def text(claims: Claims, name: str) -> str | None:
    """A claim that can be compared and shown: short, and printable ASCII."""
    value = claims.get(name)
    spelt = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(spelt, str) or not 0 < len(spelt) <= LONGEST:
        return None
    return spelt if all("!" <= each <= "~" or each == " " for each in spelt) else None
