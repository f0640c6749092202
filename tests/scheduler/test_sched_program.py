"""timeslice-sched for its users: JSON (compared with its schema and the spec's schedules), errors, charts, tables."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import random
import re
import struct
import subprocess
import termios
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from defusedxml import ElementTree

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "bin" / "timeslice-sched"
SPEC = ROOT / "spec"
SCHEMA = json.loads((SPEC / "schedule.schema.json").read_text())
RUNS = tomllib.loads((SPEC / "workloads" / "runs.toml").read_text())["runs"]
HEADER = "id,arrival,bursts\n"
PATIENCE = 20  # after so many seconds the program counts as hung; no test waits so long
POLICIES = ("fcfs", "sjf", "hrrn", "rr", "mlfq")
FIVE = SPEC / "workloads" / "five.csv"


def sched(*arguments: str | Path, text: str = "", columns: int | None = None) -> subprocess.CompletedProcess[str]:
    """Runs timeslice-sched with text as its standard input. ``columns`` sets the terminal width."""
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    if columns is not None:
        environment["COLUMNS"] = str(columns)
    return subprocess.run(
        [PROGRAM, *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=environment,
    )


def schedule(*arguments: str | Path, text: str = "") -> dict[str, Any]:
    """The schedule that --json prints, after a check by its schema."""
    result = sched("--json", *arguments, text=text)
    assert (result.returncode, result.stderr) == (0, "")
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


def run_name(run: dict[str, Any]) -> str:
    return str(run["expected"]).removesuffix(".json")


# ---- JSON ----


@pytest.mark.parametrize("run", RUNS, ids=run_name)
def test_schedules_of_the_spec(run: dict[str, Any]) -> None:
    expected = json.loads((SPEC / "workloads" / run["expected"]).read_text())
    assert schedule(*run["arguments"], SPEC / "workloads" / run["workload"]) == expected


def test_every_workload_of_the_spec_has_a_run() -> None:
    assert {path.name for path in (SPEC / "workloads").glob("*.csv")} == {run["workload"] for run in RUNS}


def test_json_of_no_jobs() -> None:
    found = schedule("--cpus", "3", text=HEADER)
    assert found["cpus"] == 3
    assert [found[name] for name in ("slices", "switches", "states", "jobs")] == [[], [], [], []]
    assert set(found["totals"].values()) == {0}


def test_json_keeps_the_largest_numbers() -> None:
    found = schedule(text=HEADER + f"{2**63 - 1},{2**63 - 11},10\n")
    assert found["slices"] == [{"job": 2**63 - 1, "cpu": 0, "start": 2**63 - 11, "end": 2**63 - 1, "level": 0}]


Ticks = list[tuple[int, int] | None]  # for each tick the job and its level, or None if the CPU was idle


def boosted(queues: list[list[int]]) -> list[list[int]]:
    """The queues after a boost: all jobs are in the first. Behind its own jobs, the lowest level comes first."""
    return [queues[0] + [job for queue in reversed(queues[1:]) for job in queue], *([] for _ in queues[1:])]


def ticks_of_ostep(jobs: Sequence[tuple[int, list[int]]], quanta: list[int], boost: int) -> Ticks:
    """The job and the level of each tick, by the published rules of OSTEP's MLFQ simulator.

    A job is its arrival and its bursts. Its id is its place. This code works tick by tick, so that it differs from the
    reference.
    """
    queues: list[list[int]] = [[] for _ in quanta]
    level, quantum = [0] * len(jobs), [quanta[0]] * len(jobs)
    left = [list(bursts) for _, bursts in jobs]
    due: dict[int, list[int]] = {}
    for job, (arrival, _) in enumerate(jobs):
        due.setdefault(arrival, []).append(job)
    ticks: Ticks = []
    while any(left):
        now = len(ticks)
        if boost and now and now % boost == 0:
            queues = boosted(queues)
            level, quantum = [0] * len(jobs), [quanta[0]] * len(jobs)
        for job in due.pop(now, []):
            queues[level[job]].append(job)
        if not any(queues):
            ticks.append(None)
            continue
        queue = next(filter(None, queues))
        job = queue[0]
        ticks.append((job, level[job]))
        left[job][0] -= 1
        quantum[job] -= 1
        over = left[job][0] == 0
        if over:
            queue.pop(0)
            left[job].pop(0)
            if left[job]:
                due.setdefault(now + 1 + left[job].pop(0), []).append(job)
        if quantum[job] == 0:
            level[job] = min(level[job] + 1, len(quanta) - 1)
            quantum[job] = quanta[level[job]]
            if not over:
                queues[level[job]].append(queue.pop(0))
    return ticks


@pytest.mark.parametrize("seed", range(100))
def test_ostep_profile_is_osteps_mlfq(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    jobs = [
        (draw.randint(0, 12), [draw.randint(1, 9) for _ in range(draw.choice((1, 1, 3, 5)))])
        for _ in range(draw.randint(1, 7))
    ]
    quanta = [draw.randint(1, 5) for _ in range(draw.randint(1, 4))]
    boost = draw.choice((0, draw.randint(1, 15)))
    text = HEADER + "".join(f"{i},{arrival},{' '.join(map(str, b))}\n" for i, (arrival, b) in enumerate(jobs))
    levels = ",".join(map(str, quanta))
    found = schedule("--policy", "mlfq", "--levels", levels, "--boost", str(boost), "--ties", "ostep", text=text)
    ticks: Ticks = [None] * found["totals"]["makespan"]
    for piece in found["slices"]:
        ticks[piece["start"] : piece["end"]] = [(piece["job"], piece["level"])] * (piece["end"] - piece["start"])
    assert ticks == ticks_of_ostep(jobs, quanta, boost), text


# ---- errors ----


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1, column 1: found end of file, expected the header id,arrival,bursts"),
        ("id,arrival;bursts\n", "line 1, column 11: found ';', expected the header id,arrival,bursts"),
        (HEADER + "1,0,3\n2,x,3\n", "line 3, column 3: found 'x', expected an arrival: a whole number"),
        (HEADER + "1,0,3 2\n", "line 2, column 8: found end of line, expected a space and a CPU burst"),
        (HEADER + "1,0,0\n", "line 2, column 5: found '0', expected a CPU burst of at least 1"),
        (HEADER + "1,0,9223372036854775808\n", "line 2, column 5: found '9223372036854775808', expected a number of"),
        (HEADER + "7,0,1\n7,0,1\n", "line 3, column 1: found '7', expected an id that no line above has"),
        (HEADER + "1,0,\x00\n", "line 2, column 5: found '\\x00', expected a CPU burst of at least 1"),
    ],
)
def test_a_bad_workload_is_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "jobs.csv"
    file.write_text(text)
    result = sched(file)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"timeslice-sched: cannot read {file}: {complaint}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--policy", "lottery"], "--policy wants one of fcfs, sjf, hrrn, rr, mlfq"),
        (["--quantum", "0"], "--quantum wants a whole number of at least 1"),
        (["--quantum", "2x"], "--quantum wants a whole number of at least 1"),
        (["--quantum", "-1"], "--quantum wants a whole number of at least 1"),
        (["--cpus", "2147483648"], "--cpus wants a whole number from 1 to 2147483647"),
        (["--levels", "2,,4"], "--levels wants 1 to 64 quanta of at least 1, such as 2,4,8"),
        (["--levels", ",".join(["1"] * 65)], "--levels wants 1 to 64 quanta of at least 1, such as 2,4,8"),
        (["--ties", "coin"], "--ties wants textbook or ostep"),
        (["--policy", "mlfq", "--boost", "2", "--switch-cost", "2"], "--boost must be greater than --switch-cost"),
        (["--json", "--svg"], "--json and --svg cannot be used together"),
        (["compare", "--json"], "an option does not belong to this command; see timeslice-sched --help"),
        (["random", "--cpus", "2"], "an option does not belong to this command; see timeslice-sched --help"),
        (["a.csv", "b.csv"], "b.csv is an extra argument; see timeslice-sched --help"),
        (["/no/such/file"], "cannot open /no/such/file: No such file or directory"),
        (["--frobnicate"], "unrecognized option '--frobnicate'"),
    ],
)
def test_a_bad_command_line_is_one_line(arguments: list[str], complaint: str) -> None:
    result = sched(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [[], ["compare"], ["eras"]])
def test_more_ticks_than_there_are(command: list[str]) -> None:
    result = sched(*command, text=HEADER + f"1,1,{2**63 - 1}\n")
    assert (result.returncode, result.stdout) == (2, "")
    assert "9223372036854775807 ticks" in result.stderr


def test_output_that_cannot_be_written() -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run([PROGRAM, FIVE], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    assert result.returncode == 2
    assert result.stderr == b"timeslice-sched: cannot write to standard output: No space left on device\n"


# ---- chart, tables, pictures ----

LONG = HEADER + "".join(f"{i},{i % 7},{1 + i % 5} 3 {1 + i % 3}\n" for i in range(40))


@pytest.mark.parametrize("columns", [30, 60, 100, 200])
def test_the_chart_fits_the_width(columns: int) -> None:
    chart = sched("--policy", "rr", "--cpus", "2", text=LONG, columns=columns).stdout.split("\n\n")[0].splitlines()
    assert max(map(len, chart)) <= columns
    assert max(map(len, chart)) > columns - 15


def test_a_folded_chart_has_every_slice() -> None:
    chart = sched("--policy", "rr", text=LONG, columns=60).stdout.split("\n\n")[0].splitlines()
    labels = [label for line in chart[0::2] for label in re.findall(r"\| (\S+)", line)]
    found = schedule("--policy", "rr", text=LONG)
    assert [label for label in labels if label != "-"] == [str(piece["job"]) for piece in found["slices"]]
    for above, below in zip(chart[0::2], chart[1::2], strict=True):
        assert [m.start() for m in re.finditer(r"\|", above)] == [m.start() for m in re.finditer(r"\d+", below)]


def on_a_terminal(columns: int) -> str:
    """The program's output on a terminal with this many columns."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {"TERM": "xterm"}
    process = subprocess.Popen(
        [PROGRAM, "--policy", "rr", FIVE], stdout=inner, stdin=subprocess.DEVNULL, env=environment
    )
    os.close(inner)
    output = b""
    try:
        while piece := os.read(outer, 65536):
            output += piece
    except OSError:  # EIO: the program has closed its end
        pass
    os.close(outer)
    assert process.wait(PATIENCE) == 0
    return output.decode().replace("\r\n", "\n")


