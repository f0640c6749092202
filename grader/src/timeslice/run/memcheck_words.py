"""Valgrind's findings in plain words: what the code did wrong, to how many bytes, and where the block was made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

MESSAGE_LIMIT = 300  # characters
_SIZE = re.compile(r"of size ([\d,]{1,26})")
_BLOCK = re.compile(
    r"is ([\d,]{1,26}) bytes (after|before|inside) an? (?:[a-z-]+ ){0,3}?block of size ([\d,]{1,26}) (alloc'd|free'd)"
)
_ADDRESS = re.compile(r"Address 0x([0-9A-Fa-f]{1,16}) is")
_PARAMETER = re.compile(r"Syscall param (\w{1,40}\([^)]{1,60}\)) \S+(?: to)? (uninitialised|unaddressable)")
_FISHY = re.compile(r"of function (\w{1,40}) has a fishy .* value: (-?\d{1,20})")
_LEAKED = re.compile(r"([\d,]{1,26}) \(([\d,]{1,26}) direct, ([\d,]{1,26}) indirect\)")


@dataclass(frozen=True)
class Trouble:
    """One ``<error>``: Valgrind's kind and text, its text about the address, and the places in the submission."""

    kind: str
    what: str
    about: Sequence[str] = ()
    places: Sequence[str | None] = field(default_factory=tuple)  # file:line of each further stack
    leaked_bytes: int = 0
    leaked_blocks: int = 0

    @property
    def address(self) -> str:
        return self.about[0] if self.about else ""

    def at(self, index: int, verb: str) -> str:
        """``" (freed at udp/receive.c:9)"``, or nothing if that place is not in the submission."""
        place = self.places[index] if index < len(self.places) else None
        return f" ({verb} at {place})" if place else ""


def in_plain_words(trouble: Trouble) -> str:
    """One sentence for a student. For a kind that we do not know, it is Valgrind's own text."""
    say = _WORDS.get(trouble.kind)
    return ((say(trouble) if say else "") or trouble.what or trouble.kind)[:MESSAGE_LIMIT]


def _number(text: str) -> int:
    return int(text.replace(",", "") or "0")


def bytes_of(count: int) -> str:
    """``1 byte``, ``2 bytes``."""
    return "1 byte" if count == 1 else f"{count} bytes"


def _access(trouble: Trouble) -> str:
    size = _SIZE.search(trouble.what)
    length = _number(size.group(1)) if size else 0
    verb = "Reads" if trouble.kind == "InvalidRead" else "Writes"
    return f"{verb} {bytes_of(length)}{_where(trouble, length)}"


def _where(trouble: Trouble, length: int) -> str:
    """The target of an access of ``length`` bytes, as the end of a sentence."""
    block = _BLOCK.search(trouble.address)
    if block is None:
        return _nowhere(trouble.address)
    distance, side, size, state = _number(block.group(1)), block.group(2), _number(block.group(3)), block.group(4)
    if state == "free'd":
        return f" of a block of {bytes_of(size)} that was already freed{trouble.at(0, 'freed')}"
    origin = trouble.at(0, "allocated")
    if side == "before":
        return f", {bytes_of(distance)} before the start of a block of {bytes_of(size)}{origin}"
    if side == "after":
        away = f", {bytes_of(distance)}" if distance else ""
        return f"{away} past the end of a block of {bytes_of(size)}{origin}"
    beyond = distance + length - size
    if length and beyond > 0:
        return f" at offset {distance} of a block of {bytes_of(size)}, {beyond} of them past its end{origin}"
    return f" at offset {distance} of a block of {bytes_of(size)}{origin}"


def _nowhere(about: str) -> str:
    address = _ADDRESS.search(about)
    if address and int(address.group(1), 16) < 4096:
        return " through a null pointer"
    if "stack" in about and "not stack'd" not in about:
        return " on the stack, where no live variable is"
    return " at an address that belongs to no block and no variable"


def _free(trouble: Trouble) -> str:
    block = _BLOCK.search(trouble.address)
    if block is None:
        return "Frees memory that malloc never returned"
    distance, side, size, state = _number(block.group(1)), block.group(2), _number(block.group(3)), block.group(4)
    if state == "free'd":
        return f"Frees a block of {bytes_of(size)} for the second time{trouble.at(0, 'first freed')}"
    return f"Frees an address {bytes_of(distance)} {side} a block of {bytes_of(size)}: free only the start of a block"


def _decision(trouble: Trouble) -> str:
    return f"A decision (if, while, &&, ?:) depends on a value that was never set{_created(trouble)}"


def _value(trouble: Trouble) -> str:
    size = _SIZE.search(trouble.what)
    return f"Uses a value of {bytes_of(_number(size.group(1)) if size else 0)} that was never set{_created(trouble)}"


def _created(trouble: Trouble) -> str:
    """Where the value that was never set was created. Known with --track-origins=yes."""
    return trouble.at(0, "created") if "was created by" in trouble.address else ""


def _system_call(trouble: Trouble) -> str:
    found = _PARAMETER.search(trouble.what)
    if found is None:
        return ""
    if found.group(2) == "uninitialised":
        return f"Gives the kernel bytes that were never set, in {found.group(1)}"
    return f"Gives the kernel memory that it may not use, in {found.group(1)}:{_where(trouble, 0).removeprefix(',')}"


def _overlap(trouble: Trouble) -> str:
    return f"Copies between regions that overlap ({trouble.what.rpartition(' in ')[2].partition('(')[0]}): use memmove"


def _fishy(trouble: Trouble) -> str:
    found = _FISHY.search(trouble.what)
    return f"Asks {found.group(1)} for {found.group(2)} bytes: a negative size" if found else ""


def lost(count: int, blocks: int) -> str:
    """The sentence for a leak of ``count`` bytes in so many blocks."""
    number = "1 block" if blocks == 1 else f"{blocks} blocks"
    return f"Loses {bytes_of(count)} in {number}, allocated here and never freed"


def _leak(trouble: Trouble) -> str:
    parts = _LEAKED.search(trouble.what)
    more = f", {bytes_of(_number(parts.group(3)))} of them in blocks that only it points to" if parts else ""
    return f"{lost(trouble.leaked_bytes, trouble.leaked_blocks)}{more}"


def _fault(trouble: Trouble) -> str:
    reasons = {
        "SIGSEGV": "an address that it may not use, or a recursion that is too deep",
        "SIGBUS": "an address that has no memory behind it",
        "SIGFPE": "a division by zero, or one that overflows",
        "SIGILL": "bytes that are not an instruction",
    }
    return f"Crashes here with {trouble.what}: {reasons.get(trouble.what, 'a fault')}"


_WORDS: dict[str, Callable[[Trouble], str]] = {
    "InvalidRead": _access,
    "InvalidWrite": _access,
    "InvalidFree": _free,
    "InvalidJump": lambda trouble: f"Jumps to a place without code{_nowhere(trouble.address)}",
    "MismatchedFree": lambda _: "Frees a block with a function that does not match the function that allocated it",
    "UninitCondition": _decision,
    "UninitValue": _value,
    "SyscallParam": _system_call,
    "Overlap": _overlap,
    "FishyValue": _fishy,
    "Leak_DefinitelyLost": _leak,
    "FatalSignal": _fault,
}
