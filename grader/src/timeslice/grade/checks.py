"""Makes the checks of the build and of each test, with everything that a report shows of them."""

from __future__ import annotations

import re

from timeslice.contract.assignment import Assignment, Clause
from timeslice.contract.bank import BankTest
from timeslice.grade.calibration import Fault
from timeslice.grade.replay import BUILD, Replayer
from timeslice.model import BindingSentence, Build, Check, Difference, Run, Verdict
from timeslice.run.records import ModeRun, TestRecord
from timeslice.run.steadiness import Story
from timeslice.sandbox import Patience
from timeslice.untrusted import many_lines, one_line
from timeslice.words import VERDICTS

STEPS_MAX = 200
COMPILES, IS_READ = "The submission compiles.", "The kit can read the submission."  # what the check named build asks
_BUILD_HINTS = {
    COMPILES: "A file that is left out cannot earn points. Compile with -Wall -Wextra. Repair the first error first.",
    IS_READ: "Every check needs sources. Hand in a folder, a .zip or a .tar.gz that holds the folder of a lab.",
}


def check_of_build(build: Build, replayer: Replayer) -> Check:
    """The check named ``build``. It passes if the kit could read, compile, inspect and link the submission."""
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
    """The check of a test that did not run."""
    return Check(
        name=test.name,
        clause=test.clause,
        sentence=_sentence(assignment, test),
        details=_details(assignment, test),
        verdict=Verdict.NOT_RUN,
        points=0,
        possible=possible,
        message=why,
    )


def supplied_notes(assignment: Assignment, build: Build) -> list[str]:
    """One note for each lab, with the functions that the template supplied."""
    by_lab = ([name for name in lab.api if name in build.supplied] for lab in assignment.labs)
    return [f"taken from the template: {', '.join(names)}" for names in by_lab if names]


def used_up(patience: Patience) -> str:
    """The sentence for a submission that has used up its patience."""
    return f"The submission used up the {patience.seconds:.0f} seconds that it may take (option --patience)."


def why_not_run(run: ModeRun, seconds: int, patience: Patience) -> str:
    """Why a test has no record. ``seconds``: the limit of the whole run."""
    ended = run.ended
    if patience.over:
        return used_up(patience)
    if ended and ended.timed_out:
        return f"Earlier tests used all of the {seconds} seconds that the whole run may take."
    if ended and ended.disk_full:
        return "Earlier tests filled all of the disk space that the whole run may use."
    return "Other tests ended the whole run before this test."


def check_of_test(
    assignment: Assignment, test: BankTest, record: TestRecord, possible: int, replayer: Replayer
) -> Check:
    """The check of one test, made from the record of its native run."""
    passed = record.verdict is Verdict.PASSED
    clause = _clause(assignment, test)
    message, expected, got = _explanation(record)
    return Check(
        name=test.name,
        clause=test.clause,
        sentence=_sentence(assignment, test),
        details=_details(assignment, test),
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
    """The last steps that the test reported, in order."""
    return [one_line(step, 500) for step in record.steps[-STEPS_MAX:]]


def unsteady_check(check: Check, story: Story, replayer: Replayer) -> Check:
    """The check of a test whose runs differ, with all of its runs. ``check`` comes from the run that counts."""
    runs = [run_of(record, "native") for record in story.runs]
    return check.model_copy(update={"unsteady": True, "runs": runs, "replay": replayer.replay(check.name)})


def excused_check(check: Check, fault: Fault) -> Check:
    """The check of a failed test that the reference does not pass either on this machine. It costs no points."""
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
    """A test that passed natively but not under ``tool``, which found no error. It has all runs of the test."""
    runs = [run_of(native, "native"), *(run_of(record, tool) for record in story.runs)]
    return Difference(test=test.name, clause=test.clause, replay=replayer.replay(test.name), runs=runs)


def _sentence(assignment: Assignment, test: BankTest) -> str:
    clause = _clause(assignment, test)
    return clause.sentence.text if clause else test.adds


def _details(assignment: Assignment, test: BankTest) -> list[BindingSentence]:
    """The sentences at which the test looks, without that of its clause itself."""
    named = [address for address in test.addresses if address != test.clause]
    return [BindingSentence(address=address, text=assignment.bindings.get(address, "")) for address in named]


def _clause(assignment: Assignment, test: BankTest) -> Clause | None:
    return assignment.clauses.get(test.clause) if test.clause else None


def _explanation(record: TestRecord) -> tuple[str, str | None, str | None]:
    """The message, ``expected`` and ``got`` of a failed test.

    An assertion writes ``expected: ...`` and ``got: ...``, each on its own line. Both may continue on more lines."""
    parts: dict[str, list[str]] = {"": [], "expected": [], "got": []}
    if not (record.verdict is Verdict.FAILED and record.messages):  # then the assertion explains it better
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
