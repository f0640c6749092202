"""Decides the memory clauses: who is charged for what Valgrind and the audit of descriptors found."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from timeslice.build.workshop import MEMCHECK
from timeslice.contract.assignment import Assignment
from timeslice.contract.bank import BankTest
from timeslice.grade.calibration import Calibration, Fault
from timeslice.model import Check, Finding, Verdict
from timeslice.run.records import ModeRun
from timeslice.untrusted import one_line

FINDINGS_SHOWN = 5


def descriptor_findings(runs: Iterable[ModeRun]) -> list[Finding]:
    """What the audit of descriptors found in tests that passed, equal ones merged over the tests.

    A test that fails ends where it stands, with descriptors of its own still open."""
    tests: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        for record in (r for r in run.records.values() if r.verdict is Verdict.PASSED):
            for descriptor in record.descriptors:
                # The inode of a socket or pipe says nothing, and differs from run to run.
                tests[one_line(re.sub(r":\[\d+\]$", "", descriptor.target) or "unknown")].add(record.name)
    return [
        Finding(kind="OpenDescriptor", message=f"A descriptor is left open ({target}).", tests=sorted(names))
        for target, names in sorted(tests.items())
    ]


def removed_reports(tests: Sequence[str], tool: str) -> list[Finding]:
    """The finding for tests whose report is missing every time, while the same tool reports on the reference."""
    message = f"The report of {tool} was removed or cut short each time that this test ran."
    return [Finding(kind="ReportRemoved", message=message, tests=list(tests))] if tests else []


def foreign_fault(finding: Finding, test: str, tool: str) -> Fault:
    """A finding in code that is not the submission's: the kit shows it and charges nobody."""
    where = " < ".join(frame.function for frame in finding.stack) or "?"
    detail = one_line(f"{finding.message} [{where}]")
    return Fault(kind="foreign", mode=MEMCHECK, tool=tool, test=test, finding=finding.kind, detail=detail)


@dataclass(frozen=True)
class MemoryJudge:
    """Decides the memory clauses: what was found in tests that passed is charged to the clause of their area.

    ``faults`` are the kit's in this very run, on top of those of the calibration."""

    assignment: Assignment
    tests: Mapping[str, BankTest]
    native: ModeRun
    calibration: Calibration
    faults: tuple[Fault, ...] = ()

    def is_memory_test(self, test: BankTest) -> bool:
        """True for the test of a clause that Valgrind's findings are charged to."""
        return test.clause in self.assignment.memory.values()

    def charge(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings, each with the clauses that it is charged to: those of the areas of its tests that passed.

        A test that failed may have left things of its own behind. So a finding is left out if it is only found there
        and not on a line of the submission. A finding that the reference has too is charged to nobody."""
        charged = []
        for finding in findings:
            clauses = sorted({c for c in map(self._clause_of, finding.tests) if c})
            if clauses or finding.file:
                excused = self.calibration.explains(finding) is not None
                charged.append(finding.model_copy(update={"charged": None if excused else ", ".join(clauses) or None}))
        return charged

    def _clause_of(self, name: str) -> str | None:
        """The memory clause that is charged for this test, None where it failed and nothing is charged."""
        record = self.native.records.get(name)
        if record is None or record.verdict is not Verdict.PASSED or self.tests[name].is_tripwire:
            return None
        return self.assignment.memory.get(self.tests[name].memory_key)

    def judge(self, check: Check, findings: Sequence[Finding]) -> Check:
        """The check of a memory clause's own test, after what Valgrind found in its areas.

        ``findings`` have been charged. A test that itself failed stays as it is. Where the kit cannot tell on this
        machine whether the clause is kept, the check is broken, and keeps its points."""
        if check.verdict is not Verdict.PASSED:
            return check
        mine = [f for f in findings if f.charged and check.clause in f.charged.split(", ")]
        if not mine:
            return self._judge_doubt(check, findings)
        leaks = all(f.kind.startswith("Leak_") or f.kind == "OpenDescriptor" for f in mine)
        lines = [self._line(finding) for finding in mine[:FINDINGS_SHOWN]]
        if len(mine) > FINDINGS_SHOWN:
            lines.append(f"... and {len(mine) - FINDINGS_SHOWN} more")
        hint = self.assignment.clauses[check.clause].hint if check.clause else None
        verdict = Verdict.LEAKED if leaks else Verdict.MEMORY_ERROR
        return check.model_copy(update={"verdict": verdict, "points": 0, "message": "\n".join(lines), "hint": hint})

    def _judge_doubt(self, check: Check, findings: Sequence[Finding]) -> Check:
        doubts = list(dict.fromkeys(self._doubts(check.clause, findings)))
        if not doubts:
            return check
        return check.model_copy(update={"verdict": Verdict.BROKEN, "message": "\n".join(doubts[:FINDINGS_SHOWN])})

    def _doubts(self, clause: str | None, findings: Sequence[Finding]) -> Iterable[str]:
        """Why nobody can tell on this machine whether a memory clause is kept."""
        if self.calibration.blind:
            yield self.calibration.blind.line
        for finding in findings:
            fault = self.calibration.explains(finding)
            if fault and clause in {self._clause_of(name) for name in finding.tests}:
                yield fault.line
        for fault in self.faults:
            if fault.mode == MEMCHECK and self._clause_of(fault.test) == clause:
                yield fault.line

    @staticmethod
    def _line(finding: Finding) -> str:
        place = f"{finding.file}:{finding.line}: " if finding.file else ""
        tests = f" [{finding.tests[0]}{f' and {len(finding.tests) - 1} more' if len(finding.tests) > 1 else ''}]"
        return f"{place}{finding.message}{tests}"
