"""Measures the guards of the sandbox: it runs the probe once, and judges each guard by the probe's report.

Theory of operation
-------------------
A guard is on only if an experiment inside has shown it. An option on a command line is no proof. We start one sandbox
with small limits. In it, the probe (``inside.py``) tries what each guard forbids, and writes a report to a pipe. Then
it leaves a daemon behind and hangs. We kill the run: if the pipe then reaches its end, nothing survived. If the run
with bubblewrap fails, we do the same without it. The guards that are then off show bubblewrap's own reason.
"""

from __future__ import annotations

import json
import os
import select
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from timeslice.errors import SandboxError
from timeslice.model import Guard
from timeslice.sandbox import bubblewrap, host
from timeslice.sandbox.box import Sandbox
from timeslice.sandbox.limits import Limits
from timeslice.sandbox.running import Running

_PROBE = Path(__file__).with_name("inside.py").read_text()  # the sandbox cannot read the grader's files
_PROBE_SECONDS = 20.0
_LIMITS = Limits(
    wall_seconds=_PROBE_SECONDS,
    cpu_seconds=10,
    memory_bytes=192 << 20,
    processes=12,
    file_bytes=256 << 10,
    descriptors=64,
    tmp_bytes=512 << 10,
)

Report = Mapping[str, Any]  # what inside.py wrote


_probed: dict[int, Sandbox] = {}  # of this process; a child must measure again


def probe(*, strict: bool = False) -> Sandbox:
    """The sandbox of this process. The first call measures its guards.

    Args:
        strict: refuse to go on if a guard is off.

    Raises:
        SandboxError: nothing can be run at all, or ``strict`` is set and a guard is off.
    """
    if os.getpid() not in _probed:
        _probed.clear()
        _probed[os.getpid()] = measured()
    sandbox = _probed[os.getpid()]
    off = [f"{guard.name} ({guard.detail})" for guard in sandbox.guards if not guard.on]
    if strict and off:
        raise SandboxError(
            f"--strict refuses to grade, because these guards of the sandbox are off: {'; '.join(off)}; "
            "repair them (see timeslice doctor), or grade without --strict"
        )
    return sandbox


def measured() -> Sandbox:
    """The best sandbox that this machine allows, with its guards measured.

    Raises:
        SandboxError: even a run without bubblewrap fails.
    """
    bwrap = bubblewrap.find()
    reason = "bubblewrap is not installed: install the package bubblewrap"
    if bwrap:
        sandbox = Sandbox(bwrap)
        try:
            sandbox.guards = measure(sandbox, "")
        except SandboxError as error:
            reason = f"bubblewrap does not work here: {error}"
        else:
            return sandbox
    sandbox = Sandbox(None)
    sandbox.guards = measure(sandbox, reason)
    return sandbox


def measure(sandbox: Sandbox, reason: str) -> tuple[Guard, ...]:
    """Runs the probe in ``sandbox`` and judges its report.

    Args:
        sandbox: the sandbox to measure.
        reason: why bubblewrap is not used. Empty if it is used.

    Raises:
        SandboxError: the probe did not start, or did not report.
    """
    report, counted, survived = _experiment(sandbox)
    return (
        _namespaces(report, reason),
        *_isolation(report),
        *_confinement(report, sandbox),
        _guard("end", not survived, "killed with its daemons", "a daemon outlived the sandbox"),
        *_groups(sandbox, counted),
    )


def _experiment(sandbox: Sandbox) -> tuple[Report, dict[str, int], bool]:
    """One run of the probe.

    Returns:
        Its report, the counts of its control group by controller, and whether a process survived its end.
    """
    python = host.interpreter()
    if python is None:
        raise SandboxError("the guards cannot be measured without a Python below /usr: install the package python3")
    reader, writer = os.pipe2(os.O_CLOEXEC)
    with os.fdopen(reader, "rb", buffering=0) as pipe, sandbox.stage as stage:
        canary = stage / "canary"
        canary.touch(mode=0o644)
        try:
            run = sandbox.start(
                [str(python), "-I", "-S", "-c", _PROBE, str(canary), str(writer)],
                cwd=Path("/"),
                readable=[],
                writable=[],
                env={},
                limits=_LIMITS,
                stdout=stage / "output",
                stderr=stage / "output",
                pass_fds=[writer],
            )
        finally:
            os.close(writer)
        with run:
            line = _line(pipe.fileno())
            counted = _counted(run)
        if not line:
            run.wait()  # raises if the sandbox itself failed
            text = (stage / "output").read_text(errors="replace").strip().splitlines()
            raise SandboxError(f"the probe of the sandbox did not report: {text[-1] if text else 'it was killed'}")
        return json.loads(line), counted, not _at_end(pipe.fileno())


