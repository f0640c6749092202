"""Examines one built submission with the bank: runs it, settles each verdict, and collects what Valgrind reported."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from timeslice.build.workshop import NATIVE
from timeslice.model import Finding, Verdict
from timeslice.run import memcheck
from timeslice.run.bank_run import BankRun
from timeslice.run.records import ModeRun, Reports, TestRecord
from timeslice.run.start import Bank
from timeslice.run.steadiness import HANG_RERUNS, TOOL_RERUNS, TRIES, Stories, settle

_TAIL_BYTES = 64
_END_OF_REPORT = b"</valgrindoutput>"


class Examination:
    """The bank over one submission. Iterate over ``records`` once; then everything else is complete."""

    def __init__(self, bank: Bank, only: Sequence[str], sources: Sequence[str]) -> None:
        """``only``: the tests to run; ``sources``: the submission's files, such as ``udp/send.c``."""
        self._bank = bank
        self._run = BankRun(bank, only)
        self._sources = sources
        self.native_stories: Stories = {}
        self.memcheck_stories: Stories = {}
        self.findings: list[Finding] = []  # in the submission's code
        self.kit_findings: list[Finding] = []  # in nobody's code but the kit's
        self.lost: list[str] = []  # tests that passed under Valgrind, but whose report is missing every time
        self.lost_at_first: list[str] = []  # those whose report was missing the first time

    @property
    def native(self) -> ModeRun:
        """The native run, with the record of each test that counts."""
        return self._run.native

    @property
    def memcheck(self) -> ModeRun:
        """The run under Valgrind, with the record of each test that counts."""
        return self._run.memcheck

    def records(self) -> Iterator[TestRecord]:
        """The native record of each test that passes at once, as it comes. The others are decided at the end."""
        for mode, record in self._run.records():
            if mode == NATIVE and record.verdict is Verdict.PASSED:
                yield record
        failed = [r.name for r in self.native.records.values() if r.verdict is not Verdict.PASSED]
        self.native_stories = settle(self._bank, self.native, failed)
        self.memcheck_stories = settle(self._bank, self.memcheck, self._worth_another_run())
        self._collect()

    def _differing(self) -> list[str]:
        """The tests that passed natively and did not pass under Valgrind, or were not run there."""
        ended = self.memcheck.ended
        hopeless = ended is not None and (ended.timed_out or ended.disk_full)  # the others would fare no better
        told = self.memcheck.records
        return [
            name
            for name in self.passed
            if (name not in told and not hopeless) or (name in told and told[name].verdict is not Verdict.PASSED)
        ]

    def _worth_another_run(self) -> list[str]:
        """Of those at most ``TOOL_RERUNS``, and of those that hung there, which takes long, at most ``HANG_RERUNS``."""
        told = self.memcheck.records
        hung = [n for n in self._differing() if n in told and told[n].verdict is Verdict.TIMED_OUT]
        return [name for name in self._differing() if name not in hung[HANG_RERUNS:]][:TOOL_RERUNS]

    @property
    def passed(self) -> list[str]:
        """The tests that passed natively."""
        return [record.name for record in self.native.records.values() if record.verdict is Verdict.PASSED]

    def sound(self, finding: Finding) -> list[str]:
        """The finding's tests that passed natively and under Valgrind. Where a test fails, its own blocks are lost."""
        told = self.memcheck.records
        passed = {name for name in self.passed if name in told and told[name].verdict is Verdict.PASSED}
        return [name for name in finding.tests if name in passed]

    def _collect(self) -> None:
        """Read Valgrind's reports. Tests whose report is missing are run again for it."""
        for _ in range(TRIES):
            found = [memcheck.findings(r.folder, r.tests_by_pid, self._sources) for r in self.memcheck.reports]
            self.findings = merged(finding for one in found for finding in one.submission)
            self.kit_findings = merged(finding for one in found for finding in one.kit)
            self.lost = self._without_report()
            self.lost_at_first = self.lost_at_first or self.lost
            if not self.lost or not self._bank.alone(self.memcheck, self.lost[:TOOL_RERUNS]):
                break

    def _without_report(self) -> list[str]:
        explained = {test for finding in (*self.findings, *self.kit_findings) for test in finding.tests}
        latest = {name: reports for reports in self.memcheck.reports for name in reports.records}
        return [name for name in self.passed if name in latest and _is_lost(name, latest[name], explained)]


def _is_lost(name: str, reports: Reports, explained: Collection[str]) -> bool:
    """True where Valgrind's exit status tells of an error that no report explains, or where its report has no end."""
    record = reports.records[name]
    if record.verdict is not Verdict.PASSED:
        return False
    return (record.memcheck and name not in explained) or not (record.signal or _has_end(reports, record))


def _has_end(reports: Reports, record: TestRecord) -> bool:
    try:
        with (reports.folder / f"{record.pid}.xml").open("rb") as report:
            report.seek(0, 2)
            report.seek(max(0, report.tell() - _TAIL_BYTES))
            return report.read(_TAIL_BYTES).rstrip().endswith(_END_OF_REPORT)
    except OSError:
        return False


def merged(findings: Iterator[Finding]) -> list[Finding]:
    """The findings without repetition: equal ones share their tests. In the order of their files and lines."""
    by_place: dict[tuple[str, tuple[object, ...]], Finding] = {}
    for finding in findings:
        key = (finding.kind, tuple(finding.stack) or (finding.message,))
        known = by_place.get(key)
        tests = list(dict.fromkeys([*(known.tests if known else []), *finding.tests]))
        by_place[key] = finding.model_copy(update={"tests": tests})
    return sorted(by_place.values(), key=lambda one: (one.file or "~", one.line or 0, one.kind))
