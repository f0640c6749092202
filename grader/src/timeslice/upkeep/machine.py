"""Mutants made by a machine: small changes of a right solution. The tests should notice each of them.

Theory of operation: universalmutator changes one line of a source by rules: another operator, another number, a line
less. Comments are taken out first, because its rules skip lines with comments. A mutant whose optimised code is the
code of the solution is *equivalent*, and is dropped. If two mutants have the same code, one of them counts. Another
mutant *dies* if a test of its lab fails natively, or if the sanitizers or Valgrind find something. The rest *lives*.
Some that live are equivalent too, but no compiler sees it. A person reads them once, and writes the reason to
``tests/mutants/LAB/equivalent.toml``. kept.py remembers every fate.

Most mutants should die fast. So the tests that killed the last mutants of the same file run first. Then come the tests
in files whose names begin like the name of the mutated file, and then all the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from threading import Lock

from timeslice.build.workshop import MEMCHECK, NATIVE, SANITIZE
from timeslice.contract.bank import watched_tests
from timeslice.contract.kit import Kit
from timeslice.contract.places import COMMENT
from timeslice.errors import KitError
from timeslice.upkeep.kept import ALIVE, DEAD, NATIVELY, Decision, Kept
from timeslice.upkeep.mutants import SECONDS, MutantRunner
from timeslice.upkeep.parallel import in_parallel
from timeslice.upkeep.proof import Prover

_RULES = ["universal.rules", "c_like.rules", "c.rules"]
STEPS = 2  # of each change: its code, and its fate
_QUICK = 12  # tests of the same file that killed last, and that run first
BROKEN, EQUIVALENT, DUPLICATE = "does not compile", "equivalent", "duplicate"


@dataclass(frozen=True)
class Change:
    """One mutant: a line of a source, before and after."""

    lab: str
    file: str  # send.c
    line: int
    before: str
    after: str
    owner: str = ""  # the alternative; empty for the reference
    place: int = 1  # of this line among the equal lines of the file

    @property
    def key(self) -> str:
        """The change in one line, as a list or a file of reasons names it. It has no number of a line, which may
        move."""
        owner = f"{self.owner}/" if self.owner else ""
        place = f" [{self.place}]" if self.place > 1 else ""
        return f"{owner}{self.file}{place}: {_joined(self.before)} => {_joined(self.after)}"


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: ``equivalent``, ``duplicate``, ``does not compile``, ``dead`` or ``alive``."""

    change: Change
    word: str
    how: str = ""  # how a test killed it: the verdict natively, or the tool


def _joined(line: str) -> str:
    return " ".join(line.split())


def without_comments(text: str) -> str:
    """A source of C without comments, with the same lines."""
    return COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)


def changes(kit: Kit, solution: Path, lab: str) -> list[Change]:
    """Every change that the machine can make in a lab of a solution, in the order of files and lines.

    Raises KitError if universalmutator is not installed."""
    try:
        from universalmutator.mutator import mutants_regexp
    except ImportError as error:
        raise KitError("universalmutator is not installed: run make setup") from error
    owner = "" if solution == kit.reference else solution.name
    found = []
    for path in sorted((solution / lab).glob("*.c")):
        lines = without_comments(path.read_text("utf-8")).splitlines(keepends=True)
        with contextlib.redirect_stdout(io.StringIO()):
            made = mutants_regexp(lines, ruleFiles=_RULES, ignorePatterns=[])
        seen: Counter[str] = Counter()
        places = []
        for line in lines:
            seen[_joined(line)] += 1
            places.append(seen[_joined(line)])
        found += [
            Change(lab, path.name, number, lines[number - 1], after, owner, places[number - 1])
            for number, after, *_ in made
        ]
    return found


