"""The messages between the pool and its workers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GradingOptions:
    """The options of one command, the same for all submissions.

    ``out`` is the folder for reports, or None for no report. ``select`` is a ``-k`` expression of pytest. ``labs`` are
    the labs to grade, and ``tests`` are the checks to make. If one of these is empty, it means all. ``program`` starts
    each replay command. ``patience``: the seconds that a submission may use; None means the default."""

    out: Path | None
    seed: int
    cc: str
    strict: bool
    select: str | None
    labs: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    program: str | None = None
    patience: int | None = None


@dataclass(frozen=True)
class Ready:
    """The worker is ready for a submission."""


@dataclass(frozen=True)
class Step:
    """The progress of a submission."""

    step: str
    done: int
    total: int


@dataclass(frozen=True)
class Done:
    """The result of a submission, as JSON. ``again`` is true if a second grading may help."""

    result: str
    again: bool


@dataclass(frozen=True)
class Refused:
    """The kit cannot work at all: every other submission would fail too."""

    why: str


FromWorker = Ready | Step | Done | Refused
