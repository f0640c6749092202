"""The two charts of a scheduler test, expected and got, and the tick of their first difference.

They are read from a failure that tests/support/schedule/charts.c writes. Each CPU has a row with one character for each
tick: ``AABBA.A``. `` / `` separates the rows. A bar shows where a slice begins. Below the second chart a mark shows the
first difference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

TICKS_MAX = 480
CPUS_MAX = 4
IDLE, SWITCH = ".", "x"
_TICKS_IN_TEXT = 72

_CHART = re.compile(r"[A-Z0-9.x#?|]*(?: / [A-Z0-9.x#?|]*){0,3}", re.ASCII)
_GOT = re.compile(r"(?P<chart>[^\n]*?)(?:\n|^) *\^ they part at tick (?P<tick>[0-9]{1,3})", re.ASCII)


@dataclass(frozen=True)
class Slice:
    """What one CPU did from tick ``start`` to just before ``end``: a job's letter, a level's digit, or a switch."""

    what: str
    start: int
    end: int


@dataclass(frozen=True)
class Chart:
    """One schedule. Each CPU has its row as the bank wrote it, and the same row as slices without idle ticks."""

    rows: Sequence[str]
    slices: Sequence[Sequence[Slice]]

    @property
    def length(self) -> int:
        """How many ticks the longest row has."""
        return max(len(row.replace("|", "")) for row in self.rows)


@dataclass(frozen=True)
class GanttPair:
    """The expected chart and the chart that the code made. Their first difference is at ``tick`` of ``cpu``.

    ``place`` counts the characters of the row before the difference."""

    expected: Chart
    got: Chart
    cpu: int
    place: int
    tick: int

    @property
    def length(self) -> int:
        """How many ticks the longer chart has."""
        return max(self.expected.length, self.got.length)

    @property
    def cpus(self) -> int:
        """How many CPUs the larger chart has."""
        return max(len(self.expected.rows), len(self.got.rows))


def read_gantt(expected: str | None, got: str | None) -> GanttPair | None:
    """The charts in the ``expected`` and ``got`` of a failure, or None if these texts are not charts."""
    said = _GOT.fullmatch(got or "")
    if said is None:
        return None
    texts = (expected or "").strip(" "), said["chart"].strip(" ")
    wanted, had = (_read_chart(text) for text in texts)
    if wanted is None or had is None or texts[0] == texts[1]:
        return None
    before = texts[0][: agreement(*texts)].split(" /")
    cpu, place = len(before) - 1, len(before[-1].lstrip(" "))
    tick = place - before[-1].count("|")
    return GanttPair(wanted, had, cpu, place, tick) if tick == int(said["tick"]) else None


def agreement(first: str, second: str) -> int:
    """How many characters at the start of two texts are equal."""
    shorter = min(len(first), len(second))
    return next((index for index in range(shorter) if first[index] != second[index]), shorter)


def _read_chart(text: str) -> Chart | None:
    if len(text) > CPUS_MAX * 2 * TICKS_MAX or not _CHART.fullmatch(text):
        return None
    rows = text.split(" / ")
    chart = Chart(rows, [_slices(row) for row in rows])
    return chart if chart.length <= TICKS_MAX else None


def _slices(row: str) -> list[Slice]:
    slices: list[Slice] = []
    tick = 0
    for stretch in row.split("|"):
        for what, equal in groupby(stretch):
            end = tick + len(list(equal))
            slices.append(Slice(what, tick, end))
            tick = end
    return [one for one in slices if one.what != IDLE]


def gantt_text(pair: GanttPair) -> str:
    """Both charts, one above the other, CPU by CPU, with a mark below the first difference.

    A long chart shows only the ticks near the difference."""
    begin = max(0, pair.place - _TICKS_IN_TEXT * 3 // 4)
    lines = []
    for cpu in range(pair.cpus):
        of = f" of CPU {cpu}" if pair.cpus > 1 else ""
        margin = len(f"expected{of}: ")
        for label, chart in (("expected", pair.expected), ("got", pair.got)):
            row = chart.rows[cpu] if cpu < len(chart.rows) else ""
            left, right = "..." if begin else "", "..." if len(row) > begin + _TICKS_IN_TEXT else ""
            lines.append(f"{f'{label}{of}: ':{margin}}{left}{row[begin : begin + _TICKS_IN_TEXT]}{right}")
        if cpu == pair.cpu:
            mark = margin + pair.place - begin + (3 if begin else 0)
            lines.append(f"{'':{mark}}^ they part at tick {pair.tick}")
    return "\n".join(lines)
