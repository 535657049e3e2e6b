"""What went wrong with a service, told from what requests and sigstore raise."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from floe.core.fault import Unavailable
from floe.core.plain import plain

if TYPE_CHECKING:
    from requests import Response

LONGEST: Final = 300  # characters of what a service said


def unavailable(where: str, error: BaseException) -> Unavailable:
    return Unavailable(where=where, why=why(error))


def why(error: BaseException) -> str:
    import requests

    answer = answered(error)
    if answer is not None:
        return f"it answered {answer.status_code}: {said(answer)}"
    for each in _causes(error):
        if isinstance(each, requests.Timeout):
            return "it did not answer in time"
        if isinstance(each, requests.TooManyRedirects):
            return "it sent us elsewhere, which floe does not follow"
        if isinstance(each, requests.ConnectionError):
            return "no connection"
    return f"its answer makes no sense ({type(error).__name__}: {_short(str(error))})"


def answered(error: BaseException) -> "Response | None":
    """The answer that was an error."""
    import requests

    found = (each.response for each in _causes(error) if isinstance(each, requests.HTTPError))
    return next((each for each in found if each is not None), None)


def said(answer: "Response") -> str:
    """The message in an answer, else how it begins."""
    try:
        message = msgspec.json.decode(answer.content, type=dict[str, object]).get("message")
    except msgspec.DecodeError:
        message = None
    return _short(message if isinstance(message, str) else answer.text)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it was raised because of. sigstore keeps the answer of a service there."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _short(text: str) -> str:
    told = " ".join(plain(text).split())
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"
