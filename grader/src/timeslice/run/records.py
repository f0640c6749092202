"""What the bank tells of its tests, a line of JSON each, and what is known of its whole run in one mode."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from timeslice.errors import KitError
from timeslice.model import Verdict
from timeslice.sandbox import Ended
from timeslice.untrusted import one_line


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Assertions(_Told):
    """How many assertions of a test held and how many did not."""

    passed: int = 0
    failed: int = 0


class AssertionMessage(_Told):
    """One assertion that failed: where it stands and what it said."""

    file: str = ""
    line: int = 0
    text: str = ""


class Descriptor(_Told):
    """A descriptor that was open at a test's end and not at its start, with what /proc says that it is."""

    fd: int
    target: str = ""


class Stray(_Told):
    """A process that outlived the test that started it."""

    pid: int
    name: str = ""


class TestRecord(_Told):
    """What the bank tells of one test; the fields are explained where it writes them, in tests/runner/records.c."""

    __test__ = False  # not one of pytest's

    suite: str
    test: str
    clause: str = ""
    pid: int = 0  # of the process that the verdict is about
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
    detail: str = ""

    @classmethod
    def of(cls, name: str, verdict: Verdict, detail: str) -> TestRecord:
        """A record of the grader's own, for a test of which the bank could tell nothing."""
        suite, _, test = name.partition("/")
        return cls(suite=suite, test=test, verdict=verdict, detail=detail)

    @property
    def name(self) -> str:
        """``suite/test``."""
        return f"{self.suite}/{self.test}"


@dataclass
class Reports:
    """The folder of Valgrind's reports of one run of the bank, a file a process, with the records of that run."""

    folder: Path
    records: dict[str, TestRecord] = field(default_factory=dict)

    @property
    def tests_by_pid(self) -> dict[int, str]:
        """``suite/test`` by the number of each of its processes."""
        return {pid: record.name for record in self.records.values() for pid in (record.pid, *record.pids)}


@dataclass
class ModeRun:
    """All that is known of the bank's run in one mode."""

    mode: str
    records: dict[str, TestRecord] = field(default_factory=dict)
    reports: list[Reports] = field(default_factory=list)  # of each run under Valgrind, in their order
    complete: bool = False  # the bank told that it reached its end
    ended: Ended | None = None
    left_out: set[str] = field(default_factory=set)  # not run in this mode: they spoil it for the others
    counters: Path | None = None  # where gcov's counters of the first run are

    def begin_anew(self, left_out: set[str]) -> None:
        """Forget what is known, for another run without the tests ``left_out``."""
        self.records.clear()
        self.reports.clear()
        self.complete, self.ended, self.left_out = False, None, left_out

    def add(self, record: TestRecord) -> None:
        """Keep what was told of a test; only the first record of a test counts."""
        self.records[record.name] = record
        if self.reports:
            self.reports[-1].records[record.name] = record


def read_line(line: bytes) -> tuple[str, TestRecord | None]:
    """The event that one line of the bank tells, with the record where it is about a test.

    Raises KitError where it is none of ours."""
    try:
        event = _Event.model_validate_json(line).event
        return event, TestRecord.model_validate_json(line) if event == "test" else None
    except ValidationError as error:
        shown = one_line(line.decode("utf-8", "replace"))
        raise KitError(f"the bank wrote a record that makes no sense ({shown}): run make again") from error


class _Event(_Told):
    event: str
