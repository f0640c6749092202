"""The result of grading one submission: the one model that every writer of reports reads.

The steps of the pipeline fill it, writers turn it into JSON, JUnit, HTML and tables, and neither side knows the
other. Its JSON Schema is published as ``spec/result.schema.json``; ``SCHEMA_VERSION`` moves with any change that a
reader could notice.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION: Final = "1.2"


class Verdict(StrEnum):
    """What became of one check. Only PASSED earns points; BROKEN is the kit's own fault and costs none."""

    PASSED = "passed"
    FAILED = "failed"  # an assertion did not hold
    CRASHED = "crashed"  # ended by a signal
    EXITED_EARLY = "exited_early"  # the process ended before the test did
    TIMED_OUT = "timed_out"  # ended by the watchdog
    LEAKED = "leaked"  # memory or a descriptor was left behind
    MEMORY_ERROR = "memory_error"  # Valgrind saw an access that is not allowed
    LEFT_PROCESS = "left_process"  # a process that the test started outlived it
    SKIPPED = "skipped"  # the code under test skipped the test
    INCOMPLETE = "incomplete"  # fewer assertions ran than on the reference
    NOT_RUN = "not_run"  # an earlier step failed: there was nothing to run
    BROKEN = "broken"  # the kit or the machine failed, not the student


class Outcome(StrEnum):
    """What a grade is: earned, lost by the student, unfinished by the kit's fault, or a matter for a person."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"
    SUSPICIOUS = "suspicious"


class Record(BaseModel):
    """A value that never changes once made and refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Score(Record):
    """Points earned out of those that could be, both whole numbers."""

    earned: int
    possible: int


class Frame(Record):
    """One line of a stack, innermost first; file is relative to the submission, or None outside of it."""

    function: str
    file: str | None = None
    line: int | None = None


class Finding(Record):
    """One thing that Valgrind or the audit of descriptors found, on the student's innermost line where it has one.

    ``kind`` is Valgrind's own word (``InvalidRead``, ``Leak_DefinitelyLost`` ...) or ``OpenDescriptor``.
    ``charged`` is the clause that lost its points by it, None where the finding is shown but costs nothing.
    """

    kind: str
    message: str
    file: str | None = None
    line: int | None = None
    function: str | None = None
    stack: list[Frame] = Field(default_factory=list)
    tests: list[str] = Field(default_factory=list)
    charged: str | None = None


class Run(Record):
    """One run of a test: under which tool, and what came of it."""

    tool: str  # "native", or the tool with its version, such as "valgrind-3.19.0"
    verdict: Verdict
    message: str = ""  # empty where it passed
    steps: list[str] = Field(default_factory=list)
    output: str = ""
    seconds: float = 0.0


class Check(Record):
    """One thing that was checked: the build, or one Criterion test.

    A test whose runs differ is *unsteady*: its verdict is that of most of its runs, and ``runs`` has all of them."""

    name: str  # "build", or "suite/test"
    clause: str | None  # None for the build
    sentence: str  # what the clause asks for
    verdict: Verdict
    points: int  # earned
    possible: int
    message: str = ""  # one or more lines for the student; empty where it passed
    steps: list[str] = Field(default_factory=list)  # what the test did, in order
    expected: str | None = None
    got: str | None = None
    hint: str | None = None
    replay: str | None = None  # the command that runs this check alone, with this seed
    output: str = ""  # what the test printed, capped
    seconds: float = 0.0
    unsteady: bool = False
    runs: list[Run] = Field(default_factory=list)  # of an unsteady test, in their order


class LabScore(Record):
    """One lab with what its checks earned; ``handed_in`` is False where nothing of it came and none was run."""

    id: str
    title: str
    handed_in: bool
    score: Score


class Skill(Record):
    """A group of clauses under one sentence that a student would recognise."""

    lab: str
    id: str  # within its lab
    title: str
    score: Score
    clauses: list[str]


class Difference(Record):
    """A test that passes natively, but did not pass under a tool that found nothing wrong. It costs no points."""

    test: str  # suite/test
    clause: str
    replay: str  # the command that shows it again
    runs: list[Run]  # all of them, in their order


class Memory(Record):
    """What Valgrind and the audit of descriptors said about the whole run."""

    status: Literal["clean", "findings", "not_run", "broken"]
    tests: int  # how many ran under Valgrind
    findings: list[Finding] = Field(default_factory=list)
    differences: list[Difference] = Field(default_factory=list)
    note: str = ""


class FunctionCoverage(Record):
    """How often a function of the submission was entered, where it stands, and how much of it ran."""

    name: str
    start_line: int
    end_line: int
    executions: int
    lines: int
    lines_run: int
    clauses: list[str] = Field(default_factory=list)  # anchors (/* UDP-RX-003 */) in or above it


class FileCoverage(Record):
    """One source file of the submission with the number of times that each executable line ran."""

    path: str
    source: str  # decoded with replacement, capped
    counts: dict[int, int]
    functions: list[FunctionCoverage]
    lines: int
    lines_run: int


class ClauseCoverage(Record):
    """The share of the lines of the functions anchored to a clause that ran."""

    clause: str
    lines: int
    lines_run: int


class Coverage(Record):
    """Line coverage of the submission by the whole bank, natively."""

    status: Literal["measured", "not_run", "broken"]
    lines: int = 0
    lines_run: int = 0
    files: list[FileCoverage] = Field(default_factory=list)
    clauses: list[ClauseCoverage] = Field(default_factory=list)
    note: str = ""


class Guard(Record):
    """One guard of the sandbox: whether it was on, and what was measured or why it was off."""

    name: str
    on: bool
    detail: str


class Diagnostic(Record):
    """One message of the compiler. ``file`` is empty, ``line`` or ``column`` 0 where it is not known."""

    severity: Literal["error", "warning", "note"]
    file: str
    line: int
    column: int
    message: str

    def told(self) -> str:
        """``udp/x.c:12:5: message``, as far as the place is known."""
        place = [part for part in (self.file, self.line, self.column) if part]
        return ": ".join([":".join(map(str, place)), self.message] if place else [self.message])


class Build(Record):
    """How compiling, inspecting and linking went."""

    status: Literal["built", "failed", "refused", "unread", "broken"]  # unread: nothing could be taken from it
    diagnostics: list[Diagnostic] = Field(default_factory=list)
    refusals: list[str] = Field(default_factory=list)  # what intake or the inspection of objects refused, a line each
    left_out: list[str] = Field(default_factory=list)  # sources that were not linked: why, and the functions lost
    supplied: list[str] = Field(default_factory=list)  # public functions that the template's stubs stand in for
    output: str = ""  # the compiler's own text, capped


class Result(Record):
    """Everything that is known of one graded submission."""

    schema_version: Literal["1.2"] = SCHEMA_VERSION
    submission: str  # its name, as shown; never a path of the host
    assignment: str
    outcome: Outcome
    score: Score
    summary: str  # one line
    labs: list[LabScore]
    skills: list[Skill]
    checks: list[Check]
    build: Build
    memory: Memory
    coverage: Coverage
    guards: list[Guard]
    versions: dict[str, str]  # kit, compiler, valgrind, criterion, python, kernel ...
    seed: int
    suspicions: list[str] = Field(default_factory=list)
    kit_faults: list[str] = Field(default_factory=list)  # tool, version, test and fault, a line each; they cost nothing
    notes: list[str] = Field(default_factory=list)  # files ignored, files taken from the template ...
    seconds: dict[str, float] = Field(default_factory=dict)  # per step of the pipeline
