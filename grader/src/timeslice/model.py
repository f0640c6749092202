"""The result of grading one submission. Every writer of reports reads this model.

The steps of a grading fill it, and the writers turn it into files. Steps and writers do not know each other. Its JSON
Schema is ``spec/result.schema.json``. ``SCHEMA_VERSION`` changes with each change that a reader could notice.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION: Final = "1.3"


class Verdict(StrEnum):
    """The verdict of one check. Only PASSED earns points. BROKEN means that the kit failed; it costs no points.

    ``words.py`` says what each verdict means."""

    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"
    EXITED_EARLY = "exited_early"
    TIMED_OUT = "timed_out"
    LEAKED = "leaked"
    MEMORY_ERROR = "memory_error"
    LEFT_PROCESS = "left_process"
    SKIPPED = "skipped"
    INCOMPLETE = "incomplete"
    NOT_RUN = "not_run"
    BROKEN = "broken"


class Outcome(StrEnum):
    """The outcome of a grade: full marks, points lost, the kit or the machine failed, or a person must look."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"
    SUSPICIOUS = "suspicious"


class Record(BaseModel):
    """A value that never changes. It refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Score(Record):
    """Earned points and possible points, both whole numbers."""

    earned: int
    """Earned points."""
    possible: int
    """Possible points."""


class Frame(Record):
    """One line of a stack."""

    function: str
    """The function."""
    file: str | None = None
    """The file, relative to the submission; null if the function is not in the submission."""
    line: int | None = None
    """The line in this file."""


Tool = Literal["valgrind", "sanitizers", "audit"]


class Finding(Record):
    """One problem that a tool found. The tools are Valgrind, the sanitizers and the audit of descriptors."""

    tool: Tool = "valgrind"
    """The tool that found the problem. If both Valgrind and the sanitizers found it, it is Valgrind."""
    kind: str
    """The tool's name of the problem (InvalidRead, heap-buffer-overflow, UndefinedBehaviour ...), or OpenDescriptor."""
    message: str
    """The problem in one sentence."""
    file: str | None = None
    """The innermost file of the submission on the stack; null if there is none."""
    line: int | None = None
    """The line in this file."""
    function: str | None = None
    """The function on this line."""
    stack: list[Frame] = Field(default_factory=list)
    """The stack, innermost frame first. It ends with the outermost frame of the submission."""
    tests: list[str] = Field(default_factory=list)
    """The tests in which the problem was found."""
    charged: str | None = None
    """The clauses that lost their points by this problem, separated by commas; null if it costs nothing."""


class Run(Record):
    """One run of a test, with its tool and its verdict."""

    tool: str
    """`native`, or the tool with its version."""
    verdict: Verdict
    """The verdict of this run."""
    message: str = ""
    """What went wrong; empty if the run passed."""
    steps: list[str] = Field(default_factory=list)
    """What the test did in this run, in order."""
    output: str = ""
    """What the test printed. Long output is shortened."""
    seconds: float = 0.0
    """The duration of the run in seconds."""


class BindingSentence(Record):
    """A sentence of the contract with its address: a detail of a clause, or a rule."""

    address: str
    """Its address, for example `UDP-RX-009a` or `UDP-RULE-003`."""
    text: str
    """The sentence."""


class Check(Record):
    """One check: the build, or one Criterion test.

    A test is *unsteady* if its runs differ. Then the verdict of most runs counts, and ``runs`` has all of them."""

    name: str
    """`build`, or `suite/test`."""
    clause: str | None
    """The clause that this check tests; null for the build."""
    sentence: str
    """What the clause asks for."""
    details: list[BindingSentence] = Field(default_factory=list)
    """The other sentences at which the test looks: details and rules."""
    verdict: Verdict
    """The verdict of this check."""
    points: int
    """Earned points."""
    possible: int
    """Possible points."""
    message: str = ""
    """What went wrong, for the student; empty if the check passed."""
    steps: list[str] = Field(default_factory=list)
    """What the test did, in order."""
    expected: str | None = None
    """What the test expected, if it compared two values."""
    got: str | None = None
    """What the test got instead."""
    hint: str | None = None
    """Where the student can look for the mistake."""
    replay: str | None = None
    """The command that runs this check alone. Type it in the folder in which the grading started."""
    output: str = ""
    """What the test printed. Long output is shortened."""
    seconds: float = 0.0
    """The duration of the native run in seconds."""
    unsteady: bool = False
    """Whether the runs of the test differed. Then the verdict of most runs counts."""
    runs: list[Run] = Field(default_factory=list)
    """Every run of an unsteady test, in order."""


