"""The score: from what the bank tells to checks, points, memory clauses, suspicion and an outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from timeslice import score
from timeslice.assignment import Assignment
from timeslice.build import MEMCHECK, NATIVE
from timeslice.errors import KitError
from timeslice.kit import TRIPWIRE, BankTest
from timeslice.model import Build, Check, Diagnostic, Finding, Outcome, Verdict
from timeslice.replay import Identity
from timeslice.run import ModeRun, TestRecord

IDENTITY = Identity(Path("alice's work"), 7, program="timeslice")


def bank_test(name: str, clause: str) -> BankTest:
    """One test of a bank."""
    suite, test = name.split("/")
    return BankTest(suite, test, clause, "sentence", "tests/udp/x.c", 3, 5.0)


def record(name: str, verdict: str = "passed", **fields: Any) -> TestRecord:
    """What the bank told of one test."""
    suite, test = name.split("/")
    return TestRecord.model_validate({"suite": suite, "test": test, "verdict": verdict, **fields})


def run_of(mode: str, *records: TestRecord) -> ModeRun:
    """A run in which these were told."""
    return ModeRun(mode, {r.name: r for r in records}, complete=True)


def test_a_clauses_points_are_shared_evenly(assignment: Assignment) -> None:
    tests = [bank_test("a/one", "UDP-RX-008"), bank_test("a/two", "UDP-RX-008"), bank_test("a/trip", TRIPWIRE)]
    assert assignment.clauses["UDP-RX-008"].points == 2
    assert score.shares(assignment, tests) == {"a/one": 1, "a/two": 1}


@pytest.mark.parametrize(("clause", "number"), [("UDP-RX-008", 3), ("UDP-RX-999", 1)])
def test_points_that_cannot_be_shared_are_the_kits_fault(assignment: Assignment, clause: str, number: int) -> None:
    with pytest.raises(KitError, match=clause):
        score.shares(assignment, [bank_test(f"a/t{n}", clause) for n in range(number)])


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_a_test_that_passed_earns_its_points(assignment: Assignment, verdict: Verdict) -> None:
    check = score.test_check(assignment, bank_test("a/b", "UDP-RX-003"), record("a/b", verdict.value), 2, IDENTITY)
    assert check.verdict is verdict
    assert check.points == (2 if verdict is Verdict.PASSED else 0)
    assert bool(check.hint and check.replay) == (verdict is not Verdict.PASSED)


def test_a_failure_has_all_that_a_student_needs(assignment: Assignment) -> None:
    told = record(
        "udp_recv/x",
        "failed",
        detail="1 assertion did not hold",
        messages=[{"file": "tests/udp/x.c", "line": 40, "text": "the length\nexpected: 5\n  more\ngot: -1 \x1b[31m"}],
        steps=["one", "two\nlines"],
        output="printed \x07",
    )
    check = score.test_check(assignment, bank_test("udp_recv/x", "UDP-RX-003"), told, 2, IDENTITY)
    assert check.message == "the length\n(tests/udp/x.c:40)"
    assert check.expected == "5\n  more"
    assert check.got == "-1 \\x1b[31m"
    assert check.steps == ["one", "two\\nlines"]
    assert check.output == "printed \\x07"
    assert check.sentence == assignment.clauses["UDP-RX-003"].sentence.text
    assert check.replay == "timeslice grade 'alice'\"'\"'s work' --test udp_recv/x --seed 7"


def test_a_build_that_failed_says_why() -> None:
    error = Diagnostic(severity="error", file="udp/a.c", line=2, column=3, message="oh no")
    check = score.build_check(Build(status="failed", diagnostics=[error], output="text"), IDENTITY)
    assert (check.verdict, check.message) == (Verdict.FAILED, "udp/a.c:2:3: oh no")
    assert score.summary([check], [], score.total([check]), Outcome.FAILED) == "does not build: udp/a.c:2:3: oh no"


# ---- memory ----

TESTS = {
    test.name: test
    for test in (
        bank_test("rx/good", "UDP-RX-001"),
        bank_test("rx/bad", "UDP-RX-003"),
        bank_test("rx/memory", "UDP-RX-016"),
        bank_test("tx/good", "UDP-TX-001"),
        bank_test("loss/good", "UDP-LOSS-001"),
        bank_test("cli/memory", "UDP-CLI-016"),
        bank_test("trip/wire", TRIPWIRE),
    )
}


def judge_of(assignment: Assignment, *memcheck: TestRecord) -> score.MemoryJudge:
    """A judge over a native run in which all but rx/bad passed, and a run under Valgrind that differs as told."""
    native = run_of(NATIVE, *(record(n, "failed" if n == "rx/bad" else "passed") for n in TESTS))
    told = {name: record(name, "failed" if name == "rx/bad" else "passed") for name in TESTS}
    told.update({r.name: r for r in memcheck})
    return score.MemoryJudge(assignment, TESTS, native, run_of(MEMCHECK, *told.values()))


def memory_check(assignment: Assignment, judge: score.MemoryJudge, name: str, findings: list[Finding]) -> Check:
    """The check of a memory clause's own test, which itself passed."""
    own = score.test_check(assignment, TESTS[name], record(name), 2, IDENTITY)
    return judge.judge(own, judge.charge(findings))


