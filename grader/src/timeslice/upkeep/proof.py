"""Proves the kit itself: it grades right, wrong and hostile solutions whose verdicts are known.

A *case* is one fact that must hold. For example, the reference has full marks, or a mutant fails a test of its clause.
Cases are found on the disk. So you add a mutant or an alternative, and register it nowhere.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

from timeslice.contract.kit import Kit
from timeslice.contract.places import Mutant, mutants
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.model import Result, Verdict
from timeslice.untrusted import one_line
from timeslice.upkeep.attacks import attacks, grade, surprises
from timeslice.upkeep.costs import Cost, cost_of
from timeslice.upkeep.lint import lint
from timeslice.upkeep.mutants import MutantRunner, patched
from timeslice.upkeep.testimonies import hear, surprised

COMPILERS = ("gcc", "clang")
FUZZED = ("archive", "folder", "object", "records", "memcheck", "sanitize", "coverage")  # tests/fuzz/readers.py
HEARINGS = 3  # of each right solution, each with other random choices


@dataclass(frozen=True)
class Case:
    """One fact that must hold: its claim, its subject, and a function that proves it. The function returns "" if the
    fact holds, and otherwise the reason."""

    claim: str
    subject: str
    prove: Callable[[Prover], str]
    alone: bool = False  # nothing else may run meanwhile, because it looks at the whole machine


class Prover:
    """Proves cases: it holds the kit's context, opened once for each compiler. Threads may share it."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.costs: list[Cost] = []  # of every mutant that was proved
        self._stack = ExitStack()
        self._context: dict[str, GradingContext] = {}
        self._runner: MutantRunner | None = None
        self._lock = Lock()

    def __enter__(self) -> Prover:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def context(self, cc: str = COMPILERS[0]) -> GradingContext:
        """The context for submissions compiled with ``cc``."""
        with self._lock:
            if cc not in self._context:
                self._context[cc] = self._stack.enter_context(GradingContext.open(cc))
            return self._context[cc]

    @property
    def runner(self) -> MutantRunner:
        """Runs tests on mutants of the reference."""
        context = self.context()
        with self._lock:
            if self._runner is None:
                self._runner = MutantRunner(context, self.kit.reference)
                self._stack.callback(self._runner.close)
            return self._runner

    def grade(self, folder: Path, cc: str = COMPILERS[0], clauses: Sequence[str] = ()) -> Result:
        """Grade ``folder``. If ``clauses`` are given, only their tests run. Raises KitError if grading fails."""
        return grade(self.context(cc), folder, set(clauses))


def cases(kit: Kit) -> list[Case]:
    """Every case of the kit, the quick ones first."""
    gcc = COMPILERS[0]
    return [
        Case("every clause has its four partners", "make lint", lambda prover: "; ".join(lint(prover.kit))),
        *(Case("the reference has full marks", cc, partial(_full_marks, kit.reference, cc)) for cc in COMPILERS),
        Case("the template has no point and no warning", gcc, _template),
        *(Case("every alternative has full marks", a.name, partial(_alternative, a)) for a in _alternatives(kit)),
        *(
            Case("every attack gets its verdict, and leaves nothing behind", a.name, partial(_attack, a), alone=True)
            for a in attacks(kit)
        ),
        *(
            Case("every witness agrees with the right solutions", folder.name, partial(_witnesses_agree, folder))
            for folder in (kit.reference, *_alternatives(kit))
        ),
        *(
            Case("every mutant dies on its clause", m.name, partial(_mutant_dies, m, lab))
            for lab in kit.labs
            for m in mutants(kit, lab)
        ),
        *(
            Case("no mutant surprises a witness", m.name, partial(_surprises_no_witness, m))
            for lab in kit.labs
            for m in mutants(kit, lab)
        ),
        *(Case("the kept cases of the fuzzers hold", name, partial(_kept_cases, name)) for name in FUZZED),
    ]