class LabScore(Record):
    """The score of one lab."""

    id: str
    """The id of the lab in the assignment."""
    title: str
    """The topic of the lab."""
    handed_in: bool
    """Whether a .c file of this lab was handed in. If not, no test of the lab ran."""
    score: Score
    """The sum over the clauses of the lab."""


class SkillScore(Record):
    """A group of clauses, with a title that a student understands."""

    lab: str
    """The id of the lab."""
    id: str
    """The id of the skill within the lab."""
    title: str
    """What a student with this skill can do."""
    score: Score
    """The sum over the clauses of the skill."""
    clauses: list[str]
    """The clauses of the skill."""


class Difference(Record):
    """A test that passes natively, but not under a tool, although the tool found no error. It costs no points."""

    test: str
    """`suite/test`."""
    clause: str
    """The clause that the test checks."""
    replay: str
    """The command that runs the test again."""
    runs: list[Run]
    """Every run of the test, natively and under the tool, in order."""


class Memory(Record):
    """What the tools and the audit of descriptors found in the whole run."""

    status: Literal["clean", "findings", "not_run", "broken"]
    """clean; findings; not_run; or broken, if a tool failed."""
    tests: int
    """How many tests ran under Valgrind."""
    findings: list[Finding] = Field(default_factory=list)
    """The findings. Equal findings of several tests are one finding."""
    differences: list[Difference] = Field(default_factory=list)
    """Tests that pass natively and do not pass under a tool that found no error. They cost nothing."""
    note: str = ""
    """A remark, such as why no test ran under Valgrind; empty if there is none."""


class FunctionCoverage(Record):
    """One function of the submission: how often it was called, where it is, and how many of its lines ran."""

    name: str
    """The name of the function."""
    start_line: int
    """The first line of the function."""
    end_line: int
    """The last line of the function."""
    executions: int
    """How often the function was called."""
    lines: int
    """The number of executable lines in the function."""
    lines_run: int
    """How many of these lines ran."""
    clauses: list[str] = Field(default_factory=list)
    """Clauses with an anchor in the function or directly above it."""


class FileCoverage(Record):
    """One source file of the submission, and how often each of its executable lines ran."""

    path: str
    """The file, relative to the submission."""
    source: str
    """The text of the file. Invalid bytes are replaced, and a long text is shortened."""
    counts: dict[int, int]
    """For the number of each executable line: how often this line ran."""
    functions: list[FunctionCoverage]
    """The functions of the file, in order."""
    lines: int
    """The number of executable lines in the file."""
    lines_run: int
    """How many of these lines ran."""


class ClauseCoverage(Record):
    """How many lines ran in the functions that have the anchor of one clause."""

    clause: str
    """A clause with an anchor in or above a function."""
    lines: int
    """The number of executable lines in these functions."""
    lines_run: int
    """How many of these lines ran."""


class Coverage(Record):
    """The line coverage of the submission in the native run of all tests."""

    status: Literal["measured", "not_run", "broken"]
    """Whether there are counts."""
    lines: int = 0
    """The number of executable lines in the submission."""
    lines_run: int = 0
    """How many of these lines ran."""
    files: list[FileCoverage] = Field(default_factory=list)
    """The files of the submission. If nothing was measured, they have no counts."""
    clauses: list[ClauseCoverage] = Field(default_factory=list)
    """The coverage of each clause that has an anchor in the code."""
    note: str = ""
    """Why there are no counts."""