def leak(*tests: str, kind: str = "Leak_DefinitelyLost", file: str | None = "udp/receive.c") -> Finding:
    """Something that Valgrind found in these tests."""
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


def test_a_test_that_passes_but_not_under_valgrind_costs_the_clause(assignment: Assignment) -> None:
    judge = judge_of(assignment, record("rx/good", "crashed", detail="SIGSEGV"))
    check = memory_check(assignment, judge, "rx/memory", [])
    assert check.verdict is Verdict.MEMORY_ERROR
    assert check.message == "rx/good passes, but not under Valgrind: SIGSEGV"


def test_an_error_without_details_is_a_finding(assignment: Assignment) -> None:
    judge = judge_of(assignment, record("rx/good", memcheck=True))
    findings = score.unexplained_findings(judge.memcheck, [])
    assert memory_check(assignment, judge, "rx/memory", findings).verdict is Verdict.MEMORY_ERROR
    assert score.unexplained_findings(judge.memcheck, [leak("rx/good")]) == []


def test_open_descriptors_of_passed_tests_are_findings_without_their_inodes() -> None:
    open_one: dict[str, Any] = {"descriptors": [{"fd": 5, "target": "socket:[123]"}]}
    runs = [
        run_of(NATIVE, record("rx/good", **open_one), record("rx/bad", "failed", **open_one)),
        run_of(MEMCHECK, record("rx/good", descriptors=[{"fd": 7, "target": "socket:[456]"}])),
    ]
    (finding,) = score.descriptor_findings(runs)
    assert (finding.kind, finding.tests) == ("OpenDescriptor", ["rx/good"])
    assert "socket" in finding.message
    assert "123" not in finding.message


# ---- the whole ----


@pytest.mark.parametrize(
    ("verdict", "suspicious"),
    [("failed", 0), ("crashed", 0), ("timed_out", 0), ("exited_early", 0), ("left_process", 0),
     ("passed", 1), ("incomplete", 1), ("skipped", 1)],
)  # fmt: skip
def test_a_tripwire_that_does_not_fail_is_suspicious(verdict: str, suspicious: int) -> None:
    native, memcheck = run_of(NATIVE, record("trip/wire", verdict)), run_of(MEMCHECK)
    assert len(score.suspicions(TESTS.values(), [native, memcheck])) == suspicious
    memcheck.records["trip/wire"] = record("trip/wire", verdict)
    assert len(score.suspicions(TESTS.values(), [native, memcheck])) == 2 * suspicious


def test_the_outcome_is_the_worst_that_was_seen() -> None:
    def check(verdict: Verdict) -> Check:
        return Check(name="a/b", clause=None, sentence="", verdict=verdict, points=0, possible=1)

    good, bad, broken = (check(v) for v in (Verdict.PASSED, Verdict.FAILED, Verdict.BROKEN))
    assert score.outcome([good], suspicious=False) is Outcome.PASSED
    assert score.outcome([good, bad], suspicious=False) is Outcome.FAILED
    assert score.outcome([good, bad], suspicious=True) is Outcome.SUSPICIOUS
    assert score.outcome([good, broken], suspicious=True) is Outcome.BROKEN


def test_skills_add_up_to_the_score(assignment: Assignment) -> None:
    checks = [
        Check(
            name=f"a/{c}", clause=c, sentence="", verdict=Verdict.PASSED, points=clause.points, possible=clause.points
        )
        for c, clause in assignment.clauses.items()
    ]
    skills = score.skills(assignment, checks)
    points = sum(clause.points for clause in assignment.clauses.values())
    assert sum(s.score.earned for s in skills) == score.total(checks).earned == points
    assert [c for s in skills for c in s.clauses] == list(assignment.clauses)
    assert score.total(score.withheld(checks)).earned == 0
