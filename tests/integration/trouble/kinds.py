"""The troubles that an order may meet: some pass, some stay."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tests.servers import troubles
from tests.servers.stale import Stale
from tests.servers.toxics import Toxics
from tests.servers.wire import Layer

MANIFESTS: Final = "*/manifests/*"
Make: TypeAlias = Callable[[Toxics], object]


def some(toxic: Layer, **rule: Any) -> Make:
    return lambda toxics: toxics.add(toxic, **rule)


# Run always; the others where there is time.
QUICK: Final = (
    *("reset after", "writes reset after", "429 date", "502 though applied", "an obedient cache"),
    *("silence", "trickle", "endless", "a bit turned", "another body"),
)
PASSING: Final[dict[str, Make]] = {
    "latency": some(troubles.latency(0.01, 0.02)),
    "trickle": some(troubles.trickle(200, 0.002)),
    "duplicates": some(troubles.duplicate, path=MANIFESTS),
    "reset before": some(troubles.reset_before, times=2, skip=1),
    "reset after": some(troubles.reset_after, times=2, skip=1),
    "writes reset after": some(troubles.reset_after, method="PUT", times=3),
    "writes reset before": some(troubles.reset_before, method="PUT", times=3),
    "lost answers of writes": some(troubles.lost_answer, method="PUT", times=3),
    "truncated": some(troubles.truncated(10), method="GET", times=2),
    "429 seconds": some(troubles.too_many_requests("1"), times=2),
    "429 date": lambda toxics: toxics.add(troubles.too_many_requests(troubles.in_seconds(1)), times=2),
    "429 nothing said": some(troubles.too_many_requests(None), times=2),
    "503 burst": some(troubles.server_error(503), times=3, skip=2),
    "500 for moving tags": some(troubles.server_error(500), path="*/manifests/latest-*", times=2),
    "502 though applied": some(troubles.server_error_after(502), method="PUT", times=3),
    "a bit turned once": some(troubles.wrong_body, method="GET", path=MANIFESTS, times=1),
    "a wrong digest once": some(troubles.wrong_digest_header, method="GET", path=MANIFESTS, times=1),
    "an obedient cache": lambda toxics: toxics.add(Stale(obeys=True)),
}
LASTING: Final[dict[str, Layer]] = {
    "reset before": troubles.reset_before,
    "reset after": troubles.reset_after,
    "lost answers": troubles.lost_answer,
    "silence": troubles.silence(60),
    "truncated": troubles.truncated(10),
    "trickle": troubles.trickle(1, 0.2),
    "endless": troubles.endless,
    "429": troubles.too_many_requests("3600"),
    "503": troubles.server_error(503),
    "502 though applied": troubles.server_error_after(502),
    "a bit turned": troubles.wrong_body,
    "a wrong digest": troubles.wrong_digest_header,
    "another body": troubles.other_body(b"{}"),
    "no body": troubles.other_body(b""),
    "refused": troubles.server_error(403),
}
