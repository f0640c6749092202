"""The public headers together with the system's: their names stay the same, in every order of includes.

If a macro of a system header has the name of an enumerator, it replaces it silently. SCHED_RR of <sched.h>, which
<pthread.h> includes, once chose another policy. So this test reads every header of the C library and of the kernel.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import pytest

from system_headers import headers_of
from timeslice.contract.kit import Kit

ONLY_CHECK = ("-fsyntax-only", "-Wall", "-Wextra", "-Werror")
BATCH = 16  # headers that we try together
# The names that the public headers use and do not define: they come from the system's headers.
TAKEN = frozenset({"bool"})
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"[^"]*"')
_INCLUDE = re.compile(r"^#include <(.+)>$", re.MULTILINE)
_NAME = re.compile(r"\b[A-Za-z_]\w*")


def compiled(cc: str, text: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Runs a compiler on this text."""
    command = [cc, "-std=c17", "-D_GNU_SOURCE", *flags, "-x", "c", "-"]
    return subprocess.run(command, input=text, text=True, capture_output=True, check=False)


def including(headers: Sequence[str]) -> str:
    return "".join(f"#include <{header}>\n" for header in headers)


class PublicHeaders:
    """The headers below a folder ``include``, with their definitions."""

    def __init__(self, include: Path) -> None:
        self.include = include
        self.files = sorted(str(path.relative_to(include)) for path in include.rglob("*.h"))
        texts = [_STRING.sub('""', _COMMENT.sub(" ", (include / file).read_text())) for file in self.files]
        self.text = "\n".join(texts)
        self.system = sorted({name for name in _INCLUDE.findall(self.text) if name not in self.files})

    @cached_property
    def names(self) -> set[str]:
        """Every identifier in them: declared names, members and parameters included, and used names."""
        code = re.sub(r"^#(?!define).*$", "", self.text, flags=re.MULTILINE)
        return set(_NAME.findall(code)) - TAKEN - {"define"}

    @cached_property
    def calls(self) -> set[str]:
        """The identifiers that are followed by a parenthesis."""
        return {name for name in self.names if re.search(rf"\b{name}\s*\(", self.text)}

    def constants(self) -> list[str]:
        """Their enumerators, and their macros that are numbers."""
        bodies = re.findall(r"\benum\s+\w+\s*\{(.*?)\}", self.text, re.DOTALL)
        enumerators = [name for body in bodies for name in re.findall(r"(?:^|,)\s*(\w+)", body)]
        return enumerators + re.findall(r"^#define (\w+) \(?-?\w+\)?$", self.text, re.MULTILINE)

    def values(self) -> dict[str, str]:
        """The value of each constant if nothing else is included."""
        printed = "".join(f'printf("%s %lld\\n", "{name}", (long long)({name}));\n' for name in self.constants())
        text = f"{including(self.files)}#include <stdio.h>\nint main(void) {{\n{printed}return 0;\n}}\n"
        program = self.include / "values"
        made = compiled("gcc", text, f"-I{self.include}", "-o", str(program))
        assert made.returncode == 0, made.stderr
        told = subprocess.run([str(program)], text=True, capture_output=True, check=True).stdout
        return dict(line.split() for line in told.splitlines())


def clashes(public: PublicHeaders, headers: Sequence[str]) -> list[str]:
    """All clashes, one line each."""
    checks = "".join(f'_Static_assert({n} == {v}, "{n}");\n' for n, v in public.values().items())
    batches = [headers[at : at + BATCH] for at in range(0, len(headers), BATCH)]
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda batch: list(_clashes_with(batch, public, checks)), batches)
        return [line for lines in found for line in lines]


