"""Starts the fork server: a process that imports the grader once and makes the workers by fork.

This file itself imports no heavy module."""

from __future__ import annotations

import tempfile
from multiprocessing import forkserver, util

PRELOAD = ["timeslice.session.worker"]  # the modules that the fork server imports
_SOCKET_FOLDER_MAX = 60  # characters; with the names below it, a UNIX socket's address must fit in 108
_SHORT = "/tmp"  # noqa: S108 - multiprocessing makes its own folder in it


def start_fork_server() -> None:
    """Start the fork server if it does not run. It imports its modules while the caller continues."""
    forkserver.set_forkserver_preload(PRELOAD)
    _choose_folder_of_sockets()
    forkserver.ensure_running()


def _choose_folder_of_sockets() -> None:
    """Make multiprocessing's folder for sockets. If TMPDIR is too long for a socket's address, use /tmp."""
    usual = tempfile.gettempdir()
    if len(usual) <= _SOCKET_FOLDER_MAX:
        return
    tempfile.tempdir = _SHORT
    try:
        util.get_temp_dir()  # makes the folder once for this process
    finally:
        tempfile.tempdir = usual
