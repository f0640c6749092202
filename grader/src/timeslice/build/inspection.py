"""Inspects a submission's object files before they are linked: refuses what could forge a verdict or escape the tests.

An object is of the plain build, one source's or all of a lab combined by ``ld -r``, without coverage's own constructors
and symbols. Each refusal is a sentence for the student that names the symbol or section and, where it is known, the
function and line.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection

from timeslice.contract.assignment import Rules
from timeslice.untrusted import one_line, read_ordinary

REFUSALS_MAX = 50
_OBJECT_MAX = 64 << 20  # bytes of an object file
_NAMES_MAX = 50_000  # symbols, and sections, of an object
_VARIABLES_MAX = 256 << 20  # bytes of all variables of an object: a process has a limit too
_THREADS_MAX = 1 << 20  # bytes of the variables that each thread has anew: they are taken from its stack
_LINES_MAX = 1 << 20  # bytes of a line table that is read; a longer one only costs the line in a message
_RUNS_BY_ITSELF = re.compile(r"\.(init_array|fini_array|preinit_array|ctors|dtors|init|fini)(\.|$)")
_OF_CRITERION = re.compile(r"cr_")
_OF_THE_TOOLS = re.compile(
    r"(criterion_|cri?_|cr_|bxf_|bxfi_|nn_|pb_|git_|__gcov|gcov_|__llvm_|llvm_|__asan|__lsan|__ubsan|__tsan|__msan"
    r"|__sanitizer|__interceptor|_vg|VALGRIND|__wrap_|__real_|narration_page|timeslice_)"
)
_ENTRY_POINTS = {"main", "_start", "_init", "_fini"}
# rol $3, $13, $61 and $51 of %rdi: the preamble of a request to Valgrind, which means nothing anywhere else.
_VALGRIND_REQUEST = bytes.fromhex("48c1c70348c1c70d48c1c73d48c1c733")
_RAW_CALL = re.compile(r"^\s*([0-9a-f]+):\s+(?:[a-z0-9]+ )?(syscall|sysenter|int\s+\$0x80)\b")
_LABEL = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_SECTION = re.compile(r"^Disassembly of section (.+):$")
_EXECUTABLE, _WRITABLE, _ALLOCATED = 4, 1, 2
_OF_THREADS = 0x400
_IFUNC = ("STT_LOOS", "STT_GNU_IFUNC", 10)
_CODE = ("STT_FUNC", "STT_NOTYPE")  # assembly may leave the type away


@dataclass(frozen=True)
class _Use:
    """Where a symbol is used: the section's index and the offset in it."""

    section: int
    offset: int


@dataclass(frozen=True)
class _Relocation:
    """A place that gets the address of a symbol when it is known."""

    use: _Use
    symbol: int  # its number
    addend: int


@dataclass(frozen=True)
class Names:
    """The names by which an object and others meet."""

    functions: frozenset[str]  # functions that others can call
    defined: frozenset[str]  # all that others can use: functions and variables
    strong: frozenset[str]  # those of them that only one object may define
    needed: frozenset[str]  # what another has to define


def inspect(path: Path, listing: str, rules: Rules) -> list[str]:
    """What is wrong with the relocatable object at ``path``, a sentence each; nothing means that it may be linked.

    ``listing`` is what ``objdump -d`` printed of it."""
    try:
        return list(islice(ObjectFile(path).refusals(listing, rules), REFUSALS_MAX))
    except Exception as error:  # whatever a hostile object does to the reader of objects
        return [f"The compiled object cannot be inspected ({one_line(str(error))}): does a source use inline assembly?"]


