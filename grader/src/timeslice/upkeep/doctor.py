"""Examines the machine: what grading needs, what is there, and what to do if something is missing."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from rich.console import Console
from rich.table import Table
from rich.text import Text

from timeslice.contract.bank import bank_tests
from timeslice.contract.kit import Kit, find_kit
from timeslice.contract.versions import versions
from timeslice.errors import KitError
from timeslice.grade.calibrate import kept, why_anew
from timeslice.sandbox import probe

_ROOM_MB = 512  # room in TMPDIR that the grading of a class needs
_MIB = 1 << 20
_PACKAGES = {  # the Debian package of each tool that grading starts
    "ld": "binutils",
    "objcopy": "binutils",
    "objdump": "binutils",
    "valgrind": "valgrind",
    "bwrap": "bubblewrap",
    "setpriv": "util-linux",
}


class State(IntEnum):
    """The state of a line. The worst state is the exit status."""

    GOOD = 0
    POOR = 1  # grading works, but something is missing
    BAD = 2  # grading does not work


@dataclass(frozen=True)
class Line:
    """One part of the machine: its name, its state, and what to do if the state is not good."""

    part: str
    name: str
    state: State
    seen: str
    advice: str = ""


def examine(cc: str) -> list[Line]:
    """All lines, for submissions compiled with ``cc``. Installs and changes nothing."""
    lines = [*_machine(), *_tools(cc), *_guards()]
    try:
        kit = find_kit()
    except KitError as error:
        return [*lines, Line("kit", "folder", State.BAD, "not found", str(error))]
    return [*lines, *_kit(kit, cc)]


def _machine() -> Iterator[Line]:
    yield Line("machine", "system", State.GOOD, f"{_distribution()}, Linux {platform.release()}, {platform.machine()}")
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MIB
    yield Line("machine", "size", State.GOOD, f"{cores} cores, {memory} MiB of memory")
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free // _MIB
    state = State.GOOD if free >= _ROOM_MB else State.BAD
    advice = f"make {_ROOM_MB} MiB of room in {folder}, or set TMPDIR to another folder"
    yield Line("machine", "room for work", state, f"{free} MiB free in {folder}", advice)


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        return "an unknown distribution"


def _tools(cc: str) -> Iterator[Line]:
    told = versions(cc)
    shown = {cc: told["compiler"], "ld": told["linker"], "valgrind": told["valgrind"], "bwrap": told["bubblewrap"]}
    for tool, package in {cc: cc, **_PACKAGES}.items():
        if shutil.which(tool):
            yield Line("tools", tool, State.GOOD, shown.get(tool, "found"))
        else:
            state = State.POOR if tool == "bwrap" else State.BAD
            yield Line("tools", tool, state, "missing", f"install the package {package}: make setup does it on Debian")


def _guards() -> Iterator[Line]:
    try:
        guards = probe().guards
    except KitError as error:
        yield Line("sandbox", "guards", State.BAD, "it does not start", str(error))
        return
    for guard in guards:
        advice = "grade on a machine where it is on, or grade only code that you trust (see spec/threat-model.md)"
        yield Line("sandbox", guard.name, State.GOOD if guard.on else State.POOR, guard.detail, advice)


def _kit(kit: Kit, cc: str) -> Iterator[Line]:
    yield Line("kit", "folder", State.GOOD, str(kit.root))
    try:
        tests = len(bank_tests(kit))
    except KitError as error:
        yield Line("kit", "bank", State.BAD, "not built", str(error))
        return
    yield Line("kit", "bank", State.GOOD, f"{tests} tests")
    calibration = kept(kit, cc)
    if calibration is None:
        yield Line("calibration", cc, State.POOR, why_anew(kit, cc), f"run timeslice calibrate --cc {cc}")
        return
    seen = f"the reference passes {len(calibration.assertions)} tests"
    yield Line("calibration", cc, State.GOOD, f"{seen}, {len(calibration.faults)} faults of the kit")
    for line in calibration.lines():
        yield Line("calibration", "fault", State.POOR, line, "report it to the kit's makers; it costs no points")


def show(lines: list[Line], console: Console) -> int:
    """Print the lines as a table, then what to do. Returns the worst state."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for column in ("part", "name", "state", "seen"):
        table.add_column(column, overflow="fold")
    words = {State.GOOD: ("ok", "green"), State.POOR: ("poor", "yellow"), State.BAD: ("bad", "red")}
    part = ""
    for line in lines:
        word, style = words[line.state]
        table.add_row(line.part if line.part != part else "", line.name, Text(word, style=style), Text(line.seen))
        part = line.part
    console.print(table)
    for line in lines:
        if line.state is not State.GOOD:
            console.print(f"{line.part}, {line.name}: {line.advice}", markup=False, highlight=False, soft_wrap=True)
    return max(line.state for line in lines)
