"""What a build needs: the compiler, the parts of the kit that a sandbox may see, and the sandbox's limits."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from timeslice.contract.assignment import Assignment
from timeslice.contract.kit import BUILT_PARTS, Kit
from timeslice.errors import DiskFullError
from timeslice.sandbox import Ended, Limits, Patience, Sandbox

NATIVE, MEMCHECK, SANITIZE = "native", "memcheck", "sanitize"
MODES = (NATIVE, MEMCHECK, SANITIZE)
# memcpy(to, NULL, 0) and NULL + 0 are harmless on every machine, and C will allow them. So they are no finding.
SANITIZERS = (
    "-fsanitize=address,undefined",
    "-fno-sanitize=nonnull-attribute,pointer-overflow",
    "-fno-sanitize-recover=undefined",
    "-fno-omit-frame-pointer",
)
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
_MIB = 1 << 20
_LAST_WORDS = 5  # seconds between the signal that a tool's processor time is used up, and the kill
_PATIENCE = 5  # a compiler may take this many times its processor time, because the machine may be busy
_ROOM = 1 << 20  # bytes of free disk; with less, a tool's output may be incomplete


@dataclass(frozen=True)
class KitCopy:
    """A copy of the parts of the kit that a sandbox may see, in a place that its user may read."""

    root: Path

    @classmethod
    def make(cls, kit: Kit, root: Path) -> KitCopy:
        """Copy the public headers and the kit's objects below ``root``, laid out as in the kit."""
        kit.require_built()
        shutil.copytree(kit.include, root / "spec" / "include")
        for name in ("template", "witness"):
            shutil.copytree(kit.objects / name, root / "build" / "kit" / name)
        for name in BUILT_PARTS:
            shutil.copyfile(kit.objects / name, root / "build" / "kit" / name)
        copy = cls(root)
        copy.baseline.touch()
        return copy

    @property
    def baseline(self) -> Path:
        """How many assertions each test makes on the reference. Empty until calibration."""
        return self.objects / "baseline"

    @property
    def include(self) -> Path:
        """The public headers."""
        return self.root / "spec" / "include"

    @property
    def objects(self) -> Path:
        """The folder with the objects that a submission is linked with."""
        return self.root / "build" / "kit"

    def stubs(self, lab: str) -> Path:
        """The object with the template's stubs of a lab."""
        return self.objects / "template" / f"{lab}.o"

    @property
    def witness(self) -> Path:
        """The folder with what a witness needs: the launcher, and the programs without the functions of a lab."""
        return self.objects / "witness"


@dataclass(frozen=True)
class Workshop:
    """Builds the submissions of one assignment with one compiler. Threads may share it."""

    sandbox: Sandbox
    kit: KitCopy
    assignment: Assignment  # the whole assignment, because the bank calls every lab
    cc: str

    def instruments(self, mode: str) -> Sequence[str]:
        """The compiler's options that make an object of a mode."""
        coverage = ("--coverage",) if self.measures_coverage else ()
        return {NATIVE: coverage, SANITIZE: SANITIZERS}.get(mode, ())

    @property
    def measures_coverage(self) -> bool:
        """True for gcc, whose counters ``gcov`` reads."""
        return "clang" not in Path(self.cc).name

    def run(
        self,
        written: Mapping[str, str],
        stage: Path,
        cwd: Path,
        readable: Sequence[Path],
        patience: Patience | None = None,
    ) -> dict[str, Ended]:
        """Run the scripts of all modes at the same time. Each has its own sandbox, which may write only the mode's
        folder.

        The output of a script is in ``stage``, as ``MODE.out`` and ``MODE.err``."""
        with ExitStack() as stack:
            running = {
                mode: stack.enter_context(
                    self.sandbox.start(
                        ["/bin/sh", "-c", f"ulimit -S -t {self.assignment.limits.compile_seconds}\n{script}"],
                        cwd=cwd,
                        readable=readable,
                        writable=[stage / mode],
                        env=ENVIRONMENT,
                        limits=self._limits(mode),
                        stdout=stage / f"{mode}.out",
                        stderr=stage / f"{mode}.err",
                        patience=patience,
                    )
                )
                for mode, script in written.items()
            }
            return {mode: run.wait() for mode, run in running.items()}

    def _limits(self, mode: str) -> Limits:
        """The limits of a tool."""
        limits = self.assignment.limits
        return Limits(
            wall_seconds=limits.compile_seconds * _PATIENCE,
            cpu_seconds=limits.compile_seconds + _LAST_WORDS,
            memory_bytes=limits.memory_mb * _MIB,
            processes=limits.processes,
            file_bytes=limits.file_mb * _MIB,
            descriptors=limits.descriptors,
            tmp_bytes=limits.tmp_mb * _MIB,
            address_space=mode != SANITIZE,
        )


def require_room(stage: Path, why: str = "") -> None:
    """Raise DiskFullError if the disk below ``stage`` is full: then a failure is not the student's fault.

    ``why``: what a tool said that read only files of the kit."""
    room = os.statvfs(stage)
    if room.f_bavail * room.f_frsize < _ROOM or os.strerror(errno.ENOSPC) in why:
        raise DiskFullError(f"the disk is full ({stage.parent}): make room, or set TMPDIR to another disk")