class ObjectFile:
    """One relocatable object with its symbols, looked at from each side."""

    def __init__(self, path: Path) -> None:
        """Read the object at ``path``. Raises what the reader of objects raises where it is not one."""
        self._elf: Any = ELFFile(BytesIO(read_ordinary(path, _OBJECT_MAX)))
        table: Any = self._elf.get_section_by_name(".symtab")
        if max(self._elf.num_sections(), table.num_symbols() if table else 0) > _NAMES_MAX:
            raise ValueError(f"it has more than {_NAMES_MAX:,} names")
        self._sections = list(self._elf.iter_sections())
        self._symbols: list[Any] = list(table.iter_symbols()) if table else []

    @property
    def names(self) -> Names:
        """What it defines for others, and what it needs of them."""
        shared = [s for s in self._symbols if s.name and s["st_info"]["bind"] != "STB_LOCAL"]
        defined = [s for s in shared if s["st_shndx"] != "SHN_UNDEF"]
        return Names(
            functions=frozenset(s.name for s in defined if self._is_function(s)),
            defined=frozenset(s.name for s in defined),
            strong=frozenset(
                s.name for s in defined if s["st_info"]["bind"] == "STB_GLOBAL" and s["st_shndx"] != "SHN_COMMON"
            ),
            needed=frozenset(s.name for s in shared if s["st_shndx"] == "SHN_UNDEF"),
        )

    def refusals(self, listing: str, rules: Rules) -> Iterator[str]:
        """Every reason not to link it."""
        yield from self._of_sections()
        yield from self._of_sizes()
        yield from self._of_definitions(rules.api)
        yield from self._of_uses(rules)
        yield from self._raw_calls(listing)

    def use_of(self, name: str) -> str:
        """`` in f (udp/x.c:12)`` for its first use of the symbol ``name``, as far as it is known."""
        number = next((n for n, s in enumerate(self._symbols) if s.name == name and s["st_shndx"] == "SHN_UNDEF"), 0)
        return self._where(number)

    def definition_of(self, name: str) -> str:
        """`` (udp/x.c:12)`` where it defines the function ``name``; empty where that is not known."""
        symbol = next((s for s in self._symbols if s.name == name and self._is_function(s)), None)
        line = self._line(_Use(symbol["st_shndx"], symbol["st_value"])) if symbol else ""
        return f" ({line})" if line else ""

    def _is_function(self, symbol: Any) -> bool:
        section = symbol["st_shndx"]
        return (
            isinstance(section, int)
            and section < len(self._sections)
            and symbol["st_info"]["type"] in _CODE
            and bool(self._sections[section]["sh_flags"] & _EXECUTABLE)
        )

    def _of_sections(self) -> Iterator[str]:
        for number, section in enumerate(self._sections):
            name, flags = one_line(section.name), section["sh_flags"]
            if _RUNS_BY_ITSELF.match(section.name):
                use = self._pointed_at(number)
                whose = f" ({self._place(use).strip()})" if use and self._place(use) else ""
                yield f"Section {name}{whose}: constructors and destructors run outside of every test; remove them."
            elif _OF_CRITERION.match(section.name):
                yield (
                    f"Section {name} belongs to the test framework: a submission must not register tests. Keep tests, "
                    "and what includes <criterion/...>, outside of the lab's folder."
                )
            elif section.name == ".note.GNU-stack" and flags & _EXECUTABLE:
                yield "The code asks for an executable stack (is the address of a nested function taken?); remove that."
            elif flags & _EXECUTABLE and flags & _WRITABLE:
                yield f"Section {name} is both writable and executable; remove it."
            if flags & _EXECUTABLE and _VALGRIND_REQUEST in section.data():
                yield f"Section {name} holds a request to Valgrind; build without Valgrind's headers."

    def _of_sizes(self) -> Iterator[str]:
        """What could not be loaded: it would end the bank before the first test."""
        sizes = {True: 0, False: 0}
        for section in (s for s in self._sections if s["sh_flags"] & _ALLOCATED):
            sizes[bool(section["sh_flags"] & _OF_THREADS)] += section["sh_size"]
        sizes[False] += sum(symbol["st_size"] for symbol in self._symbols if symbol["st_shndx"] == "SHN_COMMON")
        for of_threads, limit, what in (
            (False, _VARIABLES_MAX, "variables"),
            (True, _THREADS_MAX, "variables of threads"),
        ):
            if sizes[of_threads] > limit:
                told = f"{sizes[of_threads] >> 20:,} MiB of {what}, and {limit >> 20} MiB is the limit"
                yield f"The code has {told}; take memory with malloc."

    def _of_definitions(self, api: Collection[str]) -> Iterator[str]:
        for symbol in self._symbols:
            name, kind = symbol.name, symbol["st_info"]["type"]
            if symbol["st_shndx"] == "SHN_UNDEF":
                continue
            where = self.definition_of(name) if name in _ENTRY_POINTS else ""
            if kind in _IFUNC:
                yield f"{one_line(name)} is an indirect function (ifunc): it runs before main; write a plain one."
            elif name in _ENTRY_POINTS and kind != "STT_FILE":
                yield f"{name} is defined{where}: the tests bring their own; move yours out of the lab's folder."
            elif symbol["st_info"]["bind"] == "STB_LOCAL":
                continue
            elif _OF_THE_TOOLS.match(name):
                yield f"{one_line(name)} is defined, a name of the test framework or its tools; choose another name."
            elif name in api and not self._is_function(symbol):
                yield f"{name} is defined, but not as a function: write it as its header declares it."

    def _of_uses(self, rules: Rules) -> Iterator[str]:
        for number, symbol in enumerate(self._symbols):
            if number == 0 or symbol["st_shndx"] != "SHN_UNDEF" or symbol.name in rules.allowed:
                continue
            where = self._where(number)
            if _OF_THE_TOOLS.match(symbol.name):
                yield f"{one_line(symbol.name)} is used{where}: it belongs to the test framework or its tools."
            else:
                why = rules.reasons.get(symbol.name, "no family of spec/families.toml has it (is it misspelled?)")
                yield f"{one_line(symbol.name)} is used{where}: {why}."

    def _raw_calls(self, listing: str) -> Iterator[str]:
        function, section = "?", 0
        for line in listing.splitlines():
            if label := _LABEL.match(line):
                function = one_line(label[1])
            elif heading := _SECTION.match(line):
                section = next((n for n, s in enumerate(self._sections) if s.name == heading[1]), 0)
            elif found := _RAW_CALL.match(line):
                told = self._line(_Use(section, int(found[1], 16)))
                where = f" ({told})" if told else ""
                yield f"{function} holds the instruction {found[2]}{where}: system calls go through the C library."

    # ---- where something is ----

    def _where(self, symbol: int) -> str:
        use = self._first_uses.get(symbol) if symbol else None
        return self._place(use) if use else ""

    def _place(self, use: _Use) -> str:
        """`` in f (udp/x.c:12)`` for a place in the object, as far as it is known."""
        function = next((f" in {one_line(s.name)}" for s in self._symbols if self._covers(s, use)), "")
        line = self._line(use)
        return f"{function} ({line})" if line else function

    @cached_property
    def _relocations(self) -> list[_Relocation]:
        """Those of what is loaded."""
        found = []
        for section in self._sections:
            target = section["sh_info"] if isinstance(section, RelocationSection) else 0
            if target and self._sections[target]["sh_flags"] & _ALLOCATED:
                for offset, info, addend in struct.iter_unpack("<QQq", section.data()):
                    found.append(_Relocation(_Use(target, offset), info >> 32, addend))
        return found

    @cached_property
    def _first_uses(self) -> dict[int, _Use]:
        """Where each symbol is used first, by its number."""
        uses: dict[int, _Use] = {}
        for relocation in self._relocations:
            if self._sections[relocation.use.section].name != ".eh_frame":
                uses.setdefault(relocation.symbol, relocation.use)
        return uses

    def _pointed_at(self, number: int) -> _Use | None:
        """What the first pointer in the section with this number points at."""
        for relocation in (r for r in self._relocations if r.use.section == number):
            symbol = self._symbols[relocation.symbol]
            if isinstance(symbol["st_shndx"], int):
                return _Use(symbol["st_shndx"], symbol["st_value"] + relocation.addend)
        return None

    def _covers(self, symbol: Any, use: _Use) -> bool:
        start: int = symbol["st_value"]
        end: int = start + symbol["st_size"]
        is_function: bool = symbol["st_info"]["type"] == "STT_FUNC" and symbol["st_shndx"] == use.section
        return is_function and start <= use.offset < end

    def _line(self, use: _Use) -> str:
        """``udp/x.c:12`` from the line table, which speaks of offsets in .text as long as nothing is linked."""
        if self._sections[use.section].name != ".text":
            return ""
        return next((place for start, end, place in self._lines if start <= use.offset < end), "")

    @cached_property
    def _lines(self) -> list[tuple[int, int, str]]:
        """Each line of code: its first offset in .text, the offset behind it, and its place in the source."""
        table = self._elf.get_section_by_name(".debug_line")
        if not table or table["sh_size"] > _LINES_MAX:
            return []
        try:
            return list(_lines_of(self._elf.get_dwarf_info()))
        except Exception:  # a line table that cannot be read costs the line only
            return []


def _lines_of(dwarf: Any) -> Iterator[tuple[int, int, str]]:
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        before = None
        for entry in program.get_entries() if program else ():
            state = entry.state
            if before and state and not before.end_sequence:
                yield before.address, state.address, f"{_file_name(unit)}:{before.line}"
            before = state if state else before


def _file_name(unit: Any) -> str:
    attribute = unit.get_top_DIE().attributes.get("DW_AT_name")
    return one_line(attribute.value.decode("utf-8", "replace")) if attribute else "?"


def missing_functions(path: Path, api: Sequence[str]) -> list[str]:
    """The public functions that the object does not define for others, in the order of the assignment."""
    functions = ObjectFile(path).names.functions
    return [name for name in api if name not in functions]
