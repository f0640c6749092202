"""The score: the bank's records become checks, points, memory clauses, suspicion and an outcome."""

from __future__ import annotations

import pytest

from score_samples import IDENTITY, bank_test, record, run_of
from timeslice.build.workshop import NATIVE
from timeslice.contract.assignment import Assignment
from timeslice.errors import KitError
from timeslice.grade import score
from timeslice.grade.checks import check_of_build, check_of_test
from timeslice.model import Build, Check, Diagnostic, Outcome, Verdict


def test_a_clauses_points_are_shared_evenly(assignment: Assignment) -> None:
    tests = [bank_test("a/one", "UDP-RX-008"), bank_test("a/two", "UDP-RX-008"), bank_test("a/trip")]
    assert assignment.clauses["UDP-RX-008"].points == 2
    assert score.shares(assignment, tests) == {"a/one": 1, "a/two": 1}


def test_a_test_of_a_clause_without_points_is_the_kits_fault(assignment: Assignment) -> None:
    with pytest.raises(KitError, match="UDP-RX-999"):
        score.shares(assignment, [bank_test("a/one", "UDP-RX-999")])


@pytest.mark.parametrize(
    ("points", "verdicts", "earned"),
    [(1, "+++", 1), (1, "++-", 0), (2, "+++", 2), (2, "++-", 1), (2, "+--", 0), (4, "++-", 2), (4, "+++++-", 3)],
)
def test_a_mistake_is_never_free(assignment: Assignment, points: int, verdicts: str, earned: int) -> None:
    """A clause loses points in proportion to its failed tests, rounded up; the possible points stay the same."""
    tests = [bank_test(f"a/t{n}", "UDP-RX-003") for n in range(len(verdicts))]
    shares = score.evenly(points, len(verdicts))
    words = {"+": "passed", "-": "failed"}
    records = [record(f"a/t{n}", words[verdict]) for n, verdict in enumerate(verdicts)]
    checks = [
        check_of_test(assignment, test, told, share, IDENTITY)
        for test, told, share in zip(tests, records, shares, strict=True)
    ]
    total = score.total(score.settled(checks))
    assert (total.earned, total.possible) == (earned, points)


def test_a_broken_check_costs_nothing(assignment: Assignment) -> None:
    tests = [bank_test(f"a/t{n}", "UDP-RX-003") for n in range(2)]
    passed, broken = (check_of_test(assignment, test, record(test.name), 1, IDENTITY) for test in tests)
    checks = [passed, broken.model_copy(update={"verdict": Verdict.BROKEN})]
    assert score.settled(checks) == checks


def test_a_check_has_the_sentences_of_all_its_addresses(assignment: Assignment) -> None:
    clause, rule = assignment.clauses["UDP-RX-003"], assignment.clauses["UDP-RX-004"]
    check = check_of_test(assignment, bank_test("a/b", clause.id, rule.id), record("a/b"), 1, IDENTITY)
    assert check.sentence == clause.sentence.text
    assert [(detail.address, detail.text) for detail in check.details] == [(rule.id, rule.sentence.text)]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_a_test_that_passed_earns_its_points(assignment: Assignment, verdict: Verdict) -> None:
    check = check_of_test(assignment, bank_test("a/b", "UDP-RX-003"), record("a/b", verdict.value), 2, IDENTITY)
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
    check = check_of_test(assignment, bank_test("udp_recv/x", "UDP-RX-003"), told, 2, IDENTITY)
    assert check.message == "the length\n(tests/udp/x.c:40)"
    assert check.expected == "5\n  more"
    assert check.got == "-1 \\x1b[31m"
    assert check.steps == ["one", "two\\nlines"]
    assert check.output == "printed \\x07"
    assert check.sentence == assignment.clauses["UDP-RX-003"].sentence.text
    assert check.replay == "timeslice grade 'alice'\"'\"'s work' --test udp_recv/x --seed 7"


def test_a_build_that_failed_says_why() -> None:
    error = Diagnostic(severity="error", file="udp/a.c", line=2, column=3, message="oh no")
    check = check_of_build(Build(status="failed", diagnostics=[error], output="text"), IDENTITY)
    assert (check.verdict, check.message) == (Verdict.FAILED, "udp/a.c:2:3: oh no")
    assert score.summary([check], [], score.total([check]), Outcome.FAILED) == "does not build: udp/a.c:2:3: oh no"


# ---- the whole score ----


@pytest.mark.parametrize(("verdict", "suspicious"), [("failed", 0), ("crashed", 0), ("timed_out", 0), ("passed", 2)])
def test_a_twin_that_passes_is_suspicious(verdict: str, suspicious: int) -> None:
    native = run_of(NATIVE, record("a/b"))
    native.twins["a/b"] = Verdict(verdict)
    assert len(score.suspicions(native)) == suspicious


def test_forged_facts_are_suspicious_also_in_a_test_that_failed() -> None:
    told = score.suspicions(run_of(NATIVE, *(record(f"a/b{n}", "failed", forged=1) for n in range(20))))
    assert told[0] == "In the test a/b0 something other than the kit told the kit what had passed."
    assert told[-2:] == ["The same happened in 15 more tests.", score.WITHHELD]


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
