"""Runs small programs in a sandbox for the tests, with a stage and limits, and returns their output."""

from __future__ import annotations

import ctypes
import json
import os
import select
import textwrap
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from timeslice.sandbox import Ended, Limits, Running, Sandbox, host, probe

LIMITS = Limits(
    wall_seconds=30.0,
    cpu_seconds=20,
    memory_bytes=512 << 20,
    processes=32,
    file_bytes=4 << 20,
    descriptors=64,
    tmp_bytes=8 << 20,
)
ORDINARY_UID = 1_999_999_999
_PR_SET_DUMPABLE = 4

FORK_UNTIL_REFUSED = """
    import os, signal
    count = 0
    try:
        while count < 200:
            if os.fork() == 0:
                signal.pause()
            count += 1
    except BlockingIOError:
        pass
    print(count)
    """


@dataclass(frozen=True)
class Workbench:
    """A sandbox with a stage: ``stage/out`` is writable inside and visible to the host."""

    box: Sandbox
    stage: Path

    def start(self, *argv: str, limits: Limits = LIMITS, readable: Sequence[Path] = (), **options: Any) -> Running:
        """Starts a program in the sandbox's own /tmp."""
        return self.box.start(
            argv,
            cwd=Path("/tmp"),
            readable=list(readable),
            writable=[self.out],
            env=options.pop("env", {}),
            limits=limits,
            stdout=self.stage / "stdout",
            stderr=self.stage / "stderr",
            **options,
        )

    def run(self, *argv: str, **options: Any) -> Ended:
        """Runs a program to its end."""
        return self.start(*argv, **options).wait()

    def python(self, source: str, *arguments: str, **options: Any) -> Any:
        """Runs Python source, and returns its output, read as JSON."""
        ended = self.run(*python(source), *arguments, **options)
        assert ended.exit_code == 0, (ended, self.stderr)
        return json.loads(self.stdout)

    @property
    def out(self) -> Path:
        return self.stage / "out"

    @property
    def stdout(self) -> str:
        return (self.stage / "stdout").read_text(errors="replace")

    @property
    def stderr(self) -> str:
        return (self.stage / "stderr").read_text(errors="replace")


@contextmanager
def workbench(box: Sandbox) -> Iterator[Workbench]:
    """A workbench. Its stage is removed at the end of the block."""
    with box.stage as stage:
        (stage / "out").mkdir()
        yield Workbench(box, stage)


def python(source: str) -> tuple[str, ...]:
    """The command that runs Python source inside."""
    return (str(host.interpreter()), "-I", "-S", "-c", textwrap.dedent(source))


def with_bubblewrap() -> Sandbox:
    """The probed sandbox. If this machine cannot have namespaces, the test is skipped, with the reason."""
    box = probe()
    if box.bwrap is None:
        pytest.skip(next(guard.detail for guard in box.guards if guard.name == "namespaces"))
    return box


def hangs_up(fd: int, seconds: float = 20.0) -> bool:
    """Waits until no process holds the other end of a pipe."""
    poller = select.poll()
    poller.register(fd, 0)
    return bool(poller.poll(seconds * 1000))


def as_ordinary_user(experiment: Callable[[], object]) -> Any:
    """Runs a function in a child that is not root (even if we are). Returns its result, sent as JSON."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
                os.setresuid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
                ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # otherwise it cannot read its own /proc
            answer = {"result": experiment()}
        except BaseException:
            answer = {"error": traceback.format_exc()}
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(pid, 0)
    assert "error" not in answer, answer["error"]
    return answer["result"]


def limits(**changes: Any) -> Limits:
    """The usual limits with some changed."""
    return replace(LIMITS, **changes)
