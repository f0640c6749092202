"""What a submission is built with: the compiler, the parts of the kit that a sandbox may see, the sandbox's limits."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from timeslice.contract.assignment import Assignment
from timeslice.contract.kit import Kit
from timeslice.errors import DiskFullError
from timeslice.sandbox import Ended, Limits, Sandbox

NATIVE, MEMCHECK = "native", "memcheck"
MODES = (NATIVE, MEMCHECK)
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
_MIB = 1 << 20
_LAST_WORDS = 5  # seconds in which a tool that has used up its time is told so, before it is killed
_PATIENCE = 5  # how much longer than its processor time a compiler may take, because the machine is busy
_ROOM = 1 << 20  # bytes; with less, a tool's output may have been cut short


@dataclass(frozen=True)
class KitCopy:
    """The parts of the kit that a sandbox is shown, copied to where its user may read them."""

    root: Path

    @classmethod
    def make(cls, kit: Kit, root: Path) -> KitCopy:
        """Copy the public headers and the kit's objects below ``root``, laid out as in the kit."""
        kit.require_built()
        shutil.copytree(kit.include, root / "spec" / "include")
        shutil.copytree(kit.objects / "template", root / "build" / "kit" / "template")
        for name in ("bank.o", "link.args", "coverage.args", "memcheck.args", "memcheck.supp"):
            shutil.copyfile(kit.objects / name, root / "build" / "kit" / name)
        copy = cls(root)
        copy.baseline.touch()
        return copy

    @property
    def baseline(self) -> Path:
        """How many assertions each test makes on the reference; empty until that is known."""
        return self.objects / "baseline"

    @property
    def include(self) -> Path:
        """The public headers."""
        return self.root / "spec" / "include"

    @property
    def objects(self) -> Path:
        """What a submission is linked with."""
        return self.root / "build" / "kit"

    def stubs(self, lab: str) -> Path:
        """The object with the template's stubs of a lab."""
        return self.objects / "template" / f"{lab}.o"


@dataclass(frozen=True)
class Workshop:
    """Where the submissions of one assignment are built, with one compiler. Threads may share it."""

    sandbox: Sandbox
    kit: KitCopy
    assignment: Assignment  # all of it: the bank calls every lab
    cc: str

    @property
    def measures_coverage(self) -> bool:
        """True for gcc, whose counters ``gcov`` reads."""
        return "clang" not in Path(self.cc).name

    def run(self, written: Mapping[str, str], stage: Path, cwd: Path, readable: Sequence[Path]) -> dict[str, Ended]:
        """Run the script of each mode at the same time, in a sandbox each that may write the mode's folder alone.

        What a script prints is in ``stage`` under the mode's name, ``.out`` and ``.err``."""
        with ExitStack() as stack:
            running = {
                mode: stack.enter_context(
                    self.sandbox.start(
                        ["/bin/sh", "-c", f"ulimit -S -t {self.assignment.limits.compile_seconds}\n{script}"],
                        cwd=cwd,
                        readable=readable,
                        writable=[stage / mode],
                        env=ENVIRONMENT,
                        limits=self._limits(),
                        stdout=stage / f"{mode}.out",
                        stderr=stage / f"{mode}.err",
                    )
                )
                for mode, script in written.items()
            }
            return {mode: run.wait() for mode, run in running.items()}

    def _limits(self) -> Limits:
        limits = self.assignment.limits
        return Limits(
            wall_seconds=limits.compile_seconds * _PATIENCE,
            cpu_seconds=limits.compile_seconds + _LAST_WORDS,
            memory_bytes=limits.memory_mb * _MIB,
            processes=limits.processes,
            file_bytes=limits.file_mb * _MIB,
            descriptors=limits.descriptors,
            tmp_bytes=limits.tmp_mb * _MIB,
        )


def require_room(stage: Path) -> None:
    """Raise DiskFullError where the disk below ``stage`` is full: what then went wrong is not the student's fault."""
    room = os.statvfs(stage)
    if room.f_bavail * room.f_frsize < _ROOM:
        raise DiskFullError(f"the disk is full ({stage.parent}): make room, or set TMPDIR to another one")
