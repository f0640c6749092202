"""Inspects a submission's object files before the link: refuses code that could forge a verdict or escape the tests.

An object comes from the plain build: it has no constructors and symbols for coverage. It holds one source, or all
sources of a lab (combined by ``ld -r``). Each refusal is a message for the student. It names the symbol or section,
and the function and line if they are known.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection

from timeslice.contract.assignment import Permissions
from timeslice.untrusted import one_line, read_ordinary

REFUSALS_MAX = 50
_OBJECT_MAX = 64 << 20  # bytes of an object file
NAMES_MAX = 50_000  # symbols, and sections, of an object
_VARIABLES_MAX = 256 << 20  # bytes of all variables of an object: a process has a limit too
_SYMBOL = 24  # bytes of a symbol in its table
_THREADS_MAX = 1 << 20  # bytes of thread-local variables: each thread has its own copy, on its stack
_DEBUG_MAX = 2 << 20  # bytes of debug information that we read; if there are more, messages do not name the line
_RUNS_BY_ITSELF = re.compile(r"\.(init_array|fini_array|preinit_array|ctors|dtors|init|fini)(\.|$)")
_OF_CRITERION = re.compile(r"cr_")
_OF_THE_TOOLS = re.compile(
    r"(criterion_|cri?_|cr_|bxf_|bxfi_|nn_|pb_|git_|__gcov|gcov_|__llvm_|llvm_|__asan|__lsan|__ubsan|__tsan|__msan"
    r"|__sanitizer|__interceptor|_vg|VALGRIND|__wrap_|__real_|narration_page|timeslice_)"
)
_ENTRY_POINTS = {"main", "_start", "_init", "_fini"}
# rol $3, $13, $61 and $51 of %rdi: every request to Valgrind begins so, and no other code does.
_VALGRIND_REQUEST = bytes.fromhex("48c1c70348c1c70d48c1c73d48c1c733")
_RAW_CALL = re.compile(r"^\s*([0-9a-f]+):\s+(?:[a-z0-9]+ )?(syscall|sysenter|int\s+\$0x80)\b")
_LABEL = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_SECTION = re.compile(r"^Disassembly of section (.+):$")
_EXECUTABLE, _WRITABLE, _ALLOCATED = 4, 1, 2
_OF_THREADS, _COMPRESSED = 0x400, 0x800
_IFUNC = ("STT_LOOS", "STT_GNU_IFUNC", 10)
_CODE = ("STT_FUNC", "STT_NOTYPE")  # assembly may give no type


@dataclass(frozen=True)
class _Use:
    """Where a symbol is used: the section's index and the offset in it."""

    section: int
    offset: int


@dataclass(frozen=True)
class _Relocation:
    """A place into which the linker writes the address of a symbol."""

    use: _Use
    symbol: int  # its number
    addend: int


@dataclass(frozen=True)
class Names:
    """The names that an object shares with other objects."""

    functions: frozenset[str]  # functions that other objects can call
    defined: frozenset[str]  # functions and variables that other objects can use
    strong: frozenset[str]  # names in `defined` that only one object may define
    needed: frozenset[str]  # names that another object must define


def names_in(path: Path) -> int:
    """How many symbols and sections the object at ``path`` has. It reads only their tables' sizes.

    0 if it cannot be read: the inspection refuses it."""
    try:
        elf: Any = ELFFile(BytesIO(read_ordinary(path, _OBJECT_MAX)))
        sections: int = elf.num_sections()
        if sections > NAMES_MAX:
            return sections
        headers = (elf._get_section_header(number) for number in range(sections))
        sizes: list[int] = [header["sh_size"] for header in headers if header["sh_type"] == "SHT_SYMTAB"]
        return sections + sum(sizes) // _SYMBOL
    except Exception:  # a hostile object can cause any exception in the reader of objects
        return 0


def inspect(path: Path, listing: str, permissions: Permissions, *, places: bool = True) -> list[str]:
    """The faults of the relocatable object at ``path``, one message for each. If there is none, it may be linked.

    ``listing`` is the output of ``objdump -d`` for this object. ``places``: name the lines in the source."""
    try:
        return list(islice(ObjectFile(path, places=places).refusals(listing, permissions), REFUSALS_MAX))
    except Exception as error:  # a hostile object can cause any exception in the reader of objects
        return [f"The compiled object cannot be inspected ({one_line(str(error))}): remove inline assembly."]