class WitnessAnswer(StrEnum):
    """What a witness says. NOT_ASKED: what it needs does not hold, or no time was left. BROKEN: the kit's fault."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    NOT_ASKED = "not_asked"
    BROKEN = "broken"


class WitnessReport(Record):
    """One scenario of a witness: a program made of the submission, watched from outside."""

    scenario: str
    """The name of the scenario."""
    lab: str
    """Its lab."""
    title: str
    """What the witness did."""
    answer: WitnessAnswer
    """What the witness says."""
    shows: list[BindingSentence] = Field(default_factory=list)
    """The sentences that hold if the witness agrees."""
    failures: list[str] = Field(default_factory=list)
    """What the witness saw each time that the scenario failed."""


class Guard(Record):
    """One guard of the sandbox."""

    name: str
    """The name of the guard."""
    on: bool
    """Whether the guard was on."""
    detail: str
    """What was measured, or why the guard was off."""


class Diagnostic(Record):
    """One message of the compiler. If the place is unknown, ``file`` is empty and ``line`` and ``column`` are 0."""

    severity: Literal["error", "warning", "note"]
    """error, warning or note."""
    file: str
    """The file, relative to the submission."""
    line: int
    """The line in the file. The first line is 1."""
    column: int
    """The column in the line. The first column is 1."""
    message: str
    """The text of the message."""

    def told(self) -> str:
        """``udp/x.c:12:5: message``, with the known parts of the place."""
        place = [part for part in (self.file, self.line, self.column) if part]
        return ": ".join([":".join(map(str, place)), self.message] if place else [self.message])


class Build(Record):
    """The result of compiling, inspecting and linking."""

    status: Literal["built", "failed", "refused", "unread", "broken"]
    """built; failed to compile or link; refused by the inspection; unread by intake; or broken by the kit."""
    diagnostics: list[Diagnostic] = Field(default_factory=list)
    """The messages of the compiler, in order."""
    refusals: list[str] = Field(default_factory=list)
    """What intake or the inspection of the object files refused, one line each."""
    left_out: list[str] = Field(default_factory=list)
    """The sources that were not linked, one line each: why, and which functions are lost."""
    supplied: list[str] = Field(default_factory=list)
    """The functions that the template supplied as stubs, because the submission lacks them."""
    output: str = ""
    """The full output of the compiler. Long output is shortened."""


class Result(Record):
    """The whole result of one graded submission."""

    schema_version: Literal["1.3"] = SCHEMA_VERSION
    """The version of this schema."""
    submission: str
    """The name of the submission, without a path."""
    assignment: str
    """The title of the assignment."""
    outcome: Outcome
    """The outcome: full marks, points lost, broken (the kit failed), or suspicious (a person must look)."""
    score: Score
    """The sum over all checks."""
    summary: str
    """The result in one line."""
    labs: list[LabScore]
    """The score of each lab."""
    skills: list[SkillScore]
    """The score of each skill."""
    checks: list[Check]
    """All checks, in the order of the assignment."""
    build: Build
    """How the kit built the submission, and what it refused or left out."""
    memory: Memory
    """The findings of Valgrind and the sanitizers, and descriptors that were left open."""
    coverage: Coverage
    """The line coverage of all tests."""
    witnesses: list[WitnessReport] = Field(default_factory=list)
    """What the witnesses say, a scenario each. Empty if none was asked."""
    guards: list[Guard]
    """The guards of the sandbox."""
    versions: dict[str, str]
    """The versions of the kit and of each tool, by name."""
    seed: int
    """The seed of all random choices of the run. The same seed gives the same choices."""
    suspicions: list[str] = Field(default_factory=list)
    """What a person must look at."""
    kit_faults: list[str] = Field(default_factory=list)
    """Faults of the kit or of a tool on this machine, one line each. They cost no points."""
    notes: list[str] = Field(default_factory=list)
    """Remarks, such as ignored files and functions from the template."""
    seconds: dict[str, float] = Field(default_factory=dict)
    """The duration of each step in seconds, by name."""
