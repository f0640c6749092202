"""The shell scripts that compile, combine and link a submission inside the sandbox.

Each script goes on after a step that fails, so that a student reads all errors at once. A step that succeeds marks its
output as whole.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

SWEPT_NAMES = "sweep.names"  # in the built kit: for objcopy, the functions whose calls can fail in a sweep
LIBRARIES = ("-lm", "-Wl,--as-needed", "-latomic")  # the families of spec/families.toml need these too


def target(folder: Path, source: str, suffix: str) -> Path:
    """A file of a source in a mode's ``folder``: ``.o`` is its object, ``.ok`` marks the object as whole, ``.err`` is
    the compiler's output."""
    return (folder / source).with_suffix(suffix)


def compile_each(command: Sequence[str], folder: Path, sources: Sequence[str]) -> list[str]:
    """Compile each source into ``folder``."""
    places = sorted({str((folder / source).parent) for source in sources})
    lines = [shlex.join(["mkdir", "-p", *places])]
    for source in sources:
        made, mark, said = (str(target(folder, source, suffix)) for suffix in (".o", ".ok", ".err"))
        run = shlex.join([*command, source, "-o", made])
        lines.append(f"{run} 2>{shlex.quote(said)} && : >{shlex.quote(mark)}")
    return lines


def combine(folder: Path, lab: str, sources: Sequence[str], *, listed: bool) -> str:
    """Combine the objects of ``sources`` into the lab's object, if all of them are whole. ``listed``: also list its
    instructions."""
    marks = [f"[ -e {shlex.quote(str(target(folder, source, '.ok')))} ]" for source in sources]
    part, whole, listing = (str(folder / f"{lab}{suffix}") for suffix in (".part", ".o", ".listing"))
    steps = [shlex.join(["ld", "-r", "-o", part, *(str(target(folder, source, ".o")) for source in sources)])]
    if listed:
        steps.append(f"{shlex.join(['objdump', '-d', '--no-show-raw-insn', part])} >{shlex.quote(listing)}")
    steps.append(shlex.join(["mv", part, whole]))
    said = shlex.quote(str(folder / f"{lab}.err"))
    return f"{shlex.join(['rm', '-f', whole])}; {' && '.join(marks)} && {{ {' && '.join(steps)}; }} 2>{said}"


def list_each(folder: Path, lab: str, objects: Sequence[Path]) -> str:
    """List the instructions of each object of a lab, all in one file."""
    listed = shlex.join(["objdump", "-d", "--no-show-raw-insn", *map(str, objects)])
    return f"{listed} >{shlex.quote(str(folder / f'{lab}.listings'))}"


def _hide(given: Path, names: Path, hidden: Path, *options: str) -> str:
    """Make all symbols of an object local, except those in the file ``names`` (one on each line)."""
    return shlex.join(["objcopy", *options, f"--keep-global-symbols={names}", str(given), str(hidden)])


def link(cc: str, kit: Path, program: Path, objects: Mapping[Path, Path], *, counted: bool, sanitized: bool) -> str:
    """Link the bank in ``kit`` with objects, and start it once to check that it can be loaded.

    ``objects``: hidden object -> the same object with all its names. The file ``.names`` beside the hidden object
    lists the names that stay global."""
    # The calls of the functions in this file then come through the gate of a sweep.
    gate = f"--redefine-syms={kit / SWEPT_NAMES}"
    steps = [_hide(given, hidden.with_suffix(".names"), hidden, gate) for hidden, given in objects.items()]
    inputs = [str(kit / "bank.o"), *map(str, objects)]
    libraries = [*([f"@{kit / 'coverage.args'}"] if counted else []), *LIBRARIES]
    sanitizers = ["-fsanitize=address,undefined"] if sanitized else []
    steps.append(shlex.join([cc, *sanitizers, f"@{kit / 'link.args'}", "-o", str(program), *inputs, *libraries]))
    without_leaks = "ASAN_OPTIONS=detect_leaks=0 " if sanitized else ""  # LeakSanitizer needs ptrace
    steps.append(f"{without_leaks}{shlex.join([str(program), '--list'])} >/dev/null")
    return " && ".join(steps)


def link_programs(cc: str, mains: Mapping[Path, Path], objects: Mapping[Path, Path]) -> str:
    """Link programs with objects: ``mains`` has the object of each program's ``main``, by the program.

    ``objects`` is as for ``link``."""
    steps = [_hide(given, hidden.with_suffix(".names"), hidden) for hidden, given in objects.items()]
    for program, main in mains.items():
        inputs = [str(main), *map(str, objects)]
        steps.append(shlex.join([cc, "-pthread", "-o", str(program), *inputs, *LIBRARIES]))
    return " && ".join(steps)
