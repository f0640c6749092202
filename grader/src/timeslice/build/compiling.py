"""Tells how the compilation of each source ended: whether it has an object, and the compiler's messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from timeslice.build import causes, diagnostics
from timeslice.build.scripts import target
from timeslice.model import Diagnostic
from timeslice.sandbox import Ended
from timeslice.untrusted import many_lines, read_ordinary

OUTPUT_MAX = 64 << 10  # bytes of the compiler's output that are kept
_SOURCE_MAX = 1 << 20
_UNKNOWN_OPTION = re.compile(r"(?m)^cc1: note: unrecognized command-line option .*\n")  # an old gcc, about kit.toml


@dataclass(frozen=True)
class Allowed:
    """The limits of the compiler, as messages name them."""

    seconds: int
    mebibytes: int


@dataclass(frozen=True)
class Compiled:
    """How each source of one submission was compiled in every mode. ``ended``: how the script of each mode ended."""

    tree: Path
    files: frozenset[str]  # every file of the submission, headers too
    sources: Sequence[str]
    folders: Mapping[str, Path]  # mode -> where its objects are
    ended: Mapping[str, Ended]
    allowed: Allowed

    def whole(self, source: str) -> bool:
        """Whether the source was compiled in every mode."""
        return self._failed_mode(source) is None

    def text(self, source: str) -> str:
        """The text of a source."""
        return self._bytes(source).decode("utf-8", "replace")

    def output(self) -> str:
        """What the compiler printed, source by source."""
        said = (self._said(self._failed_mode(source) or next(iter(self.folders)), source) for source in self.sources)
        return many_lines("".join(said), OUTPUT_MAX)

    def was_killed(self) -> bool:
        """Whether the kernel killed a part of the compiler: at a limit, or because memory was short."""
        return any(
            causes.was_killed(self._said(mode, source))
            for source in self.sources
            if (mode := self._failed_mode(source))
        )

    def found(self) -> list[Diagnostic]:
        """All diagnostics. Every source that is not whole has at least one. Equal ones are told once."""
        told: dict[tuple[str, int, int, str], Diagnostic] = {}
        for source in self.sources:
            for diagnostic in self._of(source):
                key = (diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.message)
                told.setdefault(key, diagnostic)
        return list(told.values())[: diagnostics.DIAGNOSTICS_MAX]

    def _of(self, source: str) -> list[Diagnostic]:
        failed = self._failed_mode(source)
        said = self._said(failed or next(iter(self.folders)), source)
        found = [causes.in_plain_words(diagnostic) for diagnostic in diagnostics.parse(said)]
        if failed is None:
            return found
        files = [source, *(d.file for d in found if d.severity == "error" and d.file in self.files)]
        for file in dict.fromkeys(files):
            if reason := causes.of_bytes(file, self._bytes(file)):
                return reason  # if a file is not text, the compiler prints thousands of messages
        plain = [cause for file in dict.fromkeys(files) for cause in causes.of_lines(file, self._bytes(file))]
        plain += causes.no_memory(source, said, self.allowed.mebibytes)
        plain += causes.no_time(source, said, self.allowed.seconds)
        errors = [diagnostic for diagnostic in (*plain, *found) if diagnostic.severity == "error"]
        return [*plain, *found] if errors else [*found, *self._silent(source, failed, said)]

    def _silent(self, source: str, mode: str, said: str) -> Iterator[Diagnostic]:
        """Why a source is not whole, if the compiler printed no error that the kit understands."""
        ended = self.ended[mode]
        if ended.timed_out or ended.disk_full:
            seconds = "the time of this submission" if ended.impatient else f"{self.allowed.seconds} seconds"
            why = seconds if ended.timed_out else "the disk space that it may use"
            reached = target(self.folders[mode], source, ".err").exists()
            told = (
                "the compiler was stopped at this file, because it had used up"
                if reached
                else "not compiled, because other files had used up"
            )
            yield _error(source, f"{told} {why}: look for very large arrays, macros or #includes")
            return
        lines = said.strip().splitlines() or ["it printed nothing"]
        yield _error(source, f"the compiler did not finish: {lines[0][:500]}")

    def _failed_mode(self, source: str) -> str | None:
        return next((m for m, folder in self.folders.items() if not target(folder, source, ".ok").exists()), None)

    def _said(self, mode: str, source: str) -> str:
        told = read_ordinary(target(self.folders[mode], source, ".err"), 2 * OUTPUT_MAX)
        return _UNKNOWN_OPTION.sub("", told.decode("utf-8", "replace"))

    def _bytes(self, source: str) -> bytes:
        return read_ordinary(self.tree / source, _SOURCE_MAX)


def processes_killed() -> int:
    """How many processes the kernel of this machine has killed because there was no memory left."""
    try:
        told = Path("/proc/vmstat").read_text("ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in told.splitlines() if line.startswith("oom_kill ")), 0)


def _error(source: str, message: str) -> Diagnostic:
    return Diagnostic(severity="error", file=source, line=0, column=0, message=message)
