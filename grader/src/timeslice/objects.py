"""Inspects a submission's object file before it is linked: refuses what could forge a verdict or escape the tests.

The object is the plain build, all sources combined by ``ld -r``, without coverage's own constructors and symbols. Each
refusal is a sentence for the student that names the symbol or section and, where it is known, the function and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.common.exceptions import DWARFError, ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection

from timeslice.printable import one_line

REFUSALS_MAX = 50
_RUNS_BY_ITSELF = re.compile(r"\.(init_array|fini_array|preinit_array|ctors|dtors|init|fini)(\.|$)")
_OF_CRITERION = re.compile(r"cr_")
_OF_THE_TOOLS = re.compile(
    r"(criterion_|cri?_|cr_|bxf_|bxfi_|nn_|pb_|git_|__gcov|gcov_|__llvm_|llvm_|__asan|__lsan|__ubsan|__tsan|__msan"
    r"|__sanitizer|__interceptor|_vg|VALGRIND|__wrap_|__real_|narration_page|timeslice_)"
)
_ENTRY_POINTS = {"main", "_start", "_init", "_fini"}
# rol $3, $13, $61 and $51 of %rdi: the preamble of a request to Valgrind, which means nothing anywhere else.
_VALGRIND_REQUEST = bytes.fromhex("48c1c70348c1c70d48c1c73d48c1c733")
_RAW_CALL = re.compile(r"^\s*[0-9a-f]+:\s+(?:[a-z0-9]+ )?(syscall|sysenter|int\s+\$0x80)\b")
_LABEL = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_EXECUTABLE, _WRITABLE, _ALLOCATED = 4, 1, 2
_IFUNC = ("STT_LOOS", "STT_GNU_IFUNC", 10)


@dataclass(frozen=True)
class _Use:
    """Where a symbol is used: the section's index and the offset in it."""

    section: int
    offset: int


def inspect(path: Path, listing: Path, allowed: frozenset[str]) -> list[str]:
    """What is wrong with the relocatable object at ``path``, a sentence each; nothing means that it may be linked.

    ``listing`` is what ``objdump -d`` printed of it, ``allowed`` the symbols that it may use."""
    try:
        with path.open("rb") as opened:
            refusals = list(_Object(ELFFile(opened)).refusals(allowed))
    except (ELFError, DWARFError, OSError, ValueError, KeyError, UnicodeDecodeError) as error:
        return [f"The compiled object cannot be inspected ({one_line(str(error))}): does a source use inline assembly?"]
    return (refusals + list(_raw_calls(listing)))[:REFUSALS_MAX]


def missing_functions(path: Path, api: Sequence[str]) -> list[str]:
    """The public functions that the object does not define, in the order of the assignment."""
    with path.open("rb") as opened:
        defined = {s.name for s in _symbols(ELFFile(opened)) if s["st_shndx"] != "SHN_UNDEF"}
    return [name for name in api if name not in defined]


def _symbols(elf: Any) -> list[Any]:
    table = elf.get_section_by_name(".symtab")
    return list(table.iter_symbols()) if table else []


