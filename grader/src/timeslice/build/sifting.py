"""Decides which objects of a lab are linked if not all of them can be linked.

An object is left out if the inspection refuses it, if another object defines the same name, or if it needs a name that
only an object outside defines. The other objects can be linked without it. Nothing here decides whether code is safe:
the combined object is inspected again before the link.
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from timeslice.build.inspection import NAMES_MAX, REFUSALS_MAX, Names, ObjectFile, inspect, names_in
from timeslice.contract.assignment import Permissions
from timeslice.model import Diagnostic
from timeslice.untrusted import one_line

_EACH_FILE = re.compile(r"^(.+):\s+file format .+$", re.MULTILINE)
_HEAD = re.compile(r"(?m)^(?:[A-Za-z_][^\n;{}()#=]*\b)?(\w+)\s{0,80}(?=\([^;{}]{0,800}\)\s{0,800}\{)", re.ASCII)
_PLACES_SECONDS = 5.0  # of processor time; after it, messages do not name lines, because hostile line tables are slow
_NOTHING = Names(frozenset(), frozenset(), frozenset(), frozenset())


@dataclass(frozen=True)
class LabObjects:
    """One lab: its objects by source, the text of the sources that did not compile, and what it may use."""

    paths: Mapping[str, Path]
    listings: Mapping[str, str]
    uncompiled: Mapping[str, str]
    permissions: Permissions


@dataclass
class Sifted:
    """Which sources are kept, why the others are not, and which public functions each of the others defines."""

    kept: list[str]
    refusals: list[str] = field(default_factory=list)
    errors: list[Diagnostic] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)  # source -> why, as the end of "it was left out because ..."
    lost: dict[str, list[str]] = field(default_factory=dict)


def split_listing(listing: str, paths: Mapping[str, Path]) -> dict[str, str]:
    """The output of ``objdump -d`` for several objects, by source."""
    parts = _EACH_FILE.split(listing)
    by_path = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {source: by_path.get(str(path), "") for source, path in paths.items()}


def sift(lab: LabObjects) -> Sifted:
    """Choose among the objects of one lab."""
    return _Sieve(lab).sifted()


class _Sieve:
    def __init__(self, lab: LabObjects) -> None:
        self._lab = lab
        self._heads = {source: functions_in(text) for source, text in lab.uncompiled.items()}
        self._objects: dict[str, ObjectFile] = {}
        self._result = Sifted(list(lab.paths))
        self._result.left_out = dict.fromkeys(lab.uncompiled, "it does not compile")
        self._started = time.process_time()
        self._names = dict.fromkeys(lab.paths, _NOTHING)
        self._names.update({source: _names(lab.paths[source]) for source in self._readable()})

    def sifted(self) -> Sifted:
        self._refuse()
        self._drop_what_is_defined_twice()
        self._drop_what_lacks_something()
        self._tell_what_is_lost()
        return self._result

    def _readable(self) -> Iterable[str]:
        """The sources whose objects we read. Together they have as many names as one lab may have."""
        room = NAMES_MAX
        for source, path in self._lab.paths.items():
            number = names_in(path)
            if number <= room:
                room -= number
                yield source
            else:
                told = f"{source}: the files of this lab have more than {NAMES_MAX:,} names, which is refused."
                self._result.refusals.append(told)
                self._leave_out(source, "it was refused")

    def _refuse(self) -> None:
        defined = frozenset().union(*(names.defined for names in self._names.values()))
        for source in list(self._result.kept):
            needed = self._names[source].needed
            promised = {name for name in needed if name in defined or self._written_in_uncompiled(name)}
            permissions = replace(self._lab.permissions, allowed=self._lab.permissions.allowed | promised)
            places = len(self._result.refusals) < REFUSALS_MAX and self._has_time
            found = inspect(self._lab.paths[source], self._lab.listings[source], permissions, places=places)
            self._result.refusals += [told if source in told else f"{source}: {told}" for told in found]
            if found:
                self._leave_out(source, "it was refused")

    @property
    def _has_time(self) -> bool:
        return time.process_time() - self._started < _PLACES_SECONDS

    def _written_in_uncompiled(self, name: str) -> str:
        return next((source for source, heads in self._heads.items() if name in heads), "")

    def _drop_what_is_defined_twice(self) -> None:
        owners: dict[str, list[str]] = defaultdict(list)
        for source in self._result.kept:
            for name in self._names[source].strong:
                owners[name].append(source)
        for name, sources in sorted(owners.items()):
            if len(sources) > 1:
                if len(self._result.errors) < REFUSALS_MAX:
                    first, second = (self._definition(source, name) for source in sources[:2])
                    told = f"{one_line(name)} is defined here and in {first}: keep one of them, or make both static"
                    self._error(second, told)
                for source in sources:
                    self._leave_out(source, f"{one_line(name)} is defined more than once")

    def _definition(self, source: str, name: str) -> str:
        """``udp/x.c:12``, or the file alone."""
        return self._object(source).definition_of(name).strip(" ()") or source

    def _object(self, source: str) -> ObjectFile:
        if source not in self._objects:
            self._objects[source] = ObjectFile(self._lab.paths[source], places=self._has_time)
        return self._objects[source]

    def _drop_what_lacks_something(self) -> None:
        """Leave out each source that needs a name which nobody defines any more, until none is left."""
        allowed = self._lab.permissions.allowed
        defined = Counter(name for source in self._result.kept for name in self._names[source].defined)
        users: dict[str, list[str]] = defaultdict(list)
        for source in self._result.kept:
            for name in self._names[source].needed - allowed:
                users[name].append(source)
        lacking = sorted((name for name in users if not defined[name]), reverse=True)
        while lacking:
            name = lacking.pop()
            for source in (user for user in users[name] if user in self._result.kept):
                self._tell_lack(source, name)
                gone = self._names[source].defined
                defined.subtract(gone)
                lacking += sorted(lost for lost in gone if not defined[lost] and lost in users)

    def _tell_lack(self, source: str, name: str) -> None:
        used, owner = self._object(source).use_of(name), self._owner(name)
        told = f"{one_line(name)} is used{used}, but {owner} defines it and was left out: repair {owner}"
        self._error(source, told)
        self._leave_out(source, f"it needs {one_line(name)} from {owner}")

    def _owner(self, name: str) -> str:
        found = (source for source, names in self._names.items() if name in names.defined)
        return next(found, "") or self._written_in_uncompiled(name) or "another file"

    def _tell_what_is_lost(self) -> None:
        kept = frozenset().union(*(self._names[source].functions for source in self._result.kept))
        missing = [name for name in self._lab.permissions.api if name not in kept]
        for source in self._result.left_out:
            own = self._heads.get(source) or self._names.get(source, _NOTHING).defined
            self._result.lost[source] = [name for name in missing if name in own]

    def _leave_out(self, source: str, why: str) -> None:
        if source in self._result.kept:
            self._result.kept.remove(source)
            self._result.left_out[source] = why

    def _error(self, place: str, message: str) -> None:
        file, _, line = place.partition(":")
        number = int(line) if line.isdecimal() else 0
        self._result.errors.append(Diagnostic(severity="error", file=file, line=number, column=0, message=message))


def _names(path: Path) -> Names:
    try:
        return ObjectFile(path).names
    except Exception:  # a hostile object can cause any exception in the reader; the inspection refuses it
        return _NOTHING


def functions_in(text: str) -> frozenset[str]:
    """The functions that a source which was not compiled looks as if it defined. The cost is linear."""
    return frozenset(found[1] for found in _HEAD.finditer(text))


def left_out_lines(sifted: Sifted) -> list[str]:
    """One line for each source that is not linked: why, and which public functions are lost with it."""
    lines = []
    for source, why in sorted(sifted.left_out.items()):
        lost = sifted.lost.get(source, [])
        what = f"; lost with it: {', '.join(lost)}" if lost else ""
        lines.append(f"{source} was left out, because {why}{what}")
    return lines
