"""The sanitizers' errors in plain words: what the code did wrong, to how many bytes, and where the block was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timeslice.run.memcheck_words import MESSAGE_LIMIT, bytes_of, lost

if TYPE_CHECKING:
    from timeslice.run.sanitize import Report

_PLACES = {
    "heap-buffer-overflow": "outside of a block of memory",
    "stack-buffer-overflow": "outside of a local variable",
    "stack-buffer-underflow": "before a local variable",
    "dynamic-stack-buffer-overflow": "outside of an array of variable length",
    "global-buffer-overflow": "outside of a global or static variable",
    "heap-use-after-free": "of a block that was already freed",
    "stack-use-after-return": "of a local variable of a function that has returned",
    "stack-use-after-scope": "of a local variable whose block has ended",
    "use-after-poison": "of memory that is not in use",
}
_SENTENCES = {
    "free": "Frees an address that malloc never returned",
    "double-free": "Frees a block for the second time",
    "alloc-dealloc-mismatch": "Frees a block with a function that does not match the function that allocated it",
    "memcpy-param-overlap": "Copies between regions that overlap: use memmove",
    "negative-size-param": "Asks for a negative number of bytes",
    "stack-overflow": "Uses up the stack: look for a recursion without end, or very large local arrays",
    "allocation-size-too-big": "Asks for a block that is larger than any memory",
}


def in_plain_words(report: Report) -> str:
    """One sentence for a student. For a kind that we do not know, it names the kind."""
    return _sentence(report)[:MESSAGE_LIMIT]


def _sentence(report: Report) -> str:
    if report.kind == "UndefinedBehaviour":
        return f"Undefined behaviour: {report.what}"
    if report.kind == "Leak_Sanitizer":
        return lost(report.size, report.blocks)
    origins = "".join(_origin(report))
    if report.kind in _PLACES:
        verb = {"READ": "Reads", "WRITE": "Writes"}.get(report.access, "Uses")
        size = f" {bytes_of(report.size)}" if report.access else " memory"
        return f"{verb}{size} {_PLACES[report.kind]}{origins}"
    return f"{_SENTENCES.get(report.kind, f'AddressSanitizer reports {report.kind}')}{origins}"


def _origin(report: Report) -> list[str]:
    """Where the block was made and freed, if that is in the submission."""
    told = []
    for heading, stack in zip(report.headings[1:], report.stacks[1:], strict=True):
        verb = "freed" if heading.startswith("freed") else "allocated" if "allocated" in heading else ""
        place = next((frame for frame in stack if frame.file is not None), None)
        if verb and place:
            told.append(f" ({verb} at {place.file}:{place.line})")
    return told