def test_colour_only_on_a_terminal() -> None:
    coloured = on_a_terminal(80)
    plain = sched("--policy", "rr", FIVE, columns=80).stdout
    assert "\x1b[3" in coloured
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_a_terminals_width_is_asked_for() -> None:
    chart = re.sub(r"\x1b\[\d+m", "", on_a_terminal(24)).split("\n\n")[0].splitlines()
    assert max(map(len, chart)) <= 24
    assert len(chart) > 2


def test_figures_have_their_means() -> None:
    lines = sched(FIVE).stdout.splitlines()
    assert lines[0] == "CPU 0 | 1 | 2 | 3 | 4  | 5  |"
    assert lines[1] == "      0   5   8   14   15   17"
    assert "mean 9.80 6.40 6.40 4.77".split() in [line.split() for line in lines]
    assert "makespan 17, busy 17, switching 0, idle 0, utilisation 100.0%, dispatches 5, preemptions 0" in lines


def test_compare_has_a_line_for_each_policy() -> None:
    rows = [line.split() for line in sched("compare", "--quantum", "2", "--levels", "2,4", FIVE).stdout.splitlines()]
    assert [row[:4] for row in rows[1:6]] == [
        ["fcfs", "9.80", "6.40", "6.40"],
        ["sjf", "7.40", "4.00", "4.00"],
        ["hrrn", "7.60", "4.20", "4.20"],
        ["rr", "10.80", "7.40", "2.60"],
        ["mlfq", "9.60", "6.20", "1.80"],
    ]


