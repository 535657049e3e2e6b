"""Foreign text made plain: what a stranger printed cannot steer a terminal, a log or a CI system."""

from typing import Final

LARGEST_END: Final = 4096  # bytes of output that are kept
CUT: Final = "…"  # stands where a part was left out

# Log lines that CI systems obey. GitHub and Azure look for these anywhere in a line,
# and for `::` where a line starts, white space left aside.
_ORDERS: Final = ("##[", "##vso[", "##teamcity[")


def plain(text: str) -> str:
    """The text with everything that is not printed (but for newline and tab) and every CI order escaped."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(_harmless("".join(map(_printed, line))) for line in lines)


def brief(text: str, longest: int) -> str:
    """The beginning of some foreign text, plain and on one line."""
    line = plain(" ".join(text[: longest + 1].split()))
    return line if len(line) <= longest else line[: longest - 1] + CUT


def end_of(output: bytes, *, is_whole: bool) -> str:
    """The plain end of some output in at most 4 KiB of UTF-8; `is_whole` says that nothing came before it."""
    known = output if is_whole else output[_torn(output) :]
    text = plain(known.decode(errors="backslashreplace"))
    encoded = text.encode()
    if is_whole and len(encoded) <= LARGEST_END:
        return text
    return CUT + encoded[-(LARGEST_END - len(CUT.encode())) :].decode(errors="ignore")


def _torn(output: bytes) -> int:
    """How many bytes at the start belong to a character whose first byte is missing."""
    head = output[:3]
    return len(head) - len(head.lstrip(bytes(range(0x80, 0xC0))))


def _printed(character: str) -> str:
    """Printable as Unicode defines it: no controls, no bidirectional marks, no exotic spaces."""
    if character.isprintable() or character == "\t":
        return character
    return character.encode("unicode_escape").decode()


def _harmless(line: str) -> str:
    for order in _ORDERS:
        line = line.replace(order, "\\x23" + order[1:])
    start = line.lstrip()
    indent = line[: len(line) - len(start)]
    return f"{indent}\\x3a{start[1:]}" if start.startswith("::") else line
