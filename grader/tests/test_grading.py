"""Whole gradings through the command line: grades, exit statuses, and the files that are kept after a failure."""

from __future__ import annotations

import csv
import html
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conftest import SMALL_CLAUSE, MakeSubmission
from timeslice.contract.assignment import read_assignment
from timeslice.contract.kit import Kit

TIMESLICE = str(Path(sys.executable).parent / "timeslice")
QUICK = ["-k", SMALL_CLAUSE]
FEW = ("UDP-OPEN-", "PROC-STATE-", "SCH-FCFS-")  # areas of all labs that are tested quickly
SECONDS = 600


def timeslice(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a user does."""
    return subprocess.run(
        [TIMESLICE, *map(str, arguments)],
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def result_of(out: Path, name: str) -> dict[str, Any]:
    """The written result of a submission."""
    result: dict[str, Any] = json.loads((out / name / "result.json").read_text())
    return result


def rows_of(out: Path) -> dict[str, dict[str, str]]:
    """The rows of the gradebook, by submission."""
    return {row["submission"]: row for row in csv.DictReader((out / "grades.csv").read_text().splitlines())}


def the_line(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error after a run that failed."""
    assert ended.returncode == 2, ended
    lines = ended.stderr.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("timeslice: ")
    return lines[0]


def test_a_lab_that_does_not_compile_costs_the_others_nothing(small: Path, tmp_path: Path) -> None:
    (small / "process").mkdir()
    (small / "process" / "state.c").write_text("int f(void) { return g; }\n")
    ended = timeslice("grade", small, "--out", tmp_path / "out", "-k", f"{SMALL_CLAUSE} or PROC-STATE or SCH-FCFS")
    assert ended.returncode == 1, ended
    result = result_of(tmp_path / "out", "small")
    udp, process, scheduler = result["labs"]
    assert udp["score"]["earned"] == udp["score"]["possible"] == result["score"]["earned"] > 0
    assert [lab["handed_in"] for lab in (udp, process, scheduler)] == [True, True, False]
    assert result["build"]["status"] == "failed"
    assert result["summary"].startswith("does not build: process/state.c:1:")
    assert result["summary"].endswith("no .c file for Scheduling")
    not_run = {check["message"] for check in result["checks"] if check["verdict"] == "not_run"}
    assert not_run == {"This lab could not be built.", "No .c file of this lab was handed in."}


def test_a_lab_may_be_one_file_and_lack_functions(make_submission: MakeSubmission, kit: Kit, tmp_path: Path) -> None:
    both = "".join((kit.reference / "udp" / name).read_text() for name in ("send.c", "receive.c"))
    headers = {f"udp/{path.name}": path.read_text() for path in (kit.reference / "udp").glob("*.h")}
    mine = make_submission("mine", {"udp/everything.c": both, **headers})
    ended = timeslice("grade", mine, "--out", tmp_path / "out", "-k", "udp_send or udp_recv or udp_bind")
    result = result_of(tmp_path / "out", "mine")
    assert ended.returncode == 1, ended
    assert (result["build"]["status"], result["coverage"]["status"]) == ("built", "measured")
    verdicts: dict[str, set[str]] = defaultdict(set)
    for check in result["checks"]:
        verdicts[check["name"].partition("/")[0]].add(check["verdict"])
    assert verdicts["udp_send"] == verdicts["udp_recv"] == {"passed"}
    assert verdicts["udp_bind"] == {"failed"}
    (note,) = (note for note in result["notes"] if note.startswith("taken from the template: "))
    assert "udp_bind" in note
    assert "udp_send" not in note


def test_what_is_refused_costs_the_functions_that_need_it(
    make_submission: MakeSubmission, kit: Kit, tmp_path: Path
) -> None:
    sources = {f"udp/{path.name}": path.read_text() for path in (kit.reference / "udp").iterdir()}
    sources["udp/send.c"] += "void *dlsym(void *, const char *);\nvoid *(*const find)(void *, const char *) = dlsym;\n"
    ended = timeslice(
        "grade", make_submission("mine", sources), "--out", tmp_path / "out", "-k", "UDP-TX-001 or UDP-OPEN"
    )
    assert ended.returncode == 1, ended
    result = result_of(tmp_path / "out", "mine")
    assert result["build"]["status"] == "refused"
    first, second = result["checks"][0]["message"].splitlines()
    assert first.startswith("udp/send.c: dlsym is used")
    assert second == "udp/send.c was left out, because it was refused; lost with it: udp_send"
    verdicts = {(check["clause"] or "build")[:6]: check["verdict"] for check in result["checks"]}
    assert verdicts == {"build": "failed", "UDP-TX": "failed", "UDP-OP": "passed"}
    assert result["coverage"]["status"] == "measured"


def test_a_lab_that_was_not_handed_in_is_0_points_and_not_the_kits_fault(
    make_submission: MakeSubmission, tmp_path: Path
) -> None:
    mine = make_submission("mine", {"udp/send.c": "int x;\n"})
    ended = timeslice("grade", mine, "--lab", "process", "--out", tmp_path / "out")
    assert ended.returncode == 1, ended
    result = result_of(tmp_path / "out", "mine")
    assert result["score"] == {"earned": 0, "possible": 100}
    assert (result["outcome"], result["summary"]) == ("failed", "no .c file for Processes")
    assert {check["verdict"] for check in result["checks"] if check["clause"]} == {"not_run"}


def test_the_reference_has_full_marks_and_the_template_none(kit: Kit, tmp_path: Path) -> None:
    """In a few clauses of each lab. ``make prove`` grades both in all clauses."""
    clauses = [name for name in read_assignment(kit).clauses if name.startswith(FEW)]
    ended = timeslice("grade", kit.reference, kit.template, "--out", tmp_path, "-j2", "-k", " or ".join(clauses))
    assert ended.returncode == 1, ended
    good, none = result_of(tmp_path, "reference"), result_of(tmp_path, "student_template")
    possible = sum(read_assignment(kit).clauses[name].points for name in clauses)
    assert good["score"] == {"earned": possible, "possible": possible}
    assert (good["outcome"], good["memory"]["status"], good["coverage"]["status"]) == ("passed", "clean", "measured")
    covered = {file["path"]: file["lines_run"] / file["lines"] for file in good["coverage"]["files"] if file["lines"]}
    assert covered["udp/address.c"] > 0.8
    assert none["score"] == {"earned": 0, "possible": possible}
    assert none["build"]["diagnostics"] == []
    for result in (good, none):
        assert sum(check["points"] for check in result["checks"]) == result["score"]["earned"]
        for parts in (result["skills"], result["labs"]):
            assert sum(part["score"]["earned"] for part in parts) == result["score"]["earned"]
    assert (tmp_path / "index.html").is_file()
    marks = (f"reference: {possible}/{possible}", f"student_template: 0/{possible}")
    for line in (*marks, f"Report: {tmp_path}/index.html"):
        assert line in ended.stdout


def test_full_marks_exit_with_0_and_the_same_grade_with_any_number_of_jobs(small: Path, tmp_path: Path) -> None:
    grades = []
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        ended = timeslice("grade", small, small, "--out", out, "-j", jobs, *QUICK)
        assert ended.returncode == 0, ended
        rows = list(csv.DictReader((out / "grades.csv").read_text().splitlines()))
        assert [row["submission"] for row in rows] == ["small", "small (2)"]
        assert all(row["earned"] == row["possible"] != "0" for row in rows)
        assert len(list(out.glob("*/report.html"))) == 2
        grades.append(rows)
    assert grades[0] == grades[1]


def test_a_submission_that_does_not_compile_has_its_errors_and_no_points(
    make_submission: MakeSubmission, tmp_path: Path
) -> None:
    mine = make_submission("mine", {"udp/send.c": "int f(void) { return g; }\n"})
    ended = timeslice("grade", mine, "--out", tmp_path / "out", *QUICK)
    assert ended.returncode == 1
    result = result_of(tmp_path / "out", "mine")
    assert (result["outcome"], result["build"]["status"], result["score"]["earned"]) == ("failed", "failed", 0)
    assert result["checks"][0]["message"].startswith("udp/send.c:1:")
    assert {check["verdict"] for check in result["checks"][1:]} == {"not_run"}
    assert "does not build" in ended.stdout


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("exit(0);", "exited_early"),
        ("_exit(0);", "exited_early"),
        ("*(volatile int *)0 = 1;", "crashed"),
        ("if (fork() == 0) { setsid(); if (fork() == 0) { signal(SIGHUP, SIG_IGN); pause(); } _exit(0); }", None),
    ],
)
def test_what_misbehaves_fails_its_own_tests(small: Path, tmp_path: Path, code: str, verdict: str | None) -> None:
    source = small / "udp" / "address.c"
    head, found, tail = source.read_text().partition("int udp_resolve(")
    assert found
    before, brace, after = tail.partition("{")
    headers = "#include <signal.h>\n#include <stdlib.h>\n#include <unistd.h>\n"
    source.write_text(f"{headers}{head}{found}{before}{brace} {code} {after}")
    ended = timeslice("grade", small, "--out", tmp_path / "out", "-k", "UDP-OPEN-001 or UDP-OPEN-005")
    assert ended.returncode == 1, ended
    checks = {check["clause"]: check for check in result_of(tmp_path / "out", "small")["checks"]}
    assert checks["UDP-OPEN-001"]["verdict"] in ({verdict} if verdict else {"left_process", "failed"})
    assert checks["UDP-OPEN-001"]["message"]
    assert checks["UDP-OPEN-005"]["verdict"] == "passed"


