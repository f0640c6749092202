"""Makes text that came from a submission fit to be shown: no control characters, no lone surrogates, no long lines."""

from __future__ import annotations


def one_line(text: str, limit: int = 120) -> str:
    """``text`` on one line of at most ``limit`` characters; what cannot be printed is shown as an escape."""
    clean = "".join(_visible(c) for c in text[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."


def many_lines(text: str | bytes, limit: int = 16 << 10) -> str:
    """``text``, bytes decoded with replacement, with its line breaks and tabs, cut behind ``limit`` characters."""
    told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    cut = "\n[the rest is not shown]" if len(told) > limit else ""
    return "".join(c if c in "\n\t" else _visible(c) for c in told[:limit].replace("\r\n", "\n")) + cut


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    if "\udc80" <= char <= "\udcff":  # a byte of a file's name that is not UTF-8
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()