def _clashes_with(headers: Sequence[str], public: PublicHeaders, checks: str) -> Iterator[str]:
    """The clashes with one header, or with several headers together. If several fail, each half is tried."""
    nothing: Sequence[str] = ()
    orders = [("gcc", headers, nothing), ("gcc", nothing, headers), ("clang", headers, nothing)]
    made = [
        compiled(cc, including([*before, *public.files, *after]) + checks, *ONLY_CHECK, f"-I{public.include}")
        for cc, before, after in orders
    ]
    if len(headers) > 1 and any(done.returncode != 0 for done in made):
        for half in (headers[: len(headers) // 2], headers[len(headers) // 2 :]):
            yield from _clashes_with(half, public, checks)
        return
    yield from _macros_in(headers, public)
    for done, (cc, before, after) in zip(made, orders, strict=True):
        without = including([*before, *public.system, *after])
        if done.returncode != 0 and compiled(cc, without, *ONLY_CHECK).returncode == 0:
            why = next((line for line in done.stderr.splitlines() if "error:" in line), done.stderr)
            yield f"<{headers[0]}> {'before' if before else 'after'} the public headers, {cc}: {why}"


def _macros_in(headers: Sequence[str], public: PublicHeaders) -> Iterator[str]:
    """The macros with a public name. A macro with parameters counts only if the name is followed by a parenthesis."""
    defined = compiled("gcc", including(headers), "-E", "-dD").stdout
    plain = set(re.findall(r"^#define (\w+) ", defined, re.MULTILINE))
    called = set(re.findall(r"^#define (\w+)\(", defined, re.MULTILINE))
    for name in sorted(public.names & plain | public.calls & called):
        yield f"<{'> or <'.join(headers)}> has a macro {name}"


@pytest.fixture
def copied(kit: Kit, tmp_path: Path) -> Path:
    """A copy of the public headers, which a test may change."""
    return Path(shutil.copytree(kit.include, tmp_path / "include"))


def test_no_header_of_the_c_library_changes_a_public_name(copied: Path) -> None:
    headers = headers_of("libc6-dev")
    assert {"sched.h", "pthread.h", "sys/socket.h", "netinet/tcp.h", "arpa/inet.h"} < set(headers)
    public = PublicHeaders(copied)
    assert {"POLICY_RR", "STATE_NEW", "UDP_REPLY_MAX", "TASK_LOST"} < set(public.values())
    assert clashes(public, headers) == []


def test_no_header_of_the_kernel_does(copied: Path) -> None:
    headers = [
        header for header in headers_of("linux-libc-dev") if header.startswith(("linux/", "asm/", "asm-generic/"))
    ]
    assert "linux/sched.h" in headers
    assert clashes(PublicHeaders(copied), headers) == []


@pytest.mark.parametrize(
    ("old", "new", "header", "said"),
    [
        ("POLICY_RR", "SCHED_RR", "pthread.h", "<pthread.h> has a macro SCHED_RR"),
        ("POLICY_RR", "SCHED_RR", "sched.h", "<sched.h> after the public headers, gcc: "),
        ("POLICY_RR", "SCHED_RR", "linux/sched.h", "<linux/sched.h> before the public headers, clang: "),
        ("batch_free", "signal", "signal.h", "<signal.h> before the public headers, gcc: "),
        ("struct parse_error", "struct tm", "time.h", "<time.h> after the public headers, gcc: "),
        ("int level_count", "int st_mtime", "sys/stat.h", "<sys/stat.h> has a macro st_mtime"),
        ("state_name(", "major(", "sys/sysmacros.h", "<sys/sysmacros.h> has a macro major"),
        ("UDP_REPLY_MAX 8192", "PATH_MAX 8192", "linux/limits.h", "<linux/limits.h> has a macro PATH_MAX"),
    ],
)
def test_a_clash_is_seen(copied: Path, old: str, new: str, header: str, said: str) -> None:
    for path in copied.rglob("*.h"):
        path.write_text(path.read_text().replace(old, new))
    found = clashes(PublicHeaders(copied), [header])
    assert any(line.startswith(said) for line in found), found
