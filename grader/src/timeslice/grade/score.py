"""Turns checks into points, skills and an outcome. This file reads no file and runs nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from timeslice.contract.assignment import Assignment, Clause
from timeslice.contract.bank import BankTest
from timeslice.errors import KitError
from timeslice.grade.checks import IS_READ
from timeslice.grade.replay import BUILD
from timeslice.model import Build, Check, Coverage, LabScore, Memory, Outcome, Result, Score, SkillScore, Verdict
from timeslice.run.records import ModeRun
from timeslice.untrusted import one_line

SUSPICIONS_SHOWN = 5
LOOK = "The points are withheld until a person has looked."
WITHHELD = f"The submission may have tampered with the verdicts. {LOOK}"
_COSTS_NOTHING = (Verdict.PASSED, Verdict.BROKEN)


def shares(assignment: Assignment, tests: Iterable[BankTest]) -> dict[str, int]:
    """The points of each test, by name. The tests of a clause share its points as evenly as whole numbers can.

    Raises KitError if the clause of a test has no points."""
    by_clause: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        if test.clause:
            by_clause[test.clause].append(test.name)
    points: dict[str, int] = {}
    for clause, names in by_clause.items():
        known = assignment.clauses.get(clause)
        if known is None:
            raise KitError(
                f"test {names[0]} checks {clause}, which has no points: add the clause to the TOML of its lab"
            )
        points.update(zip(names, evenly(known.points, len(names)), strict=True))
    return points


def lost_points(points: int, failed: int, number: int) -> int:
    """What a clause loses if ``failed`` of its ``number`` tests fail: in proportion, rounded up to whole points."""
    return -(-points * failed // number)


def evenly(total: int, number: int) -> list[int]:
    """``total`` in ``number`` whole parts that differ by 1 at most; the larger ones first."""
    each, more = divmod(total, number) if number else (0, 0)
    return [each + (at < more) for at in range(number)]


def settled(checks: Sequence[Check]) -> list[Check]:
    """The checks with the points of each clause shared anew, now that the verdicts are known.

    A clause loses points in proportion to its tests that did not pass, rounded up. So no mistake is free, also if a
    clause has more tests than points. The tests that did not pass carry what is lost, and the others what is earned."""
    by_clause: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        by_clause[check.clause or ""].append(check)
    shared: dict[str, int] = {}
    for clause, group in by_clause.items():
        lost = [check for check in group if check.verdict not in _COSTS_NOTHING]
        if not clause or not lost:
            continue
        possible = sum(check.possible for check in group)
        costs = lost_points(possible, len(lost), len(group))
        kept = [check for check in group if check not in lost]
        for part, points in ((lost, costs), (kept, possible - costs)):
            shared |= {check.name: share for check, share in zip(part, evenly(points, len(part)), strict=True)}
    return [_with_possible(check, shared.get(check.name, check.possible)) for check in checks]


def _with_possible(check: Check, possible: int) -> Check:
    if possible == check.possible:
        return check
    return check.model_copy(update={"possible": possible, "points": possible if check.verdict in _COSTS_NOTHING else 0})


def suspicions(native: ModeRun) -> list[str]:
    """A line for each negative twin that passed, and for each test with forged facts. Honest code causes neither."""
    passed = [name for name, verdict in native.twins.items() if verdict is Verdict.PASSED]
    forged = [name for name, record in native.records.items() if record.forged]
    found = [f"The test {name} passed although the kit made one of its assertions false." for name in sorted(passed)]
    found += [f"In the test {name} something other than the kit told the kit what had passed." for name in forged]
    if len(found) > SUSPICIONS_SHOWN:
        found[SUSPICIONS_SHOWN:] = [f"The same happened in {len(found) - SUSPICIONS_SHOWN} more tests."]
    return [*found, WITHHELD] if found else []


def withheld(checks: Iterable[Check]) -> list[Check]:
    """The checks without their points."""
    return [check.model_copy(update={"points": 0}) for check in checks]


def skills(assignment: Assignment, checks: Sequence[Check]) -> list[SkillScore]:
    """Every skill, with the earned and the possible points of its clauses."""
    return [
        SkillScore(
            lab=lab.id,
            id=skill.id,
            title=skill.title,
            score=_score_of(skill.clauses, checks),
            clauses=[clause.id for clause in skill.clauses],
        )
        for lab in assignment.labs
        for skill in lab.skills
    ]


def labs(assignment: Assignment, checks: Sequence[Check], absent: Collection[str]) -> list[LabScore]:
    """Every lab with its score. ``absent`` names the labs for which no .c file was handed in."""
    return [
        LabScore(id=lab.id, title=lab.title, handed_in=lab.id not in absent, score=_score_of(lab.clauses, checks))
        for lab in assignment.labs
    ]


def _score_of(clauses: Iterable[Clause], checks: Iterable[Check]) -> Score:
    ids = {clause.id for clause in clauses}
    return total(check for check in checks if check.clause in ids)


def total(checks: Iterable[Check]) -> Score:
    """The sum of the earned and of the possible points."""
    listed = list(checks)
    return Score(earned=sum(c.points for c in listed), possible=sum(c.possible for c in listed))


def outcome(checks: Sequence[Check], suspicious: bool) -> Outcome:
    """Broken if the kit failed in any check; otherwise suspicious; otherwise failed if any check did not pass."""
    if any(check.verdict is Verdict.BROKEN for check in checks):
        return Outcome.BROKEN
    if suspicious:
        return Outcome.SUSPICIOUS
    return Outcome.PASSED if all(check.verdict is Verdict.PASSED for check in checks) else Outcome.FAILED


def summary(checks: Sequence[Check], labs: Iterable[LabScore], score: Score, ended: Outcome) -> str:
    """One line for a table: the grade and the reason."""
    failing = [check for check in checks if check.verdict is not Verdict.PASSED]
    absent = [f"no .c file for {lab.title}" for lab in labs if not lab.handed_in]
    if ended is Outcome.BROKEN:
        fault = next(check.message for check in checks if check.verdict is Verdict.BROKEN).splitlines()[0]
        return f"not graded: the kit cannot decide a check on this machine, which costs no points: {one_line(fault)}"
    if ended is Outcome.SUSPICIOUS:
        return "points withheld until a person has looked"
    if ended is Outcome.PASSED:
        return f"all {score.possible} points"
    unbuilt = []
    if failing[0].name == BUILD:
        reason = failing[0].message.splitlines()[0] if failing[0].message else "no reason"
        if failing[0].sentence == IS_READ:
            return f"cannot read the submission: {one_line(reason)}"
        unbuilt = [f"does not build: {one_line(reason)}"]
    tests = [check for check in failing if check.name != BUILD]
    quiet = Verdict.NOT_RUN if absent or unbuilt else None  # the summary already has the reason
    kinds = Counter(check.verdict.value.replace("_", " ") for check in tests if check.verdict is not quiet)
    return ", ".join([*unbuilt, *(f"{count} {kind}" for kind, count in kinds.most_common()), *absent])


def broken_result(submission: str, assignment: Assignment, seed: int, why: str) -> Result:
    """The result if the kit or the machine failed. Nothing is known but the reason; nobody loses points by it."""
    return Result(
        submission=submission,
        assignment=assignment.title,
        outcome=Outcome.BROKEN,
        score=Score(earned=0, possible=sum(clause.points for clause in assignment.clauses.values())),
        summary=f"not graded: {why}",
        labs=[],
        skills=[],
        checks=[],
        build=Build(status="broken"),
        memory=Memory(status="not_run", tests=0),
        coverage=Coverage(status="not_run"),
        guards=[],
        versions={},
        seed=seed,
    )
