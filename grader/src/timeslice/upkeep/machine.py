"""Mutants made by a machine: small changes at random places of a right solution. The tests should notice each of them.

Theory of operation: universalmutator changes one line of a source by rules: another operator, another number, a line
less. Comments are taken out first, because its rules skip lines with comments. A mutant whose optimised code is the
code of the solution is *equivalent*, and is dropped. Another mutant *dies* if a test of its lab fails natively, or if
the tests, Valgrind or the sanitizers find something. The rest *lives*. Some that live are equivalent too, but no
compiler sees it. A person reads them once, and writes the reason to ``tests/mutants/LAB/equivalent.toml``.
"""

from __future__ import annotations

import contextlib
import io
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from rich.console import Console

from timeslice.contract.kit import Kit
from timeslice.contract.places import COMMENT
from timeslice.errors import KitError
from timeslice.model import Verdict
from timeslice.upkeep.mutants import SECONDS, MutantRunner, reviewed
from timeslice.upkeep.parallel import in_parallel
from timeslice.upkeep.proof import Prover

MUST_DIE = 0.99  # of the mutants that are not equivalent
_RULES = ["universal.rules", "c_like.rules", "c.rules"]
EQUIVALENT = "equivalent.toml"  # in tests/mutants/LAB: the reasons, by the keys of the changes


@dataclass(frozen=True)
class Change:
    """One mutant: a line of a source, before and after."""

    lab: str
    file: str  # send.c
    line: int
    before: str
    after: str

    @property
    def key(self) -> str:
        """The change in one line, as a file of reasons names it. It has no number of a line, which may move."""
        return f"{self.file}: {' '.join(self.before.split())} => {' '.join(self.after.split())}"


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: ``equivalent``, ``does not compile``, ``dead`` or ``alive``."""

    change: Change
    word: str


def without_comments(text: str) -> str:
    """A source of C without comments, with the same lines."""
    return COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)


def changes(solution: Path, lab: str) -> list[Change]:
    """Every change that the machine can make in a lab of a solution, in the order of files and lines.

    Raises KitError if universalmutator is not installed."""
    try:
        from universalmutator.mutator import mutants_regexp
    except ImportError as error:
        raise KitError("universalmutator is not installed: run make setup") from error
    found = []
    for path in sorted((solution / lab).glob("*.c")):
        lines = without_comments(path.read_text("utf-8")).splitlines(keepends=True)
        with contextlib.redirect_stdout(io.StringIO()):
            made = mutants_regexp(lines, ruleFiles=_RULES, ignorePatterns=[])
        found += [Change(lab, path.name, number, lines[number - 1], after) for number, after, *_ in made]
    return found


def sample(offered: Sequence[Change], number: int, seed: int) -> list[Change]:
    """``number`` of the changes, drawn at random."""
    dice = random.Random(seed)  # noqa: S311 not a secret: the same mutants every time
    return dice.sample(list(offered), min(number, len(offered)))


@contextlib.contextmanager
def applied(solution: Path, change: Change) -> Iterator[Path]:
    """A copy of the solution's lab with a change."""
    with tempfile.TemporaryDirectory(prefix="timeslice-mutant-") as temporary:
        folder = Path(temporary) / "mutant"
        copytree(solution / change.lab, folder / change.lab)
        target = folder / change.lab / change.file
        lines = without_comments(target.read_text("utf-8")).splitlines(keepends=True)
        lines[change.line - 1] = change.after
        target.write_text("".join(lines), "utf-8")
        yield folder


class Machine:
    """Decides the fate of changes to one solution."""

    def __init__(self, prover: Prover, solution: Path) -> None:
        self._prover = prover
        self._solution = solution
        self._runner = MutantRunner(prover.context(), solution)
        self._objects: dict[tuple[str, str], bytes | None] = {}

    def close(self) -> None:
        """Remove the objects of the solution."""
        self._runner.close()

    def fate(self, change: Change) -> Fate:
        """Compile, compare and run one change."""
        with applied(self._solution, change) as folder:
            code = self._optimised(folder / change.lab / change.file)
            if code is None:
                return Fate(change, "does not compile")
            if code == self._unchanged(change.lab, change.file):
                return Fate(change, "equivalent")
            return Fate(change, "dead" if self._dies(folder, change.lab) else "alive")

    def _dies(self, folder: Path, lab: str) -> bool:
        context = self._prover.context()
        tests = [test for test in context.tests if test.lab == lab and test.clause]
        try:
            if self._runner.fails(folder, [test.name for test in tests]):
                return True
        except KitError:
            return True  # it does not link
        result = self._prover.grade(folder, clauses=sorted({test.clause for test in tests if test.clause}))
        return result.build.status != "built" or any(c.verdict is not Verdict.PASSED for c in result.checks)

    def _unchanged(self, lab: str, file: str) -> bytes | None:
        """The optimised object of a source of the solution. It is compiled once."""
        if (lab, file) not in self._objects:
            home = self._solution / lab
            with tempfile.TemporaryDirectory(prefix="timeslice-mutant-") as plain:
                source = Path(plain) / file
                source.write_text(without_comments((home / file).read_text("utf-8")))
                self._objects[lab, file] = self._optimised(source, home)
        return self._objects[lab, file]

    def _optimised(self, source: Path, folder: Path | None = None) -> bytes | None:
        """The optimised object of a source without debug information; None if it does not compile."""
        context = self._prover.context()
        flags = [flag for flag in context.whole.cflags if not flag.startswith(("-g", "-W"))]
        with tempfile.NamedTemporaryFile(suffix=".o") as target:
            paths = [f"-I{context.kit.include}", f"-I{folder or source.parent}", "-c", source.name, "-o", target.name]
            command = [context.builder.cc, *flags, "-O2", "-w", *paths]
            told = subprocess.run(command, cwd=source.parent, capture_output=True, timeout=SECONDS)
            return Path(target.name).read_bytes() if told.returncode == 0 else None


def fates(prover: Prover, solution: Path, chosen: Sequence[Change], advance: Callable[[], None]) -> list[Fate]:
    """The fates of changes to one solution, several at once. ``advance`` counts them."""
    machine = Machine(prover, solution)

    try:
        return in_parallel(machine.fate, chosen, advance)
    finally:
        machine.close()


def show(kit: Kit, solution: Path, found: Sequence[Fate], console: Console) -> bool:
    """Print what lives, and the figures. Returns whether enough of the mutants died."""
    known = reviewed(kit, EQUIVALENT)
    alive = [fate.change for fate in found if fate.word == "alive" and fate.change.key not in known]
    for change in sorted(alive, key=lambda one: (one.lab, one.file, one.line)):
        console.print(f"lives: {change.lab}/{change.file}:{change.line}", markup=False, highlight=False)
        for sign, text in (("-", change.before), ("+", change.after)):
            console.print(f"  {sign} {' '.join(text.split())}", markup=False, highlight=False)
    count = {word: sum(fate.word == word for fate in found) for word in ("equivalent", "does not compile", "dead")}
    excused = sum(fate.word == "alive" for fate in found) - len(alive)
    judged = count["dead"] + len(alive)
    rate = count["dead"] / judged if judged else 1.0
    console.print(
        f"{solution.name}: {len(found)} mutants: {count['does not compile']} do not compile, {count['equivalent']} "
        f"have the same code, {excused} live with a reason. Of the other {judged}, {count['dead']} died ({rate:.1%}).",
        soft_wrap=True,
    )
    return rate >= MUST_DIE
