"""The workloads of the spec: the jobs of each file, and a picture of each expected schedule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from timeslice.contract.kit import Kit
from timeslice.contract.spec_file import read_spec_file
from timeslice.errors import KitError
from timeslice.report.drawings import ScheduleDrawing, draw_schedule
from timeslice.report.figures.gantt import SWITCH, Slice

FOLDER = "workloads"
RUNS = f"{FOLDER}/runs.toml"


class _Run(BaseModel):
    workload: str
    arguments: list[str]
    expected: str


class _Runs(BaseModel):
    runs: list[_Run]


class _Piece(BaseModel):
    job: int
    cpu: int
    start: int
    end: int
    level: int = 0


class _Job(BaseModel):
    id: int
    arrival: int
    completion: int
    turnaround: int
    waiting: int
    response: int


class _Schedule(BaseModel):
    policy: str
    cpus: int
    slices: list[_Piece]
    switches: list[_Piece]
    jobs: list[_Job]


_RUNS = TypeAdapter(_Runs)


@dataclass(frozen=True)
class Expected:
    """One expected schedule: its file, the options that make it, its picture, and the figures of its jobs."""

    file: str
    options: str
    drawing: ScheduleDrawing
    jobs: Sequence[_Job]


@dataclass(frozen=True)
class Workload:
    """One workload file: its jobs as rows of texts, and its expected schedules."""

    file: str
    jobs: Sequence[Sequence[str]]  # id, arrival, bursts
    schedules: Sequence[Expected]


def read_workloads(kit: Kit) -> tuple[Workload, ...]:
    """The workloads in the order in which runs.toml names them. None if the spec has no such file."""
    spec = kit.root / "spec"
    if not (spec / RUNS).is_file():
        return ()
    runs = read_spec_file(kit.root, f"spec/{RUNS}", _RUNS).runs
    files = dict.fromkeys([run.workload for run in runs])
    return tuple(_workload(spec / FOLDER, file, [run for run in runs if run.workload == file]) for file in files)


def _workload(folder: Path, file: str, runs: Sequence[_Run]) -> Workload:
    try:
        lines = (folder / file).read_text("utf-8").splitlines()
        jobs = [line.split(",", 2) for line in lines[1:] if line.strip()]
        return Workload(file, jobs, [_expected(folder, run) for run in runs])
    except (OSError, UnicodeDecodeError, ValidationError, json.JSONDecodeError) as error:
        first = str(error).partition("\n")[0]
        raise KitError(f"cannot draw the workload spec/{FOLDER}/{file} ({first}): repair this file") from error


def _expected(folder: Path, run: _Run) -> Expected:
    schedule = _Schedule.model_validate_json((folder / run.expected).read_text("utf-8"))
    options = " ".join(run.arguments)
    length = max((piece.end for piece in schedule.slices), default=1)
    title = f"Gantt chart of {run.workload} with {options}"
    return Expected(run.expected, options, draw_schedule(title, _rows(schedule), length), schedule.jobs)


def _rows(schedule: _Schedule) -> list[tuple[str, list[Slice]]]:
    """A row for each CPU. For MLFQ, a row with the level of each slice is below it."""
    rows = []
    for cpu in range(schedule.cpus):
        ran = [piece for piece in schedule.slices if piece.cpu == cpu]
        slices = [Slice(str(piece.job), piece.start, piece.end) for piece in ran]
        slices += [Slice(SWITCH, piece.start, piece.end) for piece in schedule.switches if piece.cpu == cpu]
        rows.append((f"CPU {cpu}", sorted(slices, key=lambda one: one.start)))
        if schedule.policy == "mlfq":
            rows.append(("level", [Slice(f"L{piece.level}", piece.start, piece.end) for piece in ran]))
    return rows
