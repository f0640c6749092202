"""The sandbox as the grader uses it: it gives a folder for staging, and it starts programs."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path

from timeslice.errors import SandboxError
from timeslice.model import Guard
from timeslice.sandbox import bubblewrap, cgroup, fallback, host, seccomp
from timeslice.sandbox.host import Identity
from timeslice.sandbox.leavings import remove_ipc, remove_owned
from timeslice.sandbox.limits import Limits
from timeslice.sandbox.meter import Patience
from timeslice.sandbox.running import Control, Launch, Running

_OWN_TASKS = 2  # bubblewrap's process in the namespace, and its child that becomes the program

_run_numbers = itertools.count()


class Sandbox:
    """Runs programs that may be hostile. ``guards.probe`` makes one."""

    def __init__(self, bwrap: Path | None) -> None:
        """A sandbox whose guards are not measured yet.

        Args:
            bwrap: the bubblewrap program, or None to run without it.
        """
        self.bwrap = bwrap
        self.identity = Identity.choose()
        self.groups = cgroup.survey()
        self.loader_symbols = host.loader_symbols()
        self.guards: tuple[Guard, ...] = ()
        host.remove_stale(self.identity)
        cgroup.remove_stale(self.groups.places)
        self.filters: dict[bool, bytes] = {}  # key: whether ptrace is allowed
        with suppress(SandboxError):  # the measurement then shows that the guard is off
            self.filters = {ptrace: seccomp.program(ptrace=ptrace) for ptrace in (False, True)}

    @property
    def stage(self) -> AbstractContextManager[Path]:
        """A new directory outside the repository that the sandbox's user can reach. It is removed at the end.

        Everybody must be able to read its files (mode 644) and search its directories (755). The mode of the directory
        itself keeps other users out.
        """
        return host.staging(self.identity)

    def start(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        readable: Sequence[Path],
        writable: Sequence[Path],
        env: Mapping[str, str],
        limits: Limits,
        stdout: Path,
        stderr: Path,
        pass_fds: Sequence[int] = (),
        valgrind: bool = False,
        ptrace: bool = False,
        patience: Patience | None = None,
    ) -> Running:
        """Starts a program inside.

        Args:
            argv: the program and its arguments. The sandbox's own PATH is searched for the program.
            cwd: working directory. It must be visible inside.
            readable: files and directories that are visible inside, at the same path, read-only.
            writable: the same, but writable. The sandbox's user becomes the owner of each (not of the files in it).
            env: variables in addition to PATH, HOME and LANG. Nothing else is set.
            limits: the limits of the run.
            stdout: new file for the output, at most ``limits.file_bytes`` long. An old file is replaced.
            stderr: the same for errors. It may be the same path.
            pass_fds: descriptors that the program gets, with the same numbers. It gets no other one of the grader's.
            valgrind: show only the symbols that Valgrind needs, which makes its start faster.
            ptrace: allow ptrace inside, for LeakSanitizer.
            patience: what all runs of a submission may use together. The run ends when it is used up.

        Raises:
            SandboxError: the start failed. ``poll`` and ``wait`` raise it for a later failure.
        """
        identity = self.identity if self.bwrap else self.identity.for_run(next(_run_numbers))
        for path in writable:
            identity.give(path)
        symbols = self.loader_symbols if valgrind else None
        view = bubblewrap.View(symbols, readable, writable, cwd, env, limits)
        return Running(
            Launch(
                command=partial(self._command, identity, view, argv),
                stop_signal=signal.SIGKILL if self.bwrap else signal.SIGTERM,
                limits=limits,
                patience=patience,
                group=partial(self._group, limits),
                filter=self.filters.get(ptrace),
                files={f"/etc/{name}": text.encode() for name, text in host.ETC_FILES.items()} if self.bwrap else {},
                stdout=stdout,
                stderr=stderr,
                writable=writable,
                pass_fds=pass_fds,
                clean_up=partial(self._clean_up, identity, (*readable, *writable)),
            )
        )

    def _command(self, identity: Identity, view: bubblewrap.View, argv: Sequence[str], control: Control) -> list[str]:
        """bubblewrap starts without our rights. The supervisor keeps them, so that its command cannot reach it."""
        if self.bwrap:
            return [*identity.become(), *bubblewrap.command(self.bwrap, view, control, argv)]
        return fallback.command(identity, view, control, argv)

    def _group(self, limits: Limits) -> cgroup.Group | None:
        """The control group of one run. It is an error if it cannot be made now, but could be made before."""
        if not self.groups.places:
            return None
        return cgroup.Group(self.groups.places, limits.memory_bytes, limits.processes + _OWN_TASKS)

    def _clean_up(self, identity: Identity, shown: Sequence[Path]) -> None:
        if identity.dropped and not self.bwrap:
            remove_owned(identity.uid, keep=shown)
            remove_ipc(identity.uid)
