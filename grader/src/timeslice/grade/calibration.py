"""What is known of this machine: how the reference fares here with these tools. What it does not pass is the kit's.

Theory of operation: a grade compares a submission with what must be true of a right one. So the kit first grades its
own reference, with the compiler, the C library and the Valgrind of this machine (calibrate.py), and a *control*: a
solution with known memory errors. Whatever goes wrong there is a *fault* of the kit on this machine. It is named, with
the tool and its version. It never costs a point. Where a grade depends on it, the grade is broken.

A calibration is kept with the *fingerprint* of all that it depends on. Another compiler, another Valgrind or a change
in the kit has another fingerprint, and then the kit calibrates again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from timeslice.build.workshop import NATIVE
from timeslice.model import Finding

FaultKind = Literal["fails", "differs", "finding", "lost", "blind", "foreign"]
_WHAT = {
    "fails": "the reference does not pass",
    "differs": "the reference makes a different number of assertions in",
    "finding": "reports something about the reference in",
    "lost": "loses its report on",
    "foreign": "reports something that is not in the submission's code in",
    "blind": "does not report a known error of the control in",
}


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fault(_Kept):
    """One thing that goes wrong with the reference, or the control, on this machine."""

    kind: FaultKind
    mode: str  # of the run: native or memcheck
    tool: str  # with its version, such as "valgrind-3.19.0"; the compiler for a native run
    test: str  # suite/test
    finding: str = ""  # Valgrind's kind of the finding
    detail: str = ""

    @property
    def line(self) -> str:
        """The fault in one line."""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.tool}: {_WHAT[self.kind]} {self.test}{detail}"


class Calibration(_Kept):
    """How the reference fared on this machine, compiled with one compiler."""

    version: Literal[1] = 1
    fingerprint: dict[str, str]  # of each thing that it depends on, by name
    assertions: dict[str, int]  # that the reference makes, by test; without the tests that it does not pass
    faults: list[Fault] = Field(default_factory=list)

    def native_fault(self, test: str) -> Fault | None:
        """Why a failure of this test says nothing about a submission, if that is so."""
        return next(
            (f for f in self.faults if f.test == test and f.mode == NATIVE and f.kind in ("fails", "differs")), None
        )

    @property
    def loses_reports(self) -> bool:
        """True where Valgrind lost a report on the reference, be it a single time."""
        return any(fault.kind == "lost" for fault in self.faults)

    def explains(self, finding: Finding) -> Fault | None:
        """The fault by which this finding may be the kit's: the reference has one of its kind in each of its tests."""
        faults = {f.test: f for f in self.faults if f.kind == "finding" and f.finding == finding.kind}
        return faults[finding.tests[0]] if finding.tests and faults.keys() >= set(finding.tests) else None

    @property
    def blind(self) -> Fault | None:
        """The fault by which a tool sees nothing at all."""
        return next((fault for fault in self.faults if fault.kind == "blind"), None)

    @property
    def baseline(self) -> str:
        """The assertions as the bank reads them, a line a test."""
        return "".join(f"{name} {count}\n" for name, count in self.assertions.items())

    def lines(self) -> list[str]:
        """Every fault in a line; equal ones of many tests are told once."""
        return summarized(self.faults)


def summarized(faults: Iterable[Fault]) -> list[str]:
    """The faults a line each; those of one kind and tool share a line that names the first test."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.tool, fault.kind), []).append(fault)
    lines = []
    for group in groups.values():
        tests = len({fault.test for fault in group})
        more = f" (and {tests - 1} more tests)" if tests > 1 else ""
        lines.append(group[0].line + more)
    return lines
