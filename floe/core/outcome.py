"""The two ways a step can end, and the one place that says so to the type checker."""

from collections.abc import Iterable
from typing import TypeVar

from returns.result import Failure, Result, Success

T = TypeVar("T")
E = TypeVar("E")


def settled(result: Result[T, E], /) -> Success[T] | Failure[E]:
    """The result as a closed union, so that `match` is checked for exhaustiveness."""
    assert isinstance(result, Success | Failure)
    return result


def collect(results: Iterable[Result[T, E]], /) -> Result[tuple[T, ...], tuple[E, ...]]:
    """Every value, or every failure: never only the first failure."""
    values: list[T] = []
    failures: list[E] = []
    for result in results:
        match settled(result):
            case Success(value):
                values.append(value)
            case Failure(failure):
                failures.append(failure)
    return Failure(tuple(failures)) if failures else Success(tuple(values))


def failures(result: Result[T, tuple[E, ...]], /) -> tuple[E, ...]:
    """The reasons a result failed for; none when it did not."""
    return result.failure() if isinstance(result, Failure) else ()
