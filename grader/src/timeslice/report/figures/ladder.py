"""The packets of a network test as a ladder: a vertical line for each end, an arrow for each datagram.

The ladder is read from steps that tests/support/net/wire.c writes: ``12.4 ms  client:40123 -> relay: 5 bytes "hello"``.
A step may end with the fate of the datagram, such as ``dropped``. Other steps are notes between the arrows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

ROWS_MAX = 40  # of one figure: the last rows, because they led to the failure
ENDS_MAX = 5  # vertical lines; if there are more ends, the ends of one kind share a line
STOPPED = ("dropped", "held", "refused")  # fates of a datagram that does not arrive
_WIDTH = 100  # columns of a terminal
_TIMES = 10  # columns for the time

_END = r"(?:client|peer|server|relay)(?::[0-9]{1,5})?"
_DATAGRAM = re.compile(
    r" {0,6}(?P<time>[0-9]{1,6}\.[0-9]) ms  "
    rf"(?P<start>{_END}) -> (?P<end>{_END}): (?P<size>[0-9]{{1,5}} bytes?)"
    r'(?P<preview> "(?:[ !#-\[\]-~]|\\["\\]|\\x[0-9a-f]{2}){0,24}"(?:\.\.\.)?)?'
    r"(?:, (?P<fate>found waiting|dropped|duplicate|held|delivered late|refused))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Arrow:
    """A datagram from one end to another. Both ends are numbers of lines. ``fate`` is empty if it simply arrived."""

    time: str  # milliseconds since the test's first step
    start: int
    end: int
    size: str
    preview: str
    fate: str

    def label(self, room: int) -> str:
        """The size, the preview and the fate in at most ``room`` characters. The preview is shortened to fit."""
        tail = f", {self.fate}" if self.fate else ""
        spare = room - len(self.size) - len(tail)
        if spare >= len(self.preview):
            return f"{self.size}{self.preview}{tail}"
        return f"{self.size}{self.preview[: spare - 1]}\u2026{tail}" if spare >= 4 else f"{self.size}{tail}"


@dataclass(frozen=True)
class Note:
    """A step that is not a datagram."""

    text: str


@dataclass(frozen=True)
class Ladder:
    """The ends in the order in which they appear, and what happened between them, oldest first."""

    ends: Sequence[str]
    rows: Sequence[Arrow | Note]
    left_out: int  # how many steps came before the first row


def is_datagram(step: str) -> bool:
    """True for a step that describes a datagram."""
    return _DATAGRAM.fullmatch(step) is not None


def read_ladder(steps: Sequence[str]) -> Ladder | None:
    """The ladder of a test's steps, or None if no step describes a datagram."""
    shown = steps[-ROWS_MAX:]
    found = [_DATAGRAM.fullmatch(step) for step in shown]
    names = list(dict.fromkeys(name for match in found if match for name in (match["start"], match["end"])))
    if not names:
        return None
    titles = _titles(names)
    ends = list(dict.fromkeys(titles.values()))
    rows = [_row(step, match, titles, ends) for step, match in zip(shown, found, strict=True)]
    return Ladder(ends, rows, len(steps) - len(shown)) if any(isinstance(row, Arrow) for row in rows) else None


def _titles(names: Sequence[str]) -> dict[str, str]:
    """The name above the line of each end. The port is shown only if there are several ends of one kind."""
    kinds = {name: name.partition(":")[0] for name in names}
    counts = Counter(kinds.values())
    merged: set[str] = set()
    while len(names) - sum(counts[kind] - 1 for kind in merged) > ENDS_MAX:
        merged.add(max((kind for kind in counts if kind not in merged), key=lambda kind: counts[kind]))
    titles = {}
    for name, kind in kinds.items():
        titles[name] = f"{counts[kind]} {kind}s" if kind in merged and counts[kind] > 1 else name
        if counts[kind] == 1:
            titles[name] = kind
    return titles


def _row(step: str, match: re.Match[str] | None, titles: dict[str, str], ends: Sequence[str]) -> Arrow | Note:
    if match is None or titles[match["start"]] == titles[match["end"]]:
        return Note(step)
    start, end = (ends.index(titles[match[side]]) for side in ("start", "end"))
    return Arrow(match["time"], start, end, match["size"], match["preview"] or "", match["fate"] or "")


# ---- as text ----


def ladder_text(ladder: Ladder) -> str:
    """The ladder in box-drawing characters, at most 100 columns wide."""
    longest = max(len(row.label(_WIDTH)) for row in ladder.rows if isinstance(row, Arrow))
    least = max(map(len, ladder.ends)) + 1
    first = _TIMES + len(ladder.ends[0]) // 2
    room = _WIDTH - first - least // 2 - longest - 2
    gap = max(least, min(18, room // (len(ladder.ends) - 1)))
    uprights = [first + number * gap for number in range(len(ladder.ends))]
    lines = [f"{'':{_TIMES}}({ladder.left_out} earlier steps left out)"] if ladder.left_out else []
    lines.append(_heads(ladder.ends, uprights))
    for row in ladder.rows:
        if isinstance(row, Arrow):
            lines.append(_arrow_line(row, uprights))
        else:
            lines.append(f"{'':{_TIMES}}\u00b7 {row.text}"[:_WIDTH])
    return "\n".join(lines)


def _heads(ends: Sequence[str], uprights: Sequence[int]) -> str:
    line = "      ms"
    for end, upright in zip(ends, uprights, strict=True):
        line = f"{line:{upright - len(end) // 2}}{end}"
    return line


def _arrow_line(arrow: Arrow, uprights: Sequence[int]) -> str:
    """One arrow. A late datagram starts halfway. A datagram that does not arrive ends halfway."""
    cells = [" "] * (uprights[-1] + 1)
    for upright in uprights:
        cells[upright] = "\u2502"
    start, end = uprights[arrow.start], uprights[arrow.end]
    ahead = 1 if end > start else -1
    halfway = (start + end) // 2
    first = halfway if arrow.fate == "delivered late" else start
    last = halfway if arrow.fate in STOPPED else end
    for place in range(first, last, ahead):
        cells[place] = "\u253c" if place in uprights else "\u2500"
    cells[first] = "\u251c" if ahead > 0 else "\u2524"
    if arrow.fate in STOPPED:
        bar = "\u2524" if ahead > 0 else "\u251c"
        cells[last] = bar if arrow.fate == "held" else "\u2573"
    else:
        cells[last - ahead] = "\u25ba" if ahead > 0 else "\u25c4"
    drawn = f"{arrow.time:>8}{''.join(cells)[8:]}   "
    return drawn + arrow.label(_WIDTH - len(drawn))
