"""What the pool and its workers say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GradingOptions:
    """What all submissions of one command have in common. ``out`` is where reports go, None where none is written.
    ``select`` is a ``-k`` expression of pytest's; ``labs`` are those that are graded and ``tests`` the checks that are
    made, none meaning all; ``program`` is how a replay command begins."""

    out: Path | None
    seed: int
    cc: str
    strict: bool
    select: str | None
    labs: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    program: str | None = None


@dataclass(frozen=True)
class Ready:
    """The worker can take a submission."""


@dataclass(frozen=True)
class Step:
    """How far a submission has come."""

    step: str
    done: int
    total: int


@dataclass(frozen=True)
class Done:
    """A submission's result, as JSON; ``again``: grading it once more may help."""

    result: str
    again: bool


@dataclass(frozen=True)
class Refused:
    """The kit cannot work at all: no further submission would fare better."""

    why: str


FromWorker = Ready | Step | Done | Refused
