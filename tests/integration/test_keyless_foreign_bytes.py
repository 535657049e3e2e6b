"""Whatever bytes stand where a bundle should be, the answer is that they prove nothing."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from floe.core.names import Digest
from floe.core.signature.candidate import Verified
from floe.core.signature.statement import signing
from floe.effects.signing import keyless, trust_root
from tests.servers.sigstore import bundles
from tests.servers.sigstore.ready import ready

ODD: Final[tuple[Any, ...]] = (None, "", "AAAA", 0, -1, 2**70, [], [None], {}, True)
PAYLOAD: Final = signing(Digest("sha256:" + "c5" * 32))


@pytest.mark.parametrize("version", [1, 2])
def test_no_bit_of_a_bundle_can_be_turned_to_make_it_say_something_else(tmp_path: Path, version: int) -> None:
    """Nothing is raised, and what still verifies says the same."""
    with ready(version=version) as root:
        content = bundles.bundle(root.stack, PAYLOAD)
        verifier = keyless.opened(trust_root.read(root.trust_config(tmp_path)))
    right = keyless.verify(content, verifier)
    assert isinstance(right, Verified)
    for place in range(3, len(content), 31):
        altered = bytearray(content)
        altered[place] ^= 1 << place % 8
        found = keyless.verify(bytes(altered), verifier)
        if isinstance(found, Verified):
            assert (found.subjects, found.proof, found.at) == (right.subjects, right.proof, right.at)


@pytest.mark.parametrize("version", [1, 2])
def test_no_value_of_a_bundle_can_be_exchanged_to_break_anything(tmp_path: Path, version: int) -> None:
    with ready(version=version) as root:
        whole = json.loads(bundles.bundle(root.stack, PAYLOAD))
        verifier = keyless.opened(trust_root.read(root.trust_config(tmp_path)))
    for path in places(whole):
        for value in ODD:
            altered = copy.deepcopy(whole)
            place: Any = altered
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
            keyless.verify(json.dumps(altered).encode(), verifier)


def places(value: Any, *above: str | int) -> Iterator[tuple[str | int, ...]]:
    """The path of every value in a document."""
    if above:
        yield above
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from places(child, *above, step)