# ---- bad input ----


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "nosuch"], "nosuch does not exist"),
        (["grade", "empty"], "empty holds no submission"),
        (["grade"], "Missing argument"),
        (["grade", ".", "--frob"], "No such option"),
        (["grade", "mine", "-j", "0"], "0 is not in the range"),
        (["grade", "mine", "--cc", "nosuch-cc"], "'nosuch-cc' is not installed"),
        (["grade", "mine", "--out", "/dev/null/out"], "cannot make the report folder"),
        (["grade", "mine", "-k", "and and"], "-k 'and and': "),
        (["grade", "mine", "-k", "nothing_is_called_so"], "selects no check"),
        (["explain", "UDP-RX-0003"], "there is no clause 'UDP-RX-0003': did you mean UDP-RX-003"),
        (["frob"], "No such command 'frob'"),
    ],
)
def test_bad_input_is_one_line(
    make_submission: MakeSubmission, tmp_path: Path, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_submission("mine", {"udp/open.c": "int x;\n"})
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert said in the_line(timeslice(*arguments))


def test_a_submission_that_cannot_be_read_costs_the_others_nothing(small: Path, tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "bad.zip").write_bytes(b"PK\x03\x04 no more")
    with zipfile.ZipFile(tmp_path / "class" / "climbs.zip", "w") as archive:
        archive.writestr("../udp/open.c", "int x;")
    (tmp_path / "class" / "a\nb").symlink_to(small)
    ended = timeslice("grade", tmp_path / "class", "--out", tmp_path / "out", *QUICK)
    assert (ended.returncode, ended.stderr) == (1, "")
    results = {
        r["submission"]: r for r in (json.loads(p.read_text()) for p in (tmp_path / "out").glob("*/result.json"))
    }
    assert {name: r["outcome"] for name, r in results.items()} == {
        "bad": "failed",
        "climbs": "failed",
        "a\\nb": "passed",
    }
    for name, why in (
        ("bad", "bad.zip is a broken archive"),
        ("climbs", "climbs.zip holds '../udp/open.c', which leads"),
    ):
        build, *tests = results[name]["checks"]
        assert results[name]["build"]["status"] == "unread"
        assert results[name]["summary"].startswith(f"cannot read the submission: {why}")
        assert (build["name"], build["verdict"]) == ("build", "failed")
        assert build["message"].startswith(why)
        assert "Hand in a folder" in build["hint"]
        assert {check["verdict"] for check in tests} == {"not_run"}
        assert results[name]["score"]["earned"] == 0
        page = (tmp_path / "out" / name / "report.html").read_text()
        assert "The kit cannot read the submission" in page
        assert html.escape(why).replace("&#x27;", "&#39;") in page
    rows = {
        row["submission"]: row for row in csv.DictReader((tmp_path / "out" / "grades.csv").read_text().splitlines())
    }
    assert (rows["bad"]["earned"], rows["bad"]["outcome"]) == ("0", "failed")


def test_what_the_machine_cannot_read_is_no_students_fault_and_has_no_points_in_the_gradebook(
    make_submission: MakeSubmission, tmp_path: Path
) -> None:
    make_submission("class/mine", {"udp/open.c": "int x;\n"})
    (tmp_path / "class" / "disk.zip").symlink_to("/proc/self/mem")  # an ordinary file whose first byte is an I/O error
    ended = timeslice("grade", tmp_path / "class", "--out", tmp_path / "out", *QUICK)
    line = the_line(ended)
    assert "disk: not graded: disk.zip cannot be read (Input/output error)" in line
    assert "grade again" in line
    assert re.search(r"^ disk +-/\d+ ", ended.stdout, re.MULTILINE)
    rows = {
        row["submission"]: row for row in csv.DictReader((tmp_path / "out" / "grades.csv").read_text().splitlines())
    }
    assert rows["disk"]["outcome"] == "broken"
    numbers = {
        column for column, cell in rows["disk"].items() if cell and column not in ("submission", "outcome", "summary")
    }
    assert numbers == {"possible"}
    assert rows["mine"]["earned"] == "0"


def test_a_kit_that_is_not_built_says_what_to_do(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "spec").symlink_to(kit.root / "spec")
    line = the_line(timeslice("grade", kit.reference, TIMESLICE_KIT=str(tmp_path / "kit")))
    assert "not built" in line
    assert "run make" in line


# ---- files that are kept ----


@contextmanager
def small_disk(size: str) -> Iterator[list[str]]:
    """The beginning of a command that runs in its own mount namespace. $1 of its script is a disk of this size."""
    root = os.geteuid() == 0
    enter = ["unshare", "--mount"] if root else ["unshare", "--user", "--map-root-user", "--mount"]
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        mount = f"mount -t tmpfs -o size={size},mode=1777 tmpfs {shlex.quote(folder)}"
        leave = "exec" if root else "exec unshare --user --map-user=1000 --map-group=1000"
        yield [*enter, "sh", "-c", f'{mount} && {leave} sh -c "$0" sh {shlex.quote(folder)}']


def test_a_full_disk_keeps_what_was_graded(small: Path, tmp_path: Path) -> None:
    class_folder = tmp_path / "class"
    class_folder.mkdir()
    for number in range(5):
        (class_folder / f"s{number}").symlink_to(small)
    with small_disk("300k") as enter:
        grade = f"{TIMESLICE} grade {class_folder} --out $1/out -j1 -k {SMALL_CLAUSE}"
        script = f"{grade}; echo status $?; ls $1/out/*/result.json"
        ended = subprocess.run([*enter, script], capture_output=True, text=True, timeout=SECONDS)
    assert "status 2" in ended.stdout, ended
    (line,) = (told for told in ended.stderr.splitlines() if told.startswith("timeslice: "))
    assert "No space left on device" in line
    assert "make room" in line
    assert "of 5 submissions were graded" in line
    assert "s0/result.json" in ended.stdout
    assert "s4/result.json" not in ended.stdout
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("holds_the_kit", [False, True])
def test_a_full_staging_disk_is_not_the_students_fault(kit: Kit, small: Path, holds_the_kit: bool) -> None:
    """The disk is too small for the kit's objects, or too small for a submission's objects too."""
    parts = [*kit.include.rglob("*"), *kit.objects.rglob("*.[oas]*")]
    pages = sum(-(-part.stat().st_size // 4096) for part in parts if part.suffix != ".json")
    with small_disk(f"{pages * 4 + 512 if holds_the_kit else pages * 2}k") as enter:
        script = f"TMPDIR=$1 {TIMESLICE} grade {shlex.quote(str(small))} -k {SMALL_CLAUSE}; echo status $?"
        ended = subprocess.run([*enter, script], capture_output=True, text=True, timeout=SECONDS)
    assert "status 2" in ended.stdout, ended
    assert "the disk is full" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_what_was_graded(kit: Kit, small: Path, tmp_path: Path, number: signal.Signals) -> None:
    staging = tmp_path / "staging"
    staging.mkdir(mode=0o755)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == tmp_path.owner() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "a").symlink_to(small)
    (tmp_path / "class" / "b").symlink_to(kit.reference)
    with subprocess.Popen(
        [TIMESLICE, "grade", str(tmp_path / "class"), "--out", str(tmp_path / "out"), "-j1", *QUICK],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(staging)},
    ) as running:
        assert running.stdout
        first = running.stdout.readline()
        os.killpg(running.pid, number)  # to all of them, as a terminal does
        out, told = running.communicate(timeout=SECONDS)
    earned = result_of(tmp_path / "out", "a")["score"]["earned"]
    assert first.startswith(f"[1/2] a: {earned}/{earned}")
    assert running.returncode == 2, told
    assert told == f"timeslice: interrupted; 1 of 2 submissions were graded: see {tmp_path / 'out'}\n"
    assert earned > 0
    assert not (tmp_path / "out" / "b").exists()
    assert (tmp_path / "out" / "index.html").is_file() or "report.html" in out
    assert list(staging.iterdir()) == []
    assert _session_is_empty(running.pid)


def _session_is_empty(session: int) -> bool:
    """True if no process of the session runs. The fork server ends when it notices that its parent is gone.

    A process that has ended counts as gone: the first process of a container may never reap orphans.
    """
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        running = set()
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] not in "ZX":
                running.add(int(fields[3]))
        if session not in running:
            return True
        time.sleep(0.05)
    return False