def _kept_cases(reader: str, prover: Prover) -> str:
    """A process of its own, because it limits its memory."""
    command = [sys.executable, str(prover.kit.root / "tests" / "fuzz" / "fuzz.py"), reader]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if ended.returncode == 0 else one_line(ended.stdout or ended.stderr[-300:], 300)


def _full_marks(folder: Path, cc: str, prover: Prover, clauses: Sequence[str] = ()) -> str:
    result = prover.grade(folder, cc, clauses)
    findings = [finding.message for finding in result.memory.findings]
    return (
        "" if result.score.earned == result.score.possible and not findings else "; ".join([_lost(result), *findings])
    )


def _attack(folder: Path, prover: Prover) -> str:
    return "; ".join(surprises(prover.context(), folder))


def _witnesses_agree(folder: Path, prover: Prover) -> str:
    return "; ".join(hear(prover.context(), folder, HEARINGS).against)


def _surprises_no_witness(mutant: Mutant, prover: Prover) -> str:
    return "; ".join(surprised(prover.context(), prover.runner, mutant))


def _alternatives(kit: Kit) -> list[Path]:
    tests = kit.root / "tests"
    return [*sorted((tests / "alternatives").iterdir()), tests / "submissions" / "full"]


def _clauses_of(folder: Path, prover: Prover) -> list[str]:
    """The clauses of the labs in a solution."""
    labs = [lab for lab in prover.context().assignment.labs if (folder / lab.id).is_dir()]
    return [clause.id for lab in labs for clause in lab.clauses]


def _alternative(folder: Path, prover: Prover) -> str:
    """Full marks in the labs of the alternative."""
    return _full_marks(folder, COMPILERS[0], prover, _clauses_of(folder, prover))


@dataclass(frozen=True)
class RightSolution:
    """A solution that must have full marks in ``clauses``. These are all clauses of its labs."""

    name: str
    folder: Path
    clauses: Sequence[str]


def right_solutions(prover: Prover) -> list[RightSolution]:
    """The reference and every alternative."""
    folders = [prover.kit.reference, *_alternatives(prover.kit)]
    return [RightSolution(folder.name, folder, _clauses_of(folder, prover)) for folder in folders]


def _lost(result: Result) -> str:
    lost = [f"{check.name} {check.verdict}" for check in result.checks if check.verdict is not Verdict.PASSED]
    return f"{result.score.earned} of {result.score.possible} points: {', '.join(lost) or result.summary}"


def _template(prover: Prover) -> str:
    result = prover.grade(prover.kit.template)
    passed = [check.name for check in result.checks if check.possible and check.verdict is Verdict.PASSED]
    warned = [f"{found.file}:{found.line}: {found.message}" for found in result.build.diagnostics]
    unfinished = [] if result.build.status == "built" else [result.summary]
    return "; ".join([*(f"{name} passes" for name in passed), *warned, *unfinished])


def _mutant_dies(mutant: Mutant, lab: str, prover: Prover) -> str:
    """Natively first, because that is quick. Only the tools see what a mutant that lives natively does to memory."""
    clause = mutant.clause
    if clause is None:
        raise KitError(f"{mutant.path} is not named after a clause: run timeslice lint")
    context = prover.context()
    tests = [test for test in context.tests if test.lab == lab]
    own = {test.name for test in tests if test.clause == clause}
    with patched(prover.kit, mutant.path) as folder:
        failing = set(prover.runner.failing(folder, [test.name for test in tests], sure_of=own))
        prover.costs.append(cost_of(mutant, next(one for one in context.whole.labs if one.id == lab), tests, failing))
        if failing & own:
            return ""
        result = prover.grade(folder, clauses=[clause])
    if result.build.status != "built":
        return f"it does not build: {result.summary}"
    alive = all(check.verdict is Verdict.PASSED for check in result.checks if check.clause == clause)
    return f"it lives: no test of {clause} fails" if alive else ""
