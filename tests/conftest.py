"""What all tests share: how Hypothesis looks for counterexamples, and one option."""

import os

import pytest
from hypothesis import HealthCheck, settings

SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much)  # a machine that is busy is no bug
settings.register_profile("dev", deadline=None, max_examples=40, suppress_health_check=SLOW)
settings.register_profile(
    "ci", deadline=None, max_examples=40, suppress_health_check=SLOW, derandomize=True, print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write down what the scenarios print now")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
