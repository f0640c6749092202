"""Small tests, records and runs of a bank, for tests of the score."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from timeslice.contract.bank import BankTest
from timeslice.grade.replay import Replayer
from timeslice.run.records import ModeRun, TestRecord

IDENTITY = Replayer(Path("alice's work"), 7, program="timeslice")


def bank_test(name: str, *addresses: str) -> BankTest:
    """One test of a bank."""
    suite, test = name.split("/")
    return BankTest(suite, test, addresses, "what it adds", "tests/udp/x.c", 3, 5.0)


def record(name: str, verdict: str = "passed", **fields: Any) -> TestRecord:
    """The bank's record of one test."""
    suite, test = name.split("/")
    return TestRecord.model_validate({"suite": suite, "test": test, "verdict": verdict, **fields})


def run_of(mode: str, *records: TestRecord) -> ModeRun:
    """A run with these records."""
    return ModeRun(mode, {r.name: r for r in records}, complete=True)
