"""Takes one submission through all steps: intake, build, run, coverage and score. At the end there is a result."""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from timeslice.build.builder import Built
from timeslice.build.compiling import processes_killed
from timeslice.build.workshop import MEMCHECK, SANITIZE, require_room
from timeslice.contract.assignment import lab_of
from timeslice.contract.bank import BankTest, bank_tests, watched_tests
from timeslice.contract.versions import versions
from timeslice.errors import IntakeError, KitError
from timeslice.grade import calibrate, score, witnesses
from timeslice.grade.calibration import Fault, summarized, tool_of
from timeslice.grade.checks import (
    check_not_run,
    check_of_build,
    check_of_test,
    difference,
    excused_check,
    supplied_notes,
    unsteady_check,
    used_up,
    why_not_run,
)
from timeslice.grade.context import GradingContext, machine_error
from timeslice.grade.examination import Examination
from timeslice.grade.memory import MemoryJudge, descriptor_findings, ended_runs, foreign_fault, removed_reports
from timeslice.grade.replay import BUILD
from timeslice.intake.sources import Source
from timeslice.intake.tree import take_apart
from timeslice.model import Build, Check, Coverage, Difference, Finding, Memory, Outcome, Result, Verdict, WitnessReport
from timeslice.run import coverage, sanitize
from timeslice.run.records import ModeRun
from timeslice.run.start import Bank
from timeslice.run.steadiness import Story
from timeslice.sandbox import Patience, ReaderStoppedError, apart
from timeslice.untrusted import one_line

PATIENCE_SECONDS = 120.0
SLOWER_THAN_REFERENCE = 3  # a submission may use this many times what the reference uses on this machine
_NO_BUILD = Build(status="broken")
_NO_COVERAGE_OF = "the kit measures line coverage only with gcc"


