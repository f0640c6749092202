"""The layout of the figures on a page: positions and texts. The template figures.html.j2 makes SVG from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timeslice.report.figures.gantt import SWITCH, GanttPair, Slice
from timeslice.report.figures.ladder import STOPPED, Arrow, Ladder

_CHARACTER = 6.8  # width of a character in a label; all numbers here are pixels
_TIMES = 58  # width of the column of times
_HEAD, _ARROW, _NOTE = 32, 28, 22  # heights of rows
_WIDEST = 880  # the width of a page; the reader must scroll a wider figure
_TONES = {"dropped": "bad", "refused": "bad", "held": "time", "delivered late": "time", "duplicate": "memory"}


@dataclass(frozen=True)
class ArrowShape:
    """A datagram: a line from ``x1`` to ``x2``. It ends in a head, a cross or a bar, and its label is above it."""

    y: int
    x1: int
    x2: int
    end: str  # head, cross, bar
    ahead: int  # 1 to the right, -1 to the left
    tone: str
    time: str
    label: str
    middle: int


@dataclass(frozen=True)
class NoteShape:
    """A step that is not a datagram: a line of text."""

    y: int
    text: str
    width: int


@dataclass(frozen=True)
class LadderDrawing:
    """A whole ladder. ``title`` describes the picture in words."""

    width: int
    height: int
    head: int
    title: str
    ends: Sequence[tuple[int, str]]
    arrows: Sequence[ArrowShape]
    notes: Sequence[NoteShape]
    left_out: int


def draw_ladder(ladder: Ladder) -> LadderDrawing:
    """The layout of a ladder. The distance of its ends depends on the labels and on the width of the page."""
    between = len(ladder.ends) - 1
    longest = max(len(row.label(80)) for row in ladder.rows if isinstance(row, Arrow))
    gap = min(max(150, round(longest * _CHARACTER) + 30), max(150, (_WIDEST - _TIMES) // between - 40))
    margin = max(44, round(max(map(len, ladder.ends)) * _CHARACTER / 2) + 6)
    uprights = [_TIMES + margin + number * gap for number in range(len(ladder.ends))]
    width = max(uprights[-1] + margin, 600)
    arrows, notes = [], []
    y = _HEAD
    for row in ladder.rows:
        y += _ARROW if isinstance(row, Arrow) else _NOTE
        if isinstance(row, Arrow):
            arrows.append(_arrow_shape(row, uprights, y))
        else:
            text = _cut(row.text, width - _TIMES)
            notes.append(NoteShape(y, text, round(len(text) * _CHARACTER) + 6))
    return LadderDrawing(
        width=width,
        height=y + 16,
        head=_HEAD,
        title=_ladder_title(ladder.ends, len(arrows)),
        ends=list(zip(uprights, ladder.ends, strict=True)),
        arrows=arrows,
        notes=notes,
        left_out=ladder.left_out,
    )


def _arrow_shape(arrow: Arrow, uprights: Sequence[int], y: int) -> ArrowShape:
    start, end = uprights[arrow.start], uprights[arrow.end]
    halfway = (start + end) // 2
    stopped = arrow.fate in STOPPED
    return ArrowShape(
        y=y,
        x1=halfway if arrow.fate == "delivered late" else start,
        x2=halfway if stopped else end,
        end=("bar" if arrow.fate == "held" else "cross") if stopped else "head",
        ahead=1 if end > start else -1,
        tone=_TONES.get(arrow.fate, "plain"),
        time=arrow.time,
        label=arrow.label(int((abs(end - start) - 20) / _CHARACTER)),
        middle=halfway,
    )


def _ladder_title(ends: Sequence[str], datagrams: int) -> str:
    count = "1 datagram" if datagrams == 1 else f"{datagrams} datagrams"
    return f"Sequence diagram of {count} between {', '.join(ends[:-1])} and {ends[-1]}"


def _cut(text: str, room: int) -> str:
    characters = int(room / _CHARACTER)
    return text if len(text) <= characters else text[: characters - 1] + "\u2026"


# ---- charts ----

_ROW, _BETWEEN = 26, 8  # height of a CPU's row, and room between rows
_TICKS_SHOWN = 72  # at once; with more, the reader would have to scroll to the first difference


@dataclass(frozen=True)
class Box:
    """A slice: ``what`` is its text, and ``kind`` says how it is filled (j0 to j7, switch, odd)."""

    x: int
    y: int
    width: int
    what: str
    kind: str


@dataclass(frozen=True)
class ScheduleDrawing:
    """Rows of boxes on one axis of ticks."""

    width: int
    height: int
    row: int
    title: str
    left: int  # where the first tick begins
    labels: Sequence[tuple[int, str]]  # y, and the name of the row
    tracks: Sequence[tuple[int, int, int]]  # x, y, width: the whole time of a row, idle or not
    boxes: Sequence[Box]
    axis: int
    numbers: Sequence[tuple[int, int]]  # x, tick


@dataclass(frozen=True)
class GanttDrawing(ScheduleDrawing):
    """Both charts on one axis. A line at ``parting`` marks the first difference, with the text ``said`` beside it."""

    parting: int
    wrong: tuple[int, int, int]  # x, y, width of the first wrong tick
    said: str
    said_before: bool  # whether the text is to the left of the line


@dataclass(frozen=True)
class _Scale:
    """The ticks to draw, from ``begin`` to just before ``end``, and their width: all, or those near the difference."""

    left: int
    tick: int
    begin: int
    end: int

    def x(self, tick: int) -> int:
        return self.left + (tick - self.begin) * self.tick

    def shown(self, start: int, end: int) -> tuple[int, int]:
        """x and width of the visible part of a period. The width is 0 if no part is visible."""
        first, last = max(start, self.begin), min(end, self.end)
        return self.x(first), max(0, last - first) * self.tick


def draw_gantt(pair: GanttPair) -> GanttDrawing:
    """The layout of both charts. More ticks make narrower boxes. A long chart shows the ticks near the difference."""
    scale = _scale(pair)
    labels, tracks, boxes = [], [], []
    y, wrong_y = 30, 0
    for name, chart in (("expected", pair.expected), ("got", pair.got)):
        for cpu in range(pair.cpus):
            labels.append((y, f"{name}, CPU {cpu}" if pair.cpus > 1 else name))
            if cpu < len(chart.rows):
                x, width = scale.shown(0, len(chart.rows[cpu].replace("|", "")))
                tracks.append((x, y, width))
                boxes += _boxes(chart.slices[cpu], scale, y)
            wrong_y = y if (name, cpu) == ("got", pair.cpu) else wrong_y
            y += _ROW + _BETWEEN
        y += _BETWEEN
    said = f"they part at tick {pair.tick}" + (f" on CPU {pair.cpu}" if pair.cpus > 1 else "")
    width = max(scale.x(scale.end) + 20, 420)
    parting = scale.x(pair.tick)
    return GanttDrawing(
        width=width,
        height=y + 22,
        row=_ROW,
        title=f"Gantt charts, expected above got: {said}",
        left=scale.left,
        labels=labels,
        tracks=[track for track in tracks if track[2]],
        boxes=boxes,
        axis=y,
        numbers=_numbers(scale),
        parting=parting,
        wrong=(parting, wrong_y, scale.tick),
        said=said,
        said_before=parting + len(said) * _CHARACTER + 12 > width,
    )


def draw_schedule(title: str, rows: Sequence[tuple[str, Sequence[Slice]]], length: int) -> ScheduleDrawing:
    """The layout of one schedule of ``length`` ticks: rows of slices, each with its name."""
    scale = _Scale(86, _tick_width(length), 0, length)
    tops = [8 + number * (_ROW + _BETWEEN) for number in range(len(rows))]
    axis = 8 + len(rows) * (_ROW + _BETWEEN)
    return ScheduleDrawing(
        width=scale.x(length) + 20,
        height=axis + 22,
        row=_ROW,
        title=title,
        left=scale.left,
        labels=[(y, name) for y, (name, _) in zip(tops, rows, strict=True)],
        tracks=[(scale.left, y, length * scale.tick) for y in tops],
        boxes=[box for y, (_, slices) in zip(tops, rows, strict=True) for box in _boxes(slices, scale, y)],
        axis=axis,
        numbers=_numbers(scale),
    )


def _scale(pair: GanttPair) -> _Scale:
    length = max(pair.length, pair.tick + 1)
    begin = max(0, pair.tick - _TICKS_SHOWN * 3 // 4) if length > _TICKS_SHOWN else 0
    end = min(length, begin + _TICKS_SHOWN)
    return _Scale(86 if pair.cpus == 1 else 134, _tick_width(end - begin), begin, end)


def _tick_width(ticks: int) -> int:
    return 26 if ticks <= 30 else 16 if ticks <= 50 else 11


def _boxes(slices: Sequence[Slice], scale: _Scale, y: int) -> list[Box]:
    shown = [(*scale.shown(one.start, one.end), one.what) for one in slices]
    return [Box(x, y, width, what, _kind(what)) for x, width, what in shown if width]


def _numbers(scale: _Scale) -> list[tuple[int, int]]:
    every = next(step for step in (1, 2, 5) if step * scale.tick >= 24)
    return [(scale.x(at), at) for at in range(scale.begin, scale.end + 1) if at % every == 0]


def _kind(what: str) -> str:
    if what == SWITCH:
        return "switch"
    if what.isalpha():
        return f"j{(ord(what) - ord('A')) % 8}"
    return f"j{int(what) % 8}" if what.isdigit() else "odd"
