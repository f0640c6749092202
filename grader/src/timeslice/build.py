"""Builds a submission: compiles it twice in the sandbox, inspects the object, and links it with the kit's bank.

Theory of operation: while a compiler reads the student's sources, its sandbox holds them, the public headers, and
nothing else of the kit. The two variants (``native``: for line coverage; ``memcheck``: plain, because Valgrind is
twice as slow on instrumented code) are made at the same time. A variant's objects are combined into one a lab, and the
plain ones are inspected. Then all but the public functions are made local, so that no name of a submission can stand in
for one of the kit's or clash with one of another lab; the bank is linked in a second sandbox that sees objects only. A
lab of which nothing was handed in is linked too, from an object that was made once for all who lack it.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from timeslice import diagnostics, objects
from timeslice.assignment import Assignment, Lab, lab_of
from timeslice.errors import DiskFullError, KitError
from timeslice.kit import Kit
from timeslice.model import Build, Diagnostic
from timeslice.printable import many_lines
from timeslice.sandbox import Ended, Limits, Sandbox
from timeslice.untrusted import read_ordinary

NATIVE, MEMCHECK = "native", "memcheck"
MODES = (NATIVE, MEMCHECK)
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
_LIBRARIES = ("-lm", "-Wl,--as-needed", "-latomic")  # what else the families of spec/families.toml come from
_MIB = 1 << 20
_ROOM = 1 << 20  # bytes; with less, a tool's output may have been cut short
_OUTPUT_MAX = 64 << 10  # bytes of the compiler's output that are kept


@dataclass(frozen=True)
class KitCopy:
    """The parts of the kit that a sandbox is shown, copied to where its user may read them."""

    root: Path

    @classmethod
    def make(cls, kit: Kit, root: Path) -> KitCopy:
        """Copy the public headers and the kit's objects below ``root``, laid out as in the kit."""
        kit.require_built()
        shutil.copytree(kit.include, root / "spec" / "include")
        (root / "build" / "kit").mkdir(parents=True)
        for name in ("bank.o", "link.args", "coverage.args", "memcheck.supp"):
            shutil.copyfile(kit.objects / name, root / "build" / "kit" / name)
        copy = cls(root)
        copy.baseline.touch()
        return copy

    @property
    def baseline(self) -> Path:
        """How many assertions each test makes on the reference; empty until that is known."""
        return self.objects / "baseline"

    @property
    def include(self) -> Path:
        """The public headers."""
        return self.root / "spec" / "include"

    @property
    def objects(self) -> Path:
        """What a submission is linked with."""
        return self.root / "build" / "kit"


@dataclass(frozen=True)
class Built:
    """How building went and, where any lab could be built, the program of each mode and the notes that gcov needs."""

    build: Build
    stage: Path
    labs: frozenset[str] = frozenset()  # those that were built of what was handed in

    @property
    def banks(self) -> dict[str, Path]:
        """The program of each mode; empty where there is nothing to run."""
        return {mode: self.stage / mode / "bank" for mode in MODES} if self.labs else {}

    @property
    def notes(self) -> Path:
        """The folder with the .gcno files."""
        return self.stage / NATIVE


@dataclass(frozen=True)
class Stock:
    """Labs that were compiled once for all submissions that lack them: the stage of each, by lab, folder, compiler."""

    stages: dict[tuple[str, Path, str], Path] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True)
