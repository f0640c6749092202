"""What all gradings in one process share."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from timeslice.build.builder import Builder
from timeslice.build.workshop import KitCopy
from timeslice.contract.assignment import Assignment, read_assignment
from timeslice.contract.bank import BankTest, bank_tests
from timeslice.contract.kit import Kit, find_kit
from timeslice.errors import DiskFullError, KitError
from timeslice.grade import calibrate, score
from timeslice.grade.calibration import Calibration
from timeslice.grade.replay import BUILD, Replayer
from timeslice.intake.sources import Source
from timeslice.sandbox import probe
from timeslice.untrusted import one_line


@dataclass(frozen=True)
class GradingContext:
    """What all gradings in one process share: the kit, the assignment, the tests, the builder and the calibration.

    ``assignment`` and ``tests`` belong to the labs to grade. ``whole`` is the assignment with all labs. ``kit`` is the
    kit itself. ``builder.kit`` is a copy of it that the sandbox may see."""

    kit: Kit
    whole: Assignment
    assignment: Assignment
    tests: tuple[BankTest, ...]
    shares: dict[str, int]
    builder: Builder
    calibration: Calibration

    def replayer(self, source: Source, seed: int, program: str | None = None) -> Replayer:
        """The maker of replay commands for ``source``."""
        graded = tuple(lab.id for lab in self.assignment.labs)
        labs = {BUILD: graded if len(graded) < len(self.whole.labs) else ()}
        labs.update({test.name: (test.lab,) for test in self.tests})
        started = {} if program is None else {"program": program}
        return Replayer(source.path, seed, self.builder.cc, labs, source.nested, **started)

    @classmethod
    @contextmanager
    def open(cls, cc: str = "gcc", labs: Sequence[str] = (), *, strict: bool = False) -> Iterator[GradingContext]:
        """Find and check everything that a grading of ``labs`` needs. No lab means all labs.

        Raises KitError if something is missing. If ``strict``, it also raises KitError if a guard is off."""
        kit = find_kit()
        whole = read_assignment(kit)
        assignment = whole.only(labs)
        chosen = {lab.id for lab in assignment.labs}
        tests = tuple(test for test in bank_tests(kit) if test.lab in chosen)
        shares = score.shares(assignment, tests)
        sandbox = probe(strict=strict)
        with sandbox.stage as folder:
            try:
                copy = KitCopy.make(kit, folder)
            except OSError as error:
                raise machine_error(error) from error
            builder = Builder(sandbox, copy, whole, cc)
            calibration = calibrate.kept(kit, cc) or calibrate.calibrate(kit, builder, bank_tests(kit))
            copy.baseline.write_text(calibration.baseline, "utf-8")
            yield cls(kit, whole, assignment, tests, shares, builder, calibration)


def machine_error(error: OSError) -> KitError:
    where = f" ({one_line(str(error.filename))})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(f"the disk is full{where}: make room and grade again")
    return KitError(f"the machine failed ({error.strerror or one_line(str(error))}){where}: grade again")
