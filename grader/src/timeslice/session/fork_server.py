"""The process that workers are forked from: it imports the grader once. Nothing heavy is imported here."""

from __future__ import annotations

import tempfile
from multiprocessing import forkserver, util

PRELOAD = ["timeslice.session.worker"]  # what it imports
_SOCKET_FOLDER_MAX = 60  # characters: with the names below it, the address of a UNIX socket has 108 at most
_SHORT = "/tmp"  # noqa: S108 - multiprocessing makes a folder of its own in it


def start_fork_server() -> None:
    """Start it, unless it runs; it goes on importing while the caller goes on."""
    forkserver.set_forkserver_preload(PRELOAD)
    _choose_folder_of_sockets()
    forkserver.ensure_running()


def _choose_folder_of_sockets() -> None:
    """Have multiprocessing make its folder where the address of a socket in it is not too long, whatever TMPDIR is."""
    usual = tempfile.gettempdir()
    if len(usual) <= _SOCKET_FOLDER_MAX:
        return
    tempfile.tempdir = _SHORT
    try:
        util.get_temp_dir()  # makes the folder once for this process
    finally:
        tempfile.tempdir = usual
