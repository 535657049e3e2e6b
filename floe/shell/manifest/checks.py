"""What is right about each word of a manifest: every check returns the word or makes its own complaint."""

from collections.abc import Callable
from typing import Any, Final, NoReturn, get_args
from urllib.parse import urlsplit

import re2
from pydantic_core import PydanticCustomError
from returns.result import Failure, Result

from floe.core.names import Malformed
from floe.core.nearest import nearest
from floe.core.outcome import settled
from floe.core.policy import Severity
from floe.shell.complaint import listed, quoted
from floe.shell.location import Remote
from floe.shell.secret import NAME, is_name, names_in

MISTAKE: Final = "floe"  # the type of the errors that are raised here
OTHER_FORM: Final = "floe_form"  # where several forms are possible and none was found; its message is what is
SEVERITIES: Final[tuple[str, ...]] = get_args(Severity)
DURATION: Final = r"[1-9][0-9]{0,5}[smhd]"
UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_DURATION: Final = 366 * 86400
LONGEST_PATTERN: Final = 1000
HEADER: Final = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}"  # RFC 9110, section 5.6.2
OWN_HEADERS: Final = ("host", "content-length", "transfer-encoding", "connection")


def mistake(found: str, expected: str, near: str | None = None) -> NoReturn:
    raise PydanticCustomError(MISTAKE, "{found}", {"found": found, "expected": expected, "nearest": near})


def seconds(duration: str) -> int:
    """What `30m` is in seconds."""
    return int(duration[:-1]) * UNITS[duration[-1]]


def parsed(parse: Callable[[str], Result[Any, Malformed]]) -> Callable[[str], str]:
    """A check that keeps the text and complains as its parser does."""

    def check(text: str) -> str:
        match settled(parse(text)):
            case Failure(malformed):
                mistake(f"{quoted(malformed.found)} is no {malformed.what}", malformed.expected)
            case _:
                return text

    return check


def matching(pattern: str, what: str, expected: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not re2.fullmatch(pattern, text):
            mistake(f"{quoted(text)} is no {what}", expected)
        return text

    return check


def name(text: str) -> str:
    odd = next((each for each in text if not " " <= each <= "~"), None)
    if odd is not None:
        mistake(f"the character U+{ord(odd):04X} in {quoted(text)}", "printable ASCII, in which names are compared")
    if not text or text != text.strip():
        mistake(f"{quoted(text)} as a name", "a name without spaces around it")
    return text


def said(text: str) -> str:
    if not text.strip() or "\0" in text:
        mistake("empty text" if "\0" not in text else "the character U+0000", "something to run or to find")
    return text


def duration(text: str) -> str:
    if not re2.fullmatch(DURATION, text) or seconds(text) > LONGEST_DURATION:
        mistake(f"{quoted(text)} is no duration", "a whole number of s, m, h or d, such as 30m or 7d; 366d at most")
    return text


def expression(text: str) -> str:
    """A regular expression, as core reads it."""
    _compiled(text)
    return text


def pattern(text: str) -> str:
    if _compiled(text).fullmatch(""):
        mistake(f"{quoted(text)} matches the empty text", "an expression for the whole of a subject")
    return text


def _compiled(text: str) -> Any:  # noqa: ANN401 (re2 has no types)
    options = re2.Options()
    options.log_errors = False
    if len(text) > LONGEST_PATTERN:
        mistake(f"{len(text)} characters of regular expression", f"{LONGEST_PATTERN} at most")
    try:
        return re2.compile(text, options)
    except re2.error as error:
        mistake(f"{quoted(text)} is no regular expression of RE2 ({_told(error)})", "RE2 syntax")


def _told(error: re2.error) -> str:
    told = error.args[0] if error.args else ""
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)


def issuer(text: str) -> str:
    _web_address(text, "issuer", quoted(text))
    return text


def keys(text: str) -> str:
    """Where the keys of an issuer are: an address, or a file."""
    if "://" in text:
        _web_address(text, "address of keys", quoted(text))
    return said(text)


def _web_address(text: str, what: str, found: str, *, may_be_open: bool = False) -> None:
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError:
        port, host, parts = None, None, urlsplit("")
    local = bool(host) and Remote(host=str(host), port=port, repository="").is_loopback
    if not host or not (parts.scheme == "https" or ((local or may_be_open) and parts.scheme == "http")):
        mistake(f"{found} is no {what}", "an https:// address; http:// for this machine alone")
    if parts.username is not None or parts.password is not None or not text.isprintable() or " " in text:
        mistake(f"{found} is no {what}", "an address without a user name, spaces and control characters")


def address(text: str) -> str:
    """An address; it is not shown, since chat services put their key into the path."""
    _web_address(text, "address for messages", "this", may_be_open=True)
    return text


def sealed(text: str) -> str:
    bad = next((name for name in names_in(text) if not is_name(name)), None)
    if bad is not None:
        mistake("${…} around something that is no name", f"${{NAME}} with a name such as {NAME}, or $${{ for itself")
    return text


def header(text: str) -> str:
    if not re2.fullmatch(HEADER, text):
        mistake(f"{quoted(text)} is no header name", "letters, digits and '-' (RFC 9110)")
    if text.lower() in OWN_HEADERS or text.lower().startswith("webhook-"):
        mistake(f"header {quoted(text)}, which floe sets itself", "another header")
    return text


def severity(text: str) -> str:
    if text.upper() not in SEVERITIES:
        mistake(f"severity {quoted(text)}", listed(SEVERITIES), nearest(text, SEVERITIES))
    return text.upper()


def whole(text: str) -> str:
    """An argument of a command: anything that a process can be given."""
    if "\0" in text:
        mistake("the character U+0000", "text that a process can be given")
    return text
