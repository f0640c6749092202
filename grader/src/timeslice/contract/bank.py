"""The tests of the bank, from two sources: the list of the built bank, and the declarations in C."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from timeslice.contract.clause import ClauseId, addresses_at_the_start
from timeslice.contract.kit import Kit
from timeslice.errors import KitError


@dataclass(frozen=True)
class BankTest:
    """One test, as ``bank --list`` prints it."""

    suite: str
    test: str
    addresses: tuple[str, ...]  # the sentences at which it looks
    adds: str  # what it adds to these sentences
    file: str
    line: int
    timeout: float

    @property
    def clause(self) -> ClauseId | None:
        """The clause whose points it earns: that of its first address."""
        return ClauseId.at_the_start(self.addresses[0]) if self.addresses else None

    @property
    def name(self) -> str:
        """The test's name in grades: ``suite/test``."""
        return f"{self.suite}/{self.test}"

    @property
    def lab(self) -> str:
        """The lab that it tests: the folder of its file in ``tests/``."""
        return Path(self.file).parent.name

    @property
    def memory_key(self) -> str:
        """The memory key of its clause."""
        return self.clause.memory_key if self.clause else ""


def bank_tests(kit: Kit) -> tuple[BankTest, ...]:
    """Every test in the order of the bank. Raises KitError if the kit is not built or the bank is broken."""
    kit.require_built()
    return _tests(kit.objects / "reference")


@cache
def _tests(bank: Path) -> tuple[BankTest, ...]:
    try:
        listing = subprocess.run([bank, "--list"], capture_output=True, timeout=60, check=True).stdout
        tests = tuple(map(_listed, map(json.loads, listing.splitlines())))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise KitError(f"the bank cannot list its tests ({bank} --list: {error}): run make again") from error
    if not tests:
        raise KitError(f"the bank has no tests ({bank} --list printed nothing): run make again")
    return tests


def _listed(told: dict[str, str]) -> BankTest:
    """The test in one line of the list."""
    addresses = addresses_at_the_start(f"{told['addresses']}: ")
    if not addresses:
        raise ValueError(f"{told['test']} has no address")
    line, timeout = int(told["line"]), float(told["timeout"])
    return BankTest(told["suite"], told["test"], addresses, told["adds"], told["file"], line, timeout)


def watched_tests(tests: Iterable[BankTest]) -> frozenset[str]:
    """The tests that also run under Valgrind: the first test of each clause.

    Valgrind takes longer for one test than the sanitizers, which run with all tests. It sees one more kind of error,
    values that were never set. The first tests of all clauses reach nearly all code that the others reach."""
    first: dict[str, BankTest] = {}
    for test in sorted(tests, key=lambda test: (test.file, test.line)):
        first.setdefault(test.clause or test.name, test)
    return frozenset(test.name for test in first.values())


_DECLARED = re.compile(
    r"""\b(?:Test\(|ParameterizedTest\([^,]+,|Theory\(\([^)]*\),)\s*(\w+)\s*,\s*(\w+)
        (?:(?!\n\}).)*?\.description\s*=\s*((?:"(?:[^"\\]|\\.)*"\s*)+)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class DeclaredTest:
    """A test as its source declares it. This works before the kit is built."""

    name: str  # suite/test
    description: str
    file: str  # relative to the kit
    line: int

    @property
    def clause(self) -> ClauseId | None:
        """The clause at the start of its description. The test earns the points of this clause."""
        return ClauseId.at_the_start(self.description)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of all sentences at which it looks."""
        return addresses_at_the_start(self.description)


def declared_tests(kit: Kit, lab: str) -> list[DeclaredTest]:
    """The tests of a lab that have a description, in the order of files and lines."""
    found = []
    for path in sorted((kit.root / "tests" / lab).glob("*.c")):
        text = path.read_text("utf-8", "replace")
        for match in _DECLARED.finditer(text):
            description = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match[3]))
            line = text.count("\n", 0, match.start()) + 1
            found.append(DeclaredTest(f"{match[1]}/{match[2]}", description, str(path.relative_to(kit.root)), line))
    return found
