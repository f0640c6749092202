"""The command that shows one check again: it works as it is printed, in the folder where it was printed.

Every word is quoted for any POSIX shell and is plain ASCII, so that no encoding of a terminal and no writer of a report
can change it. ``make check`` runs this file as a program, for the words that are its own.
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
BUILD = "build"  # the check that is no test

# What a shell, a CI's log, a browser and a spreadsheet all leave as it is: one blank, and no :: or ##.
_ORDINARY = re.compile(rb"(?:[!-~]|(?<! ) )*")
_COMMANDS_OF_CI = (b"::", b"##")
_AS_IT_IS = re.compile(rb"[A-Za-z0-9_./,+@-]")  # in a format of printf's that stands in single quotes


def word(text: str | bytes) -> str:
    """``text``, a file's name or any other bytes, as one word of a POSIX shell in ASCII."""
    raw = os.fsencode(text)
    if _ORDINARY.fullmatch(raw) and not any(mark in raw for mark in _COMMANDS_OF_CI):
        quoted = shlex.quote(raw.decode("ascii"))
        return f"'{quoted}'" if "=" in quoted and "'" not in quoted else quoted  # a=b in front would set a variable
    spelt = (chr(byte) if _AS_IT_IS.match(raw, at) else f"\\{byte:03o}" for at, byte in enumerate(raw))
    return f"\"$(printf '{''.join(spelt)}')\""


def place(path: Path) -> bytes:
    """``path`` as it is typed in the working directory: relative where it lies below, and never like an option."""
    raw = os.fsencode(path)
    if path.is_absolute():
        here = _here()
        raw = os.path.relpath(raw, here) if here and raw.startswith(here.rstrip(b"/") + b"/") else raw
    # A command's substitution drops the newlines at its end.
    raw = raw + b"/." if raw.endswith(b"\n") and path.is_dir() else raw
    return b"./" + raw if raw.startswith(b"-") else raw


def _here() -> bytes:
    try:
        return os.fsencode(Path.cwd())
    except OSError:  # it was removed
        return b""


def program() -> str:
    """How this program is started from the working directory, in words of a shell: by the path that started it, or,
    where that was another program such as pytest, by the one that was installed with it."""
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
    """What the replay commands of one submission have in common. ``labs``: those that a check, by its name, needs.
    ``nested``: the path alone would be taken for a class."""

    path: Path
    seed: int
    cc: str = "gcc"
    labs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    nested: bool = False
    program: str = field(default_factory=program)

    def replay(self, check: str) -> str:
        """The command that makes this one check again."""
        options = [part for lab in self.labs.get(check, ()) for part in ("--lab", lab)]
        options += ["--cc", word(self.cc)] if self.cc != "gcc" else []
        options += ["--one"] if self.nested else []
        return " ".join(
            [self.program, "grade", word(place(self.path)), *options, "--test", check, "--seed", str(self.seed)]
        )


def make_check(submission: str, compiler: str, started_in: str) -> str:
    """``make check`` of one submission, without the test: run in the kit's folder, by somebody who stood in
    ``started_in``."""
    here = Path.cwd()
    inside = Path(started_in).is_dir() and Path(started_in).samefile(here)
    make = "make" if inside else f"make -C {word(os.fsencode(here))}"
    values = [("SUBMISSION", submission), *([("CC", compiler)] if compiler != "gcc" else [])]
    # A dollar begins a variable of make's; a # is none of make's concern on its command line.
    return " ".join(
        [make, "check", *(f"{name}={word(os.fsencode(text).replace(b'$', b'$$'))}" for name, text in values)]
    )


if __name__ == "__main__":
    sys.stdout.write(make_check(*sys.argv[1:4]) + "\n")
