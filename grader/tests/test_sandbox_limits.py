"""A program in the sandbox cannot use more than its limits, and does not disturb the machine."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from in_sandbox import FORK_UNTIL_REFUSED, Workbench, limits, python, with_bubblewrap, workbench
from timeslice.sandbox import cgroup


@pytest.fixture
def bench() -> Iterator[Workbench]:
    with workbench(with_bubblewrap()) as made:
        yield made


def test_forks_are_bounded(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the resource limit alone: a control group would hide that it is missing."""
    monkeypatch.setattr(bench.box, "groups", cgroup.Survey((), {}))
    assert 15 <= bench.python(FORK_UNTIL_REFUSED, limits=limits(processes=20)) <= 20


def test_fork_bomb_ends_with_the_watchdog(bench: Workbench) -> None:
    bomb = """
        import os
        while True:
            try:
                os.fork()
            except OSError:
                pass
        """
    ended = bench.run(*python(bomb), limits=limits(processes=20, wall_seconds=0.5))
    assert ended.timed_out
    assert ended.signal == signal.SIGKILL
    assert bench.run("true").exit_code == 0


def test_memory_of_a_process_is_bounded(bench: Workbench) -> None:
    refused = bench.python(
        """
        import json, mmap
        try:
            mmap.mmap(-1, 300 << 20)
        except OSError as error:
            print(json.dumps(error.strerror))
        """,
        limits=limits(memory_bytes=256 << 20),
    )
    assert refused == "Cannot allocate memory"


HOARD = """
    import json, mmap, os, signal
    pipes = []
    for child in range(6):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(reader)
            hoard = mmap.mmap(-1, 48 << 20)
            for at in range(0, len(hoard), 4096):
                hoard[at] = 1
            os.write(writer, b"full")
            signal.pause()
        os.close(writer)
        pipes.append(reader)
    print(json.dumps([len(os.read(reader, 4)) for reader in pipes]))
    """


def test_memory_of_all_together_is_bounded_where_the_guard_says_so(bench: Workbench) -> None:
    guard = next(guard for guard in bench.box.guards if guard.name == "group memory")
    filled = bench.python(HOARD, limits=limits(memory_bytes=128 << 20))
    assert (0 in filled) == guard.on  # 0: the child was killed before it could report


def test_processes_of_all_together_are_bounded_where_the_guard_says_so(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the resource limit, which would act first."""
    monkeypatch.setattr("timeslice.sandbox.bubblewrap._with_limits", lambda _limits: [])
    guard = next(guard for guard in bench.box.guards if guard.name == "group pids")
    assert (bench.python(FORK_UNTIL_REFUSED, limits=limits(processes=20)) < 22) == guard.on


def test_output_flood_is_capped(bench: Workbench) -> None:
    ended = bench.run("sh", "-c", "yes", limits=limits(file_bytes=1 << 20))
    assert ended.signal == signal.SIGXFSZ or ended.exit_code == 128 + signal.SIGXFSZ
    assert len(bench.stdout) == 1 << 20


@pytest.mark.parametrize("directory", ["/tmp", "/dev/shm"])
def test_temporary_files_are_bounded(bench: Workbench, directory: str) -> None:
    written, error = bench.python(
        """
        import errno, json, sys
        written = 0
        try:
            for number in range(100):
                with open(f"{sys.argv[1]}/{number}", "wb", buffering=0) as file:
                    written += file.write(bytes(1 << 20))
        except OSError as error:
            print(json.dumps([written, errno.errorcode[error.errno]]))
        """,
        directory,
        limits=limits(tmp_bytes=8 << 20),
    )
    assert error == "ENOSPC"
    assert written <= 8 << 20


def test_disk_is_bounded(bench: Workbench) -> None:
    flood = """
        import signal, sys
        for number in range(32):
            with open(f"{sys.argv[1]}/{number}", "wb") as file:
                file.write(bytes(1 << 20))
        signal.pause()
        """
    ended = bench.run(*python(flood), str(bench.out), limits=limits(disk_bytes=4 << 20))
    assert ended.disk_full
    assert (ended.signal, ended.timed_out) == (signal.SIGKILL, False)


def test_busy_loop_ends_after_its_cpu_time(bench: Workbench) -> None:
    ended = bench.run("sh", "-c", "while :; do :; done", limits=limits(cpu_seconds=1))
    assert ended.signal in (signal.SIGXCPU, signal.SIGKILL)
    assert not ended.timed_out


def test_watchdog_kills_what_ignores_every_signal(bench: Workbench) -> None:
    stubborn = """
        import signal
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while True:
            signal.pause()
        """
    ended = bench.run(*python(stubborn), limits=limits(wall_seconds=0.3))
    assert ended.timed_out
    assert ended.seconds >= 0.3


def test_descriptors_and_cores_are_bounded(bench: Workbench) -> None:
    opened = bench.python(
        """
        import os
        count = 0
        try:
            while count < 1000:
                os.dup(0)
                count += 1
        except OSError:
            print(count)
        """,
        limits=limits(descriptors=40),
    )
    assert opened <= 40
    ended = bench.run("sh", "-c", f"cd {bench.out} && kill -SEGV $$")
    assert ended.signal == signal.SIGSEGV
    assert list(bench.out.iterdir()) == []
