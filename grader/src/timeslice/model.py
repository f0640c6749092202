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
    """What became of one check. Only PASSED earns points; BROKEN is the kit's own fault and costs none.

    What each of them means stands in ``words.py``."""

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
    """What a grade is: earned, lost by the student, unfinished by the kit's fault, or a matter for a person."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"
    SUSPICIOUS = "suspicious"


class Record(BaseModel):
    """A value that never changes once made and refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Score(Record):
    """Points earned out of those that could be, both whole numbers."""

    earned: int
    """Points earned."""
    possible: int
    """Points that could be earned."""


class Frame(Record):
    """One line of a stack, innermost first; file is relative to the submission, or None outside of it."""

    function: str
    """The function."""
    file: str | None = None
    """The file, relative to the submission; null outside of it."""
    line: int | None = None
    """The line in that file."""


class Finding(Record):
    """One thing that Valgrind or the audit of descriptors found, on the student's innermost line where it has one.

    ``kind`` is Valgrind's own word (``InvalidRead``, ``Leak_DefinitelyLost`` ...) or ``OpenDescriptor``.
    ``charged`` is the clause that lost its points by it, None where the finding is shown but costs nothing.
    """

    kind: str
    """Valgrind's own word (InvalidRead, Leak_DefinitelyLost ...), FatalSignal, or OpenDescriptor."""
    message: str
    """One plain sentence."""
    file: str | None = None
    """The innermost file of the submission on the stack."""
    line: int | None = None
    """The line in that file."""
    function: str | None = None
    """The function there."""
    stack: list[Frame] = Field(default_factory=list)
    """The stack, innermost first, down to the outermost frame of the submission."""
    tests: list[str] = Field(default_factory=list)
    """The tests in which it was seen."""
    charged: str | None = None
    """The clause that lost its points by it; null where it costs nothing."""


class Run(Record):
    """One run of a test: under which tool, and what came of it."""

    tool: str
    """`native`, or the tool with its version."""
    verdict: Verdict
    """What became of this run."""
    message: str = ""
    """What went wrong; empty where it passed."""
    steps: list[str] = Field(default_factory=list)
    """What the test did in this run, in order."""
    output: str = ""
    """What the test printed, capped."""
    seconds: float = 0.0
    """How long it took."""


class Check(Record):
    """One thing that was checked: the build, or one Criterion test.

    A test whose runs differ is *unsteady*: its verdict is that of most of its runs, and ``runs`` has all of them."""

    name: str
    """`build`, or `suite/test`."""
    clause: str | None
    """The clause that it checks; null for the build."""
    sentence: str
    """What the clause asks for."""
    verdict: Verdict
    """What became of it."""
    points: int
    """Points earned."""
    possible: int
    """Points that could be earned."""
    message: str = ""
    """What went wrong, for the student; empty where it passed."""
    steps: list[str] = Field(default_factory=list)
    """What the test did, in order."""
    expected: str | None = None
    """What the test expected, where it compared."""
    got: str | None = None
    """What it got instead."""
    hint: str | None = None
    """Where to look."""
    replay: str | None = None
    """The command that makes this check alone, to be typed in the folder where the grading was started."""
    output: str = ""
    """What the test printed, capped."""
    seconds: float = 0.0
    """How long it took, natively."""
    unsteady: bool = False
    """Whether its runs differed; the verdict is that of most of them."""
    runs: list[Run] = Field(default_factory=list)
    """Every run of an unsteady test, in their order."""


class LabScore(Record):
    """One lab with what its checks earned; ``handed_in`` is False where nothing of it came and none was run."""

    id: str
    """Its id in the assignment."""
    title: str
    """What it is about."""
    handed_in: bool
    """Whether any file of it was; where none was, none of its tests was run."""
    score: Score
    """The sum over its clauses."""


class Skill(Record):
    """A group of clauses under one sentence that a student would recognise."""

    lab: str
    """The id of its lab."""
    id: str
    """Its id within the lab."""
    title: str
    """What a student can do who has it."""
    score: Score
    """The sum over its clauses."""
    clauses: list[str]
    """Its clauses."""


class Difference(Record):
    """A test that passes natively, but did not pass under a tool that found nothing wrong. It costs no points."""

    test: str
    """`suite/test`."""
    clause: str
    """The clause that the test checks."""
    replay: str
    """The command that runs the test again."""
    runs: list[Run]
    """Every run of the test, natively and under the tool, in their order."""


class Memory(Record):
    """What Valgrind and the audit of descriptors said about the whole run."""

    status: Literal["clean", "findings", "not_run", "broken"]
    """What Valgrind and the audit of descriptors said of the whole run."""
    tests: int
    """How many tests ran under Valgrind."""
    findings: list[Finding] = Field(default_factory=list)
    """What was found, equal findings merged over the tests."""
    differences: list[Difference] = Field(default_factory=list)
    """Tests that pass natively but not under a tool that found nothing; they cost nothing."""
    note: str = ""
    """Why it did not run, where it did not."""


