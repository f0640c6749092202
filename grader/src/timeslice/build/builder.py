"""Builds a submission: compiles it in the sandbox, inspects the objects, and links them with the kit's bank.

Theory of operation: the sandbox of the compiler holds the student's sources and the public headers, and nothing else
of the kit. Three variants are built at the same time. ``native`` measures line coverage. ``memcheck`` is plain, because
Valgrind is twice as slow on instrumented code. ``sanitize`` has the checks of the sanitizers. For each variant and lab,
the objects are combined into one. The plain ones are inspected. If a source does not compile or the inspection refuses
something, the lab's objects are *sifted*:
the objects at fault are left out, and so are the objects that need them. The rest is combined and inspected again.
So every object that is linked was inspected as a whole. The link runs in a second sandbox, which sees only objects.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from timeslice.build import compiling, inspection, scripts, sifting
from timeslice.build.compiling import Compiled
from timeslice.build.linking import HIDDEN, Linked, Linking, telling_line
from timeslice.build.scripts import target
from timeslice.build.sifting import LabObjects, Sifted
from timeslice.build.workshop import MEMCHECK, MODES, NATIVE, Workshop, require_room
from timeslice.contract.assignment import Lab, lab_of
from timeslice.errors import KitError
from timeslice.model import Build, Diagnostic
from timeslice.sandbox import Patience, ReaderStoppedError, apart
from timeslice.untrusted import read_ordinary

_LISTING_MAX = 64 << 20  # bytes of a listing that we read


@dataclass(frozen=True)
class Built:
    """How the build ended. If any lab was built: the program of each mode, and the notes that gcov needs."""

    build: Build
    stage: Path
    labs: frozenset[str] = frozenset()  # the labs that were built from the submission
    sources: frozenset[str] = frozenset()  # the sources whose objects were linked

    @property
    def banks(self) -> dict[str, Path]:
        """The program of each mode. Empty if there is nothing to run."""
        return {mode: self.stage / mode / "bank" for mode in MODES} if self.labs else {}

    @property
    def notes(self) -> Path:
        """The folder with the .gcno files."""
        return self.stage / NATIVE

    @property
    def plain_objects(self) -> list[Path]:
        """The objects of the plain program, without the bank."""
        return sorted((self.stage / MEMCHECK).glob(f"*{HIDDEN}"))


@dataclass
class _Choice:
    """Which sources of each lab are linked, and the errors of whole labs."""

    labs: dict[str, Sifted] = field(default_factory=dict)
    errors: list[Diagnostic] = field(default_factory=list)

    @property
    def kept(self) -> list[str]:
        """The labs with at least one source that is linked."""
        return [lab for lab, sifted in self.labs.items() if sifted.kept]

    def leave_out(self, lab: str, message: str) -> None:
        """Link nothing of a lab."""
        told = f"{lab}: {message}"
        self.errors.append(Diagnostic(severity="error", file="", line=0, column=0, message=told))
        self.labs[lab].kept = []


class Builder(Workshop):
    """Builds submissions."""

    def build(self, tree: Path, sources: Sequence[str], stage: Path, patience: Patience | None = None) -> Built:
        """Build the C files among ``sources``, relative to ``tree``, in the folder ``stage``.

        A source that does not compile or is refused costs only the sources that need it. The template's stubs replace
        all public functions that are missing. A submission that does not compile is not an error here. The compiler
        ends when the ``patience`` is used up.
        Raises KitError if the kit or the machine is at fault."""
        if shutil.which(self.cc) is None:
            raise KitError(f"the compiler {self.cc!r} is not installed: install it, or choose another with --cc")
        if not any(source.endswith(".c") for source in sources):
            return Built(Build(status="built"), stage)
        compiled = self._compile(tree, sources, stage, patience)
        choice = self._choose(compiled, stage, patience)
        linked = Linked({}, {})
        if choice.kept:
            linked = Linking(self, stage).link(choice.kept)
            for lab, why in linked.left_out.items():
                told = "it compiles, but cannot be linked or loaded"
                choice.leave_out(
                    lab, f"{told} ({why}): remove inline assembly, and very large or thread-local variables"
                )
        linked_sources = frozenset(source for sifted in choice.labs.values() for source in sifted.kept)
        return Built(_told(compiled, choice, linked), stage, frozenset(choice.kept), linked_sources)

    # ---- compiling ----

    def _compile(self, tree: Path, sources: Sequence[str], stage: Path, patience: Patience | None) -> Compiled:
        code = [source for source in sources if source.endswith(".c")]
        folders = {mode: stage / mode for mode in MODES}
        for folder in folders.values():
            folder.mkdir()
        killed_before = compiling.processes_killed()
        written = {mode: self._compile_script(mode, folder, code) for mode, folder in folders.items()}
        ended = self.run(written, stage, cwd=tree, readable=[tree, self.kit.include], patience=patience)
        limits = self.assignment.limits
        allowed = compiling.Allowed(limits.compile_seconds, limits.memory_mb)
        compiled = Compiled(tree, frozenset(sources), code, folders, ended, allowed)
        if not all(map(compiled.whole, code)):
            require_room(stage)
            limited = any(guard.on for guard in self.sandbox.guards if guard.name == "group memory")
            if not limited and compiled.was_killed() and compiling.processes_killed() > killed_before:
                raise KitError("the machine had no memory left to compile: free some, or grade fewer at once with -j")
        return compiled

    def _compile_script(self, mode: str, folder: Path, sources: Sequence[str]) -> str:
        """Compile each source, and combine the objects of each lab. List the instructions of the plain objects."""
        options = ["-O0", "-pipe", "-fdiagnostics-color=never", *self.instruments(mode)]
        command = [self.cc, *self.assignment.cflags, *options]
        lines = scripts.compile_each([*command, f"-I{self.kit.include}", "-c"], folder, sources)
        for lab, own in _by_lab(sources).items():
            lines.append(scripts.combine(folder, lab, own, listed=mode == MEMCHECK))
        return "\n".join([*lines, "exit 0"])

    # ---- choosing the objects to link ----

    def _choose(self, compiled: Compiled, stage: Path, patience: Patience | None) -> _Choice:
        """Take each lab as a whole if that works. Otherwise sift its objects."""
        by_lab = _by_lab(compiled.sources)
        choice = _Choice({lab: Sifted(list(sources)) for lab, sources in by_lab.items()})
        handed_in = [lab for lab in self.assignment.labs if lab.id in by_lab]
        doubtful = [lab for lab in handed_in if not _combined(stage, lab) or self._inspected(stage, lab, patience)]
        if not doubtful:
            return choice
        self._list_each(stage, {lab.id: list(filter(compiled.whole, by_lab[lab.id])) for lab in doubtful})
        for lab in doubtful:
            objects = self._lab_objects(compiled, lab, by_lab[lab.id])
            try:
                choice.labs[lab.id] = apart(partial(sifting.sift, objects), patience)
            except ReaderStoppedError as stopped:
                choice.leave_out(lab.id, f"its objects were not inspected, because {stopped}: remove inline assembly")
        left = [lab for lab in doubtful if choice.labs[lab.id].kept]
        self._combine_again(stage, {lab.id: choice.labs[lab.id].kept for lab in left})
        for lab in left:
            if not _combined(stage, lab):
                told = [telling_line(stage / mode / f"{lab.id}.err") for mode in MODES]
                why = next(filter(None, told), "the linker gave no reason")
                choice.leave_out(lab.id, f"its objects cannot be combined ({why}): remove inline assembly")
            elif refusals := self._inspected(stage, lab, patience):
                choice.leave_out(lab.id, "its combined object is refused, so nothing of this lab is linked")
                choice.labs[lab.id].refusals += refusals
        return choice

    def _inspected(self, stage: Path, lab: Lab, patience: Patience | None) -> list[str]:
        """The refusals of the lab's combined object, by what this lab may use."""
        folder = stage / MEMCHECK
        listing = _text(folder / f"{lab.id}.listing")
        permissions = self.assignment.permissions(lab)
        try:
            return apart(partial(inspection.inspect, folder / f"{lab.id}.o", listing, permissions), patience)
        except ReaderStoppedError as stopped:
            return [f"The compiled object was not inspected, because {stopped}: remove inline assembly."]

    def _list_each(self, stage: Path, labs: Mapping[str, Sequence[str]]) -> None:
        """List the instructions of each object on its own."""
        folder = stage / MEMCHECK
        lines = [
            scripts.list_each(folder, lab, [target(folder, source, ".o") for source in sources])
            for lab, sources in labs.items()
            if sources
        ]
        self.run({MEMCHECK: "\n".join([*lines, "exit 0"])}, stage, self.kit.objects, [self.kit.objects])

    def _lab_objects(self, compiled: Compiled, lab: Lab, sources: Sequence[str]) -> LabObjects:
        folder = compiled.folders[MEMCHECK]
        paths = {source: target(folder, source, ".o") for source in sources if compiled.whole(source)}
        listings = sifting.split_listing(_text(folder / f"{lab.id}.listings"), paths)
        uncompiled = {source: compiled.text(source) for source in sources if source not in paths}
        return LabObjects(paths, listings, uncompiled, self.assignment.permissions(lab))

    def _combine_again(self, stage: Path, labs: Mapping[str, Sequence[str]]) -> None:
        written = {
            mode: "\n".join(
                [
                    *(scripts.combine(stage / mode, lab, kept, listed=mode == MEMCHECK) for lab, kept in labs.items()),
                    "exit 0",
                ]
            )
            for mode in MODES
        }
        if labs:
            self.run(written, stage, self.kit.objects, [self.kit.objects])


def _told(compiled: Compiled, choice: _Choice, linked: Linked) -> Build:
    refusals = [refusal for sifted in choice.labs.values() for refusal in sifted.refusals][: inspection.REFUSALS_MAX]
    errors = [*choice.errors, *(error for sifted in choice.labs.values() for error in sifted.errors)]
    left_out = [line for sifted in choice.labs.values() for line in sifting.left_out_lines(sifted)]
    return Build(
        status="refused" if refusals else "failed" if left_out or errors else "built",
        diagnostics=[*compiled.found(), *errors],
        refusals=refusals,
        left_out=left_out,
        supplied=[name for lab in choice.kept for name in linked.supplied.get(lab, ())],
        output=compiled.output(),
    )


def _combined(stage: Path, lab: Lab) -> bool:
    return all((stage / mode / f"{lab.id}.o").is_file() for mode in MODES)


def _by_lab(sources: Sequence[str]) -> dict[str, list[str]]:
    labs: dict[str, list[str]] = {}
    for source in sources:
        labs.setdefault(lab_of(source), []).append(source)
    return labs


def _text(path: Path) -> str:
    return read_ordinary(path, _LISTING_MAX).decode("utf-8", "replace")
