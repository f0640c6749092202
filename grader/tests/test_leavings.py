"""What a run leaves behind is measured and removed at any depth, with any permissions, in a time that is linear."""

from __future__ import annotations

import ctypes
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from in_sandbox import ORDINARY_UID, as_ordinary_user
from timeslice.sandbox import Sandbox
from timeslice.sandbox.leavings import DEPTH_MAX, holds_more, ipc_objects, remove_ipc, remove_tree, sweep
from timeslice.untrusted import STAGE_PREFIX

MIB = 1 << 20
LONG_AGO = time.time() - 3600


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder. pytest itself cannot remove a deep tree."""
    made = tmp_path / "left"
    made.mkdir()
    yield made
    if made.exists():
        remove_tree(made)


def deep_tree(top: Path, levels: int, name: str = "d") -> int:
    """Makes folders below each other, each with an empty folder beside it. Returns a descriptor of the last one."""
    folder = os.open(top, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=folder)
        os.mkdir("beside", dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    return folder


def write(folder: int, size: int) -> None:
    file = os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=folder)
    os.write(file, bytes(size))
    os.close(file)
    os.close(folder)


def test_bytes_below_a_path_that_is_too_long_are_counted(folder: Path) -> None:
    write(deep_tree(folder, 40, "n" * 200), MIB)
    assert holds_more([folder], MIB)
    assert not holds_more([folder], 2 * MIB)


def test_several_folders_share_one_limit(folder: Path) -> None:
    for name in "ab":
        (folder / name).mkdir()
        (folder / name / "file").write_bytes(bytes(MIB))
    assert holds_more([folder / "a", folder / "b"], 2 * MIB - 1)
    assert not holds_more([folder / "a", folder / "b"], 3 * MIB)


def test_a_folder_that_is_too_deep_counts_as_full_and_is_swept(folder: Path) -> None:
    os.close(deep_tree(folder, 1500))
    assert holds_more([folder], 1 << 40)
    sweep(folder)
    assert not holds_more([folder], (2 * DEPTH_MAX + 2) * 4096)


def test_a_folder_that_cannot_be_read_counts_as_full_and_is_swept() -> None:
    def experiment() -> list[object]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "closed" / "inner").mkdir(parents=True)
            (folder / "closed" / "inner" / "file").touch()
            (folder / "closed").chmod(0)
            inner = holds_more([folder], 1 << 40)
            folder.chmod(0)
            outer = holds_more([folder], 1 << 40)
            sweep(folder)
            return [inner, outer, stat.S_IMODE(folder.stat().st_mode), os.listdir(folder)]

    assert as_ordinary_user(experiment) == [True, True, 0o700, []]


def test_a_folder_that_vanishes_is_not_full(folder: Path) -> None:
    assert not holds_more([folder], 1 << 40)
    (folder / "gone").mkdir()
    (folder / "link").symlink_to("/")
    assert not holds_more([folder], 1 << 40)


@pytest.mark.parametrize("levels", [1500, 3000])
def test_a_tree_is_removed_at_any_depth(folder: Path, levels: int) -> None:
    write(deep_tree(folder, levels), 1)
    remove_tree(folder)
    assert not folder.exists()


def test_a_tree_is_removed_with_any_permissions_and_no_link_is_followed() -> None:
    def experiment() -> list[object]:
        with tempfile.TemporaryDirectory() as name:
            kept = Path(name) / "kept"
            kept.mkdir(0o500)
            folder = Path(name) / "left"
            for number in range(3):
                (folder / f"{number}" / "inner" / "last").mkdir(parents=True)
                (folder / f"{number}" / "link").symlink_to(kept)
                (folder / f"{number}" / "inner" / "file").touch()
                for closed in (folder / f"{number}" / "inner" / "last", folder / f"{number}" / "inner"):
                    closed.chmod(0)
            folder.chmod(0)
            remove_tree(folder)
            return [os.listdir(name), stat.S_IMODE(kept.stat().st_mode)]

    assert as_ordinary_user(experiment) == [["kept"], 0o500]


def test_a_deep_tree_of_a_dead_grader_does_not_stop_the_next(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stale = tmp_path / f"{STAGE_PREFIX}1_x"
    stale.mkdir()
    os.close(deep_tree(stale, 1500))
    os.utime(stale, (LONG_AGO, LONG_AGO))
    monkeypatch.setattr("timeslice.sandbox.host.reachable", lambda _path: True)
    Sandbox(None)
    assert not stale.exists()


def test_system_v_objects_are_found_and_removed() -> None:
    """A run without an IPC namespace leaves them. Only root gets a user for each run, so only root may remove all."""

    def experiment() -> list[object]:
        libc, mine = ctypes.CDLL(None), {os.geteuid()}
        before = {kind: ipc_objects(kind, mine) for kind in ("shm", "sem", "msg")}
        made = {"shm": libc.shmget(0, 4096, 0o600), "sem": libc.semget(0, 1, 0o600), "msg": libc.msgget(0, 0o600)}
        found = [number in ipc_objects(kind, mine) for kind, number in made.items()]
        if mine == {ORDINARY_UID}:
            remove_ipc(ORDINARY_UID)
        else:
            libc.shmctl(made["shm"], 0, None)
            libc.semctl(made["sem"], 0, 0)
            libc.msgctl(made["msg"], 0, None)
        return [found, {kind: ipc_objects(kind, mine) for kind in before} == before]

    assert as_ordinary_user(experiment) == [[True, True, True], True]


def test_a_tree_costs_linear_time(folder: Path) -> None:
    """Thousands of folders in one folder, each with a folder: a quadratic walk would need minutes."""
    for number in range(3000):
        (folder / f"{number}" / "inner").mkdir(parents=True)
    started = time.process_time()
    assert not holds_more([folder], 1 << 40)
    sweep(folder)
    remove_tree(folder)
    assert time.process_time() - started < 30
