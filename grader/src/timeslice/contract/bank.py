"""The tests of the bank: as the built bank lists them, and as their sources declare them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from timeslice.contract.clause import ClauseId
from timeslice.contract.kit import Kit
from timeslice.errors import KitError

TRIPWIRE = "TRIPWIRE"


@dataclass(frozen=True)
class BankTest:
    """One test of the bank, as ``bank --list`` tells of it."""

    suite: str
    test: str
    clause: ClauseId | None  # that it checks; None for a tripwire
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
        return self.clause is None

    @property
    def lab(self) -> str:
        """The lab that it tests: the folder of its file below ``tests/``."""
        return Path(self.file).parent.name

    @property
    def memory_key(self) -> str:
        """The memory key of its clause; empty for a tripwire."""
        return self.clause.memory_key if self.clause else ""


def bank_tests(kit: Kit) -> tuple[BankTest, ...]:
    """Every test of the bank in its own order. Raises KitError where the kit is not built or its bank is broken."""
    kit.require_built()
    return _tests(kit.objects / "reference")


@cache
def _tests(bank: Path) -> tuple[BankTest, ...]:
    try:
        listing = subprocess.run([bank, "--list"], capture_output=True, timeout=60, check=True).stdout
        tests = tuple(map(_listed, map(json.loads, listing.splitlines())))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise KitError(f"the kit's bank cannot list its tests ({bank} --list: {error}): run make again") from error
    if not tests:
        raise KitError(f"the kit's bank holds no test ({bank} --list printed nothing): run make again")
    return tests


def _listed(told: dict[str, str]) -> BankTest:
    """A test from its line in the list."""
    clause = None if told["clause"] == TRIPWIRE else ClauseId(told["clause"])
    line, timeout = int(told["line"]), float(told["timeout"])
    return BankTest(told["suite"], told["test"], clause, told["sentence"], told["file"], line, timeout)


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
    def clause(self) -> ClauseId | None:
        """The clause that its description begins with."""
        return ClauseId.at_the_start(self.description)

    @property
    def is_tripwire(self) -> bool:
        """True for a test that fails on purpose."""
        return self.description.startswith(TRIPWIRE)


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