class Grading:
    """The grading of one submission. ``checks`` does the work. ``result`` gives the current state at any time."""

    def __init__(
        self,
        context: GradingContext,
        source: Source,
        seed: int,
        program: str | None = None,
        patience: float | None = None,
    ) -> None:
        """``program`` starts each replay command. The default is the program that started this process.

        ``patience``: the seconds that the submission may use. The default is larger if the reference is slow here."""
        default = max(PATIENCE_SECONDS, SLOWER_THAN_REFERENCE * context.calibration.seconds)
        self._patience = Patience(default if patience is None else patience)
        self._context = context
        self._source = source
        self._seed = seed
        self._replayer = context.replayer(source, seed, program)
        self._wanted = {test.name for test in context.tests}
        self._absent: set[str] = set()  # labs for which no .c file was handed in
        self._checks: dict[str, Check] = {}
        self._notes: list[str] = []
        self._suspicions: list[str] = []
        self._seconds: dict[str, float] = {}
        self._build = _NO_BUILD
        self._runs = False
        self._memory = Memory(status="not_run", tests=0)
        self._coverage = Coverage(status="not_run")
        self._witnesses: list[WitnessReport] = []
        self._faults: list[Fault] = []  # faults of the kit in this run
        self._error: KitError | None = None

    @property
    def name(self) -> str:
        """The name of the submission, as a report shows it."""
        return self._source.name

    @property
    def error(self) -> KitError | None:
        """Why there is no grade, or None."""
        return self._error

    @property
    def builds(self) -> bool:
        """True after a lab of the submission was built, so that there is something to run."""
        return self._runs

    @property
    def memory(self) -> Memory:
        """What the tools found. It is complete after the last check."""
        return self._memory

    @property
    def coverage(self) -> Coverage:
        """What gcov counted. It is complete after the last check."""
        return self._coverage

    @property
    def suspicions(self) -> list[str]:
        """Why a person must look. It is complete after the last check."""
        return self._suspicions

    def select(self, names: set[str]) -> None:
        """Make only the checks of these tests. Call this before ``checks``."""
        self._wanted = names
        self._notes.append(
            f"this is not a full grade: the command selected only {len(names)} of {len(self._context.tests)} tests"
        )

    def checks(self) -> Generator[Check, None, None]:
        """Every check, as soon as it is decided. Raises KitError if the kit or the machine failed."""
        started = time.monotonic()
        try:
            with self._context.builder.sandbox.stage as stage:
                for check in map(self._replayable, self._steps(stage)):
                    self._checks[check.name] = check
                    yield check
        except KitError as error:
            self._error = error
            raise
        except OSError as error:
            self._error = machine_error(error)
            raise self._error from error
        except Exception as error:  # an error in the grader must never become a grade
            self._error = KitError(
                f"the grader failed ({type(error).__name__}: {one_line(str(error))}): report this bug"
            )
            raise self._error from error
        finally:
            self._seconds["total"] = round(time.monotonic() - started, 3)

    def _steps(self, stage: Path) -> Iterator[Check]:
        tree = stage / "tree"
        tree.mkdir()
        graded = {lab.id for lab in self._context.assignment.labs}
        try:
            with self._timed("intake"):
                taken = take_apart(self._source, self._context.whole.sources, tree, self._patience)
        except IntakeError as error:
            self._absent = graded
            yield from self._unread(str(error))
            return
        self._notes += taken.notes
        sources = [name for name in taken.handed_in if lab_of(name) in graded]
        self._absent = graded - {lab_of(name) for name in sources if name.endswith(".c")}
        with self._timed("build"):
            built = self._context.builder.build(tree, sources, stage, self._patience)
        self._build = built.build
        self._notes += supplied_notes(self._context.assignment, built.build)
        self._runs = bool(built.labs)
        yield check_of_build(built.build, self._replayer)
        for test in (t for t in self._judged() if t.lab not in built.labs):
            why = (
                "No .c file of this lab was handed in." if test.lab in self._absent else "This lab could not be built."
            )
            yield check_not_run(self._context.assignment, test, self._context.shares[test.name], why)
        if any(test.lab in built.labs for test in self._judged()):
            yield from self._run(built, stage, tree, sources)
        else:
            self._coverage = coverage.not_run(tree, sources, "the submission was not built")

    def _replayable(self, check: Check) -> Check:
        """The check with its replay command. A check that passed or did not run needs none."""
        if check.replay or check.verdict in (Verdict.PASSED, Verdict.NOT_RUN):
            return check
        return check.model_copy(update={"replay": self._replayer.replay(check.name)})

    def _unread(self, why: str) -> Iterator[Check]:
        """The checks of a submission from which intake could take no file."""
        self._build = Build(status="unread", refusals=[why])
        yield check_of_build(self._build, self._replayer)
        for test in self._judged():
            possible = self._context.shares[test.name]
            yield check_not_run(self._context.assignment, test, possible, "The kit could not read the submission.")

    def _run(self, built: Built, stage: Path, tree: Path, sources: Sequence[str]) -> Iterator[Check]:
        results = stage / "results"
        results.mkdir()
        bank = Bank(self._context.builder, built, results, self._seed, self._patience)
        examination = Examination(bank, self._only(built.labs), sources, watched_tests(self._context.tests))
        judged = {test.name: test for test in self._judged()}
        memory_clauses = set(self._context.assignment.memory.values())
        killed_before = processes_killed()
        with self._timed("run"):
            for record in examination.records():
                test = judged.get(record.name)
                if test and test.clause not in memory_clauses:
                    yield self._test_check(examination, test)
        require_room(stage)
        limited = any(guard.on for guard in self._context.builder.sandbox.guards if guard.name == "group memory")
        if not limited and examination.ended_early and processes_killed() > killed_before:
            raise KitError("the machine had no memory left to run the tests: free some, or grade fewer at once with -j")
        with self._timed("coverage"):
            self._coverage = self._measure(built, examination.native, tree, sources)
        self._suspicions = score.suspicions(examination.native)
        judge, findings = self._judge_memory(examination)
        for name, test in judged.items():
            if name not in self._checks:
                check = self._test_check(examination, test)
                if judge.is_memory_test(test):
                    check = self._memory_check(examination, test, judge.judge(check, findings))
                yield check
        with self._timed("witness"):
            self._hear_witnesses(built, stage, tree, sources)

    def _hear_witnesses(self, built: Built, stage: Path, tree: Path, sources: Sequence[str]) -> None:
        """Watch the functions from outside, in the areas in which every test of the bank passed."""
        context = self._context
        areas = witnesses.holding(context.assignment, context.tests, self._checks)
        stand = witnesses.Stand(context.kit, context.assignment, context.builder)
        programs = stand.link(built, stage, areas)
        self._witnesses = stand.hear(built, programs, witnesses.seed_of(tree, sources), areas)
        self._suspicions += witnesses.suspicions(self._witnesses)

    def _judged(self) -> Iterator[BankTest]:
        return (t for t in self._context.tests if t.name in self._wanted)

    def _only(self, labs: Collection[str]) -> list[str]:
        """The tests of ``labs`` that must run: the wanted tests, and others that they need."""
        memory = self._context.assignment.memory
        charged = {test.clause for test in self._context.tests if test.name in self._wanted}
        areas = {area for area, clause in memory.items() if clause in charged}
        return [
            test.name
            for test in self._context.tests
            if test.lab in labs and (test.name in self._wanted or test.memory_key in areas)
        ]

    def _test_check(self, examination: Examination, test: BankTest) -> Check:
        native = examination.native
        record = native.records.get(test.name)
        possible = self._context.shares[test.name]
        if record:
            check = check_of_test(self._context.assignment, test, record, possible, self._replayer)
            story = examination.native_stories.get(test.name)
            if story and story.unsteady:
                check = unsteady_check(check, story, self._replayer)
            fault = self._context.calibration.native_fault(test.name)
            return excused_check(check, fault) if fault and check.verdict is not Verdict.PASSED else check
        why = why_not_run(native, self._context.assignment.limits.run_seconds, self._patience)
        return check_not_run(self._context.assignment, test, possible, why)

    def _memory_check(self, examination: Examination, test: BankTest, check: Check) -> Check:
        """The check of a memory clause. It is not decided if the patience ended before Valgrind had seen all tests."""
        if check.verdict is Verdict.PASSED and self._patience.over and not examination.memcheck.complete:
            return check_not_run(self._context.assignment, test, check.possible, used_up(self._patience))
        return check

    def _measure(self, built: Built, native: ModeRun, tree: Path, sources: Sequence[str]) -> Coverage:
        if not self._context.builder.measures_coverage or native.counters is None:
            return coverage.not_run(tree, sources, _NO_COVERAGE_OF)
        gcov = coverage.gcov_of(self._context.builder.cc)
        headers = {source for source in sources if source.endswith(".h") and lab_of(source) in built.labs}
        mine = [source for source in sources if source in built.sources | headers]
        measure = partial(coverage.measure, built.notes, tree, mine, gcov, counters=native.counters)
        try:
            measured = apart(measure, self._patience)
        except ReaderStoppedError as stopped:
            return coverage.broken(tree, sources, f"the counters were not read, because {stopped}")
        others = coverage.not_run(tree, [source for source in sources if source not in mine])
        return measured.model_copy(update={"files": [*measured.files, *others.files]})

    def _judge_memory(self, examination: Examination) -> tuple[MemoryJudge, list[Finding]]:
        """Charge what the tools and the audit of descriptors found. Also keep it for the result."""
        run, calibration = examination.memcheck, self._context.calibration
        removed = self._settle_lost(examination)
        by_name = {test.name: test for test in self._context.tests}
        judge = MemoryJudge(self._context.assignment, by_name, examination.native, calibration, tuple(self._faults))
        ended = [found for tool in examination.tools for found in ended_runs(tool, self._tool(tool.mode))]
        descriptors = descriptor_findings((examination.native, *examination.tools))
        found = [*examination.findings, *removed, *ended, *descriptors]
        findings = judge.charge(found)
        for finding in examination.kit_findings:
            tests = examination.sound(finding)
            if tests and not calibration.explains(finding):
                mode = SANITIZE if finding.tool == sanitize.TOOL else MEMCHECK
                self._faults.append(foreign_fault(finding, tests[0], mode, self._tool(mode)))
        left_out = f"{len(run.left_out)} failed tests did not run again, because they disturb other tests."
        self._memory = Memory(
            status="findings" if findings else "clean",
            tests=len(run.records),
            findings=findings,
            differences=self._differences(examination, findings),
            note=left_out if run.left_out else "",
        )
        return judge, findings

    def _tool(self, mode: str) -> str:
        return tool_of(mode, self._context.builder.cc)

    def _settle_lost(self, examination: Examination) -> list[Finding]:
        """Decide why reports of Valgrind are missing.

        If Valgrind also loses reports on the reference or the control, this is the kit's fault. Otherwise the
        submission removed them, and this is a finding."""
        context = self._context
        lost = examination.lost_at_first if context.calibration.loses_reports else examination.lost
        if not lost:
            return []
        if not context.calibration.loses_reports and calibrate.still_sees(
            context.kit, context.builder, bank_tests(context.kit), lost
        ):
            return removed_reports(lost, self._tool(MEMCHECK))
        self._faults += [Fault(kind="lost", mode=MEMCHECK, tool=self._tool(MEMCHECK), test=name) for name in lost]
        return []

    def _differences(self, examination: Examination, findings: Sequence[Finding]) -> list[Difference]:
        """The tests that passed natively, but not under a tool, although no tool found an error in them."""
        explained = {name for finding in findings for name in finding.tests}
        by_name = {test.name: test for test in self._judged() if test.name not in explained}
        told: list[Difference] = []
        for name in filter(by_name.get, examination.passed):
            for run in examination.tools:
                record = run.records.get(name)
                story = examination.tool_stories[run.mode].get(name, Story([record] if record else []))
                if record and (record.verdict is not Verdict.PASSED or story.unsteady):
                    native = examination.native.records[name]
                    told.append(difference(by_name[name], native, story, self._tool(run.mode), self._replayer))
        return told

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self._seconds[step] = round(time.monotonic() - started, 3)

    def result(self) -> Result:
        """The current state: after the last check the whole grade, after an error the reason why there is none."""
        assignment, checks = self._context.assignment, score.settled(self._ordered())
        if self._error:
            broken = score.broken_result(self._source.name, assignment, self._seed, str(self._error))
            return broken.model_copy(update=self._known(score.withheld(checks)))
        ended = score.outcome(checks, bool(self._suspicions))
        if ended is Outcome.SUSPICIOUS:
            checks = score.withheld(checks)
        known = self._known(checks)
        return Result(
            submission=self._source.name,
            assignment=assignment.title,
            outcome=ended,
            summary=score.summary(checks, known["labs"], known["score"], ended),
            seed=self._seed,
            **known,
        )

    def _known(self, checks: list[Check]) -> dict[str, Any]:
        """The fields of a result that are known at any time."""
        return {
            "score": score.total(checks),
            "labs": score.labs(self._context.assignment, checks, self._absent),
            "skills": score.skills(self._context.assignment, checks),
            "checks": checks,
            "build": self._build,
            "memory": self._memory,
            "coverage": self._coverage,
            "guards": list(self._context.builder.sandbox.guards),
            "versions": versions(self._context.builder.cc),
            "suspicions": self._suspicions,
            "witnesses": self._witnesses,
            "kit_faults": [
                *summarized([*self._context.calibration.faults, *self._faults]),
                *witnesses.faults(self._witnesses),
            ],
            "notes": [*self._notes, *self._note_of_patience()],
            "seconds": self._seconds,
        }

    def _note_of_patience(self) -> Iterator[str]:
        if self._patience.over:
            yield f"{used_up(self._patience)} What was decided before that counts."

    def _ordered(self) -> list[Check]:
        """The build, then the tests in the order of the bank. A test without a decision did not run."""
        ordered = [self._checks[BUILD]] if BUILD in self._checks else []
        for test in self._judged():
            check = self._checks.get(test.name)
            if check is None:
                possible = self._context.shares[test.name]
                why = "The kit or the machine failed before this test." if self._error else "This test did not run."
                check = check_not_run(self._context.assignment, test, possible, why)
            ordered.append(check)
        return ordered