class _Object:
    """One relocatable object with its symbols, looked at from each side."""

    def __init__(self, elf: Any) -> None:
        self.elf = elf
        self.sections = list(elf.iter_sections())
        self.symbols = _symbols(elf)

    def refusals(self, allowed: frozenset[str]) -> Iterator[str]:
        """Every refusal but those about single instructions."""
        yield from self._of_sections()
        yield from self._of_definitions()
        yield from self._of_uses(allowed)

    def _of_sections(self) -> Iterator[str]:
        for section in self.sections:
            name, flags = one_line(section.name), section["sh_flags"]
            if _RUNS_BY_ITSELF.match(section.name):
                yield f"Section {name}: constructors and destructors run outside of every test; remove them."
            elif _OF_CRITERION.match(section.name):
                yield f"Section {name} belongs to the test framework: a submission must not register tests."
            elif section.name == ".note.GNU-stack" and flags & _EXECUTABLE:
                yield "The code asks for an executable stack (is the address of a nested function taken?); remove that."
            elif flags & _EXECUTABLE and flags & _WRITABLE:
                yield f"Section {name} is both writable and executable; remove it."
            if flags & _EXECUTABLE and _VALGRIND_REQUEST in section.data():
                yield f"Section {name} holds a request to Valgrind; build without Valgrind's headers."

    def _of_definitions(self) -> Iterator[str]:
        for symbol in self.symbols:
            name, kind = symbol.name, symbol["st_info"]["type"]
            if symbol["st_shndx"] == "SHN_UNDEF":
                continue
            if kind in _IFUNC:
                yield f"{one_line(name)} is an indirect function (ifunc): it runs before main; write a plain one."
            elif name in _ENTRY_POINTS and kind != "STT_FILE":
                yield f"{one_line(name)} is defined: the tests bring their own; remove it."
            elif _OF_THE_TOOLS.match(name) and symbol["st_info"]["bind"] != "STB_LOCAL":
                yield f"{one_line(name)} is defined, a name of the test framework or its tools; choose another name."

    def _of_uses(self, allowed: frozenset[str]) -> Iterator[str]:
        for number, symbol in enumerate(self.symbols):
            if number == 0 or symbol["st_shndx"] != "SHN_UNDEF" or symbol.name in allowed:
                continue
            where = self._where(number)
            if _OF_THE_TOOLS.match(symbol.name):
                yield f"{one_line(symbol.name)} is used{where}: it belongs to the test framework or its tools."
            else:
                yield f"{one_line(symbol.name)} is used{where}: a submission may not use it (or it is misspelled)."

    def _where(self, symbol: int) -> str:
        """`` in f (udp/x.c:12)`` for the first use of the symbol with this number, as far as it is known."""
        use = next(self._uses(symbol), None)
        if use is None:
            return ""
        function = next((f" in {one_line(s.name)}" for s in self.symbols if self._covers(s, use)), "")
        line = self._line(use)
        return f"{function} ({line})" if line else function

    def _uses(self, symbol: int) -> Iterator[_Use]:
        for section in self.sections:
            if isinstance(section, RelocationSection):
                target = section["sh_info"]
                if self.sections[target]["sh_flags"] & _ALLOCATED and self.sections[target].name != ".eh_frame":
                    for relocation in section.iter_relocations():
                        if relocation["r_info_sym"] == symbol:
                            yield _Use(target, relocation["r_offset"])

    def _covers(self, symbol: Any, use: _Use) -> bool:
        start: int = symbol["st_value"]
        end: int = start + symbol["st_size"]
        is_function: bool = symbol["st_info"]["type"] == "STT_FUNC" and symbol["st_shndx"] == use.section
        return is_function and start <= use.offset < end

    def _line(self, use: _Use) -> str:
        """``udp/x.c:12`` from the line table, which speaks of offsets in .text as long as nothing is linked."""
        if self.sections[use.section].name != ".text" or not self.elf.has_dwarf_info():
            return ""
        dwarf = self.elf.get_dwarf_info()
        for unit in dwarf.iter_CUs():
            program = dwarf.line_program_for_CU(unit)
            if program is None:
                continue
            before = None
            for entry in program.get_entries():
                state = entry.state
                if before and state and before.address <= use.offset < state.address and not before.end_sequence:
                    return f"{_file_name(unit)}:{before.line}"
                before = state if state else before
        return ""


def _file_name(unit: Any) -> str:
    attribute = unit.get_top_DIE().attributes.get("DW_AT_name")
    return one_line(attribute.value.decode("utf-8", "replace")) if attribute else "?"


def _raw_calls(listing: Path) -> Iterator[str]:
    function = "?"
    for line in listing.read_text("utf-8", "replace").splitlines():
        label = _LABEL.match(line)
        if label:
            function = one_line(label[1])
            continue
        found = _RAW_CALL.match(line)
        if found:
            yield f"{function} holds the instruction {found[1]}: system calls go through the C library."
