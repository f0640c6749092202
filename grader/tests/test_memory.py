"""The memory clauses: which clause pays for a finding, and what this machine cannot judge."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from score_samples import IDENTITY, bank_test, record, run_of
from timeslice.build.workshop import MEMCHECK, NATIVE
from timeslice.contract.assignment import Assignment
from timeslice.grade.calibration import Calibration, Fault
from timeslice.grade.checks import check_of_test
from timeslice.grade.memory import MemoryJudge, descriptor_findings
from timeslice.model import Check, Finding, Verdict

TESTS = {
    test.name: test
    for test in (
        bank_test("rx/good", "UDP-RX-001"),
        bank_test("rx/bad", "UDP-RX-003"),
        bank_test("rx/memory", "UDP-RX-016"),
        bank_test("tx/good", "UDP-TX-001"),
        bank_test("loss/good", "UDP-LOSS-001"),
        bank_test("cli/memory", "UDP-CLI-016"),
        bank_test("trip/wire", ""),
    )
}


def judge_of(assignment: Assignment, *faults: Fault) -> MemoryJudge:
    """A judge over a native run in which only rx/bad failed. On this machine, the kit has these faults."""
    native = run_of(NATIVE, *(record(n, "failed" if n == "rx/bad" else "passed") for n in TESTS))
    return MemoryJudge(assignment, TESTS, native, Calibration(fingerprint={}, assertions={}, faults=list(faults)))


def memory_check(assignment: Assignment, judge: MemoryJudge, name: str, findings: list[Finding]) -> Check:
    """The check of a memory clause's own test, which passed."""
    own = check_of_test(assignment, TESTS[name], record(name), 2, IDENTITY)
    return judge.judge(own, judge.charge(findings))


def leak(*tests: str, kind: str = "Leak_DefinitelyLost", file: str | None = "udp/receive.c") -> Finding:
    """A finding of Valgrind in these tests."""
    return Finding(kind=kind, message="Loses 5 bytes", file=file, line=9, function="udp_recv", tests=list(tests))


def test_a_clean_run_earns_the_memory_clause(assignment: Assignment) -> None:
    check = memory_check(assignment, judge_of(assignment), "rx/memory", [])
    assert (check.verdict, check.points) == (Verdict.PASSED, 2)


def test_a_leak_is_charged_to_the_clause_of_its_area_alone(assignment: Assignment) -> None:
    judge = judge_of(assignment)
    (charged,) = judge.charge([leak("rx/good")])
    assert charged.charged == "UDP-RX-016"
    check = memory_check(assignment, judge, "rx/memory", [leak("rx/good")])
    assert (check.verdict, check.points) == (Verdict.LEAKED, 0)
    assert check.message == "udp/receive.c:9: Loses 5 bytes [rx/good]"
    assert check.hint == assignment.clauses["UDP-RX-016"].hint
    assert memory_check(assignment, judge, "cli/memory", [leak("rx/good")]).verdict is Verdict.PASSED


def test_an_error_is_no_mere_leak(assignment: Assignment) -> None:
    check = memory_check(assignment, judge_of(assignment), "rx/memory", [leak("rx/good", kind="InvalidRead")])
    assert check.verdict is Verdict.MEMORY_ERROR


def test_two_areas_may_share_a_clause_and_a_finding_two_clauses(assignment: Assignment) -> None:
    (charged,) = judge_of(assignment).charge([leak("loss/good", "tx/good")])
    assert charged.charged == "UDP-CLI-016, UDP-TX-010"


def test_what_a_failed_test_left_behind_is_charged_to_nobody(assignment: Assignment) -> None:
    judge = judge_of(assignment)
    (shown,) = judge.charge([leak("rx/bad"), leak("rx/bad", file=None), leak("trip/wire", file=None)])
    assert shown.charged is None
    assert memory_check(assignment, judge, "rx/memory", [leak("rx/bad")]).verdict is Verdict.PASSED


def test_what_the_reference_has_too_is_charged_to_nobody(assignment: Assignment) -> None:
    fault = Fault(kind="finding", mode=MEMCHECK, tool="valgrind-9", test="rx/good", finding="Leak_DefinitelyLost")
    judge = judge_of(assignment, fault)
    (shown,) = judge.charge([leak("rx/good")])
    assert shown.charged is None
    check = memory_check(assignment, judge, "rx/memory", [leak("rx/good")])
    assert (check.verdict, check.points) == (Verdict.BROKEN, 2)
    assert check.message == "valgrind-9: reports a problem of the reference in rx/good"
    assert memory_check(assignment, judge, "cli/memory", [leak("rx/good")]).verdict is Verdict.PASSED


@pytest.mark.parametrize("found", [leak("rx/good", kind="InvalidRead"), leak("rx/good", "rx/memory")])
def test_what_the_reference_has_not_is_still_charged(assignment: Assignment, found: Finding) -> None:
    fault = Fault(kind="finding", mode=MEMCHECK, tool="valgrind-9", test="rx/good", finding="Leak_DefinitelyLost")
    check = memory_check(assignment, judge_of(assignment, fault), "rx/memory", [found])
    assert check.points == 0


def test_where_valgrind_is_blind_nobody_can_tell(assignment: Assignment) -> None:
    fault = Fault(kind="blind", mode=MEMCHECK, tool="valgrind-9", test="tx/good", finding="InvalidRead")
    check = memory_check(assignment, judge_of(assignment, fault), "rx/memory", [])
    assert (check.verdict, check.points) == (Verdict.BROKEN, 2)


def test_a_lost_report_leaves_its_area_open_and_no_other(assignment: Assignment) -> None:
    lost = Fault(kind="lost", mode=MEMCHECK, tool="valgrind-9", test="rx/good")
    judge = dataclasses.replace(judge_of(assignment), faults=(lost,))
    check = memory_check(assignment, judge, "rx/memory", [])
    assert (check.verdict, check.points, check.message) == (Verdict.BROKEN, 2, lost.line)
    assert memory_check(assignment, judge, "cli/memory", []).verdict is Verdict.PASSED


def test_open_descriptors_of_passed_tests_are_findings_without_their_inodes() -> None:
    open_one: dict[str, Any] = {"descriptors": [{"fd": 5, "target": "socket:[123]"}]}
    runs = [
        run_of(NATIVE, record("rx/good", **open_one), record("rx/bad", "failed", **open_one)),
        run_of(MEMCHECK, record("rx/good", descriptors=[{"fd": 7, "target": "socket:[456]"}])),
    ]
    (finding,) = descriptor_findings(runs)
    assert (finding.kind, finding.tests) == ("OpenDescriptor", ["rx/good"])
    assert "socket" in finding.message
    assert "123" not in finding.message
