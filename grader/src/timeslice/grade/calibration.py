"""The calibration of a machine: which tests the reference passes here, and what goes wrong with it.

Theory of operation: the reference is right, so it must pass every test. The kit first grades the reference with the
compiler, the C library and the Valgrind of this machine (calibrate.py). It also grades a *control*: a solution with
known memory errors. Each thing that goes wrong is a *fault* of the kit on this machine. The kit names it, with the tool
and its version. A fault never costs a point. If a grade depends on a fault, the grade is broken.

The kit keeps a calibration with its *fingerprint*: the state of everything that it depends on. Another compiler,
another Valgrind or a change in the kit changes the fingerprint. Then the kit calibrates again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from timeslice.build.workshop import MEMCHECK, NATIVE, SANITIZE
from timeslice.contract.versions import versions
from timeslice.model import Finding

FaultKind = Literal["fails", "differs", "finding", "lost", "blind", "foreign"]
_WHAT = {
    "fails": "the reference does not pass",
    "differs": "the reference makes a different number of assertions in",
    "finding": "reports a problem of the reference in",
    "lost": "loses its report on",
    "foreign": "reports a problem outside the submission's code in",
    "blind": "does not report a known error of the control in",
}


def tool_of(mode: str, cc: str) -> str:
    """The tool of a mode with its version. For a native run it is the compiler ``cc``."""
    told = versions(cc)
    tools = {NATIVE: told["compiler"], MEMCHECK: told["valgrind"], SANITIZE: f"the sanitizers of {told['compiler']}"}
    return tools[mode]


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fault(_Kept):
    """One thing that goes wrong with the reference or the control on this machine."""

    kind: FaultKind
    mode: str  # of the run: native, memcheck or sanitize
    tool: str  # with its version, such as "valgrind-3.19.0"; for a native run it is the compiler
    test: str  # suite/test
    finding: str = ""  # Valgrind's kind of the finding
    detail: str = ""

    @property
    def line(self) -> str:
        """The fault in one line."""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.tool}: {_WHAT[self.kind]} {self.test}{detail}"


class Calibration(_Kept):
    """What the reference did on this machine, compiled with one compiler."""

    version: Literal[2] = 2
    fingerprint: dict[str, str]  # the state of each thing that the calibration depends on, by name
    assertions: dict[str, int]  # how many the reference makes in each test that it passes
    faults: list[Fault] = Field(default_factory=list)
    seconds: float = 0.0  # what the reference uses of the patience with a submission (sandbox/meter.py)

    def native_fault(self, test: str) -> Fault | None:
        """The fault that makes this test useless on this machine, or None."""
        return next(
            (f for f in self.faults if f.test == test and f.mode == NATIVE and f.kind in ("fails", "differs")), None
        )

    @property
    def loses_reports(self) -> bool:
        """True if Valgrind lost a report on the reference, even once."""
        return any(fault.kind == "lost" for fault in self.faults)

    def explains(self, finding: Finding) -> Fault | None:
        """The fault that may cause this finding: the reference has a finding of this kind in each of these tests."""
        faults = {f.test: f for f in self.faults if f.kind == "finding" and f.finding == finding.kind}
        return faults[finding.tests[0]] if finding.tests and faults.keys() >= set(finding.tests) else None

    @property
    def blind(self) -> Fault | None:
        """The fault of a tool that reports nothing at all, or None."""
        return next((fault for fault in self.faults if fault.kind == "blind"), None)

    @property
    def baseline(self) -> str:
        """The assertions in the format that the bank reads: one line for each test."""
        return "".join(f"{name} {count}\n" for name, count in self.assertions.items())

    def lines(self) -> list[str]:
        """One line for each fault. Equal faults of many tests share a line."""
        return summarized(self.faults)


def summarized(faults: Iterable[Fault]) -> list[str]:
    """One line for each fault. Faults of one kind and one tool share a line, which names the first test."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.tool, fault.kind), []).append(fault)
    lines = []
    for group in groups.values():
        tests = len({fault.test for fault in group})
        more = f" (and {tests - 1} more tests)" if tests > 1 else ""
        lines.append(group[0].line + more)
    return lines