class ObjectFile:
    """One relocatable object with its sections and symbols."""

    def __init__(self, path: Path, *, places: bool = True) -> None:
        """Read the object at ``path``. If it is not an object, the exceptions of the ELF reader come through.

        ``places``: find the lines of the source when they are asked for."""
        self._places = places
        self._elf: Any = ELFFile(BytesIO(read_ordinary(path, _OBJECT_MAX)))
        table: Any = self._elf.get_section_by_name(".symtab")
        if max(self._elf.num_sections(), table.num_symbols() if table else 0) > NAMES_MAX:
            raise ValueError(f"it has more than {NAMES_MAX:,} names")
        self._sections = list(self._elf.iter_sections())
        self._symbols: list[Any] = list(table.iter_symbols()) if table else []

    @property
    def names(self) -> Names:
        """The names that it defines for other objects, and the names that it needs from them."""
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

    def refusals(self, listing: str, permissions: Permissions) -> Iterator[str]:
        """Every reason not to link it."""
        yield from self._of_sections()
        yield from self._of_sizes()
        yield from self._of_definitions(permissions.api)
        yield from self._of_uses(permissions)
        yield from self._raw_calls(listing)

    def use_of(self, name: str) -> str:
        """`` in f (udp/x.c:12)`` for its first use of the symbol ``name``. Unknown parts are left out."""
        return self._where(self._undefined.get(name, 0))

    def definition_of(self, name: str) -> str:
        """`` (udp/x.c:12)``: where it defines the function ``name``. Empty if that is not known."""
        symbol = self._functions.get(name)
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
                use = self._first_pointers.get(number)
                whose = f" ({self._place(use).strip()})" if use and self._place(use) else ""
                yield (
                    f"Section {name}{whose}: constructors and destructors are refused, because they run outside of "
                    "every test. Remove them."
                )
            elif _OF_CRITERION.match(section.name):
                yield (
                    f"Section {name} belongs to the test framework: a submission must not register tests. Move tests, "
                    "and every file that includes <criterion/...>, out of the lab's folder."
                )
            elif section.name == ".note.GNU-stack" and flags & _EXECUTABLE:
                yield (
                    "The code needs an executable stack, which is refused. The usual cause is a pointer to a nested "
                    "function: write an ordinary function instead."
                )
            elif flags & _EXECUTABLE and flags & _WRITABLE:
                yield f"Section {name} is both writable and executable, which is refused. Remove it."
            if flags & _ALLOCATED and flags & _COMPRESSED:
                yield f"Section {name} is compressed, but it holds code or data. Remove it."
                return
            if flags & _EXECUTABLE and _VALGRIND_REQUEST in section.data():
                yield f"Section {name} holds a request to Valgrind, which is refused. Do not use Valgrind's headers."

    def _of_sizes(self) -> Iterator[str]:
        """Variables that are too large to load: they would end the bank before the first test."""
        sizes = {True: 0, False: 0}
        for section in (s for s in self._sections if s["sh_flags"] & _ALLOCATED):
            sizes[bool(section["sh_flags"] & _OF_THREADS)] += section["sh_size"]
        sizes[False] += sum(symbol["st_size"] for symbol in self._symbols if symbol["st_shndx"] == "SHN_COMMON")
        for of_threads, limit, what in (
            (False, _VARIABLES_MAX, "variables"),
            (True, _THREADS_MAX, "thread-local variables"),
        ):
            if sizes[of_threads] > limit:
                told = f"{sizes[of_threads] >> 20:,} MiB of {what}, but the limit is {limit >> 20} MiB"
                yield f"The code has {told}. Use malloc for large memory."

    def _of_definitions(self, api: Collection[str]) -> Iterator[str]:
        for symbol in self._symbols:
            name, kind = symbol.name, symbol["st_info"]["type"]
            if symbol["st_shndx"] == "SHN_UNDEF":
                continue
            where = self.definition_of(name) if name in _ENTRY_POINTS else ""
            if kind in _IFUNC:
                yield (
                    f"{one_line(name)} is an indirect function (ifunc), which is refused, because it runs before main. "
                    "Write an ordinary function."
                )
            elif name in _ENTRY_POINTS and kind != "STT_FILE":
                yield f"{name} is defined{where}, but the tests have their own. Move yours out of the lab's folder."
            elif symbol["st_info"]["bind"] == "STB_LOCAL":
                continue
            elif _OF_THE_TOOLS.match(name):
                yield (
                    f"{one_line(name)} is defined, but this name belongs to the test framework or its tools. "
                    "Choose another name."
                )
            elif name in api and not self._is_function(symbol):
                yield f"{name} is defined, but not as a function. Write it as its header declares it."

    def _of_uses(self, permissions: Permissions) -> Iterator[str]:
        for number, symbol in enumerate(self._symbols):
            if number == 0 or symbol["st_shndx"] != "SHN_UNDEF" or symbol.name in permissions.allowed:
                continue
            where = self._where(number)
            if _OF_THE_TOOLS.match(symbol.name):
                yield (
                    f"{one_line(symbol.name)} is used{where}, but it belongs to the test framework or its tools. "
                    "Do not use it."
                )
            else:
                why = permissions.reasons.get(
                    symbol.name, "no family in spec/families.toml has this name, check its spelling"
                )
                yield f"{one_line(symbol.name)} is used{where}: {why}."

    def _raw_calls(self, listing: str) -> Iterator[str]:
        function, section = "?", 0
        numbers = {name: number for number, name in reversed(list(enumerate(s.name for s in self._sections)))}
        for line in StringIO(listing):
            if label := _LABEL.match(line):
                function = one_line(label[1])
            elif heading := _SECTION.match(line):
                section = numbers.get(heading[1], 0)
            elif found := _RAW_CALL.match(line):
                told = self._line(_Use(section, int(found[1], 16)))
                where = f" ({told})" if told else ""
                yield (
                    f"{function} holds the instruction {found[2]}{where}, which is refused. "
                    "Make system calls through the C library."
                )

    # ---- the place of a symbol, in words ----

    def _where(self, symbol: int) -> str:
        use = self._first_uses.get(symbol) if symbol else None
        return self._place(use) if use else ""

    def _place(self, use: _Use) -> str:
        """`` in f (udp/x.c:12)`` for a place in the object. Unknown parts are left out."""
        name = self._ranges.get(use.section, _Ranges(())).of(use.offset)
        function = f" in {one_line(name)}" if name else ""
        line = self._line(use)
        return f"{function} ({line})" if line else function

    @cached_property
    def _undefined(self) -> dict[str, int]:
        """The numbers of the undefined symbols, by name."""
        return {s.name: n for n, s in reversed(list(enumerate(self._symbols))) if s["st_shndx"] == "SHN_UNDEF"}

    @cached_property
    def _functions(self) -> dict[str, Any]:
        """The symbols of functions that it defines, by name."""
        return {symbol.name: symbol for symbol in reversed(self._symbols) if self._is_function(symbol)}

    @cached_property
    def _ranges(self) -> dict[int, _Ranges]:
        """The names of functions by their place, for each section."""
        found: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        for symbol in self._symbols:
            if symbol["st_info"]["type"] == "STT_FUNC" and isinstance(symbol["st_shndx"], int):
                start = symbol["st_value"]
                found[symbol["st_shndx"]].append((start, start + symbol["st_size"], symbol.name))
        return {section: _Ranges(ranges) for section, ranges in found.items()}

    def _relocations(self) -> Iterator[_Relocation]:
        """The relocations in sections that are loaded."""
        for section in self._sections:
            target = section["sh_info"] if isinstance(section, RelocationSection) else 0
            if target and self._sections[target]["sh_flags"] & _ALLOCATED:
                for offset, info, addend in struct.iter_unpack("<QQq", section.data()):
                    yield _Relocation(_Use(target, offset), info >> 32, addend)

    @cached_property
    def _first_uses(self) -> dict[int, _Use]:
        """The first use of each symbol, by the symbol's number."""
        uses: dict[int, _Use] = {}
        for relocation in self._relocations():
            if self._sections[relocation.use.section].name != ".eh_frame":
                uses.setdefault(relocation.symbol, relocation.use)
        return uses

    @cached_property
    def _first_pointers(self) -> dict[int, _Use]:
        """The target of the first pointer in each section that runs by itself, by the section's number."""
        targets: dict[int, _Use] = {}
        for relocation in self._relocations():
            symbol = self._symbols[relocation.symbol]
            if relocation.use.section not in targets and isinstance(symbol["st_shndx"], int):
                place = _Use(symbol["st_shndx"], symbol["st_value"] + relocation.addend)
                targets[relocation.use.section] = place
        return targets

    def _line(self, use: _Use) -> str:
        """``udp/x.c:12`` from the line table. Before the link, the table has offsets in .text."""
        if self._sections[use.section].name != ".text":
            return ""
        return self._lines.of(use.offset)

    @cached_property
    def _lines(self) -> _Ranges:
        """Each line of code: its first offset in .text, the first offset after it, and its place in the source."""
        sizes = [section["sh_size"] for section in self._sections if section.name.startswith((".debug", ".rela.debug"))]
        packed = any(section["sh_flags"] & _COMPRESSED for section in self._sections)
        if not self._places or packed or sum(sizes) > _DEBUG_MAX:
            return _Ranges(())
        try:
            return _Ranges(_lines_of(self._elf.get_dwarf_info()))
        except Exception:  # without a readable line table, messages do not name the line
            return _Ranges(())


class _Ranges:
    """Names by ranges of offsets. If ranges overlap, the one that starts last counts."""

    def __init__(self, ranges: Iterable[tuple[int, int, str]]) -> None:
        """Each range has its first offset, the first offset after it, and its name."""
        self._sorted = sorted(ranges, key=lambda one: one[0])
        self._starts = [start for start, _, _ in self._sorted]

    def of(self, offset: int) -> str:
        """The name of the range that holds the offset, or an empty text."""
        at = bisect_right(self._starts, offset) - 1
        return self._sorted[at][2] if at >= 0 and offset < self._sorted[at][1] else ""


def _lines_of(dwarf: Any) -> Iterator[tuple[int, int, str]]:
    read: set[int] = set()
    for unit in dwarf.iter_CUs():
        at = unit.get_top_DIE().attributes.get("DW_AT_stmt_list")
        if at is None or at.value in read:  # hostile units may share one long table
            continue
        read.add(at.value)
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
    """The public functions that the object does not define, in the order of the assignment."""
    functions = ObjectFile(path).names.functions
    return [name for name in api if name not in functions]
