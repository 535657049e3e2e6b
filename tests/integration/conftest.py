"""A folder to work in, for tests of the whole."""

from pathlib import Path

import pytest

from tests.integration.process import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A manifest with three environments, gates that pass while there is no file `broken`, and nothing pushed."""
    folder, home = tmp_path / "bench", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    return Bench(folder, home)
