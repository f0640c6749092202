"""Examines one built submission: runs all tests on it, decides each verdict, and collects the findings of the tools."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from timeslice.build.workshop import MEMCHECK, NATIVE, SANITIZE
from timeslice.model import Finding, Verdict
from timeslice.run import memcheck, sanitize
from timeslice.run.bank_run import BankRun
from timeslice.run.findings import Found
from timeslice.run.records import ModeRun, Reports, TestRecord
from timeslice.run.start import ENDED_THE_RUN, Bank
from timeslice.run.steadiness import HANG_RERUNS, TOOL_RERUNS, TRIES, Stories, settle
from timeslice.sandbox import ReaderStoppedError, apart

_TAIL_BYTES = 64
_END_OF_REPORT = b"</valgrindoutput>"
Reader = Callable[[Path, Mapping[int, str], Sequence[str]], Found]


class Examination:
    """All tests on one submission. Iterate over ``records`` once. After that everything else is complete."""

    def __init__(self, bank: Bank, only: Sequence[str], sources: Sequence[str], watched: Collection[str]) -> None:
        """``only`` has the tests to run. Those in ``watched`` run under Valgrind too. ``sources`` has the files of the
        submission, such as ``udp/send.c``."""
        self._bank = bank
        self._run = BankRun(bank, only, watched)
        self._watched = frozenset(watched)
        self._sources = sources
        self.native_stories: Stories = {}
        self.tool_stories: dict[str, Stories] = {MEMCHECK: {}, SANITIZE: {}}
        self.findings: list[Finding] = []  # in the submission's code
        self.kit_findings: list[Finding] = []  # in the kit's code only
        self.lost: list[str] = []  # tests that passed under Valgrind, but their report is missing each time
        self.lost_at_first: list[str] = []  # tests whose report was missing the first time

    @property
    def native(self) -> ModeRun:
        """The native run, with the record that counts for each test."""
        return self._run.native

    @property
    def memcheck(self) -> ModeRun:
        """The run under Valgrind, with the record that counts for each test."""
        return self._run.memcheck

    @property
    def sanitize(self) -> ModeRun:
        """The run with the sanitizers, with the record that counts for each test."""
        return self._run.sanitize

    @property
    def tools(self) -> tuple[ModeRun, ModeRun]:
        """The runs under the tools."""
        return self.memcheck, self.sanitize

    def expects(self, run: ModeRun, name: str) -> bool:
        """Whether a test belongs to a run: Valgrind watches some tests, and the sanitizers those that passed."""
        if run.mode == SANITIZE:
            return self.native.has_passed(name)
        return run.mode == NATIVE or name in self._watched

    def records(self) -> Iterator[TestRecord]:
        """The native record of each test that passes the first time, as it comes. The other tests come at the end."""
        for mode, record in self._run.records():
            if mode == NATIVE and record.verdict is Verdict.PASSED:
                yield record
        failed = [name for name in self.native.records if not self.native.has_passed(name)]
        self.native_stories = settle(self._bank, self.native, [*failed, *self._never_reached()])
        for run in self.tools:
            self.tool_stories[run.mode] = settle(self._bank, run, self._worth_another_run(run))
        self._collect()

    @property
    def ended_early(self) -> bool:
        """Whether some test ended the whole run of the bank, in any mode."""
        runs = (self.native, *self.tools)
        return any(record.detail == ENDED_THE_RUN for run in runs for record in run.records.values())

    def _never_reached(self) -> list[str]:
        """The tests without a native record, if the run ended before its end and no limit explains it."""
        told, ended = self.native.records, self.native.ended
        cut_short = ended is not None and (ended.timed_out or ended.disk_full)
        return [] if cut_short else [name for name in self._run.only if name not in told]

    def _differing(self, run: ModeRun) -> list[str]:
        """The tests that passed natively, and did not pass under a tool or did not run there."""
        hopeless = run.ended is not None and (run.ended.timed_out or run.ended.disk_full)  # the others would fail too
        told = run.records
        return [
            name
            for name in self.passed
            if self.expects(run, name)
            if not run.has_passed(name) and (name in told or not hopeless)
        ]

    def _worth_another_run(self, run: ModeRun) -> list[str]:
        """The differing tests that did not run, and at most ``TOOL_RERUNS`` of the others. At most ``HANG_RERUNS`` of
        them hung: a hang is slow.

        A sanitizer ends a test at its first error, so such a test has told all that it can tell."""
        told = run.records
        differing = [n for n in self._differing(run) if not (run.mode == SANITIZE and _ended_by_tool(told.get(n)))]
        hung = [name for name in differing if name in told and told[name].verdict is Verdict.TIMED_OUT]
        chosen = [name for name in differing if name in told and name not in hung[HANG_RERUNS:]][:TOOL_RERUNS]
        return [*chosen, *(name for name in differing if name not in told)]

    @property
    def passed(self) -> list[str]:
        """The tests that passed natively."""
        return self.native.passed

    def sound(self, finding: Finding) -> list[str]:
        """The finding's tests that passed natively and under Valgrind. A test that fails loses blocks of its own.

        A sanitizer ends a test at its finding, so there only the native run counts."""
        runs = (self.native,) if finding.tool == sanitize.TOOL else (self.native, self.memcheck)
        return [name for name in finding.tests if all(run.has_passed(name) for run in runs)]

    def _collect(self) -> None:
        """Read the reports of the tools. If Valgrind's report of a test is missing, run the test again."""
        found: list[Found] = []  # of each run: its reports do not change any more
        for _ in range(TRIES):
            new = self.memcheck.reports[len(found) :]
            found += [self._read(memcheck.findings, one) for one in new]
            self.findings = merged(finding for one in found for finding in one.submission)
            self.kit_findings = merged(finding for one in found for finding in one.kit)
            self.lost = self._without_report()
            self.lost_at_first = self.lost_at_first or self.lost
            if not self.lost or not self._bank.alone(self.memcheck, self.lost[:TOOL_RERUNS]):
                break
        found = [self._read(sanitize.findings, one) for one in self.sanitize.reports]
        self.findings = told_once(self.findings, merged(finding for one in found for finding in one.submission))
        self.kit_findings += merged(finding for one in found for finding in one.kit)

    def _read(self, reader: Reader, reports: Reports) -> Found:
        """What a tool reported of one run. If it cannot be read, that is a finding in every test of the run."""
        try:
            return apart(partial(reader, reports.folder, reports.tests_by_pid, self._sources), self._bank.patience)
        except ReaderStoppedError as stopped:
            message = f"The reports of the tool were not read, because {stopped}."
            tests = list(reports.records)
            return Found([Finding(kind="ReportsUnread", message=message, tests=tests)], [])

    def _without_report(self) -> list[str]:
        explained = {test for finding in (*self.findings, *self.kit_findings) for test in finding.tests}
        latest = {name: reports for reports in self.memcheck.reports for name in reports.records}
        return [name for name in self.passed if name in latest and _is_lost(name, latest[name], explained)]


