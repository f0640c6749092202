"""A run's life: how it ends, that nothing survives it, and that it leaves no trace on the host."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from in_sandbox import LIMITS, Workbench, hangs_up, limits, python, with_bubblewrap, workbench
from timeslice.sandbox import Running, Sandbox, SandboxError
from timeslice.sandbox.cgroup import own_prefix
from timeslice.upkeep.traces import traces

DAEMON = """
    import os, signal, sys
    ready, tell = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        os.write(int(sys.argv[1]), b"up")
        os.write(tell, b"up")
        while True:
            signal.pause()
    os.wait()
    os.read(ready, 2)
    if sys.argv[2] == "hang":
        signal.pause()
    """


@pytest.fixture(params=["bubblewrap", "fallback"])
def bench(request: pytest.FixtureRequest) -> Iterator[Workbench]:
    """With bubblewrap and without it: both must end all processes that they started."""
    with workbench(with_bubblewrap() if request.param == "bubblewrap" else Sandbox(None)) as made:
        yield made


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)


def start_daemon(bench: Workbench, pipe: tuple[int, int], then: str, wall_seconds: float = 30.0) -> Running:
    """A run that leaves a daemon, which holds the pipe. Returns when the daemon runs."""
    reader, writer = pipe
    run = bench.start(*python(DAEMON), str(writer), then, pass_fds=[writer], limits=limits(wall_seconds=wall_seconds))
    os.close(writer)
    assert os.read(reader, 2) == b"up"
    return run


def test_daemon_dies_with_its_program(bench: Workbench, pipe: tuple[int, int]) -> None:
    run = start_daemon(bench, pipe, "end")
    assert run.wait().exit_code == 0
    assert hangs_up(pipe[0], seconds=0)


def test_kill_ends_everything(bench: Workbench, pipe: tuple[int, int]) -> None:
    run = start_daemon(bench, pipe, "hang")
    assert run.poll() is None
    run.kill()
    ended = run.wait()
    assert (ended.signal, ended.timed_out) == (signal.SIGKILL, False)
    assert hangs_up(pipe[0], seconds=0)
    run.kill()  # a kill of a run that has ended changes nothing
    assert run.poll() == ended


def test_watchdog_ends_everything(bench: Workbench, pipe: tuple[int, int]) -> None:
    run = start_daemon(bench, pipe, "hang", wall_seconds=1.0)
    assert run.wait().timed_out
    assert hangs_up(pipe[0], seconds=0)


def test_leaving_the_context_ends_everything(bench: Workbench, pipe: tuple[int, int]) -> None:
    with pytest.raises(KeyboardInterrupt), start_daemon(bench, pipe, "hang"):
        raise KeyboardInterrupt
    assert hangs_up(pipe[0], seconds=0)


def test_killing_bubblewrap_ends_everything(pipe: tuple[int, int]) -> None:
    with workbench(with_bubblewrap()) as bench:
        run = start_daemon(bench, pipe, "hang")
        os.kill(run.pids[0], signal.SIGKILL)
        assert run.wait().signal == signal.SIGKILL
        assert hangs_up(pipe[0], seconds=0)


def test_killed_grader_takes_its_runs_along(bench: Workbench, pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    ready, tell = os.pipe()
    grader = os.fork()
    if grader == 0:
        with workbench(bench.box) as doomed:
            doomed.start(*python(DAEMON), str(writer), "hang", pass_fds=[writer])
            os.write(tell, str(doomed.stage).encode())
            while True:
                signal.pause()
    os.close(writer)
    stage = Path(os.read(ready, 4096).decode())
    assert os.read(reader, 2) == b"up"
    os.utime(stage, (0, 0))  # as if it were old
    os.kill(grader, signal.SIGKILL)
    os.waitpid(grader, 0)
    assert hangs_up(reader)
    os.close(ready)
    os.close(tell)
    assert stage.exists()
    Sandbox(None)  # the next grader
    assert not stage.exists()


def test_groups_of_a_killed_grader_are_removed_by_the_next(bench: Workbench) -> None:
    dead = os.fork()
    if dead == 0:
        os._exit(0)
    os.waitpid(dead, 0)
    groups = [place.directory / f"{own_prefix()}{dead}-1" for place in bench.box.groups.places]
    # A grader in another PID namespace may live, although its number is that of no process here.
    foreign = [place.directory / f"timeslice-1-{dead}-1" for place in bench.box.groups.places]
    for group in {*groups, *foreign}:
        group.mkdir()
    Sandbox(None)
    kept = [group for group in (*groups, *foreign) if group.exists()]
    for group in set(kept):
        group.rmdir()
    assert kept == foreign


def test_stage_in_use_is_kept(bench: Workbench) -> None:
    os.utime(bench.stage, (0, 0))
    Sandbox(None)
    assert bench.stage.exists()


@pytest.mark.parametrize(("script", "code", "number"), [("exit 7", 7, None), ("kill -SEGV $$", None, signal.SIGSEGV)])
def test_end_is_told(bench: Workbench, script: str, code: int | None, number: int | None) -> None:
    ended = bench.run("sh", "-c", script)
    assert (ended.exit_code, ended.signal, ended.timed_out) == (code, number, False)


def test_two_runs_at_once_do_not_meet(bench: Workbench) -> None:
    with workbench(bench.box) as other, bench.start("sleep", "60") as first, other.start("sleep", "60") as second:
        first.kill()
        assert first.wait().signal == signal.SIGKILL
        assert second.poll() is None


def test_nothing_is_left_on_the_host(bench: Workbench) -> None:
    left = [Path(directory, f"timeslice-left-{os.getpid()}") for directory in ("/tmp", "/dev/shm")]
    before = traces(bench.box)
    assert bench.run("sh", "-c", "kill -ABRT $$").signal == signal.SIGABRT
    assert bench.run("sh", "-c", f"echo x > {left[0]}; echo x > {left[1]}; sleep 60 & exit 0").exit_code == 0
    found = [path for path in left if path.exists()]
    for path in found:
        path.unlink()
    assert traces(bench.box) == before
    if bench.box.bwrap or bench.box.identity.dropped:  # the files of an ordinary user look like those of the run
        assert found == []


def test_links_and_fifos_left_behind_are_removed(bench: Workbench) -> None:
    links = "ln d/file hard; ln -s /etc/shadow link; ln -s / d/root; mkfifo d/fifo"
    script = f"mkdir d; echo 1 > d/file; {links}; echo 2 > plain"
    assert bench.run("sh", "-c", f"cd {bench.out} && {script}").exit_code == 0
    left = {path.name: path.stat(follow_symlinks=False) for path in bench.out.rglob("*")}
    assert set(left) - {"file", "hard"} == {"d", "plain"}
    assert [name for name, status in left.items() if stat.S_ISREG(status.st_mode) and status.st_nlink > 1] == []


def test_output_never_follows_a_link(bench: Workbench) -> None:
    victim = bench.stage / "victim"
    victim.write_text("precious")
    (bench.stage / "stdout").symlink_to(victim)
    bench.run("echo", "over")
    assert victim.read_text() == "precious"
    assert bench.stdout == "over\n"


def test_output_and_errors_may_share_a_file(bench: Workbench) -> None:
    argv = ["sh", "-c", "echo one; echo two >&2; echo three"]
    path = bench.stage / "both"
    bench.box.start(
        argv, cwd=Path("/tmp"), readable=[], writable=[], env={}, limits=LIMITS, stdout=path, stderr=path
    ).wait()
    assert path.read_text() == "one\ntwo\nthree\n"


def test_what_cannot_be_shown_is_one_clear_line() -> None:
    with workbench(with_bubblewrap()) as bench, pytest.raises(SandboxError) as caught:
        bench.run("true", readable=[bench.stage / "missing"])
    assert "missing" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_program_that_is_missing_fails_as_in_a_shell(bench: Workbench) -> None:
    assert bench.run("no-such-program").exit_code == 127
    assert "no-such-program" in bench.stderr
