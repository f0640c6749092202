"""Which headers the machine has: those of a package of the distribution, named as an #include names them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = "/usr/include/"


def headers_of(package: str) -> list[str]:
    """The headers of a Debian package, such as ``sys/socket.h``, without the parts that others are made of (bits/)."""
    listed = subprocess.run(["dpkg-query", "-L", package], text=True, capture_output=True, check=True).stdout
    triplet = subprocess.run(["gcc", "-print-multiarch"], text=True, capture_output=True, check=True).stdout.strip()
    names = (re.sub(rf"^{ROOT}({triplet}/)?", "", line) for line in listed.splitlines() if line.startswith(ROOT))
    return sorted(name for name in names if name.endswith(".h") and not Path(name).parent.name == "bits")