def _ended_by_tool(record: TestRecord | None) -> bool:
    return record is not None and record.verdict is Verdict.MEMORY_ERROR


def told_once(first: Sequence[Finding], second: Sequence[Finding]) -> list[Finding]:
    """The findings of two tools, sorted. If both found the same error, only the finding of the first tool is told."""
    told = list(first)
    for finding in second:
        at = next((number for number, known in enumerate(first) if _same_error(known, finding)), None)
        if at is None:
            told.append(finding)
        else:
            told[at] = told[at].model_copy(update={"tests": sorted({*told[at].tests, *finding.tests})})
    return sorted(told, key=lambda one: (one.file or "~", one.line or 0, one.kind))


def _same_error(one: Finding, other: Finding) -> bool:
    """Whether two findings are on the same line, and both are leaks or both are errors of an access."""
    if one.file is None or (one.file, one.line) != (other.file, other.line) or other.kind == sanitize.UNDEFINED:
        return False
    return one.kind.startswith("Leak_") == other.kind.startswith("Leak_")


def _is_lost(name: str, reports: Reports, explained: Collection[str]) -> bool:
    """True if no report explains an error in Valgrind's exit status, or if the report has no end."""
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
    """The findings in the order of files and lines. Equal findings become one, with all of their tests."""
    by_place: dict[tuple[str, tuple[object, ...]], Finding] = {}
    for finding in findings:
        key = (finding.kind, tuple(finding.stack) or (finding.message,))
        known = by_place.get(key)
        tests = list(dict.fromkeys([*(known.tests if known else []), *finding.tests]))
        by_place[key] = finding.model_copy(update={"tests": tests})
    return sorted(by_place.values(), key=lambda one: (one.file or "~", one.line or 0, one.kind))
