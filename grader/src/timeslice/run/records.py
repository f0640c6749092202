"""The bank's records of its tests, one line of JSON each, and the state of a whole run in one mode."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from timeslice.model import Verdict
from timeslice.sandbox import Ended

TWIN = "twin"  # the event of a negative twin: a test that passed runs again, and one of its assertions does not hold


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Assertions(_Told):
    """How many assertions of a test held and how many did not."""

    passed: int = 0
    failed: int = 0


class AssertionMessage(_Told):
    """One assertion that failed: its place and its message."""

    file: str = ""
    line: int = 0
    text: str = ""


class Descriptor(_Told):
    """A descriptor that was open at a test's end and not at its start, with its target from /proc."""

    fd: int
    target: str = ""


class Stray(_Told):
    """A process that outlived the test that started it."""

    pid: int
    name: str = ""


class TestRecord(_Told):
    """The bank's record of one test. tests/runner/records.c explains the fields."""

    __test__ = False  # pytest must not collect this class

    suite: str
    test: str
    addresses: str = ""  # the sentences of the spec at which it looks, separated by blanks
    pid: int = 0  # of the process that gave the verdict
    pids: list[int] = Field(default_factory=list)  # of all its processes: a test with parameters has several
    verdict: Verdict
    signal: int = 0
    exit_code: int = 0
    assertions: Assertions = Assertions()
    seconds: float = 0.0
    messages: list[AssertionMessage] = Field(default_factory=list)
    steps: list[str] = Field(default_factory=list)
    output: str = ""
    descriptors: list[Descriptor] = Field(default_factory=list)
    strays: list[Stray] = Field(default_factory=list)
    memcheck: bool = False
    forged: int = 0  # facts for the executor that did not come from the kit's own code
    detail: str = ""

    @classmethod
    def of(cls, name: str, verdict: Verdict, detail: str) -> TestRecord:
        """A record that the grader makes, for a test without a record of the bank."""
        suite, _, test = name.partition("/")
        return cls(suite=suite, test=test, verdict=verdict, detail=detail)

    @property
    def name(self) -> str:
        """``suite/test``."""
        return f"{self.suite}/{self.test}"

    @property
    def clean(self) -> bool:
        """Whether the test passed, and Valgrind found no error in it."""
        return self.verdict is Verdict.PASSED and not self.memcheck


@dataclass
class Reports:
    """The folder of Valgrind's reports of one run of the bank (one file for each process), with the run's records."""

    folder: Path
    records: dict[str, TestRecord] = field(default_factory=dict)

    @property
    def tests_by_pid(self) -> dict[int, str]:
        """``suite/test`` by the number of each of its processes."""
        return {pid: record.name for record in self.records.values() for pid in (record.pid, *record.pids)}


@dataclass
class ModeRun:
    """The state and the results of the bank's run in one mode."""

    mode: str
    records: dict[str, TestRecord] = field(default_factory=dict)
    reports: list[Reports] = field(default_factory=list)  # of each run under Valgrind, in order
    complete: bool = False  # the bank reported that it reached its end
    ended: Ended | None = None
    left_out: set[str] = field(default_factory=set)  # spoilers: not run in this mode
    counters: Path | None = None  # the folder with gcov's counters of the first run
    twins: dict[str, Verdict] = field(default_factory=dict)  # of the negative twins, by the name of the test

    @property
    def passed(self) -> list[str]:
        """The tests that passed, in the order of their records."""
        return [name for name in self.records if self.has_passed(name)]

    def has_passed(self, name: str) -> bool:
        """Whether a test passed. A test without a record did not."""
        return name in self.records and self.records[name].verdict is Verdict.PASSED

    def begin_anew(self, left_out: set[str]) -> None:
        """Forget all results, for another run without the tests ``left_out``."""
        self.records.clear()
        self.reports.clear()
        self.complete, self.ended, self.left_out = False, None, left_out

    def add(self, record: TestRecord) -> None:
        """Keep the record of a test. Only the first record of a test counts."""
        self.records[record.name] = record
        if self.reports:
            self.reports[-1].records[record.name] = record


def read_line(line: bytes) -> tuple[str, TestRecord | None]:
    """The event in one line of the bank, and the record if the event is about a test or its negative twin.

    Raises ValueError if our banks never write such a line."""
    event = _Event.model_validate_json(line).event
    return event, TestRecord.model_validate_json(line) if event in ("test", TWIN) else None


class _Event(_Told):
    event: str
