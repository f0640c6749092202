"""The probe: it measures each guard and notices each missing one. Then --strict refuses to grade."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from in_sandbox import FORK_UNTIL_REFUSED, as_ordinary_user, limits, with_bubblewrap, workbench
from timeslice.sandbox import Sandbox, SandboxError, bubblewrap, cgroup, guards, host, probe, running

GROUPS = {"group memory", "group pids"}


@pytest.fixture(autouse=True)
def unprobed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test measures again, and does not change the process's own probe."""
    monkeypatch.setattr(guards, "_probed", {})


def off(sandbox: Sandbox) -> set[str]:
    return {guard.name for guard in sandbox.guards if not guard.on}


def test_every_guard_is_on_or_says_why() -> None:
    box = with_bubblewrap()
    assert off(box) <= GROUPS
    assert off(box) == {f"group {name}" for name in box.groups.missing}
    assert all(guard.detail for guard in box.guards)


def test_probe_is_made_once_a_process() -> None:
    started = time.monotonic()
    first = probe()
    print(f"probe: {(time.monotonic() - started) * 1000:.0f} ms")
    assert probe() is first


def without(monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    """Removes options, with their arguments, from bubblewrap's command line."""
    original = bubblewrap.command

    def shortened(*arguments: object) -> list[str]:
        text = "\0".join(original(*arguments))  # type: ignore[arg-type]
        for option in options:
            assert option in text
            text = text.replace(option + "\0", "")
        return text.split("\0")

    monkeypatch.setattr(bubblewrap, "command", shortened)


REMOVALS = {
    "network": ["--unshare-net"],
    "namespaces": ["--unshare-ipc"],
    "read-only": ["--remount-ro\0/dev\0--remount-ro\0/"],
    "tmp": [f"--size\0{guards._LIMITS.tmp_bytes}"],
}


@pytest.mark.parametrize("name", REMOVALS)
def test_probe_notices_a_missing_option(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    sandbox = Sandbox(with_bubblewrap().bwrap)
    without(monkeypatch, *REMOVALS[name])
    sandbox.guards = guards.measure(sandbox, "")
    assert name in off(sandbox)


def test_probe_notices_a_visible_host(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(with_bubblewrap().bwrap)
    monkeypatch.setattr(bubblewrap, "_SYSTEM", (*bubblewrap._SYSTEM, "/var", "/home"))
    sandbox.guards = guards.measure(sandbox, "")
    assert off(sandbox) - GROUPS == {"files"}


def test_probe_notices_a_missing_filter() -> None:
    sandbox = Sandbox(with_bubblewrap().bwrap)
    sandbox.filters = {}
    sandbox.guards = guards.measure(sandbox, "")
    assert off(sandbox) - GROUPS == {"system calls"}


def test_probe_notices_a_filter_that_lets_ptrace_through() -> None:
    sandbox = Sandbox(with_bubblewrap().bwrap)
    sandbox.filters[False] = sandbox.filters[True]
    sandbox.guards = guards.measure(sandbox, "")
    assert off(sandbox) - GROUPS == {"system calls"}


def test_probe_notices_an_inherited_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(with_bubblewrap().bwrap)
    original = bubblewrap.command
    monkeypatch.setattr(
        bubblewrap, "command", lambda *a: ["/usr/bin/env", "SECRET=1", *(w for w in original(*a) if w != "--clearenv")]
    )
    sandbox.guards = guards.measure(sandbox, "")
    assert off(sandbox) - GROUPS == {"environment"}


def test_probe_notices_missing_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(with_bubblewrap().bwrap)
    monkeypatch.setattr(bubblewrap, "_with_limits", lambda _limits: [])
    sandbox.guards = guards.measure(sandbox, "")
    assert "limits" in off(sandbox)


def test_probe_notices_a_leaked_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(with_bubblewrap().bwrap)
    original = running.Control.all
    extra = os.open("/dev/null", os.O_RDONLY)
    monkeypatch.setattr(running.Control, "all", lambda control: [*original(control), extra])
    try:
        sandbox.guards = guards.measure(sandbox, "")
    finally:
        os.close(extra)
    assert off(sandbox) - GROUPS == {"descriptors"}


def test_probe_notices_a_survivor(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(with_bubblewrap().bwrap)
    held: list[int] = []
    original = guards._line

    def held_open(fd: int) -> bytes:
        """Acts as if a process that outlived the sandbox held the pipe: another process holds it."""
        line = original(fd)
        held.append(os.open(f"/proc/self/fd/{fd}", os.O_WRONLY))
        return line

    monkeypatch.setattr(guards, "_line", held_open)
    sandbox.guards = guards.measure(sandbox, "")
    os.close(held[0])
    assert off(sandbox) - GROUPS == {"end"}


def test_groups_that_cannot_be_had_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(with_bubblewrap().bwrap)
    monkeypatch.setattr(sandbox, "groups", cgroup.Survey((), {"memory": "not delegated", "pids": "not delegated"}))
    sandbox.guards = guards.measure(sandbox, "")
    assert off(sandbox) == GROUPS
    assert {guard.detail for guard in sandbox.guards if not guard.on} == {"not delegated"}


def test_without_bubblewrap_grading_goes_on_and_says_what_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "find", lambda: None)
    box = probe()
    assert box.bwrap is None
    assert {"namespaces", "network", "files", "tmp"} <= off(box)
    assert not {"system calls", "limits", "environment", "descriptors", "end", "privileges"} & off(box)
    assert "install the package bubblewrap" in next(g.detail for g in box.guards if g.name == "namespaces")
    with workbench(box) as bench:
        assert bench.run("sh", "-c", f"echo fine > {bench.out}/file").exit_code == 0
        assert (bench.out / "file").read_text() == "fine\n"


def test_bubblewrap_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(None).stage as stage:
        broken = stage / "bwrap"
        broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
        broken.chmod(0o755)
        monkeypatch.setattr(bubblewrap, "find", lambda: broken)
        detail = next(guard.detail for guard in probe().guards if guard.name == "namespaces")
    assert "No permissions to create new namespace" in detail


def test_strict_refuses_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "find", lambda: None)
    with pytest.raises(SandboxError) as caught:
        probe(strict=True)
    assert "namespaces" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_strict_is_content_with_every_guard_on(monkeypatch: pytest.MonkeyPatch) -> None:
    box = with_bubblewrap()
    monkeypatch.setattr(box, "guards", tuple(guard for guard in box.guards if guard.on))
    assert probe(strict=True) is box


def test_ordinary_user_has_every_guard_but_perhaps_groups() -> None:
    with_bubblewrap()

    def experiment() -> list[object]:
        guards._probed.clear()
        box = probe()
        with workbench(box) as bench:
            ended = bench.run("sh", "-c", f"id -u; cat /etc/shadow; echo made > {bench.out}/file")
            forks = bench.python(FORK_UNTIL_REFUSED, limits=limits(processes=20))
            return [os.geteuid(), sorted(off(box)), ended.exit_code, (bench.out / "file").read_text(), forks]

    uid, missing, code, text, forks = as_ordinary_user(experiment)
    assert uid != 0
    assert set(missing) <= GROUPS
    assert (code, text) == (0, "made\n")
    assert 15 <= forks <= 20


def test_root_runs_nothing_as_root() -> None:
    box = with_bubblewrap()
    with workbench(box) as bench, bench.start("sleep", "60") as run:
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in run.pids}
    assert owners == {box.identity.uid}
    assert box.identity.uid != 0


def test_no_python_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "interpreter", lambda: None)
    with pytest.raises(SandboxError, match="install the package python3"):
        probe()
