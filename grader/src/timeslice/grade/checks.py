"""Makes the checks: what became of the build, and of each test, with what a report says of it."""

from __future__ import annotations

import re

from timeslice.contract.assignment import Assignment, Clause
from timeslice.contract.bank import BankTest
from timeslice.grade.calibration import Fault
from timeslice.grade.replay import BUILD, Replayer
from timeslice.model import Build, Check, Difference, Run, Verdict
from timeslice.run.records import TestRecord
from timeslice.run.steadiness import Story
from timeslice.untrusted import many_lines, one_line
from timeslice.words import VERDICTS

STEPS_MAX = 200
COMPILES, IS_READ = "It compiles.", "It can be read."  # what the check named build asks
_BUILD_HINTS = {
    COMPILES: "What is left out cannot earn points. Compile with -Wall -Wextra and mend the first error first.",
    IS_READ: "Every check needs sources. Hand in a folder, a .zip or a .tar.gz that holds the folder of a lab.",
}


def check_of_build(build: Build, replayer: Replayer) -> Check:
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


def check_not_run(assignment: Assignment, test: BankTest, possible: int, why: str) -> Check:
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


def check_of_test(
    assignment: Assignment, test: BankTest, record: TestRecord, possible: int, replayer: Replayer
) -> Check:
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
