"""timeslice-proc: the output of each lesson, and of the lesson's Python program, run by Python itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "bin" / "timeslice-proc"
PATIENCE = 60  # after so many seconds a program counts as hung; none waits so long
LESSONS = ["tree", "join", "isolation", "spawn", "terminate", "async"]
SEPARATOR = "\nThis Python program prints the same:\n\n"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """A program's whole output, until no process has it open."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)


def shown(lesson: str) -> list[str]:
    """The lines of a lesson, without the Python program."""
    ended = run(PROGRAM, lesson)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.partition(SEPARATOR)[0].splitlines()


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_python_program_prints_the_same(lesson: str, tmp_path: Path) -> None:
    ended = run(PROGRAM, lesson)
    lines, separator, python = ended.stdout.partition(SEPARATOR)
    assert separator
    assert run(PROGRAM, lesson, "--python").stdout == python
    script = tmp_path / "lesson.py"
    script.write_text(python)
    by_python = run(sys.executable, script)
    assert by_python.stderr == ""
    assert by_python.stdout == lines


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_prints_the_same_every_time(lesson: str) -> None:
    assert shown(lesson) == shown(lesson)


def test_tree_names_every_process_after_its_parent() -> None:
    assert shown("tree") == [
        "MainProcess, child of nobody here",
        "Process-1, child of MainProcess",
        "Process-1:1, child of Process-1",
        "Process-1:2, child of Process-1",
        "Process-2, child of MainProcess",
        "Process-2:1, child of Process-2",
        "Process-2:2, child of Process-2",
    ]


def test_join_is_serial_or_concurrent() -> None:
    lines = shown("join")
    serial, concurrent = lines[1:7], lines[8:]
    assert serial == [f"Process-{n} {what}" for n in (1, 2, 3) for what in ("begins", "ends")]
    assert concurrent == [f"Process-{n} {what}" for what in ("begins", "ends") for n in (4, 5, 6)]


@pytest.mark.parametrize(("lesson", "seen"), [("isolation", 2), ("spawn", 1)])
def test_a_child_sees_the_values_of_now_or_those_of_the_beginning(lesson: str, seen: int) -> None:
    assert shown(lesson)[2:] == [f"Process-1 sees {seen}", "Process-1 sets it to 3", "MainProcess sees 2"]


def test_terminate_shows_the_exit_codes() -> None:
    assert [line.rpartition(" ")[2] for line in shown("terminate")] == ["yes", "-15", "-9", "44"]


def test_async_goes_on_before_the_callback() -> None:
    assert shown("async")[2:] == [
        "asynchronous: main submits 7",
        "asynchronous: main does other things",
        "asynchronous: the callback gets 49",
    ]


def test_help_lists_every_lesson() -> None:
    for option in ("--help", "-h"):
        ended = run(PROGRAM, option)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert re.findall(r"^  (\w+)", ended.stdout, re.MULTILINE) == LESSONS


def test_children_run_until_they_are_told_to_end() -> None:
    command: list[str | Path] = [PROGRAM, "children", "0", "terminate", "kill", "255"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        lines = [program.stdout.readline().rpartition(" has pid ")[::2] for _ in range(4)]
        assert [name for name, _ in lines] == [f"Process-{n}" for n in (1, 2, 3, 4)]
        assert program.stdout.readline() == "all run\n"
        for _, pid in lines:
            fields = Path(f"/proc/{int(pid)}/stat").read_text().rpartition(")")[2].split()
            assert int(fields[1]) == program.pid
            assert fields[0] != "Z"
        program.stdin.write("\n")
        codes = [program.stdout.readline().rpartition(" ")[2] for _ in range(4)]
        assert codes == ["0\n", "-15\n", "-9\n", "255\n"]
        assert program.stdout.readline() == "all ended\n"
        assert not any(Path(f"/proc/{int(pid)}").exists() for _, pid in lines)
        assert program.communicate(timeout=PATIENCE)[0] == ""
    assert program.returncode == 0


@pytest.mark.parametrize("ends", [[], ["256"], ["-1"], ["1x"], ["stop"], ["0"] * 17])
def test_children_refuses_a_wrong_end(ends: list[str]) -> None:
    ended = run(PROGRAM, "children", *ends)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["forest"], ["tree", "--ruby"], ["tree", "--python", "twice"]])
def test_a_mistake_is_explained_on_stderr(arguments: list[str]) -> None:
    ended = run(PROGRAM, *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "usage: timeslice-proc LESSON" in ended.stderr
    assert ("no lesson is called forest" in ended.stderr) == (arguments == ["forest"])
