"""Builds mutants quickly, and runs tests on them.

Theory of operation: a mutant differs from a right solution in a few lines. All objects of the solution are compiled
once. For a mutant, only the changed sources are compiled, and then the bank is linked. We trust the compiler with a
mutant, because it is the kit's own text. But a mutant may do anything when it runs, so it runs in the sandbox.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copytree
from threading import Lock

from pydantic import TypeAdapter

from timeslice.build.builder import Built
from timeslice.build.scripts import LIBRARIES, SWEPT_NAMES
from timeslice.build.workshop import MEMCHECK, NATIVE, SANITIZE
from timeslice.contract.assignment import Lab
from timeslice.contract.kit import Kit
from timeslice.contract.spec_file import read_spec_file
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.model import Build, Verdict
from timeslice.run.bank_run import LANES
from timeslice.run.records import ModeRun, TestRecord
from timeslice.run.start import Bank
from timeslice.run.steadiness import settle

SEED = 1
VERY_MANY = 24  # tests of other clauses: if more of them fail, chance is not the reason
MANY_LANES = 8  # tests at once: on a mutant many tests wait until their time is up
SWEPT = ".swept"  # suffix of an object whose calls come through the gate of a sweep
_REASONS = TypeAdapter(dict[str, str])
# Many mutants hang, and a loop without end takes all the time that it gets. So the first run of a native test may take
# only this part of its limit. Then the test runs alone with the whole limit.
PATIENCE = {NATIVE: 0.4}
SECONDS = 600  # after this time, a compiler that the proof started counts as hung


class MutantRunner:
    """Runs tests on mutants of one solution. Threads may share it. ``close`` removes its objects."""

    def __init__(self, context: GradingContext, solution: Path) -> None:
        """``solution``: a folder with a folder for each lab. The reference stands in for labs that it lacks."""
        self._context = context
        self._solution = solution
        self._folder = tempfile.TemporaryDirectory(prefix="timeslice-objects-")
        self._lock = Lock()
        self._compiled: set[str] = set()  # the kinds of objects that are ready

    def close(self) -> None:
        """Remove the objects."""
        self._folder.cleanup()

    def failing(self, mutant: Path, names: Sequence[str], sure_of: Collection[str]) -> list[str]:
        """The tests among ``names`` that do not pass natively on a mutant. Those in ``sure_of`` failed two times of
        three. The others failed twice, except if very many fail: then once is enough.

        ``mutant``: a folder with one lab of the solution, changed. Raises KitError if it does not compile."""
        with self.opened(mutant) as opened:
            bank = opened.linked(NATIVE)
            run = ModeRun(NATIVE)
            with ExitStack() as stack:
                process = bank.start(stack, run, names, MANY_LANES)
                while not process.closed:
                    process.read()
            failed = [name for name in names if not run.has_passed(name)]
            settle(bank, run, [name for name in failed if name in sure_of])
            others = [name for name in failed if name not in sure_of]
            run.records.update(bank.alone(ModeRun(NATIVE), others) if 0 < len(others) <= VERY_MANY else {})
            return [name for name in names if not run.has_passed(name)]

    @contextmanager
    def opened(self, mutant: Path) -> Iterator[MutantBank]:
        """The bank with a mutant. ``mutant``: a folder with one lab of the solution, changed."""
        with self._context.builder.sandbox.stage as stage:
            (stage / "results").mkdir()
            yield MutantBank(self, mutant, stage)

    def bank(self, stage: Path) -> Bank:
        """Runs the programs that are linked in ``stage``."""
        built = Built(Build(status="built"), stage, frozenset(lab.id for lab in self._context.whole.labs))
        return Bank(self._context.builder, built, stage / "results", SEED)

    def link(self, mutant: Path, stage: Path, mode: str) -> None:
        """Link the bank of a mode with a mutant. Valgrind runs the native bank.

        Raises KitError if the mutant does not compile or does not link."""
        if mode == MEMCHECK:
            if not (stage / NATIVE).is_dir():
                self.link(mutant, stage, NATIVE)
            (stage / mode).mkdir()
            (stage / mode / "bank").hardlink_to(stage / NATIVE / "bank")
            return
        (stage / mode).mkdir()
        self._ready(mode)
        self._link(mutant, stage, mode)

    def _ready(self, kind: str) -> None:
        """Compile the solution, once for each kind of objects."""
        with self._lock:
            if kind not in self._compiled:
                self._prepare(kind)
                self._compiled.add(kind)

    def _prepare(self, kind: str) -> None:
        """Compile the solution. Take the debug information out of the bank, so that each link is faster."""
        given = self._context.kit.objects / "bank.o"
        _run(["strip", "--strip-debug", "-o", str(self._stripped_bank), str(given)])
        for lab in self._context.whole.labs:
            sources = sorted((self._home(lab.id) / lab.id).glob("*.c"))
            self._compile(sources, self._base / kind / lab.id, kind)

    @property
    def _stripped_bank(self) -> Path:
        return self._base / "bank.o"

    @contextmanager
    def programs(self, mutant: Path, names: Collection[str]) -> Iterator[Path]:
        """The programs ``names`` of the reference, linked with a mutant, in a folder that a sandbox may see."""
        self._ready(NATIVE)
        kit = self._context.builder.kit
        with self._context.builder.sandbox.stage as stage:
            objects = list(map(str, self._objects(mutant, stage, NATIVE)))
            for name in names:
                main = kit.witness / f"timeslice-{name}.o"
                command = [self._context.builder.cc, "-pthread", str(main), *objects, *LIBRARIES]
                _run([*command, "-o", str(stage / f"timeslice-{name}")])
            yield stage

    @property
    def _base(self) -> Path:
        return Path(self._folder.name)

    def _home(self, lab: str) -> Path:
        return self._solution if (self._solution / lab).is_dir() else self._context.kit.reference

    def _compile(self, sources: Sequence[Path], folder: Path, kind: str) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        instruments = self._context.builder.instruments(kind) if kind == SANITIZE else ()  # nobody reads the coverage
        flags = [*self._context.whole.cflags, "-O0", "-pipe", "-w", *instruments, f"-I{self._context.kit.include}"]
        made = [folder / source.with_suffix(".o").name for source in sources]
        for source, target in zip(sources, made, strict=True):
            _run([self._context.builder.cc, *flags, "-c", str(source), "-o", str(target)])
            gate = f"--redefine-syms={self._context.kit.objects / SWEPT_NAMES}"
            _run(["objcopy", gate, str(target), str(target.with_suffix(SWEPT))])
        return made

    def _objects(self, mutant: Path, stage: Path, kind: str) -> list[Path]:
        """The plain objects of all labs. Beside each is the same object for the bank."""
        objects: list[Path] = []
        for lab in self._context.whole.labs:
            if (mutant / lab.id).is_dir():
                objects += self._objects_of_mutant(mutant / lab.id, lab, stage, kind)
            else:
                objects += sorted((self._base / kind / lab.id).glob("*.o"))
        return objects

    def _link(self, mutant: Path, stage: Path, kind: str) -> None:
        objects = [str(plain.with_suffix(SWEPT)) for plain in self._objects(mutant, stage, kind)]
        inputs = [str(self._stripped_bank), *objects, *LIBRARIES]
        sanitizers = ["-fsanitize=address,undefined"] if kind == SANITIZE else []
        options = [*sanitizers, f"@{self._context.kit.objects / 'link.args'}"]
        _run([self._context.builder.cc, *options, "-o", str(stage / kind / "bank"), *inputs])

    def _objects_of_mutant(self, folder: Path, lab: Lab, stage: Path, kind: str) -> list[Path]:
        """The objects of a mutated lab: those of the solution, but changed and new sources are compiled."""
        sources = sorted(folder.glob("*.c"))
        home = self._home(lab.id) / lab.id
        header_changed = any(not _same(path, home / path.name) for path in folder.glob("*.h"))
        changed = [s for s in sources if header_changed or not _same(s, home / s.name)]
        kept = [self._base / kind / lab.id / s.with_suffix(".o").name for s in sources if s not in changed]
        return [*kept, *self._compile(changed, stage / f"{kind}-objects", kind)]


class MutantBank:
    """The bank with one mutant. Each mode is linked when it is first needed."""

    def __init__(self, runner: MutantRunner, mutant: Path, stage: Path) -> None:
        self._runner = runner
        self._mutant = mutant
        self._stage = stage
        self._bank = runner.bank(stage)

    def linked(self, mode: str) -> Bank:
        """The bank, ready to run in a mode. Raises KitError if the mutant does not compile or does not link."""
        if not (self._stage / mode).is_dir():
            self._runner.link(self._mutant, self._stage, mode)
        return self._bank

    def killer(self, mode: str, names: Sequence[str]) -> TestRecord | None:
        """The record of the first test that is not clean, and is not clean again alone; None if there is none.

        The rest does not run. Raises KitError if the mutant does not link."""
        bank, run = self.linked(mode), ModeRun(mode)
        while rest := [name for name in names if name not in run.records]:
            name = bank.first_failure(run, rest, LANES, PATIENCE.get(mode))
            if name is None:
                return None
            told = bank.alone(ModeRun(mode), [name])
            record = told.get(name) or TestRecord.of(name, Verdict.TIMED_OUT, "")
            if not record.clean:
                return record
            run.records[name] = record
        return None


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _run(command: Sequence[str]) -> None:
    """Run a tool. Raises KitError with its first error if it fails."""
    told = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS)
    if told.returncode != 0:
        errors = [line for line in told.stderr.splitlines() if "error" in line] or told.stderr.splitlines() or ["?"]
        raise KitError(f"it does not build: {errors[0]}")


def reviewed(kit: Kit, name: str, *labs: str) -> dict[str, str]:
    """The reasons that a person has written for mutants, in ``tests/mutants/LAB/NAME``. The default is all labs."""
    files = [f"tests/mutants/{lab}/{name}" for lab in labs or kit.labs]
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
