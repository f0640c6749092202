"""Makes text of a student fit to be shown: nothing hidden, nothing that acts, and no longer than asked.

Every writer passes what it shows through here and then through the escaping of its own format.
"""

from __future__ import annotations

import re

_COLOUR = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]")  # what programs print for colour: dropped, not shown
_REVEALED = (0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF)
_VISIBLE: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd"),
    **{code: f"\u27e8U+{code:04X}\u27e9" for code in _REVEALED},  # order of text, zero width, line separators
}


def visible(text: str) -> str:
    """The text with every control character, lone surrogate and invisible change of direction made visible.

    Colours of a terminal are dropped. What is left is legal in XML, and reads in the order in which it is stored.
    """
    return _COLOUR.sub("", text.replace("\r\n", "\n")).translate(_VISIBLE)


def clip(text: str, limit: int) -> str:
    """At most about ``limit`` characters: the beginning, how much is left out, and the end."""
    if len(text) <= limit:
        return text
    head, tail = limit * 3 // 4, limit // 4
    return f"{text[:head]}\n[{len(text) - head - tail:,} characters left out]\n{text[len(text) - tail :]}"


def one_line(text: str, limit: int) -> str:
    """For a terminal and for a CI's log: one line, no escapes, nothing that a CI service would obey as its command."""
    flat = " ".join(visible(text[: limit * 4]).split())
    harmless = flat.replace("::", ": :").replace("##", "# #")
    return harmless if len(harmless) <= limit else harmless[: limit - 1] + "\u2026"
