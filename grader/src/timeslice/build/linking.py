"""Links the bank with the kept objects of a submission, and with the template's stubs for missing functions.

Theory of operation: in a lab's object, only the lab's public functions stay global. All other names become local. So
no name of a submission can replace a name of the kit, or clash with a name of another lab. The public functions that a
submission does not define are *supplied*: the template's object, built once with the kit, is linked with only these
functions global. The program is started once, to check that it can be loaded. If the link or the start fails, we try
each lab alone and find the lab at fault. It is the submission's fault if the kit can be linked without this lab.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from timeslice.build import inspection, scripts
from timeslice.build.workshop import MEMCHECK, MODES, NATIVE, SANITIZE, Workshop, require_room
from timeslice.errors import KitError
from timeslice.sandbox import Ended
from timeslice.untrusted import one_line, read_ordinary, without_stages

HIDDEN = ".hidden"  # suffix of the objects that the bank is linked with
_TOLD_MAX = 64 << 10  # bytes of a linker's output that we read
_TOOL = re.compile(r"^(?:\S*/)?(?:ld|collect2|gcc|clang|bank)(?:-\d+)?: (?:error: |fatal error: )?")
_SAYS_LITTLE = re.compile(r"(?:^|[\s(`'])/|ld returned|in function `|linker command failed")


@dataclass(frozen=True)
class Linked:
    """The public functions that the template supplies to each lab, and the labs that cannot be linked, with reasons."""

    supplied: dict[str, list[str]]
    left_out: dict[str, str]


@dataclass(frozen=True)
class _Part:
    """An object for the link: its name after hiding, the objects that it comes from, and the names that stay global."""

    name: str
    given: dict[str, Path]  # by mode
    names: Sequence[str]


@dataclass(frozen=True)
class Linking:
    """Links submissions in one stage. There ``MODE/LAB.o`` is the inspected object of a lab."""

    workshop: Workshop
    stage: Path

    def link(self, labs: Sequence[str]) -> Linked:
        """Make the program of each mode with these labs. Raises KitError if the link fails even without labs."""
        reasons = {}
        why = self._attempt(labs)
        if why:
            alone = {lab: self._attempt([lab]) for lab in labs}
            reasons = {lab: reason for lab, reason in alone.items() if reason} or dict.fromkeys(labs, why)
            why = self._attempt([lab for lab in labs if lab not in reasons])
        if why:
            require_room(self.stage, why if set(reasons) >= set(labs) else "")
            raise KitError(f"the bank cannot be linked with the template ({why}): run make again")
        kept = [lab for lab in labs if lab not in reasons]
        return Linked({lab: self._missing(lab) for lab in kept}, reasons)

    def _api(self, lab: str) -> Sequence[str]:
        return next(known.api for known in self.workshop.assignment.labs if known.id == lab)

    def _missing(self, lab: str) -> list[str]:
        return inspection.missing_functions(self.stage / MEMCHECK / f"{lab}.o", self._api(lab))

    def _parts(self, own: Sequence[str]) -> Iterator[_Part]:
        """The submission's objects of the labs ``own``, and the template's objects for all missing functions."""
        for lab in self.workshop.assignment.labs:
            missing: Sequence[str] = lab.api
            if lab.id in own:
                missing = self._missing(lab.id)
                yield _Part(lab.id, {mode: self.stage / mode / f"{lab.id}.o" for mode in MODES}, lab.api)
            if missing:
                yield _Part(f"{lab.id}-stubs", dict.fromkeys(MODES, self.workshop.kit.stubs(lab.id)), missing)

    def _attempt(self, own: Sequence[str]) -> str:
        """Link the bank with the labs ``own`` of the submission. Returns why that fails, in one line, or nothing."""
        parts = list(self._parts(own))
        kit = self.workshop.kit
        written = {mode: self._script(mode, parts) for mode in MODES}
        ended = self.workshop.run(written, self.stage, cwd=kit.objects, readable=[kit.objects])
        failed = next((mode for mode in MODES if ended[mode].exit_code != 0), None)
        return (telling_line(self.stage / f"{failed}.err") or _how(ended[failed])) if failed else ""

    def programs(self, names: Sequence[str], own: Sequence[str], folder: Path) -> dict[str, Path]:
        """Link programs of the reference with the plain objects of the labs ``own``, for a witness.

        ``folder``: an empty folder of the stage. Raises KitError if this fails, because the bank could be linked."""
        kit = self.workshop.kit
        linked = {name: folder / f"timeslice-{name}" for name in names}
        mains = {program: kit.witness / f"{program.name}.o" for program in linked.values()}
        hidden = self._hidden(MEMCHECK, list(self._parts(own)), folder)
        script = scripts.link_programs(self.workshop.cc, mains, hidden)
        seen = [kit.objects, self.stage / MEMCHECK]
        ended = self.workshop.run({folder.name: script}, self.stage, cwd=kit.objects, readable=seen)[folder.name]
        if ended.exit_code != 0:
            require_room(self.stage)
            why = telling_line(self.stage / f"{folder.name}.err") or _how(ended)
            raise KitError(f"the programs for the witnesses cannot be linked ({why}): run make again")
        return linked

    def _hidden(self, mode: str, parts: Sequence[_Part], folder: Path) -> dict[Path, Path]:
        """What to link for ``parts``: hidden object in ``folder`` -> given object. Also writes the lists of names."""
        for part in parts:
            (folder / f"{part.name}.names").write_text("".join(f"{name}\n" for name in part.names))
        return {folder / f"{part.name}{HIDDEN}": part.given[mode] for part in parts}

    def _script(self, mode: str, parts: Sequence[_Part]) -> str:
        folder = self.stage / mode
        for old in folder.glob(f"*{HIDDEN}"):
            old.unlink()
        hidden = self._hidden(mode, parts, folder)
        kit, counted = self.workshop.kit.objects, mode == NATIVE and self.workshop.measures_coverage
        sanitized = mode == SANITIZE
        return scripts.link(self.workshop.cc, kit, folder / "bank", hidden, counted=counted, sanitized=sanitized)


def telling_line(path: Path) -> str:
    """The first line of a linker's output that tells the error and names no file of the kit or the machine."""
    told = without_stages(read_ordinary(path, _TOLD_MAX).decode("utf-8", "replace"))
    lines = [_TOOL.sub("", line) for line in told.splitlines()]
    telling = [line for line in lines if line and not _SAYS_LITTLE.search(line)]
    return one_line(telling[0], 300) if telling else ""


def _how(ended: Ended) -> str:
    """How a tool ended that printed nothing."""
    return f"signal {ended.signal}" if ended.signal else f"status {ended.exit_code}"
