"""Makes the command that runs one check again. The command works as printed, in the folder where it was printed.

Every word is quoted for any POSIX shell and is plain ASCII. So no encoding of a terminal and no format of a report can
change it. ``make check`` runs this file as a program, because it prints such a command too.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RUN_AGAIN = "run again"  # the label of the command, in every report and in tests/support/core/expect.c
BUILD = "build"  # the name of the only check that is not a test

# Text that no shell, log of CI, browser or spreadsheet changes: no two blanks in a row, and no :: or ##.
_ORDINARY = re.compile(rb"(?:[!-~]|(?<! ) )*")
_COMMANDS_OF_CI = (b"::", b"##")
_AS_IT_IS = re.compile(rb"[A-Za-z0-9_./,+@-]")  # characters that need no escape in a format of printf in single quotes


def word(text: str | bytes) -> str:
    """``text`` as one word of a POSIX shell, in ASCII. It can be the name of a file, or any other bytes."""
    raw = os.fsencode(text)
    if _ORDINARY.fullmatch(raw) and not any(mark in raw for mark in _COMMANDS_OF_CI):
        quoted = shlex.quote(raw.decode("ascii"))
        return (
            f"'{quoted}'" if "=" in quoted and "'" not in quoted else quoted
        )  # the shell would take a=b at the start for a variable
    spelt = (chr(byte) if _AS_IT_IS.match(raw, at) else f"\\{byte:03o}" for at, byte in enumerate(raw))
    return f"\"$(printf '{''.join(spelt)}')\""


def place(path: Path) -> bytes:
    """``path`` as a user types it: relative if it is below the working directory, and never like an option."""
    raw = os.fsencode(path)
    if path.is_absolute():
        here = _here()
        raw = os.path.relpath(raw, here) if here and raw.startswith(here.rstrip(b"/") + b"/") else raw
    # The shell drops newlines at the end of a command substitution.
    raw = raw + b"/." if raw.endswith(b"\n") and path.is_dir() else raw
    return b"./" + raw if raw.startswith(b"-") else raw


def _here() -> bytes:
    try:
        return os.fsencode(Path.cwd())
    except OSError:  # the working directory was removed
        return b""


def program() -> str:
    """The words of a shell that start this program from the working directory.

    The command uses the path that started the program. If another program started it, such as pytest, the command uses
    the installed ``timeslice``.
    """
    started = Path(sys.argv[0] if sys.argv else "")
    installed = Path(sysconfig.get_path("scripts")) / "timeslice"
    found = next((path for path in (started, installed) if path.name == "timeslice" and _runs(path)), None)
    words = [_executable(found)] if found else [_executable(Path(sys.executable)), "-m", "timeslice"]
    kit = os.environ.get("TIMESLICE_KIT")
    return " ".join([*([f"TIMESLICE_KIT={word(place(Path(kit)))}"] if kit else []), *words])


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _executable(path: Path) -> str:
    here = _here()
    typed = place(Path(os.path.normpath(os.path.join(os.fsdecode(here), path))) if here else path)
    return word(typed if b"/" in typed else b"./" + typed)


@dataclass(frozen=True)
class Replayer:
    """What the replay commands of one submission have in common.

    ``labs`` has the labs that each check needs, by the name of the check. ``nested`` is true if the path alone looks
    like a class.
    """

    path: Path
    seed: int
    cc: str = "gcc"
    labs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    nested: bool = False
    program: str = field(default_factory=program)

    def replay(self, check: str) -> str:
        """The command that runs this one check again."""
        options = [part for lab in self.labs.get(check, ()) for part in ("--lab", lab)]
        options += ["--cc", word(self.cc)] if self.cc != "gcc" else []
        options += ["--one"] if self.nested else []
        return " ".join(
            [self.program, "grade", word(place(self.path)), *options, "--test", check, "--seed", str(self.seed)]
        )


def make_check(submission: str, compiler: str, started_in: str) -> str:
    """The command ``make check`` for one submission, without the test. It works in the folder ``started_in``."""
    here = Path.cwd()
    inside = Path(started_in).is_dir() and Path(started_in).samefile(here)
    make = "make" if inside else f"make -C {word(os.fsencode(here))}"
    values = [("SUBMISSION", submission), *([("CC", compiler)] if compiler != "gcc" else [])]
    # In make a dollar begins a variable, so it is doubled. On the command line of make a # needs no escape.
    return " ".join(
        [make, "check", *(f"{name}={word(os.fsencode(text).replace(b'$', b'$$'))}" for name, text in values)]
    )


if __name__ == "__main__":
    sys.stdout.write(make_check(*sys.argv[1:4]) + "\n")