class FunctionCoverage(Record):
    """How often a function of the submission was entered, where it stands, and how much of it ran."""

    name: str
    """The function."""
    start_line: int
    """Its first line."""
    end_line: int
    """Its last line."""
    executions: int
    """Times entered."""
    lines: int
    """Its executable lines."""
    lines_run: int
    """How many of those ran."""
    clauses: list[str] = Field(default_factory=list)
    """Clauses anchored in it or directly above."""


class FileCoverage(Record):
    """One source file of the submission with the number of times that each executable line ran."""

    path: str
    """The file, relative to the submission."""
    source: str
    """Its text, decoded with replacement and capped."""
    counts: dict[int, int]
    """Times run, by the number of each executable line."""
    functions: list[FunctionCoverage]
    """Its functions, in order."""
    lines: int
    """Its executable lines."""
    lines_run: int
    """How many of those ran."""


class ClauseCoverage(Record):
    """The share of the lines of the functions anchored to a clause that ran."""

    clause: str
    """A clause that stands as an anchor in or above a function."""
    lines: int
    """Executable lines of the functions that it is anchored to."""
    lines_run: int
    """How many of those ran."""


class Coverage(Record):
    """Line coverage of the submission by the whole bank, natively."""

    status: Literal["measured", "not_run", "broken"]
    """Whether there are counts."""
    lines: int = 0
    """Executable lines of the submission."""
    lines_run: int = 0
    """How many of those ran."""
    files: list[FileCoverage] = Field(default_factory=list)
    """The submission's files; without counts where nothing was measured."""
    clauses: list[ClauseCoverage] = Field(default_factory=list)
    """Coverage by the clauses anchored in the code."""
    note: str = ""
    """Why there are no counts."""


class Guard(Record):
    """One guard of the sandbox: whether it was on, and what was measured or why it was off."""

    name: str
    """A guard of the sandbox."""
    on: bool
    """Whether it was on."""
    detail: str
    """What was measured, or why it was off."""


class Diagnostic(Record):
    """One message of the compiler. ``file`` is empty, ``line`` or ``column`` 0 where it is not known."""

    severity: Literal["error", "warning", "note"]
    """error, warning or note."""
    file: str
    """The file, relative to the submission."""
    line: int
    """Its line, from 1."""
    column: int
    """Its column, from 1."""
    message: str
    """What the compiler said."""

    def told(self) -> str:
        """``udp/x.c:12:5: message``, as far as the place is known."""
        place = [part for part in (self.file, self.line, self.column) if part]
        return ": ".join([":".join(map(str, place)), self.message] if place else [self.message])


class Build(Record):
    """How compiling, inspecting and linking went."""

    status: Literal["built", "failed", "refused", "unread", "broken"]
    """Whether it compiled and linked, failed to, was refused by the inspection, or could not be read."""
    diagnostics: list[Diagnostic] = Field(default_factory=list)
    """What the compiler said, in order."""
    refusals: list[str] = Field(default_factory=list)
    """What intake or the inspection of the objects refused, a line each."""
    left_out: list[str] = Field(default_factory=list)
    """The sources that were not linked, a line each: why, and which functions are lost with them."""
    supplied: list[str] = Field(default_factory=list)
    """The functions that the template's stubs stand in for, in labs of which something was handed in."""
    output: str = ""
    """The compiler's own text, capped."""


class Result(Record):
    """Everything that is known of one graded submission."""

    schema_version: Literal["1.2"] = SCHEMA_VERSION
    """The version of this schema."""
    submission: str
    """The submission's name; never a path of the host."""
    assignment: str
    """The assignment that it was graded for."""
    outcome: Outcome
    """Whether full marks were earned, some were lost, the kit failed, or a person has to look."""
    score: Score
    """The sum over all checks."""
    summary: str
    """One line."""
    labs: list[LabScore]
    """The score by lab."""
    skills: list[Skill]
    """The score by skill."""
    checks: list[Check]
    """Everything that was checked, in the order of the assignment."""
    build: Build
    """How compiling, inspecting and linking went."""
    memory: Memory
    """Valgrind's findings and descriptors left open."""
    coverage: Coverage
    """Line coverage by the whole bank."""
    guards: list[Guard]
    """The guards of the sandbox."""
    versions: dict[str, str]
    """Version of the kit and of each tool, by name."""
    seed: int
    """The seed of all randomness in the run: the same seed replays it."""
    suspicions: list[str] = Field(default_factory=list)
    """What a person has to look at."""
    kit_faults: list[str] = Field(default_factory=list)
    """What the kit or a tool got wrong on this machine, a line each; no points are lost by it."""
    notes: list[str] = Field(default_factory=list)
    """Files ignored, files taken from the template, and the like."""
    seconds: dict[str, float] = Field(default_factory=dict)
    """Time taken by each step, by name."""