class Builder:
    """Builds submissions of one assignment with one compiler. Threads may share it."""

    sandbox: Sandbox
    kit: KitCopy
    assignment: Assignment  # all of it: the bank calls every lab
    cc: str
    stock: Stock = field(default_factory=Stock)

    @property
    def measures_coverage(self) -> bool:
        """True for gcc, whose counters ``gcov`` reads."""
        return "clang" not in Path(self.cc).name

    def build(self, tree: Path, sources: Sequence[str], stage: Path, fill: Path) -> Built:
        """Build the C files among ``sources``, relative to ``tree``, in the folder ``stage``. A lab of which there are
        none, or which does not compile, is linked from the folder ``fill``: it costs the other labs nothing.

        Returns what became of it; a submission that does not compile is no error. Raises KitError where the kit or the
        machine is at fault."""
        if shutil.which(self.cc) is None:
            raise KitError(f"the compiler {self.cc!r} is not installed: install it or choose another with --cc")
        if not sources:
            return Built(Build(status="built"), stage)
        ended = self._compile(tree, sources, stage)
        output = _output(stage, NATIVE, "compile")
        found = diagnostics.parse(output)
        failed = next((mode for mode in MODES if ended[mode].exit_code != 0), None)
        if failed:
            output = _output(stage, failed, "compile")
            found = self._diagnose(ended[failed], output, stage)
        compiled = [lab for lab in self.assignment.labs if all((stage / m / f"{lab.id}.o").is_file() for m in MODES)]
        refusals = self._refusals(stage / MEMCHECK, compiled)
        if refusals:
            return Built(Build(status="refused", diagnostics=found, refusals=refusals, output=output), stage)
        missing = {lab.id: objects.missing_functions(stage / MEMCHECK / f"{lab.id}.o", lab.api) for lab in compiled}
        for name in (name for names in missing.values() for name in names):
            found.append(_error(f"{name} is not defined: its header declares it and the tests call it"))
        whole = frozenset(lab for lab, names in missing.items() if not names)
        build = Build(status="failed" if failed or any(missing.values()) else "built", diagnostics=found, output=output)
        if whole:
            self._link(
                stage, {lab.id: stage if lab.id in whole else self._stock(lab, fill) for lab in self.assignment.labs}
            )
        return Built(build, stage, whole)

    def _refusals(self, folder: Path, labs: Sequence[Lab]) -> list[str]:
        """What is wrong with the labs' objects, each judged by what its own lab may use."""
        return [
            refusal
            for lab in labs
            for refusal in objects.inspect(
                folder / f"{lab.id}.o", folder / f"{lab.id}.listing", self.assignment.usable(lab)
            )
        ]

    def _stock(self, lab: Lab, fill: Path) -> Path:
        """The stage in which ``fill``'s own files of a lab were compiled: the same for every submission without it."""
        with self.stock.lock:
            stage = self.stock.stages.get((lab.id, fill, self.cc))
            if stage is None:
                stage = self.kit.root / "stock" / str(len(self.stock.stages))
                stage.mkdir(parents=True)
                shutil.copytree(fill / lab.id, stage / "tree" / lab.id)
                sources = sorted(str(path.relative_to(stage / "tree")) for path in (stage / "tree").rglob("*.c"))
                ended = self._compile(stage / "tree", sources, stage)
                if any(ended[mode].exit_code != 0 for mode in MODES):
                    raise KitError(f"{fill.name}/{lab.id} does not compile: run make test in the kit's folder")
                self.stock.stages[(lab.id, fill, self.cc)] = stage
        return stage

    def _compile(self, tree: Path, sources: Sequence[str], stage: Path) -> dict[str, Ended]:
        for mode in MODES:
            (stage / mode).mkdir()
        return self._run(stage, lambda mode: self._compile_script(mode, stage / mode, sources), tree)

    def _compile_script(self, mode: str, folder: Path, sources: Sequence[str]) -> str:
        """Compile each source, going on after one that fails so that all errors are told; combine the objects of each
        lab whose sources all compile, and list their instructions where they will be inspected."""
        coverage = ["--coverage"] if mode == NATIVE and self.measures_coverage else []
        command = [self.cc, *self.assignment.cflags, "-O0", "-pipe", "-fdiagnostics-color=never", *coverage]
        command += [f"-I{self.kit.include}", "-c"]
        made = {
            lab: {source: str((folder / source).with_suffix(".o")) for source in own}
            for lab, own in _by_lab(sources).items()
        }
        lines = [shlex.join(["mkdir", "-p", *(str(folder / lab) for lab in made)])]
        for lab, targets in made.items():
            lines.append("failed=")
            for source, target in targets.items():
                lines.append(shlex.join([*command, source, "-o", target]) + " || failed=1")
            steps = [shlex.join(["ld", "-r", "-o", str(folder / f"{lab}.part"), *targets.values()])]
            if mode == MEMCHECK:
                listed = shlex.join(["objdump", "-d", "--no-show-raw-insn", str(folder / f"{lab}.part")])
                steps.append(f"{listed} >{folder}/{lab}.listing")
            steps.append(shlex.join(["mv", str(folder / f"{lab}.part"), str(folder / f"{lab}.o")]))
            lines.append(" && ".join(['[ -z "$failed" ]', *steps]) + " || status=1")
        lines.append("exit ${status:-0}")
        return "\n".join(lines)

    def _link(self, stage: Path, labs: Mapping[str, Path]) -> None:
        """Link the bank with each lab's object, found in the stage where it was compiled."""
        for mode in MODES:
            for lab in self.assignment.labs:
                (stage / mode / f"{lab.id}.api").write_text("".join(f"{name}\n" for name in lab.api))
        ended = self._run(stage, lambda mode: self._link_script(stage, mode, labs), self.kit.root)
        for mode in MODES:
            if ended[mode].exit_code != 0:
                require_room(stage)
                lines = _output(stage, mode, "link").strip().splitlines()
                why = lines[-1] if lines else f"it ended with {ended[mode]}"
                raise KitError(f"the bank could not be linked with the submission ({mode}: {why}): run make again")

    def _link_script(self, stage: Path, mode: str, labs: Mapping[str, Path]) -> str:
        """Hide all but the public functions of each lab, so that a name in one cannot clash with one elsewhere."""
        folder = stage / mode
        lines = []
        for lab, compiled in labs.items():
            kept = f"--keep-global-symbols={folder / lab}.api"
            lines.append(
                shlex.join(["objcopy", kept, str(compiled / mode / f"{lab}.o"), str(folder / f"{lab}.hidden.o")])
            )
        link = [self.cc, f"@{self.kit.objects / 'link.args'}", "-o", str(folder / "bank")]
        inputs = [str(self.kit.objects / "bank.o"), *(str(folder / f"{lab}.hidden.o") for lab in labs)]
        counted = mode == NATIVE and self.measures_coverage
        libraries = [*([f"@{self.kit.objects / 'coverage.args'}"] if counted else []), *_LIBRARIES]
        return " && ".join([*lines, shlex.join([*link, *inputs, *libraries])])

    def _run(self, stage: Path, script: Callable[[str], str], cwd: Path) -> dict[str, Ended]:
        """Run each mode's script at the same time, in a sandbox each that may write the mode's folder alone."""
        step = "compile" if cwd != self.kit.root else "link"
        shown = [cwd, self.kit.include] if step == "compile" else [self.kit.objects, *self.stock.stages.values()]
        with ExitStack() as stack:
            running = {
                mode: stack.enter_context(
                    self.sandbox.start(
                        ["/bin/sh", "-c", script(mode)],
                        cwd=cwd,
                        readable=shown,
                        writable=[stage / mode],
                        env=ENVIRONMENT,
                        limits=self._limits(),
                        stdout=stage / f"{mode}.{step}.out",
                        stderr=stage / f"{mode}.{step}.err",
                    )
                )
                for mode in MODES
            }
            return {mode: run.wait() for mode, run in running.items()}

    def _limits(self) -> Limits:
        limits = self.assignment.limits
        return Limits(
            wall_seconds=limits.compile_seconds,
            cpu_seconds=limits.compile_seconds,
            memory_bytes=limits.memory_mb * _MIB,
            processes=limits.processes,
            file_bytes=limits.file_mb * _MIB,
            descriptors=limits.descriptors,
            tmp_bytes=limits.tmp_mb * _MIB,
        )

    def _diagnose(self, ended: Ended, output: str, stage: Path) -> list[Diagnostic]:
        """What the compiler said where it failed, and at least one error."""
        require_room(stage)
        found = diagnostics.parse(output)
        if ended.timed_out:
            found.append(_error(f"the compiler was stopped after {self.assignment.limits.compile_seconds} seconds"))
        elif ended.disk_full:
            found.append(_error("the compiler was stopped because its output filled the disk space that it may use"))
        elif not any(diagnostic.severity == "error" for diagnostic in found):
            lines = output.strip().splitlines() or [f"it ended with {_how(ended)} and said nothing"]
            found.append(_error(f"the compiler did not finish: {lines[0]}"))
        return found


def require_room(stage: Path) -> None:
    """Raise DiskFullError where the disk below ``stage`` is full: what then went wrong is not the student's fault."""
    room = os.statvfs(stage)
    if room.f_bavail * room.f_frsize < _ROOM:
        raise DiskFullError(f"the disk is full ({stage.parent}): make room, or set TMPDIR to another one")


def _by_lab(sources: Sequence[str]) -> dict[str, list[str]]:
    """The C files by their lab."""
    labs: dict[str, list[str]] = {}
    for source in (s for s in sources if s.endswith(".c")):
        labs.setdefault(lab_of(source), []).append(source)
    return labs


def _error(message: str) -> Diagnostic:
    return Diagnostic(severity="error", file="", line=0, column=0, message=message)


def _how(ended: Ended) -> str:
    return f"signal {ended.signal}" if ended.signal else f"status {ended.exit_code}"


def _output(stage: Path, mode: str, step: str) -> str:
    """What the compiler or linker printed, without the paths of the staging folder."""
    told = read_ordinary(stage / f"{mode}.{step}.err", 2 * _OUTPUT_MAX)
    return many_lines(told.decode("utf-8", "replace").replace(f"{stage / mode}/", ""), _OUTPUT_MAX)
