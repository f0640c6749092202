"""Makes text that came from a submission or a tool fit to be shown: no control characters, no lone surrogates, no long
lines, and no path of a folder that the grader made for itself and removes again.
"""

from __future__ import annotations

import re

STAGE_PREFIX = "timeslice-stage-"  # how the names of those folders begin
_PATH_ENDS = frozenset(" \t\n\r'\"`:;,()<>=|")
_INSIDE = re.compile(rf"/{STAGE_PREFIX}\w*(?:/(?:tree|native|memcheck|results|spec/include|build/kit)(?![\w.-]))?/?")


def one_line(text: str, limit: int = 120) -> str:
    """``text`` on one line of at most ``limit`` characters; what cannot be printed is shown as an escape."""
    clean = "".join(_visible(c) for c in without_stages(text)[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."


def many_lines(text: str | bytes, limit: int = 16 << 10) -> str:
    """``text``, bytes decoded with replacement, with its line breaks and tabs, cut behind ``limit`` characters."""
    told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    told = without_stages(told)
    cut = "\n[the rest is not shown]" if len(told) > limit else ""
    return "".join(c if c in "\n\t" else _visible(c) for c in told[:limit].replace("\r\n", "\n")) + cut


def without_stages(text: str) -> str:
    """``text`` with each path into a folder of the grader's own cut down to what it has below: ``udp/send.c``."""
    kept, start = [], 0
    while (at := text.find(f"/{STAGE_PREFIX}", start)) >= 0:
        first = at
        while first > start and text[first - 1] not in _PATH_ENDS:
            first -= 1
        found = _INSIDE.match(text, at)
        kept.append(text[start:first])
        start = found.end() if found else at + 1
    return "".join([*kept, text[start:]])


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    if "\udc80" <= char <= "\udcff":  # a byte of a file's name that is not UTF-8
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()
