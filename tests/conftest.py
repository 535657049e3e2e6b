import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write down what the scenarios print now")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