def _line(fd: int) -> bytes:
    """One line from the probe. Empty if the probe ended before it wrote one."""
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(fd, 65536)
        if not chunk:
            return b""
        line += chunk
    return line


def _at_end(fd: int) -> bool:
    """Whether no process holds the other end of the pipe."""
    poller = select.poll()
    poller.register(fd, 0)  # only a hang-up is reported
    return bool(poller.poll(0))


def _counted(run: Running) -> dict[str, int]:
    """The kernel's counts for the run's control group: bytes and tasks."""
    if run.group is None:
        return {}
    return {
        "memory": run.group.read("memory", "memory.current", "memory.usage_in_bytes"),
        "pids": run.group.read("pids", "pids.current"),
    }


def _guard(name: str, on: bool, good: str, bad: str) -> Guard:
    return Guard(name=name, on=on, detail=good if on else bad)


def _namespaces(report: Report, reason: str) -> Guard:
    """The guard that the isolating guards depend on. It shows the reason why bubblewrap is not used."""
    shared = [name for name, link in report["namespaces"].items() if link == os.readlink(f"/proc/self/ns/{name}")]
    bad = "; ".join(filter(None, (f"shared with the host: {_list(shared)}", reason)))
    return _guard("namespaces", not shared, "own " + " ".join(report["namespaces"]), bad)


def _isolation(report: Report) -> list[Guard]:
    """The guards that separate the host and the sandbox."""
    unreachable = report["interfaces"] == ["lo"] and report["outside"] == "ENETUNREACH"
    dead = [f"{address} ({error})" for address, error in report["loopback"].items() if error]
    seen = [*report["host_paths"], *(["the grader's files"] if report["canary"] else [])]
    unbounded = [name for name, error in report["full"].items() if error != "ENOSPC"]
    return [
        _guard("network", unreachable, "only loopback", f"interfaces visible: {_list(report['interfaces'])}"),
        _guard("loopback", not dead, "127.0.0.1 and ::1 answer", f"no answer from {_list(dead)}"),
        _guard("files", not seen, "only the system's files are visible", f"visible: {_list(seen)}"),
        _guard("read-only", not report["writable"], "system and root", f"writable: {_list(report['writable'])}"),
        _guard("tmp", not unbounded, "private, shm too, both bounded", f"unbounded: {_list(unbounded)}"),
    ]


def _confinement(report: Report, sandbox: Sandbox) -> list[Guard]:
    """The guards that limit what the program inside may do and use."""
    status = report["status"]
    capable = [name for name in ("CapInh", "CapPrm", "CapEff", "CapAmb") if int(status[name], 16)]
    privileged = [*capable, *(["new privileges"] if status["NoNewPrivs"] != "1" else [])]
    allowed = [name for name, error in report["calls"].items() if error != "EPERM"]
    leaked = set(report["environment"]) - {*bubblewrap.ENVIRONMENT, "PWD"}
    extra = [str(fd) for fd in report["descriptors"] if fd > 2]
    wanted = {"memory": "ENOMEM", "processes": "EAGAIN", "file": "EFBIG", "descriptors": "EMFILE"}
    loose = [name for name, error in wanted.items() if report["limits"][name] != error]
    if report["cpu_seconds"] != _LIMITS.cpu_seconds or report["core_bytes"]:
        loose.append("cpu or core")
    filter_on = not allowed and status["Seccomp"] == "2"
    no_filter = "libseccomp2 is not installed" if not sandbox.filters else f"not denied: {_list(allowed)}"
    return [
        _guard("privileges", not privileged, "no capability, no new privileges", f"has {_list(privileged)}"),
        _guard("system calls", filter_on, "denied: " + " ".join(report["calls"]), no_filter),
        _guard("environment", not leaked, "scrubbed", f"inherited: {_list(sorted(leaked))}"),
        _guard("descriptors", len(extra) == 1, "only those passed on", f"open inside: {_list(extra)}"),
        _guard("limits", not loose, "cpu core " + " ".join(wanted), f"not enforced: {_list(loose)}"),
    ]


def _groups(sandbox: Sandbox, counted: Mapping[str, int]) -> list[Guard]:
    """The guards with limits for all processes of a run together."""
    return [
        _guard(
            f"group {controller}",
            counted.get(controller, 0) > 0,
            "control group counts and limits the run as a whole",
            sandbox.groups.missing.get(controller, "the control group counted nothing"),
        )
        for controller in ("memory", "pids")
    ]


def _list(words: list[str]) -> str:
    return ", ".join(words)
