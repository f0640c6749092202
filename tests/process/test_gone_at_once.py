"""The reference in a program that ignores SIGCHLD: the start of a child succeeds, even if it is gone at once."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "tests" / "process" / "programs" / "gone_at_once.c"
WHAT_IT_SAYS = """\
start 0
sentinel readable 1
alive 0
join -1, lost 1
exit code -1, lost 1
kill 0
close 0
"""


def test_a_child_that_is_gone_at_once_was_started_and_is_lost(tmp_path: Path) -> None:
    program = tmp_path / "program"
    flags = ["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/spec/include"]
    command: list[str | Path] = [
        "gcc",
        *flags,
        "-Wl,--wrap=pidfd_open",
        "-o",
        program,
        SOURCE,
        ROOT / "build" / "reference.a",
        "-lpthread",
    ]
    subprocess.run(command, check=True)
    ended = subprocess.run([program], capture_output=True, text=True, timeout=600)
    assert (ended.returncode, ended.stdout) == (0, WHAT_IT_SAYS)
