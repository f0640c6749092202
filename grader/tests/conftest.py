"""Fixtures of the grader's own tests: this kit, its context, and small submissions."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from timeslice.contract.assignment import Assignment, read_assignment
from timeslice.contract.kit import Kit, find_kit
from timeslice.grade.context import GradingContext

MakeSubmission = Callable[..., Path]
SMALL = ("address.c", "resolve.h")  # files of the reference that are a right solution of SMALL_CLAUSE
SMALL_CLAUSE = "UDP-OPEN-001"


@pytest.fixture(scope="session")
def kit() -> Kit:
    """The kit with these tests."""
    return find_kit()


@pytest.fixture(scope="session")
def assignment(kit: Kit) -> Assignment:
    """Its assignment."""
    return read_assignment(kit)


@pytest.fixture(scope="session")
def context() -> Iterator[GradingContext]:
    """Everything that grading needs. The kit must be built."""
    with GradingContext.open() as opened:
        yield opened


@pytest.fixture
def make_submission(tmp_path: Path) -> MakeSubmission:
    """Makes a submission: ``make_submission("alice", {"udp/open.c": "text"})`` returns its folder."""

    def make(name: str, sources: dict[str, str | bytes]) -> Path:
        folder = tmp_path / name
        (folder / "udp").mkdir(parents=True)
        for path, content in sources.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return make


@pytest.fixture
def small(kit: Kit, tmp_path: Path) -> Path:
    """A submission that is built and graded in a second: a part of the reference. It passes ``SMALL_CLAUSE``."""
    folder = tmp_path / "a small one" / "small"
    (folder / "udp").mkdir(parents=True)
    for name in SMALL:
        shutil.copy(kit.reference / "udp" / name, folder / "udp" / name)
    return folder
