"""A notice as a Slack message: `text` for notifications, blocks for the channel.

What floe did not write itself is cut, set on one line and escaped, so that it is neither markup nor a mention.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from floe.core.compiled.change import told
from floe.core.explain.phrase import minute, on_one_line
from floe.core.message.notice import ImpactAnalysis, Notice, sentence, who
from floe.core.names import short

Block: TypeAlias = dict[str, object]

LONGEST_VALUE: Final = 250  # characters, of which escaping makes five times as many at most; a field takes 2000
LONGEST_SECTION: Final = 3000
MOST_LISTED: Final = 5  # changes, and products
_ESCAPES: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))  # what Slack asks for, and nothing else


def message(notice: Notice) -> Block:
    fields = [_text(f"*{name}*\n{_escaped(value)}") for name, value in _fields(notice)]
    reason = f": {notice.reason}" if isinstance(notice.reason, str) else ""
    about = _escaped(f"{notice.repository} · {minute(notice.timestamp)} UTC · trace {notice.trace_id}")
    return {
        "text": _escaped(f"{sentence(notice)} by {who(notice)}{reason}"),
        "blocks": [
            {"type": "section", "text": _text(f"*{_escaped(sentence(notice))}*")},
            {"type": "section", "fields": fields},
            *_impact(notice),
            {"type": "context", "elements": [_text(about)]},
        ],
    }


def _fields(notice: Notice) -> Iterator[tuple[str, str]]:
    yield "Operator", who(notice)
    if notice.artifact_digest is not None:
        yield "Digest", short(notice.artifact_digest)
    if isinstance(notice.previous_version, str):
        yield "Previous version", notice.previous_version
    if isinstance(notice.reason, str):
        yield "Reason", notice.reason or "-"
    if notice.until:
        yield "Until", f"{minute(notice.until)} UTC"


def _impact(notice: Notice) -> Iterator[Block]:
    if isinstance(notice.impact_analysis, ImpactAnalysis):
        yield {"type": "section", "text": _text(_fitting(map(_escaped, _impact_lines(notice.impact_analysis))))}


def _impact_lines(analysis: ImpactAnalysis) -> Iterator[str]:
    impact = analysis.impact
    if impact.unknown is not None:
        yield f"Impact unknown: {impact.unknown}"
        return
    yield f"Breaking changes: {analysis.breaking_changes}"
    yield from (f"- {told(change, impact.ambiguous)}" for change in impact.changes[:MOST_LISTED])
    yield f"Affected products: {analysis.affected_products}"
    yield from (f"- {name}" for name in impact.affected[:MOST_LISTED])


def _fitting(lines: Iterable[str]) -> str:
    """As many lines as a section holds."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 > LONGEST_SECTION:
            break
        text = f"{text}\n{line}" if text else line
    return text


def _text(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}  # verbatim: nothing is made a link


def _escaped(text: str) -> str:
    line = on_one_line(text, LONGEST_VALUE)
    for character, escape in _ESCAPES:
        line = line.replace(character, escape)
    return line
