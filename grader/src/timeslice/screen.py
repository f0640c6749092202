"""All commands print through this file. It works with every encoding of the terminal and never ends in a traceback.

*Theory of operation.* Both streams get an error handler. If the encoding lacks a character, the handler writes an ASCII
look-alike. So no caller needs to check a text before it prints: not the kit's signs, a compiler's quotes or a student's
text.
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
    """ASCII for one character: a look-alike, the letter without its accent, or one question mark for each column."""
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
    """``text`` as it looks in an encoding. An unknown encoding counts as ASCII."""
    try:
        return text.encode(encoding or "ascii", _HANDLER).decode(encoding or "ascii")
    except LookupError:
        return fit(text, "ascii")


def prepare_streams() -> None:
    """Make the standard streams safe. A closed stream writes to /dev/null. No stream refuses a character."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        with suppress(OSError):
            _fill(number)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 as long as we run
    for stream in (sys.stdout, sys.stderr):
        _never_refuse(stream)


def _fill(number: int) -> None:
    """Open /dev/null on a closed descriptor. Otherwise the next file gets this number, and output goes into it."""
    try:
        os.fstat(number)
    except OSError:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _never_refuse(stream: IO[str]) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_HANDLER)


def open_console() -> Console:
    """The console for standard output. If it cannot write, it raises OSError, also for a closed pipe."""
    from rich.console import Console

    class OurConsole(Console):
        def on_broken_pipe(self) -> None:
            raise

    prepare_streams()
    return OurConsole()


def say(line: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{line}\n")


def complain(line: str) -> None:
    """Write a line to standard error. If that fails, ignore it: there is no other place to report it."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def give_up_output() -> None:
    """Drop the output that is not written yet. Then the program does not try again when it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