def sample(offered: Sequence[Change], number: int, seed: int) -> list[Change]:
    """``number`` of the changes, drawn at random, in their order. 0 means all. A larger sample holds each smaller
    one."""
    if number == 0 or number >= len(offered):
        return list(offered)
    dice = random.Random(seed)  # noqa: S311 not a secret: the same mutants every time
    drawn: set[int] = set()
    while len(drawn) < number:
        drawn.add(dice.randrange(len(offered)))
    return [offered[at] for at in sorted(drawn)]


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
    """Decides the fate of changes to one lab of a solution. Threads may share it. ``close`` ends its work."""

    def __init__(self, prover: Prover, solution: Path, lab: str, kept: Kept, *, tools: bool = True) -> None:
        """``tools``: the sanitizers and Valgrind run too, on what lives natively."""
        self._tools = tools
        self._context = prover.context()
        self._solution = solution
        self._lab = lab
        self._runner = MutantRunner(self._context, solution)
        self._kept = kept
        self._lock = Lock()
        self._killers: dict[str, list[str]] = {}  # by file: the tests that killed, the latest first
        self._tests = [test for test in self._context.tests if test.lab == lab and test.clause]
        watched = watched_tests(self._context.tests)
        self._watched = [test.name for test in self._tests if test.name in watched]
        self._plain: dict[str, str] = {}

    def close(self) -> None:
        """Remove the objects of the solution, and keep what is known."""
        self._runner.close()
        self._kept.save()

    def code(self, change: Change) -> str:
        """A digest of the optimised code of a mutant; empty if it does not compile."""
        known = self._kept.code(change.file, change.line, change.after)
        if known is not None:
            return known
        with applied(self._solution, change) as folder:
            code = self._optimised(folder / change.lab / change.file)
        self._kept.set_code(change.file, change.line, change.after, code)
        return code

    def plain_code(self, file: str) -> str:
        """A digest of the optimised code of a source of the solution."""
        if file not in self._plain:
            home = self._solution / self._lab
            with tempfile.TemporaryDirectory(prefix="timeslice-mutant-") as plain:
                source = Path(plain) / file
                source.write_text(without_comments((home / file).read_text("utf-8")))
                self._plain[file] = self._optimised(source, home)
        return self._plain[file]

    def decide(self, change: Change) -> Decision:
        """Run the tests on a mutant until one fails. If a kept decision still holds, it counts."""
        code = self.code(change)
        known = self._kept.decision(change.file, code)
        lives_natively = known is not None and known.word == ALIVE and known.how == NATIVELY
        if known is not None and not (lives_natively and self._tools):
            return known
        decision = self._run(change, natively=not lives_natively)
        self._kept.set_decision(change.file, code, decision)
        return decision

    def _run(self, change: Change, *, natively: bool) -> Decision:
        """Run the tests natively, then with the sanitizers, then under Valgrind. The first failure ends it."""
        names = [test.name for test in self._tests]
        with applied(self._solution, change) as folder, self._runner.opened(folder) as bank:
            runs = [(NATIVE, group) for group in self._groups(change.file)] if natively else []
            runs += [(SANITIZE, names), (MEMCHECK, self._watched)] if self._tools else []
            for mode, group in runs:
                try:
                    record = bank.killer(mode, group)
                except KitError:
                    return Decision(word=DEAD, how="it does not link")
                if record is not None:
                    self._note_killer(change.file, record.name)
                    return Decision(word=DEAD, test=record.name, how=record.verdict if mode == NATIVE else mode)
        return self._kept.survived("" if self._tools else NATIVELY)

    def _groups(self, file: str) -> Iterator[list[str]]:
        """All tests, in groups: those that are likely to fail first."""
        with self._lock:
            quick = self._killers_of(file)[:_QUICK]
        stem = Path(file).stem
        near = [test.name for test in self._tests if Path(test.file).stem.startswith(stem)]
        done: set[str] = set()
        for group in (quick, near, [test.name for test in self._tests]):
            rest = [name for name in group if name not in done]
            done.update(rest)
            if rest:
                yield rest

    def _killers_of(self, file: str) -> list[str]:
        """The tests that killed mutants of a file, the latest first. The lock is held."""
        return self._killers.setdefault(file, self._kept.killers(file))

    def _note_killer(self, file: str, name: str) -> None:
        with self._lock:
            self._killers[file] = list(dict.fromkeys([name, *self._killers_of(file)]))

    def _optimised(self, source: Path, folder: Path | None = None) -> str:
        """A digest of the optimised object of a source without debug information; empty if it does not compile."""
        context = self._context
        flags = [flag for flag in context.whole.cflags if not flag.startswith("-g")]
        with tempfile.TemporaryDirectory(prefix="timeslice-mutant-") as temporary:
            target = Path(temporary) / "code.o"
            paths = [f"-I{context.kit.include}", f"-I{folder or source.parent}", "-c", source.name, "-o", str(target)]
            command = [context.builder.cc, *flags, "-O2", "-w", "-pipe", *paths]
            told = subprocess.run(command, cwd=source.parent, capture_output=True, timeout=SECONDS)
            return hashlib.sha256(target.read_bytes()).hexdigest() if told.returncode == 0 else ""


def fates(machine: Machine, chosen: Sequence[Change], advance: Callable[[], None]) -> list[Fate]:
    """The fates of changes, several at once. ``advance`` counts the steps."""
    codes = in_parallel(machine.code, chosen, advance)
    found: dict[Change, Fate] = {}
    first: dict[tuple[str, str], Change] = {}
    for change, code in zip(chosen, codes, strict=True):
        if not code:
            found[change] = Fate(change, BROKEN)
        elif code == machine.plain_code(change.file):
            found[change] = Fate(change, EQUIVALENT)
        elif first.setdefault((change.file, code), change) != change:
            found[change] = Fate(change, DUPLICATE)
    for _ in found:
        advance()
    different = list(first.values())
    for change, decision in zip(different, in_parallel(machine.decide, different, advance), strict=True):
        found[change] = Fate(change, decision.word, decision.how)
    return [found[change] for change in chosen]
