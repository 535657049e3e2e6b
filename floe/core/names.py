"""Words that cannot be malformed: each is made by its parser, or by decoding a value that holds it."""

from typing import Annotated, Final, NewType, TypeAlias

import msgspec
import re2
from returns.result import Failure, Result, Success

from floe.core.value import Value

Digest = NewType("Digest", str)
Version = NewType("Version", str)
EnvironmentName = NewType("EnvironmentName", str)
Tag = NewType("Tag", str)

DIGEST: Final = r"sha256:[0-9a-f]{64}"
# SemVer 2.0.0 sections 2 and 9, less what a tag cannot hold (`+`) and what a suffix would blur (`-` within).
VERSION: Final = r"v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?"
ENVIRONMENT: Final = r"[a-z][a-z0-9-]{0,31}"
TAG: Final = r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}"  # OCI distribution-spec 1.1, "Pulling manifests"
NOWHERE: Final = "none"  # stands for "before the first environment"
LONGEST_VERSION: Final = 64  # leaves room in a tag for `-<environment>-rollback-<n>`

# The same words where values are decoded. Lengths close the door to a trailing newline, which `$` lets in.
ADigest: TypeAlias = Annotated[Digest, msgspec.Meta(pattern=f"^{DIGEST}$", max_length=71)]


class Malformed(Value, frozen=True, kw_only=True, tag="malformed"):
    """Something written does not have the form it must have."""

    what: str
    found: str
    expected: str
    advice: str | None = None  # what to do next, where that is not plain from what is expected


def parse_digest(text: str) -> Result[Digest, Malformed]:
    """A digest as the OCI image-spec writes it; SHA-256 only."""
    if re2.fullmatch(DIGEST, text):
        return Success(Digest(text))
    return Failure(Malformed(what="digest", found=text, expected="sha256: and 64 lower-case hex digits"))


def parse_version(text: str) -> Result[Version, Malformed]:
    if len(text) <= LONGEST_VERSION and re2.fullmatch(VERSION, text):
        return Success(Version(text))
    return Failure(Malformed(what="version", found=text, expected="v1.2.3 or 1.2.3, or v1.2.3-rc.1 (no '+')"))


def parse_environment(text: str) -> Result[EnvironmentName, Malformed]:
    if re2.fullmatch(ENVIRONMENT, text) and text not in (NOWHERE, "latest") and not _reads_as_rollback(text):
        return Success(EnvironmentName(text))
    return Failure(
        Malformed(
            what="environment name",
            found=text,
            expected="a-z, then up to 31 of a-z, 0-9 and '-'; not 'none', 'latest' or '…-rollback-<n>'",
        )
    )


def parse_tag(text: str) -> Result[Tag, Malformed]:
    if re2.fullmatch(TAG, text):
        return Success(Tag(text))
    return Failure(Malformed(what="tag", found=text, expected=f"{TAG} (OCI distribution-spec)"))


def environment_tag(version: Version, environment: EnvironmentName) -> Tag:
    """The tag made once when a version enters an environment."""
    return Tag(f"{version}-{environment}")


def rollback_tag(version: Version, environment: EnvironmentName, number: int) -> Tag:
    """The tag made once for each rollback, counted from 1 per version and environment."""
    return Tag(f"{version}-{environment}-rollback-{number}")


def pointer(environment: EnvironmentName) -> Tag:
    """The one tag that moves."""
    return Tag(f"latest-{environment}")


def version_meant(text: str, source: str | None) -> str:
    """`v1.2.3-dev` asked for from dev means `v1.2.3`."""
    return text.removesuffix(f"-{source}") if source else text


def parse_release(text: str, environments: tuple[EnvironmentName, ...]) -> Result[Version, Malformed]:
    """A version that no environment, pointer or record could claim as a tag of its own."""
    if is_reserved(text, environments):
        expected = "a release tag such as v1.2.3; latest-*, floe-* and <version>-<environment> are floe's own"
        return Failure(Malformed(what="release tag", found=text, expected=expected))
    return parse_version(text)


def is_reserved(tag: str, environments: tuple[EnvironmentName, ...]) -> bool:
    """Whether only floe itself may write this tag."""
    return tag.startswith(("latest-", "floe-")) or any(_is_drawn_for(tag, environment) for environment in environments)


def _is_drawn_for(tag: str, environment: EnvironmentName) -> bool:
    head, dash, tail = tag.partition(f"-{environment}-rollback-")
    if dash and tail.isdecimal():
        return bool(re2.fullmatch(VERSION, head))
    return tag.endswith(f"-{environment}") and bool(re2.fullmatch(VERSION, tag.removesuffix(f"-{environment}")))


def _reads_as_rollback(text: str) -> bool:
    head, dash, number = text.rpartition("-rollback-")
    return bool(dash and head) and number.isdecimal()


def short(digest: Digest) -> str:
    """A digest as tables show it: `sha256:` and 12 hex digits."""
    return digest[:19]
