"""What a manifest may say and this floe cannot do yet: one row each, deleted when the feature is there."""

from collections.abc import Callable, Iterator
from typing import Final

from floe.core.value import Value
from floe.shell.complaint import Doubt, dotted
from floe.shell.document import Spot

ARTIFACTS: Final = "artifacts"
PROMOTION: Final = (ARTIFACTS, "promotion")
ENVIRONMENT: Final = (*PROMOTION, "environments", "*")
AUTHORIZATION: Final = (*ENVIRONMENT, "authorization")


def _given(spot: Spot) -> bool:
    """Whether what is written asks for anything."""
    return spot.value not in (False, [], {})


class Row(Value, frozen=True, kw_only=True):
    """A place in the manifest, what there needs the feature, and what happens instead."""

    feature: str
    paths: tuple[tuple[str, ...], ...]
    needs: Callable[[Spot], bool] = _given
    message: str


ROWS: Final = (
    Row(
        feature="audit",
        paths=((*PROMOTION, "audit", "backend"),),
        needs=lambda spot: spot.value != "oci",
        message="this backend is not built yet; commands refuse. Built: oci",
    ),
    Row(
        feature="audit",
        paths=tuple((*PROMOTION, "audit", key) for key in ("repository", "sign", "attest")),
        message="not built yet; commands refuse",
    ),
    Row(
        feature="audit",
        paths=tuple((*PROMOTION, "audit", key) for key in ("url", "settle_ms")),
        message="not built yet; nothing heeds it",
    ),
    Row(
        feature="approvals",
        paths=((*AUTHORIZATION, "approvals"),),
        message="approvals are not built yet; promotion there refuses (12)",
    ),
    Row(
        feature="freeze",
        paths=((*ENVIRONMENT, "freeze"),),
        message="times of freeze are not built yet; promotion there refuses (13)",
    ),
    Row(
        feature="override",
        paths=((*ENVIRONMENT, "override_groups"),),
        message="overriding is not built yet; nobody can",
    ),
)


def doubts(top: Spot) -> Iterator[Doubt]:
    """One doubt for each place that asks for something floe cannot do yet."""
    for row in ROWS:
        for path in row.paths:
            for spot in filter(row.needs, top.all_at(*path)):
                yield Doubt(path=dotted(spot.path), message=row.message, feature=row.feature)
