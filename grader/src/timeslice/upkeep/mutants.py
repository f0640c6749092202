"""Builds mutants quickly, and runs tests on them natively.

Theory of operation: a mutant differs from a right solution in a few lines. All objects of the solution are compiled
once. For a mutant, only the changed sources are compiled, and then the bank is linked. We trust the compiler with a
mutant, because it is the kit's own text. But a mutant may do anything when it runs, so it runs in the sandbox.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from threading import Lock

from pydantic import TypeAdapter

from timeslice.build.builder import Built
from timeslice.build.scripts import LIBRARIES, SWEPT_NAMES
from timeslice.build.workshop import NATIVE
from timeslice.contract.assignment import Lab
from timeslice.contract.kit import Kit
from timeslice.contract.spec_file import read_spec_file
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.model import Build
from timeslice.run.records import ModeRun
from timeslice.run.start import Bank
from timeslice.run.steadiness import settle

SEED = 1
SWEPT = ".swept"  # suffix of an object whose calls come through the gate of a sweep
_REASONS = TypeAdapter(dict[str, str])
SECONDS = 600  # after this time, a compiler that the proof started counts as hung


class MutantRunner:
    """Runs tests on mutants of one solution. Threads may share it. ``close`` removes its objects."""

    def __init__(self, context: GradingContext, solution: Path) -> None:
        """``solution``: a folder with a folder for each lab. The reference stands in for labs that it lacks."""
        self._context = context
        self._solution = solution
        self._folder = tempfile.TemporaryDirectory(prefix="timeslice-objects-")
        self._lock = Lock()
        self._compiled = False

    def close(self) -> None:
        """Remove the objects."""
        self._folder.cleanup()

    def failing(self, mutant: Path, names: Sequence[str], *, once: bool = False) -> list[str]:
        """The tests among ``names`` that do not pass natively on a mutant. Each failed two times of three, or ``once``.

        ``mutant``: a folder with one lab of the solution, changed. Raises KitError if it does not compile."""
        with self._bank(mutant) as bank:
            run = ModeRun(NATIVE)
            run.records.update(bank.alone(run, names))
            if not once:
                settle(bank, run, [name for name in names if not run.has_passed(name)])
            return [name for name in names if not run.has_passed(name)]

    def fails(self, mutant: Path, names: Sequence[str]) -> bool:
        """Whether any test among ``names`` does not pass natively. It stops at the first, which failed twice."""
        with self._bank(mutant) as bank:
            failed: set[str] = set()
            while rest := [name for name in names if name not in failed]:
                name = bank.first_failure(rest)
                if name is None:
                    return False
                run = ModeRun(NATIVE)
                run.records.update(bank.alone(run, [name]))
                if not run.has_passed(name):
                    return True
                failed.add(name)
        return False

    @contextmanager
    def _bank(self, mutant: Path) -> Iterator[Bank]:
        """The bank, linked with a mutant."""
        self._prepare()
        with self._context.builder.sandbox.stage as stage:
            for folder in (NATIVE, "results"):
                (stage / folder).mkdir()
            self._link(mutant, stage)
            built = Built(Build(status="built"), stage, frozenset(lab.id for lab in self._context.whole.labs))
            yield Bank(self._context.builder, built, stage / "results", SEED)

    @contextmanager
    def programs(self, mutant: Path, names: Collection[str]) -> Iterator[Path]:
        """The programs ``names`` of the reference, linked with a mutant, in a folder that a sandbox may see."""
        self._prepare()
        kit = self._context.builder.kit
        with self._context.builder.sandbox.stage as stage:
            objects = list(map(str, self._objects(mutant, stage)))
            for name in names:
                main = kit.witness / f"timeslice-{name}.o"
                command = [self._context.builder.cc, "-pthread", str(main), *objects, *LIBRARIES]
                _run([*command, "-o", str(stage / f"timeslice-{name}")])
            yield stage

    def _prepare(self) -> None:
        """Compile the solution, once."""
        with self._lock:
            if not self._compiled:
                for lab in self._context.whole.labs:
                    self._compile(sorted((self._home(lab.id) / lab.id).glob("*.c")), self._base / lab.id)
                self._compiled = True

    @property
    def _base(self) -> Path:
        return Path(self._folder.name)

    def _home(self, lab: str) -> Path:
        return self._solution if (self._solution / lab).is_dir() else self._context.kit.reference

    def _compile(self, sources: Sequence[Path], folder: Path) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        flags = [*self._context.whole.cflags, "-O0", "-pipe", "-w", f"-I{self._context.kit.include}"]
        made = [folder / source.with_suffix(".o").name for source in sources]
        for source, target in zip(sources, made, strict=True):
            _run([self._context.builder.cc, *flags, "-c", str(source), "-o", str(target)])
            gate = f"--redefine-syms={self._context.kit.objects / SWEPT_NAMES}"
            _run(["objcopy", gate, str(target), str(target.with_suffix(SWEPT))])
        return made

    def _objects(self, mutant: Path, stage: Path) -> list[Path]:
        """The plain objects of all labs. Beside each is the same object for the bank."""
        objects: list[Path] = []
        for lab in self._context.whole.labs:
            if (mutant / lab.id).is_dir():
                objects += self._objects_of_mutant(mutant / lab.id, lab, stage)
            else:
                objects += sorted((self._base / lab.id).glob("*.o"))
        return objects

    def _link(self, mutant: Path, stage: Path) -> None:
        kit = self._context.kit.objects
        objects = [str(plain.with_suffix(SWEPT)) for plain in self._objects(mutant, stage)]
        inputs = [str(kit / "bank.o"), *objects, *LIBRARIES]
        _run([self._context.builder.cc, f"@{kit / 'link.args'}", "-o", str(stage / NATIVE / "bank"), *inputs])

    def _objects_of_mutant(self, folder: Path, lab: Lab, stage: Path) -> list[Path]:
        """The objects of a mutated lab: those of the solution, but changed and new sources are compiled."""
        sources = sorted(folder.glob("*.c"))
        home = self._home(lab.id) / lab.id
        header_changed = any(not _same(path, home / path.name) for path in folder.glob("*.h"))
        changed = [s for s in sources if header_changed or not _same(s, home / s.name)]
        kept = [self._base / lab.id / s.with_suffix(".o").name for s in sources if s not in changed]
        return [*kept, *self._compile(changed, stage / "objects")]


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _run(command: Sequence[str]) -> None:
    """Run a tool. Raises KitError with its first error if it fails."""
    told = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS)
    if told.returncode != 0:
        errors = [line for line in told.stderr.splitlines() if "error" in line] or told.stderr.splitlines() or ["?"]
        raise KitError(f"it does not build: {errors[0]}")


def reviewed(kit: Kit, name: str) -> dict[str, str]:
    """The reasons that a person has written for mutants of all labs, in ``tests/mutants/LAB/NAME``."""
    files = [f"tests/mutants/{lab}/{name}" for lab in kit.labs]
    found = [read_spec_file(kit.root, shown, _REASONS) for shown in files if (kit.root / shown).is_file()]
    return {mutant: reason for reasons in found for mutant, reason in reasons.items()}


@contextmanager
def patched(kit: Kit, patch: Path) -> Iterator[Path]:
    """A copy of the reference's lab with ``patch`` applied. Raises KitError if the patch no longer applies."""
    with tempfile.TemporaryDirectory(prefix="timeslice-mutant-") as temporary:
        folder = Path(temporary) / patch.stem
        copytree(kit.reference / patch.parent.name, folder / patch.parent.name)
        told = subprocess.run(
            ["patch", "--strip=1", "--fuzz=0", "--batch", f"--directory={folder}", f"--input={patch}"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        if told.returncode != 0:
            raise KitError(f"{patch.name} no longer applies ({' '.join(told.stdout.split())}): write the patch again")
        yield folder
