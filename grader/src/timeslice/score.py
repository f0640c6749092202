"""Turns what the bank told into checks, points, skills and an outcome. No file is read and nothing is run here."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from timeslice.assignment import Assignment, Clause
from timeslice.errors import KitError
from timeslice.kit import BankTest
from timeslice.model import Build, Check, Finding, LabScore, Outcome, Score, Skill, Verdict
from timeslice.printable import many_lines, one_line
from timeslice.replay import BUILD, Identity
from timeslice.run import ModeRun, TestRecord

_CRITERION_SAYS = {  # what a verdict means, where the bank gave no detail
    Verdict.FAILED: "An assertion did not hold.",
    Verdict.CRASHED: "The test was ended by a signal.",
    Verdict.EXITED_EARLY: "The process ended before the test did.",
    Verdict.TIMED_OUT: "The test did not end in time.",
    Verdict.LEFT_PROCESS: "A process was left behind.",
    Verdict.SKIPPED: "The test was skipped by the code under test.",
    Verdict.INCOMPLETE: "Fewer assertions ran than on a correct solution.",
    Verdict.BROKEN: "The kit or the machine failed; this costs no points.",
}
FINDINGS_SHOWN = 5
COMPILES, IS_READ = "It compiles.", "It can be read."  # what the check named build asks
_BUILD_HINTS = {
    COMPILES: "Every check needs a build. Compile with -Wall -Wextra and mend the first error first.",
    IS_READ: "Every check needs sources. Hand in a folder, a .zip or a .tar.gz with your udp/, process/ or scheduler/.",
}


def shares(assignment: Assignment, tests: Iterable[BankTest]) -> dict[str, int]:
    """Points of each test by its name: a clause's points shared evenly. Raises KitError where they do not divide."""
    by_clause: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        if not test.is_tripwire:
            by_clause[test.clause].append(test.name)
    points: dict[str, int] = {}
    for clause, names in by_clause.items():
        known = assignment.clauses.get(clause)
        if known is None:
            raise KitError(f"test {names[0]} checks {clause}, which has no points: add it to spec/assignment.toml")
        if known.points % len(names):
            raise KitError(f"{clause}: {known.points} points cannot be shared evenly by {len(names)} tests: change one")
        points.update(dict.fromkeys(names, known.points // len(names)))
    return points


def build_check(build: Build, identity: Identity) -> Check:
    """The check named ``build``: passed where the submission could be read, compiled, inspected and linked."""
    if build.status == "built":
        return Check(name=BUILD, clause=None, sentence=COMPILES, verdict=Verdict.PASSED, points=0, possible=0)
    asked = IS_READ if build.status == "unread" else COMPILES
    lines = list(build.refusals)
    errors = [d for d in build.diagnostics if d.severity == "error"]
    lines += [f"{d.file}:{d.line}:{d.column}: {d.message}" if d.file else d.message for d in errors[:10]]
    if len(errors) > 10:
        lines.append(f"... and {len(errors) - 10} more errors")
    return Check(
        name=BUILD,
        clause=None,
        sentence=asked,
        verdict=Verdict.FAILED,
        points=0,
        possible=0,
        message="\n".join(lines),
        output=many_lines(build.output),
        hint=_BUILD_HINTS[asked],
        replay=identity.replay(BUILD),
    )


def not_run_check(assignment: Assignment, test: BankTest, possible: int, why: str) -> Check:
    """The check of a test that was never run."""
    return Check(
        name=test.name,
        clause=test.clause,
        sentence=_sentence(assignment, test),
        verdict=Verdict.NOT_RUN,
        points=0,
        possible=possible,
        message=why,
    )


def test_check(assignment: Assignment, test: BankTest, record: TestRecord, possible: int, identity: Identity) -> Check:
    """The check of one test from what the bank told of its native run."""
    passed = record.verdict is Verdict.PASSED
    message, expected, got = _explanation(record)
    return Check(
        name=test.name,
        clause=test.clause,
        sentence=_sentence(assignment, test),
        verdict=record.verdict,
        points=possible if passed else 0,
        possible=possible,
        message="" if passed else message,
        steps=[] if passed else [one_line(step, 500) for step in record.steps[-200:]],
        expected=None if passed else expected,
        got=None if passed else got,
        hint=None if passed else assignment.clauses[test.clause].hint,
        replay=None if passed else identity.replay(test.name),
        output="" if passed else many_lines(record.output),
        seconds=record.seconds,
    )


def _sentence(assignment: Assignment, test: BankTest) -> str:
    clause = assignment.clauses.get(test.clause)
    return clause.sentence.text if clause else test.sentence


def _explanation(record: TestRecord) -> tuple[str, str | None, str | None]:
    """Message, expected and got of a failing test. An assertion says ``expected: ...`` and ``got: ...`` on lines of
    their own; each may go on over the lines that follow it."""
    parts: dict[str, list[str]] = {"": [], "expected": [], "got": []}
    if not (record.verdict is Verdict.FAILED and record.messages):  # then the assertion says it better
        parts[""].append(record.detail or _CRITERION_SAYS.get(record.verdict, ""))
    for number, message in enumerate(record.messages[:20]):
        part = ""
        for line in many_lines(message.text).splitlines():
            label = re.match(r"\s*(expected|got): ?(.*)", line)
            if label and number == 0:
                part = label[1]
                parts[part].append(label[2])
            else:
                parts[part].append(line)
        if message.file:
            parts[""].append(f"({one_line(message.file)}:{message.line})")
    texts = {part: many_lines("\n".join(lines)).strip() for part, lines in parts.items()}
    return texts[""], texts["expected"] or None, texts["got"] or None


# ---- memory ----


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


def unexplained_findings(memcheck: ModeRun, findings: Iterable[Finding]) -> list[Finding]:
    """For tests whose exit status under Valgrind told of an error that no file of Valgrind's explains."""
    explained = {test for finding in findings for test in finding.tests}
    tests = sorted(r.name for r in memcheck.records.values() if r.memcheck and r.name not in explained)
    message = "Valgrind saw an error or a leak, and its report of it was lost."
    return [Finding(kind="Unexplained", message=message, tests=tests)] if tests else []


@dataclass(frozen=True)
class MemoryJudge:
    """Decides the memory clauses: what was found in tests that passed is charged to the clause of their area."""

    assignment: Assignment
    tests: Mapping[str, BankTest]
    native: ModeRun
    memcheck: ModeRun

    def is_memory_test(self, test: BankTest) -> bool:
        """True for the test of a clause that Valgrind's findings are charged to."""
        return test.clause in self.assignment.memory.values()

    def charge(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings, each with the clauses that it is charged to: those of the areas of its tests that passed.

        A test that failed may have left things of its own behind, so what is only found there, and not on a line of
        the submission, is left out."""
        charged = []
        for finding in findings:
            clauses = sorted({c for c in map(self._clause_of, finding.tests) if c})
            if clauses or finding.file:
                charged.append(finding.model_copy(update={"charged": ", ".join(clauses) or None}))
        return charged

    def _clause_of(self, name: str) -> str | None:
        """The memory clause that is charged for this test, None where it failed and nothing is charged."""
        record = self.native.records.get(name)
        if record is None or record.verdict is not Verdict.PASSED or self.tests[name].is_tripwire:
            return None
        lab, _, area = self.tests[name].clause.rpartition("-")[0].partition("-")
        return self.assignment.memory.get(f"{lab}-{area}")

    def judge(self, check: Check, findings: Sequence[Finding]) -> Check:
        """The check of a memory clause's own test, after what Valgrind found in its areas.

        ``findings`` have been charged. A test that itself failed stays as it is."""
        if check.verdict is not Verdict.PASSED:
            return check
        mine = [f for f in findings if f.charged and check.clause in f.charged.split(", ")]
        unfit = [name for name in sorted(self.tests) if self._clause_of(name) == check.clause and self._unfit(name)]
        if not mine and not unfit:
            return check
        leaks = all(f.kind.startswith("Leak_") or f.kind == "OpenDescriptor" for f in mine) and not unfit
        lines = [self._line(finding) for finding in mine[:FINDINGS_SHOWN]]
        if len(mine) > FINDINGS_SHOWN:
            lines.append(f"... and {len(mine) - FINDINGS_SHOWN} more")
        lines += [f"{name} passes, but not under Valgrind: {self._unfit(name)}" for name in unfit[:FINDINGS_SHOWN]]
        hint = self.assignment.clauses[check.clause].hint if check.clause else None
        verdict = Verdict.LEAKED if leaks else Verdict.MEMORY_ERROR
        return check.model_copy(update={"verdict": verdict, "points": 0, "message": "\n".join(lines), "hint": hint})

    def _unfit(self, name: str) -> str:
        """Why a test that passed natively did not do so under Valgrind; empty where it did."""
        record = self.memcheck.records.get(name)
        if record is None:
            return "it was not run there"
        if record.verdict is Verdict.PASSED:
            return ""
        return one_line(record.detail) or record.verdict.value.replace("_", " ")

    @staticmethod
    def _line(finding: Finding) -> str:
        place = f"{finding.file}:{finding.line}: " if finding.file else ""
        tests = f" [{finding.tests[0]}{f' and {len(finding.tests) - 1} more' if len(finding.tests) > 1 else ''}]"
        return f"{place}{finding.message}{tests}"


# ---- the whole ----


def suspicions(tests: Iterable[BankTest], runs: Iterable[ModeRun]) -> list[str]:
    """Tripwires that did not fail: tests that fail on purpose, whatever an honest submission does."""
    found = []
    for test in (t for t in tests if t.is_tripwire):
        for run in runs:
            record = run.records.get(test.name)
            if record and record.verdict in (Verdict.PASSED, Verdict.INCOMPLETE, Verdict.SKIPPED):
                found.append(
                    f"{test.name} ({run.mode}) fails on purpose, but was told to have {record.verdict.value}: "
                    "the submission may have tampered with it. The points are withheld until a person has looked."
                )
    return found


def withheld(checks: Iterable[Check]) -> list[Check]:
    """The checks without their points."""
    return [check.model_copy(update={"points": 0}) for check in checks]


def skills(assignment: Assignment, checks: Sequence[Check]) -> list[Skill]:
    """Every skill with what its clauses' checks earned out of what they could."""
    return [
        Skill(
            lab=lab.id,
            id=skill.id,
            title=skill.title,
            score=_score_of(skill.clauses, checks),
            clauses=[clause.id for clause in skill.clauses],
        )
        for lab in assignment.labs
        for skill in lab.skills
    ]


def labs(assignment: Assignment, checks: Sequence[Check], absent: Collection[str]) -> list[LabScore]:
    """Every lab with what its checks earned; nothing was handed in of those that are ``absent``."""
    return [
        LabScore(id=lab.id, title=lab.title, handed_in=lab.id not in absent, score=_score_of(lab.clauses, checks))
        for lab in assignment.labs
    ]


def _score_of(clauses: Iterable[Clause], checks: Iterable[Check]) -> Score:
    ids = {clause.id for clause in clauses}
    return total(check for check in checks if check.clause in ids)


def total(checks: Iterable[Check]) -> Score:
    """What the checks earned out of what they could."""
    listed = list(checks)
    return Score(earned=sum(c.points for c in listed), possible=sum(c.possible for c in listed))


def outcome(checks: Sequence[Check], suspicious: bool) -> Outcome:
    """Broken where the kit is at fault anywhere, else suspicious, else failed where any check did not pass."""
    if any(check.verdict is Verdict.BROKEN for check in checks):
        return Outcome.BROKEN
    if suspicious:
        return Outcome.SUSPICIOUS
    return Outcome.PASSED if all(check.verdict is Verdict.PASSED for check in checks) else Outcome.FAILED


def summary(checks: Sequence[Check], labs: Iterable[LabScore], score: Score, ended: Outcome) -> str:
    """One line for a table: what the grade is and what it is for."""
    failing = [check for check in checks if check.verdict is not Verdict.PASSED]
    absent = [f"nothing of {lab.title}" for lab in labs if not lab.handed_in]
    if ended is Outcome.BROKEN:
        return "not graded: the kit or the machine failed, which costs no points"
    if ended is Outcome.SUSPICIOUS:
        return "points withheld: a test that fails on purpose passed"
    if ended is Outcome.PASSED:
        return f"all {score.possible} points"
    unbuilt = []
    if failing[0].name == BUILD:
        reason = failing[0].message.splitlines()[0] if failing[0].message else "no reason"
        if failing[0].sentence == IS_READ:
            return f"cannot be read: {one_line(reason)}"
        unbuilt = [f"does not build: {one_line(reason)}"]
    tests = [check for check in failing if check.name != BUILD]
    quiet = Verdict.NOT_RUN if absent or unbuilt else None  # the reason is told already
    kinds = Counter(check.verdict.value.replace("_", " ") for check in tests if check.verdict is not quiet)
    return ", ".join([*unbuilt, *(f"{count} {kind}" for kind, count in kinds.most_common()), *absent])
