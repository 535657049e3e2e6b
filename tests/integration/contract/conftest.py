"""Every test here is run on every registry."""

from pathlib import Path

import pytest

from floe.effects.ports import Registry
from tests.integration.contract.places import KINDS, Place, place


@pytest.fixture(params=KINDS)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place(request.param, tmp_path)


@pytest.fixture
def registry(here: Place) -> Registry:
    return here.registry
