"""A run without bubblewrap: the command of the supervisor, and the process limit."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from timeslice.sandbox.bubblewrap import ENVIRONMENT, View
from timeslice.sandbox.host import Identity
from timeslice.sandbox.running import Control

# As text, because the sandbox's user may not be able to read the grader's files.
_SUPERVISOR = Path(__file__).with_name("supervisor.py").read_text()


def command(identity: Identity, view: View, control: Control, argv: Sequence[str]) -> list[str]:
    """The command that runs ``argv`` as ``identity`` under the supervisor."""
    setup = {
        "status": control.status,
        "gate": control.gate,
        "filter": control.filter,
        "owner": [identity.uid, identity.gid] if identity.dropped else None,
        "cwd": str(view.cwd),
        "environment": {**ENVIRONMENT, "PWD": str(view.cwd), **view.environment},
        "limits": list(view.limits.resources(_process_limit(identity, view.limits.processes)).items()),
    }
    return [sys.executable, "-I", "-S", "-c", _SUPERVISOR, json.dumps(setup), *argv]


def _process_limit(identity: Identity, processes: int) -> int:
    """RLIMIT_NPROC counts all tasks of a user. So we add the tasks that an ordinary user already has."""
    return processes if identity.dropped else processes + _tasks_of(identity.uid)


def _tasks_of(uid: int) -> int:
    """How many tasks, threads included, a user has now."""
    count = 0
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and process.stat().st_uid == uid:
                count += len(os.listdir(process / "task"))
        except OSError:
            continue  # it has just ended
    return count
