"""How a policy names identities: a name that is only given, or `ISSUER#SUBJECT`, which only a token proves.

Short forms stand for issuers that everybody knows: `github:23362539` is the account of that number on github.com.
"""

from typing import Final

import re2
from returns.result import Failure, Result, Success

from floe.core.names import Malformed

GITHUB: Final = "https://token.actions.githubusercontent.com"
GITLAB: Final = "https://gitlab.com"
GOOGLE: Final = "https://accounts.google.com"

_NUMBER: Final = "[1-9][0-9]{0,19}"
# A short form, what may follow its colon, and what it stands for.
_SHORT: Final = {
    "github": (_NUMBER, f"{GITHUB}#actor_id={{}}", "github:NUMBER, the account's id (not its name)"),
    "gitlab": (_NUMBER, f"{GITLAB}#user_id={{}}", "gitlab:NUMBER, the account's id (not its name)"),
    "google": (_NUMBER, f"{GOOGLE}#{{}}", "google:NUMBER, the account's id (not its address)"),
}


def spelt_out(text: str) -> Result[str, Malformed]:
    """The one spelling of an identity; a name stays as it is."""
    prefix, colon, rest = text.partition(":")
    if not colon or prefix not in _SHORT:
        return Success(text)
    pattern, full, expected = _SHORT[prefix]
    if re2.fullmatch(pattern, rest):
        return Success(full.format(rest))
    return Failure(Malformed(what="identity", found=text, expected=expected))


def is_proved(identity: str) -> bool:
    """Whether only a token can show that somebody is this."""
    return issuer_of(identity) is not None


def issuer_of(identity: str) -> str | None:
    """The issuer whose word an identity takes; None where it is a name that anybody may give."""
    issuer, mark, subject = identity.partition("#")
    return issuer if mark and subject and issuer.startswith(("https://", "http://")) else None
