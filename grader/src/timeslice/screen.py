"""What all commands print through: it says what it can in the encoding that there is, and never ends in a traceback.

*Theory of operation.* Both streams get a handler of what their encoding lacks, which puts ASCII look-alikes there. So
nothing that is printed, be it a sign of ours, a compiler's quote or a student's text, has to be looked at beforehand.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_HANDLER = "timeslice-look-alike"
_LOOK_ALIKES = {
    "\u2713": "+", "\u2717": "x", "\u25cb": "o", "\u2022": "*", "\u00b7": ".", "\u2026": "~", "\u00d7": "x",
    "\u25ba": ">", "\u25c4": "<", "\u2573": "X", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2192": ">",
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u258c": "|", "\u27e8": "<", "\u27e9": ">",
    "\u00a0": " ", "\u00df": "ss", "\u00e6": "ae", "\u00f8": "o",
}  # fmt: skip


def look_alike(char: str) -> str:
    """ASCII for one character: what looks like it, its letter without the accent, or a question mark a column."""
    if char in _LOOK_ALIKES:
        return _LOOK_ALIKES[char]
    if "\udc80" <= char <= "\udcff":  # a byte of a file's name that is not UTF-8
        return f"\\x{ord(char) - 0xDC00:02x}"
    if "\u2400" <= char <= "\u241f":  # the picture of a control character
        return f"^{chr(ord(char) - 0x2400 + 0x40)}"
    if "\u2500" <= char <= "\u257f":  # lines of tables and charts
        name = unicodedata.name(char)
        return "+" if "VERTICAL" in name and "HORIZONTAL" in name else "|" if "VERTICAL" in name else _corner(name)
    letters = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return letters or ("??" if unicodedata.east_asian_width(char) in "WF" else "?")


def _corner(name: str) -> str:
    return "-" if "HORIZONTAL" in name else "+"


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(look_alike, error.object[error.start : error.end])), error.end


codecs.register_error(_HANDLER, _replace)


def fit(text: str, encoding: str | None) -> str:
    """``text`` as it looks in an encoding; one that is not known counts as ASCII."""
    try:
        return text.encode(encoding or "ascii", _HANDLER).decode(encoding or "ascii")
    except LookupError:
        return fit(text, "ascii")


def prepare_streams() -> None:
    """Make the standard streams fit to be written to: those that were closed go nowhere, and none refuses a text."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        with suppress(OSError):
            _fill(number)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 as long as we run
    for stream in (sys.stdout, sys.stderr):
        _never_refuse(stream)


def _fill(number: int) -> None:
    """A descriptor that was closed would be given to the next file that is opened, and be written to."""
    try:
        os.fstat(number)
    except OSError:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _never_refuse(stream: IO[str]) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_HANDLER)


def open_console() -> Console:
    """The console for standard output. What it cannot write it raises as OSError, a closed pipe included."""
    from rich.console import Console

    class OurConsole(Console):
        def on_broken_pipe(self) -> None:
            raise

    prepare_streams()
    return OurConsole()


def say(line: str) -> None:
    """A line of standard output."""
    sys.stdout.write(f"{line}\n")


def complain(line: str) -> None:
    """A line of standard error; where that cannot be written, nobody is left to be told."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def give_up_output() -> None:
    """Let what was not written go, so that the end of the program does not try once more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
