"""Reads, keeps and shows untrusted data: everything that comes from a submission or a tool.

``one_line`` and ``many_lines`` clean a text before it goes into a result. Every writer of reports passes each text
through ``visible`` or ``report_line``, and then through the escaping of its own format.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

STAGE_PREFIX = "timeslice-stage-"  # the names of the grader's own folders begin with this
_PATH_ENDS = frozenset(" \t\n\r'\"`:;,()<>=|")
_INSIDE = re.compile(rf"/{STAGE_PREFIX}\w*(?:/(?:tree|native|memcheck|results|spec/include|build/kit)(?![\w.-]))?/?")
_COLOUR = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]")  # escape sequences for colour: dropped, not shown
_REVEALED = (0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF)
_VISIBLE: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd"),
    **{code: f"\u27e8U+{code:04X}\u27e9" for code in _REVEALED},  # order of text, zero width, line separators
}


def read_ordinary(path: Path, limit: int) -> bytes:
    """At most ``limit`` bytes of an ordinary file. Nothing if it is missing, a link, a pipe, a device or a folder."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(limit) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return b""


def one_line(text: str, limit: int = 120) -> str:
    """``text`` on one line of at most ``limit`` characters. Characters that cannot be printed become escapes."""
    clean = "".join(_escaped(c) for c in without_stages(text)[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."


def many_lines(text: str | bytes, limit: int = 16 << 10) -> str:
    """``text`` with its line breaks and tabs, cut after ``limit`` characters. Bytes are decoded with replacement."""
    told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    told = without_stages(told)
    cut = "\n[the rest is not shown]" if len(told) > limit else ""
    return "".join(c if c in "\n\t" else _escaped(c) for c in told[:limit].replace("\r\n", "\n")) + cut


def without_stages(text: str) -> str:
    """``text``, where each path into a folder of the grader is cut to the part below that folder: ``udp/send.c``."""
    kept, start = [], 0
    while (at := text.find(f"/{STAGE_PREFIX}", start)) >= 0:
        first = at
        while first > start and text[first - 1] not in _PATH_ENDS:
            first -= 1
        found = _INSIDE.match(text, at)
        kept.append(text[start:first])
        start = found.end() if found else at + 1
    return "".join([*kept, text[start:]])


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    if "\udc80" <= char <= "\udcff":  # a byte in a file name that is not UTF-8
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()


def visible(text: str) -> str:
    """Makes every control character, lone surrogate and invisible change of direction in the text visible.

    Colours of a terminal are dropped. The result is legal in XML, and a reader sees it in the stored order.
    """
    return _COLOUR.sub("", text.replace("\r\n", "\n")).translate(_VISIBLE)


def clip(text: str, limit: int) -> str:
    """At most about ``limit`` characters: the beginning, the number of characters left out, and the end."""
    if len(text) <= limit:
        return text
    head, tail = limit * 3 // 4, limit // 4
    return f"{text[:head]}\n[{len(text) - head - tail:,} characters left out]\n{text[len(text) - tail :]}"


def report_line(text: str, limit: int) -> str:
    """One line for a terminal or the log of a CI: without escapes, and without commands that a CI service obeys."""
    flat = " ".join(visible(text[: limit * 4]).split())
    harmless = flat.replace("::", ": :").replace("##", "# #")
    return harmless if len(harmless) <= limit else harmless[: limit - 1] + "\u2026"
