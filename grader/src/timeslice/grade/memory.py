"""Decides the memory clauses: which clause loses points for a finding of a tool or of the audit of descriptors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from timeslice.build.workshop import NATIVE
from timeslice.contract.assignment import Assignment
from timeslice.contract.bank import BankTest
from timeslice.grade.calibration import Calibration, Fault
from timeslice.model import Check, Finding, Verdict
from timeslice.run.records import ModeRun
from timeslice.run.start import ENDED_THE_RUN
from timeslice.untrusted import one_line

FINDINGS_SHOWN = 5


def descriptor_findings(runs: Iterable[ModeRun]) -> list[Finding]:
    """What the audit of descriptors found in tests that passed. Equal findings become one, with all of their tests.

    A test that fails ends at once, and its own descriptors are still open. So it does not count."""
    tests: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        for record in (r for r in run.records.values() if r.verdict is Verdict.PASSED):
            for descriptor in record.descriptors:
                # The inode of a socket or pipe has no meaning here, and it changes with each run.
                tests[one_line(re.sub(r":\[\d+\]$", "", descriptor.target) or "unknown")].add(record.name)
    return [
        Finding(
            tool="audit", kind="OpenDescriptor", message=f"A descriptor was left open ({target}).", tests=sorted(names)
        )
        for target, names in sorted(tests.items())
    ]


def removed_reports(tests: Sequence[str], tool: str) -> list[Finding]:
    """The finding for tests whose report is always missing, although the same tool writes it for the reference."""
    message = f"Each time that this test ran, the report of {tool} was removed or cut short."
    return [Finding(kind="ReportRemoved", message=message, tests=list(tests))] if tests else []


def ended_runs(run: ModeRun, tool: str) -> list[Finding]:
    """The finding for tests that end the whole run under a tool: then nobody can say that they have no error.

    The reference ends no run, and honest code cannot: a test is a process of its own."""
    message = f"Each time that this test ran, the whole run under {tool} was ended by it."
    tests = [name for name, record in run.records.items() if record.detail == ENDED_THE_RUN]
    return [Finding(kind="RunEnded", message=message, tests=tests)] if tests else []


def foreign_fault(finding: Finding, test: str, mode: str, tool: str) -> Fault:
    """The fault for a finding outside the submission's code. The kit shows it, and it costs nothing."""
    where = " < ".join(frame.function for frame in finding.stack) or "?"
    detail = one_line(f"{finding.message} [{where}]")
    return Fault(kind="foreign", mode=mode, tool=tool, test=test, finding=finding.kind, detail=detail)


@dataclass(frozen=True)
class MemoryJudge:
    """Decides the memory clauses. A finding in a test that passed costs the points of the clause for its area.

    ``faults`` has the faults of the kit in this run. The calibration has more."""

    assignment: Assignment
    tests: Mapping[str, BankTest]
    native: ModeRun
    calibration: Calibration
    faults: tuple[Fault, ...] = ()

    def is_memory_test(self, test: BankTest) -> bool:
        """True for the test of a memory clause."""
        return test.clause in self.assignment.memory.values()

    def charge(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings, each with its charged clauses: the memory clauses for the tests that passed.

        A test that failed may leave its own blocks and descriptors. So a finding is dropped if only failed tests have
        it and it is not on a line of the submission. If the reference has the finding too, it costs nothing."""
        charged = []
        for finding in findings:
            clauses = sorted({c for c in map(self._clause_of, finding.tests) if c})
            if clauses or finding.file:
                excused = self.calibration.explains(finding) is not None
                charged.append(finding.model_copy(update={"charged": None if excused else ", ".join(clauses) or None}))
        return charged

    def _clause_of(self, name: str) -> str | None:
        """The memory clause that is charged for this test. None if the test failed, because then nothing is charged."""
        record = self.native.records.get(name)
        if record is None or record.verdict is not Verdict.PASSED:
            return None
        return self.assignment.memory.get(self.tests[name].memory_key)

    def judge(self, check: Check, findings: Sequence[Finding]) -> Check:
        """The check of a memory clause's own test, with the findings in its areas.

        ``findings`` are already charged. A test that failed keeps its verdict. If the kit cannot decide the clause on
        this machine, the check is broken and keeps its points."""
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
        """Why the kit cannot decide this memory clause on this machine."""
        if self.calibration.blind:
            yield self.calibration.blind.line
        for finding in findings:
            fault = self.calibration.explains(finding)
            if fault and clause in {self._clause_of(name) for name in finding.tests}:
                yield fault.line
        for fault in self.faults:
            if fault.mode != NATIVE and self._clause_of(fault.test) == clause:
                yield fault.line

    @staticmethod
    def _line(finding: Finding) -> str:
        place = f"{finding.file}:{finding.line}: " if finding.file else ""
        tests = f" [{finding.tests[0]}{f' and {len(finding.tests) - 1} more' if len(finding.tests) > 1 else ''}]"
        return f"{place}{finding.message}{tests}"
