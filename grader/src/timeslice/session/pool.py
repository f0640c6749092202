"""Grades many submissions in worker processes, and continues if a worker dies.

Theory of operation: a fork server imports the grader once. Each worker is a fork of this server. A worker opens the
sandbox once and then takes one submission at a time. It writes the reports of a submission before it sends the result.
The pool passes each result on at once. If a worker dies or the kit fails, the pool tries this submission once more. If
this fails too, the grade is broken.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess

from timeslice.contract.assignment import Assignment
from timeslice.errors import KitError
from timeslice.grade.score import broken_result
from timeslice.intake.sources import Source
from timeslice.model import Result
from timeslice.session.fork_server import start_fork_server
from timeslice.session.messages import Done, FromWorker, GradingOptions, Ready, Refused, Step

ATTEMPTS = 2
_END_SECONDS = 10.0  # for a worker to stop its sandboxes and remove its folders
_CONTEXT = multiprocessing.get_context("forkserver")


def _work(connection: Connection, options: GradingOptions) -> None:
    """The main function of a worker. Only the fork server has imported its modules (see ``cli.grade``)."""
    from timeslice.session.worker import work

    work(connection, options)


@dataclass
class _Job:
    source: Source
    attempt: int = 1


@dataclass
class _Worker:
    process: ForkServerProcess
    connection: Connection
    job: _Job | None = None
    ready: bool = False


class Pool:
    """The workers of one command. It is a context manager. Its end stops the workers and everything that they run."""

    def __init__(
        self, assignment: Assignment, options: GradingOptions, jobs: int, on_step: Callable[[str, Step], None]
    ) -> None:
        """The pool calls ``on_step`` with the name of a submission and its progress."""
        self._assignment = assignment
        self._options = options
        self._jobs = jobs
        self._on_step = on_step
        self._workers: list[_Worker] = []
        start_fork_server()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_exception: object) -> None:
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(_END_SECONDS)
            if worker.process.exitcode is None:
                worker.process.kill()
                worker.process.join()
            worker.connection.close()

    def grade(self, sources: Sequence[Source]) -> Iterator[Result]:
        """The result of each submission, as it comes.

        Raises KitError if the kit cannot work at all."""
        waiting = deque(_Job(source) for source in sources)
        left = len(waiting)
        for _ in range(min(self._jobs, left)):
            self._hire()
        while left:
            for worker in self._news():
                finished = self._hear(worker, waiting)
                self._give(waiting)
                if finished:
                    left -= 1
                    yield finished

    def _hire(self) -> None:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_work, args=(theirs, self._options), name="timeslice-worker")
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))

    def _news(self) -> list[_Worker]:
        """The workers that sent a message or died. The connection of a dead worker is readable too: it has ended."""
        ready = wait([worker.connection for worker in self._workers])
        return [worker for worker in self._workers if worker.connection in ready]

    def _hear(self, worker: _Worker, waiting: deque[_Job]) -> Result | None:
        """Take one message. Returns the result of a submission if it is complete now."""
        try:
            message: FromWorker = worker.connection.recv()
        except (EOFError, OSError):
            return self._bury(worker, waiting)
        if isinstance(message, Refused):
            raise KitError(message.why)
        if isinstance(message, Ready):
            worker.ready = True
        elif worker.job and isinstance(message, Step):
            self._on_step(worker.job.source.name, message)
        elif worker.job and isinstance(message, Done):
            job, worker.job = worker.job, None
            if message.again and job.attempt < ATTEMPTS:
                waiting.append(_Job(job.source, job.attempt + 1))
                return None
            return Result.model_validate_json(message.result)
        return None

    def _bury(self, worker: _Worker, waiting: deque[_Job]) -> Result | None:
        """Replace a dead worker, and try its submission once more."""
        self._workers.remove(worker)
        worker.process.join()
        worker.connection.close()
        if not worker.ready:
            raise KitError(
                f"a worker process ended at its start (status {worker.process.exitcode}): "
                "check the free memory, or use fewer workers with -j"
            )
        self._hire()
        if worker.job is None:
            return None
        if worker.job.attempt < ATTEMPTS:
            waiting.append(_Job(worker.job.source, worker.job.attempt + 1))
            return None
        return self._lost(worker.job.source)

    def _lost(self, source: Source) -> Result:
        """The result of a submission whose workers all died."""
        why = f"the grader's process died {ATTEMPTS} times on this submission"
        result = broken_result(source.name, self._assignment, self._options.seed, why)
        if self._options.out:
            from timeslice import report

            report.write(result, self._options.out / report.folder_name(source.name))
        return result

    def _give(self, waiting: deque[_Job]) -> None:
        for worker in self._workers:
            if worker.ready and worker.job is None and waiting:
                worker.job = waiting.popleft()
                with suppress(BrokenPipeError):  # the worker has just died; the pool takes its job back later
                    worker.connection.send(worker.job.source)
