"""Says in plain words why a source does not compile, and what to do now. Here compilers give no helpful message."""

from __future__ import annotations

import re

from timeslice.model import Diagnostic

_MAGIC = {  # the first bytes of files that are not text
    b"%PDF": "a PDF document",
    b"{\\rtf": "a document in rich text format (RTF)",
    b"PK\x03\x04": "a Word document or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Word document",
    b"\x7fELF": "a compiled program or object",
    b"MZ": "a Windows program",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_POINTER = b"version https://git-lfs.github.com/spec/"
_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml|div|pre|p\b)", re.IGNORECASE)
_CONFLICT = re.compile(rb"^(?:<{7}|>{7})(?: |\r?$)", re.MULTILINE)
_OTHER_LANGUAGE = re.compile(
    rb"^[ \t]*(?:#[ \t]*include[ \t]*<(?:iostream|vector|string|map|memory|algorithm|thread|functional|c[a-z]+)>"
    rb"|using[ \t]+namespace\b|namespace[ \t]+\w+[ \t]*\{|template[ \t]*<|class[ \t]+\w+[ \t]*[:{]|.*\bstd::)",
    re.MULTILINE,
)
_NO_MEMORY = re.compile(
    r"out of memory|virtual memory exhausted|Cannot allocate memory|std::bad_alloc"
    r"|(?i:killed) signal terminated program|Killed \(signal 9\)|unable to execute command: Killed"
)
_KILLED = re.compile(r"(?i:killed) signal terminated program|unable to execute command: Killed")
_NO_TIME = re.compile(r"CPU time limit exceeded")
_MISSING = re.compile(r"^(?:fatal error: )?'?([^':]+)'?(?:: No such file or directory| file not found)$")


def of_bytes(source: str, data: bytes) -> list[Diagnostic]:
    """Why a file is not C text, so that a compiler cannot read it. At most one reason."""
    told = _no_text(data)
    return [_error(source, told[0], told[1])] if told else []


def _no_text(data: bytes) -> tuple[int, str] | None:
    if data.startswith(_POINTER):
        return 1, "this is a pointer of Git LFS and not the file: run git lfs pull, and hand in the file that you get"
    if data.startswith(_UTF16) or (len(data) > 8 and data[1:8:2] in (b"\0\0\0\0", b"\0\0\0")):
        return 1, "this is UTF-16 text, which a C compiler cannot read: save the file as UTF-8 and hand it in again"
    for begin, kind in _MAGIC.items():
        if data.startswith(begin):
            return 1, f"this is {kind} and not C source: hand in the source as plain text"
    if _PAGE.match(data):
        return 1, "this is a web page and not C source: download the file itself (the raw file), and hand that in"
    if (at := data.find(b"\0")) >= 0:
        return _line(data, at), "this line holds a NUL byte, which no text has: the file is damaged, save it again"
    return None


def of_lines(source: str, data: bytes) -> list[Diagnostic]:
    """Reasons in the text of a source why it does not compile, at most one of each kind."""
    found = []
    if match := _CONFLICT.search(data):
        told = "this is a conflict marker of git: keep one of the two versions, and remove the lines with <<<<<<<, "
        found.append(_error(source, _line(data, match.start()), told + "======= and >>>>>>>"))
    if match := _OTHER_LANGUAGE.search(data):
        told = "this looks like C++, but the lab is in C: write it in C17"
        found.append(_error(source, _line(data, match.start()), told))
    return found


def no_memory(source: str, said: str, mebibytes: int) -> list[Diagnostic]:
    """An error if the compiler's output means that it used up the memory that it may use."""
    if not _NO_MEMORY.search(said):
        return []
    told = (
        f"the compiler ran out of memory with {mebibytes} MiB: look for a very large array that has initial values, "
        "or for a macro or an #include that grows without end"
    )
    return [_error(source, 0, told)]


def no_time(source: str, said: str, seconds: int) -> list[Diagnostic]:
    """An error if the compiler's output means that it used up the processor time that it may use."""
    if not _NO_TIME.search(said):
        return []
    told = f"the compiler used up {seconds} seconds of processor time: look for a macro or an #include that grows "
    return [_error(source, 0, told + "without end")]


def was_killed(said: str) -> bool:
    """Whether the compiler says that the kernel killed a part of it: at a limit, or because memory was short."""
    return _KILLED.search(said) is not None


def in_plain_words(found: Diagnostic) -> Diagnostic:
    """The same message, with advice if there is some."""
    advice = _advice(found.message) if found.severity == "error" else ""
    return found.model_copy(update={"message": f"{found.message}: {advice}"}) if advice else found


def _advice(message: str) -> str:
    if "redefinition of " in message or "is already defined" in message:
        return "this file, or a file that it includes, defines it twice, keep one"
    missing = _MISSING.match(message)
    if not missing:
        return ""
    header = missing[1].strip()
    if header.startswith("timeslice/"):
        return "the kit has no such header, see the list in the lab's chapter"
    if "criterion" in header or "tests/" in header:
        return "a submission is compiled without the tests, remove the line"
    return "hand in this header too, in the lab's folder, or remove the line"


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _error(source: str, line: int, message: str) -> Diagnostic:
    return Diagnostic(severity="error", file=source, line=line, column=0, message=message)
