"""The process lab's program in Python: the lecture's programs, and `children` with multiprocessing."""

from __future__ import annotations

import multiprocessing as mp
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[3] / "build" / "bin" / "timeslice-proc"


def lesson(name: str) -> int:
    """The lecture's program, as the reference prints it."""
    told = subprocess.run([REFERENCE, name, "--python"], capture_output=True, check=True)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "lesson.py"
        script.write_bytes(told.stdout)
        return subprocess.run([sys.executable, script], check=False).returncode


def end_when_told(may_end: Event, code: int) -> None:
    """The target of a child."""
    may_end.wait()
    os._exit(code)


def children(ends: Sequence[str]) -> int:
    """Start a child for each end, and tell how each ended."""
    started = []
    for end in ends:
        may_end = mp.Event()
        child = mp.Process(target=end_when_told, args=(may_end, int(end) if end.isdecimal() else 0))
        child.start()
        print(f"{child.name} has pid {child.pid}", flush=True)
        started.append((child, may_end, end))
    print("all run", flush=True)
    sys.stdin.readline()
    for child, may_end, end in started:
        {"terminate": child.terminate, "kill": child.kill}.get(end, may_end.set)()
    for child, _, _ in started:
        child.join()
        print(f"{child.name} ended with {child.exitcode}", flush=True)
    print("all ended", flush=True)
    sys.stdin.readline()
    return 0


if __name__ == "__main__":
    mp.set_start_method("fork")
    sys.exit(children(sys.argv[2:]) if sys.argv[1] == "children" else lesson(sys.argv[1]))
