"""Reads the machine's headers: those of a package, and the functions of the C library that they declare."""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = "/usr/include/"
SHARED = ("libc.so.6", "libm.so.6")
OF_THE_COMPILER = ("libgcc.a", "libatomic.so", "libc_nonshared.a")
# The names that a header declares depend on the flags. These flags check buffers and use the newest C.
READINGS = (("-std=c17", "-O2", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3"), ("-std=gnu2x",))
_DEFINED = re.compile(r"^(?:[0-9a-f]+)? *[TWDBRViu] (\w+)(@@?\w[\w.]*)?$", re.MULTILINE)


def printed(*command: str, text: str = "", check: bool = True) -> str:
    """The output of a command."""
    return subprocess.run(command, input=text, text=True, capture_output=True, check=check).stdout


def headers_of(package: str) -> list[str]:
    """The headers of a Debian package, such as ``sys/socket.h``, without the internal ones (bits/)."""
    triplet = printed("gcc", "-print-multiarch").strip()
    listed = printed("dpkg-query", "-L", package).splitlines()
    names = (re.sub(rf"^{ROOT}({triplet}/)?", "", line) for line in listed if line.startswith(ROOT))
    return sorted(name for name in names if name.endswith(".h") and Path(name).parent.name != "bits")


def defined_by(library: str) -> set[str]:
    """The functions and variables that a file of the compiler or the C library offers to a new program."""
    path = printed("gcc", f"-print-file-name={library}").strip()
    listed = printed("nm", "--defined-only", *(["-D"] if ".so" in library else []), path)
    return {name for name, version in _DEFINED.findall(listed) if version.startswith("@@") or ".so.6" not in library}


def declared_functions() -> set[str]:
    """The names that the C library offers and one of its headers declares, as the linker sees them."""
    offered = set().union(*(defined_by(library) for library in SHARED))
    with ThreadPoolExecutor(2) as pool:
        texts = pool.map(
            lambda at: _read(*at), [(header, how) for header in headers_of("libc6-dev") for how in READINGS]
        )
        return {name for text in texts for name in re.findall(r"[A-Za-z_]\w*", text) if name in offered}


def _read(header: str, how: tuple[str, ...]) -> str:
    """A header with all that it includes. Empty if it cannot be included alone."""
    command = ("gcc", *how, "-D_GNU_SOURCE", "-E", "-P", "-x", "c", "-")
    return printed(*command, text=f"#include <{header}>\n", check=False)