def test_eras_of_two_jobs() -> None:
    text = HEADER + "1,0,2\n2,0,6\n"
    lines = sched("eras", "--setup", "4", "--input", "3", "--output", "2", text=text).stdout.splitlines()
    assert [line.split()[-5:] for line in lines[1:]] == [
        ["26", "8", "30.8%", "1:11", "2:26"],
        ["22", "8", "36.4%", "1:11", "2:22"],
        ["18", "8", "44.4%", "1:11", "2:18"],
        ["17", "8", "47.1%", "1:11", "2:17"],
    ]


def test_random_is_a_workload_that_its_seed_repeats() -> None:
    arguments = ["random", "--jobs", "50", "--bursts", "7", "--seed"]
    first = sched(*arguments, "3").stdout
    assert first == sched(*arguments, "3").stdout
    assert first != sched(*arguments, "4").stdout
    assert len(schedule("--policy", "hrrn", text=first)["jobs"]) == 50
    assert any(line.count(" ") > 0 for line in first.splitlines())


@pytest.mark.parametrize("policy", POLICIES)
def test_svg_has_a_box_for_each_slice(policy: str) -> None:
    text = sched("random", "--jobs", "9", "--bursts", "3").stdout
    arguments = ["--policy", policy, "--cpus", "2", "--switch-cost", "1"]
    found = schedule(*arguments, text=text)
    picture = ElementTree.fromstring(sched("--svg", *arguments, text=text).stdout)
    titles = [title.text or "" for title in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert len([title for title in titles if title.startswith("job ")]) == len(found["slices"])
    assert len([title for title in titles if title.startswith("context switch")]) == len(found["switches"])


def test_help_tells_every_option() -> None:
    result = sched("--help")
    assert (result.returncode, result.stderr) == (0, "")
    for option in ("--policy", "--quantum", "--levels", "--boost", "--cpus", "--switch-cost", "--serial", "--ties"):
        assert option in result.stdout
