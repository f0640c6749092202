"""Turns what the bank told into checks, points, skills and an outcome. No file is read and nothing is run here."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from timeslice.contract.assignment import Assignment, Clause
from timeslice.contract.bank import BankTest
from timeslice.errors import KitError
from timeslice.grade.calibration import Fault
from timeslice.model import Build, Check, Difference, LabScore, Outcome, Run, Score, Skill, Verdict
from timeslice.report.replay import BUILD, Replayer
from timeslice.run.records import ModeRun, TestRecord
from timeslice.run.steadiness import Story
from timeslice.untrusted import many_lines, one_line
from timeslice.words import VERDICTS

STEPS_MAX = 200
COMPILES, IS_READ = "It compiles.", "It can be read."  # what the check named build asks
_BUILD_HINTS = {
    COMPILES: "What is left out cannot earn points. Compile with -Wall -Wextra and mend the first error first.",
    IS_READ: "Every check needs sources. Hand in a folder, a .zip or a .tar.gz that holds the folder of a lab.",
}


def shares(assignment: Assignment, tests: Iterable[BankTest]) -> dict[str, int]:
    """Points of each test by its name: a clause's points shared evenly. Raises KitError where they do not divide."""
    by_clause: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        if test.clause:
            by_clause[test.clause].append(test.name)
    points: dict[str, int] = {}
    for clause, names in by_clause.items():
        known = assignment.clauses.get(clause)
        if known is None:
            raise KitError(f"test {names[0]} checks {clause}, which has no points: add it to the TOML of its lab")
        if known.points % len(names):
            raise KitError(f"{clause}: {known.points} points cannot be shared evenly by {len(names)} tests: change one")
        points.update(dict.fromkeys(names, known.points // len(names)))
    return points


def build_check(build: Build, replayer: Replayer) -> Check:
    """The check named ``build``: passed where the submission could be read, compiled, inspected and linked."""
    if build.status == "built":
        return Check(name=BUILD, clause=None, sentence=COMPILES, verdict=Verdict.PASSED, points=0, possible=0)
    asked = IS_READ if build.status == "unread" else COMPILES
    errors = [d for d in build.diagnostics if d.severity == "error"]
    lines = [*build.refusals, *(d.told() for d in errors[:10])]
    if len(errors) > 10:
        lines.append(f"... and {len(errors) - 10} more errors")
    lines += build.left_out
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
        replay=replayer.replay(BUILD),
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


def test_check(assignment: Assignment, test: BankTest, record: TestRecord, possible: int, replayer: Replayer) -> Check:
    """The check of one test from what the bank told of its native run."""
    passed = record.verdict is Verdict.PASSED
    clause = _clause(assignment, test)
    message, expected, got = _explanation(record)
    return Check(
        name=test.name,
        clause=test.clause,
        sentence=_sentence(assignment, test),
        verdict=record.verdict,
        points=possible if passed else 0,
        possible=possible,
        message="" if passed else message,
        steps=[] if passed else steps_of(record),
        expected=None if passed else expected,
        got=None if passed else got,
        hint=None if passed or clause is None else clause.hint,
        replay=None if passed else replayer.replay(test.name),
        output="" if passed else many_lines(record.output),
        seconds=record.seconds,
    )


def steps_of(record: TestRecord) -> list[str]:
    """What the test said that it did last, in order."""
    return [one_line(step, 500) for step in record.steps[-STEPS_MAX:]]


def unsteady_check(check: Check, story: Story, replayer: Replayer) -> Check:
    """The check of a test whose runs differ, with all of them; ``check`` is made of the run that counts."""
    runs = [run_of(record, "native") for record in story.runs]
    return check.model_copy(update={"unsteady": True, "runs": runs, "replay": replayer.replay(check.name)})


def excused_check(check: Check, fault: Fault) -> Check:
    """The check of a test that failed, but that the reference does not pass on this machine: nobody is charged."""
    return check.model_copy(update={"verdict": Verdict.BROKEN, "points": check.possible, "message": fault.line})


def run_of(record: TestRecord, tool: str) -> Run:
    """One run of a test as the report shows it."""
    passed = record.verdict is Verdict.PASSED
    message, expected, got = _explanation(record)
    lines = [message, *([f"expected: {expected}"] if expected else []), *([f"got: {got}"] if got else [])]
    return Run(
        tool=tool,
        verdict=record.verdict,
        message="" if passed else "\n".join(line for line in lines if line),
        steps=[] if passed else steps_of(record),
        output="" if passed else many_lines(record.output),
        seconds=record.seconds,
    )


def difference(test: BankTest, native: TestRecord, story: Story, tool: str, replayer: Replayer) -> Difference:
    """A test that passes natively and did not pass under ``tool``, which found nothing: all of its runs."""
    runs = [run_of(native, "native"), *(run_of(record, tool) for record in story.runs)]
    return Difference(test=test.name, clause=test.clause, replay=replayer.replay(test.name), runs=runs)


def _sentence(assignment: Assignment, test: BankTest) -> str:
    clause = _clause(assignment, test)
    return clause.sentence.text if clause else test.sentence


def _clause(assignment: Assignment, test: BankTest) -> Clause | None:
    return assignment.clauses.get(test.clause) if test.clause else None


def _explanation(record: TestRecord) -> tuple[str, str | None, str | None]:
    """Message, expected and got of a failing test. An assertion says ``expected: ...`` and ``got: ...`` on lines of
    their own; each may go on over the lines that follow it."""
    parts: dict[str, list[str]] = {"": [], "expected": [], "got": []}
    if not (record.verdict is Verdict.FAILED and record.messages):  # then the assertion says it better
        parts[""].append(record.detail or VERDICTS[record.verdict].meaning)
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
        fault = next(check.message for check in checks if check.verdict is Verdict.BROKEN).splitlines()[0]
        return f"not graded: the kit cannot tell on this machine, which costs no points: {one_line(fault)}"
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
