"""The kit on disk: where its parts stand, which tests its bank holds, and which versions of tools it works with."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from timeslice import __version__
from timeslice.errors import KitError

TRIPWIRE = "TRIPWIRE"


@dataclass(frozen=True)
class BankTest:
    """One test of the bank, as ``bank --list`` tells of it. ``clause`` is ``TRIPWIRE`` for a tripwire."""

    suite: str
    test: str
    clause: str
    sentence: str
    file: str
    line: int
    timeout: float

    @property
    def name(self) -> str:
        """The test's name in grades: ``suite/test``."""
        return f"{self.suite}/{self.test}"

    @property
    def is_tripwire(self) -> bool:
        """True for a test that fails on purpose and that no honest submission can make pass."""
        return self.clause == TRIPWIRE

    @property
    def lab(self) -> str:
        """The lab that it tests: the folder of its file below ``tests/``."""
        return Path(self.file).parent.name

    @property
    def area(self) -> str:
        """The middle of the clause id: ``RX`` of ``UDP-RX-003``; empty for a tripwire."""
        parts = self.clause.split("-")
        return parts[1] if len(parts) == 3 else ""


@dataclass(frozen=True)
class Kit:
    """The folders and files of one kit. Only ``root`` is given; the rest follows from the layout of the repository."""

    root: Path

    @property
    def assignment(self) -> Path:
        """What is asked of a submission, and what it is worth."""
        return self.root / "spec" / "assignment.toml"

    @property
    def include(self) -> Path:
        """The public headers: all that a submission sees of the kit."""
        return self.root / "spec" / "include"

    @property
    def template(self) -> Path:
        """What students start from, and what fills in for functions that a submission lacks."""
        return self.root / "student_template"

    @property
    def reference(self) -> Path:
        """The implementation that the spec describes."""
        return self.root / "reference"

    @property
    def control(self) -> Path:
        """A solution with known memory errors, by which it is seen that Valgrind sees."""
        return self.root / "tests" / "control"

    @property
    def objects(self) -> Path:
        """What the Makefile built once for all submissions."""
        return self.root / "build" / "kit"

    def require_built(self) -> None:
        """Raise KitError unless ``make`` has built what a submission is linked with."""
        for name in ("bank.o", "link.args", "coverage.args", "memcheck.supp", "reference", "template"):
            if not (self.objects / name).exists():
                raise KitError(f"the kit is not built: {self.objects / name} is missing: run make in {self.root}")

    def tests(self) -> tuple[BankTest, ...]:
        """Every test of the bank in its own order. Raises KitError where the kit is not built or its bank is broken."""
        self.require_built()
        return _tests(self.objects / "reference")


@cache
def _tests(bank: Path) -> tuple[BankTest, ...]:
    try:
        listing = subprocess.run([bank, "--list"], capture_output=True, timeout=60, check=True).stdout
        tests = tuple(
            BankTest(d["suite"], d["test"], d["clause"], d["sentence"], d["file"], int(d["line"]), float(d["timeout"]))
            for d in map(json.loads, listing.splitlines())
        )
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise KitError(f"the kit's bank cannot list its tests ({bank} --list: {error}): run make again") from error
    if not tests:
        raise KitError(f"the kit's bank holds no test ({bank} --list printed nothing): run make again")
    return tests


def find_kit(start: Path | None = None) -> Kit:
    """Find the kit: ``TIMESLICE_KIT``, or the first folder upwards of ``start`` (default: this file, then the working
    directory) that has ``spec/assignment.toml``. Raises KitError where there is none."""
    named = os.environ.get("TIMESLICE_KIT")
    if named:
        if not (Path(named) / "spec" / "assignment.toml").is_file():
            raise KitError(f"TIMESLICE_KIT is {named!r}, where no spec/assignment.toml is: set it to the kit's folder")
        return Kit(Path(named).resolve())
    for origin in [start] if start else [Path(__file__), Path.cwd()]:
        for folder in origin.resolve().parents if origin.is_file() else (origin.resolve(), *origin.resolve().parents):
            if (folder / "spec" / "assignment.toml").is_file():
                return Kit(folder)
    raise KitError("the kit was not found: set TIMESLICE_KIT to the folder that holds spec/assignment.toml")


_DECLARED = re.compile(
    r"""\b(?:Test\(|ParameterizedTest\([^,]+,|Theory\(\([^)]*\),)\s*(\w+)\s*,\s*(\w+)
        (?:(?!\n\}).)*?\.description\s*=\s*((?:"(?:[^"\\]|\\.)*"\s*)+)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class DeclaredTest:
    """A test as its source declares it, for those who have not built the kit."""

    name: str  # suite/test
    description: str
    file: str  # relative to the kit
    line: int

    @property
    def clause(self) -> str:
        """What stands before the description's first colon."""
        return self.description.partition(":")[0]


def declared_tests(kit: Kit, lab: str) -> list[DeclaredTest]:
    """The tests of a lab that have a description, in the order of their files and lines."""
    found = []
    for path in sorted((kit.root / "tests" / lab).glob("*.c")):
        text = path.read_text("utf-8", "replace")
        for match in _DECLARED.finditer(text):
            description = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match[3]))
            line = text.count("\n", 0, match.start()) + 1
            found.append(DeclaredTest(f"{match[1]}/{match[2]}", description, str(path.relative_to(kit.root)), line))
    return found


@cache
def versions(cc: str) -> dict[str, str]:
    """The versions of everything that a grade depends on, ``cc`` being the compiler; asked once per process."""
    return {
        "timeslice": __version__,
        "compiler": _first_line(cc, "--version"),
        "linker": _first_line("ld", "--version"),
        "valgrind": _first_line("valgrind", "--version"),
        "criterion": _criterion(cc),
        "bubblewrap": _first_line("bwrap", "--version"),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }


def _criterion(cc: str) -> str:
    """The version of the library that ``cc`` links: it stands in a file beside it."""
    library = Path(_first_line(cc, "-print-file-name=libcriterion.a"))
    try:
        told = (library.parent / "pkgconfig" / "criterion.pc").read_text("utf-8", "replace")
    except OSError:
        return "unknown"
    version = re.search(r"^Version: *(\S+)$", told, re.MULTILINE)
    return version[1] if version else "unknown"


def _first_line(*command: str) -> str:
    try:
        told = subprocess.run(command, capture_output=True, timeout=20, check=True, text=True, errors="replace").stdout
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return told.splitlines()[0].strip() if told.strip() else "unknown"
