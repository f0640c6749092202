"""Measures the guards of the sandbox: one run of the probe, and what its report means for each guard.

Theory of operation
-------------------
A guard is on because an experiment inside met it, never because an option was given. One sandbox is started with
small limits, the probe (``inside.py``) tries everything in it and reports over a pipe that it was passed, then leaves a
daemon behind and hangs, and the run is killed: if the pipe then comes to its end, nothing survived. Where the run with
bubblewrap fails, the same is done without it, and the guards that are then off carry bubblewrap's own reason.
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


_probed: dict[int, Sandbox] = {}  # of this process; a child has to measure its own


def probe(*, strict: bool = False) -> Sandbox:
    """The sandbox of this process, its guards measured the first time it is asked for.

    Args:
        strict: refuse to go on with any guard off.

    Raises:
        SandboxError: nothing can be run at all, or a guard is off and ``strict`` was asked for.
    """
    if os.getpid() not in _probed:
        _probed.clear()
        _probed[os.getpid()] = measured()
    sandbox = _probed[os.getpid()]
    off = [f"{guard.name} ({guard.detail})" for guard in sandbox.guards if not guard.on]
    if strict and off:
        raise SandboxError(f"refusing to grade, for these guards of the sandbox are off: {'; '.join(off)}")
    return sandbox


def measured() -> Sandbox:
    """The best sandbox that this machine can give, with its guards measured.

    Raises:
        SandboxError: not even a run without bubblewrap works.
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
        sandbox: what to measure.
        reason: why bubblewrap is not used; empty where it is.

    Raises:
        SandboxError: the probe could not be run or did not report.
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
        Its report, what the control group had counted of it by controller, and whether anything survived its end.
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
            run.wait()  # tells where the sandbox itself failed
            text = (stage / "output").read_text(errors="replace").strip().splitlines()
            raise SandboxError(f"the probe did not report: {text[-1] if text else 'it was killed'}")
        return json.loads(line), counted, not _at_end(pipe.fileno())


def _line(fd: int) -> bytes:
    """One line from the probe; empty where it ended before it wrote one."""
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(fd, 65536)
        if not chunk:
            return b""
        line += chunk
    return line


def _at_end(fd: int) -> bool:
    """Whether nobody holds the other end of the pipe any more."""
    poller = select.poll()
    poller.register(fd, 0)  # only a hang-up is reported
    return bool(poller.poll(0))


def _counted(run: Running) -> dict[str, int]:
    """What the kernel has counted in the run's control group: bytes and tasks."""
    if run.group is None:
        return {}
    return {
        "memory": run.group.read("memory", "memory.current", "memory.usage_in_bytes"),
        "pids": run.group.read("pids", "pids.current"),
    }


def _guard(name: str, on: bool, good: str, bad: str) -> Guard:
    return Guard(name=name, on=on, detail=good if on else bad)


def _namespaces(report: Report, reason: str) -> Guard:
    """The guard that the isolating ones follow from; it carries the reason why bubblewrap is not used."""
    shared = [name for name, link in report["namespaces"].items() if link == os.readlink(f"/proc/self/ns/{name}")]
    bad = "; ".join(filter(None, (f"shared with the host: {_list(shared)}", reason)))
    return _guard("namespaces", not shared, "own " + " ".join(report["namespaces"]), bad)


def _isolation(report: Report) -> list[Guard]:
    """What keeps the host and the sandbox apart."""
    unreachable = report["interfaces"] == ["lo"] and report["outside"] == "ENETUNREACH"
    dead = [f"{address} ({error})" for address, error in report["loopback"].items() if error]
    seen = [*report["host_paths"], *(["the grader's files"] if report["canary"] else [])]
    unbounded = [name for name, error in report["full"].items() if error != "ENOSPC"]
    return [
        _guard("network", unreachable, "only loopback", f"interfaces visible: {_list(report['interfaces'])}"),
        _guard("loopback", not dead, "127.0.0.1 and ::1 answer", f"no answer from {_list(dead)}"),
        _guard("files", not seen, "none of the host's but the system's", f"visible: {_list(seen)}"),
        _guard("read-only", not report["writable"], "system and root", f"writable: {_list(report['writable'])}"),
        _guard("tmp", not unbounded, "private, shm too, both bounded", f"unbounded: {_list(unbounded)}"),
    ]


def _confinement(report: Report, sandbox: Sandbox) -> list[Guard]:
    """What keeps the program inside from doing and using too much."""
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
    """The limits for all processes of a run together."""
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
