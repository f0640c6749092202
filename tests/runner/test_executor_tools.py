"""The executor with Valgrind, sanitizers and gcov; its baseline; its messages after wrong options and Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from executor_builds import (
    REPO,
    SANITIZE,
    SELFTEST,
    WARNINGS,
    Banks,
    build_banks,
    compile_submission,
    is_alive,
    link,
    listed,
    make_kit,
    run,
    valgrind,
)


@pytest.fixture(scope="session")
def banks() -> Banks:
    """The banks, built once."""
    return build_banks()


# --- Valgrind and sanitizers -----------------------------------------------------------------------------------------


MISTAKES = {
    "memory/leak": {"Leak_DefinitelyLost"},
    "memory/write_past_the_end": {"InvalidWrite"},
    "memory/read_after_free": {"InvalidRead"},
    "memory/decide_by_nothing": {"UninitCondition"},
    "memory/finding_and_expected_status": {"InvalidWrite"},
}


def kinds_by_pid(folder: Path) -> dict[int, set[str]]:
    """Valgrind's findings for each process of a run."""
    texts = {int(path.stem): path.read_text(encoding="utf-8") for path in folder.glob("*.xml")}
    return {pid: set(re.findall(r"<error>.*?<kind>(\w+)</kind>", text, re.DOTALL)) for pid, text in texts.items()}


def test_memcheck_finds_per_test(banks: Banks) -> None:
    folder = banks.folder / "xml"
    ours = run(banks.bank, "--mode", "memcheck", tool=valgrind(folder), only=listed(banks.bank, "memory.c"))
    assert ours.events[0]["mode"] == "memcheck"
    assert {name for name, record in ours.records.items() if record["memcheck"]} == set(MISTAKES)
    failed = {name for name, verdict in ours.verdicts.items() if verdict != "passed"}
    assert failed == {"memory/clean_failure"}
    kinds = kinds_by_pid(folder)
    assert {name: kinds[ours.records[name]["pid"]] for name in MISTAKES} == MISTAKES
    assert kinds[ours.records["memory/clean"]["pid"]] == set()


def test_memcheck_charges_no_test_with_an_error_of_the_runner(banks: Banks) -> None:
    folder = banks.folder / "careless-xml"
    careless = compile_submission(SELFTEST / "submission/careless.c", banks.folder / "careless.o")
    bank = link(banks.kit, banks.folder / "careless", careless, banks.folder / "counted.o")
    ours = run(bank, "--mode", "memcheck", tool=valgrind(folder), only=listed(bank, "memory.c"))
    assert {name for name, record in ours.records.items() if record["memcheck"]} == set(MISTAKES)
    kinds = kinds_by_pid(folder)
    assert {name: kinds[ours.records[name]["pid"]] for name in MISTAKES} == MISTAKES
    run(bank, "--mode", "native", "--lanes", "2", tool=valgrind(folder), only=["memory/clean"])
    assert {"UninitCondition"} in kinds_by_pid(folder).values()  # the other modes report it


def test_the_runner_is_clean_under_valgrind(banks: Banks) -> None:
    folder = banks.folder / "runner-xml"
    names = [*listed(banks.bank, "assertions.c", "parameters.c", "endings.c"), "leaves/a_daemon", "loops/for_ever"]
    ours = run(banks.bank, "--mode", "native", "--lanes", "2", tool=valgrind(folder), only=names)
    tests = {pid for record in ours.records.values() for pid in record["pids"]}
    texts = {int(path.stem): path.read_text(encoding="utf-8") for path in folder.glob("*.xml")}
    parents = {pid: int(text.partition("<ppid>")[2].partition("<")[0]) for pid, text in texts.items()}
    lanes = {parents[pid] for pid in tests}
    runners = lanes | {parents[pid] for pid in lanes}
    assert (len(lanes), len(runners)) == (2, 3)
    kinds = kinds_by_pid(folder)
    assert {pid: kinds[pid] for pid in runners if kinds[pid]} == {}


def test_sanitizers_find_per_test(banks: Banks) -> None:
    kit = make_kit(banks.folder / "sanitize", ["memory.c"], ["-O0", *SANITIZE])
    bank = link(kit, banks.folder / "sanitized", flags=SANITIZE)
    ours = run(bank, "--mode", "sanitize")
    record = ours.records
    assert {name for name in record if record[name]["memcheck"]} == {
        "memory/finding_and_expected_status",
        "memory/leak",
        "memory/overflow_of_a_number",
        "memory/read_after_free",
        "memory/write_past_the_end",
    }
    assert ours.verdicts["memory/write_past_the_end"] == "memory_error"
    assert ours.verdicts["memory/overflow_of_a_number"] == "memory_error"
    assert ours.verdicts["memory/leak"] == "passed"  # its assertions held; the finding came at its exit
    assert ours.verdicts["memory/crash"] == "passed"  # a signal stays a signal
    assert ours.verdicts["memory/clean"] == "passed"
    assert "heap-buffer-overflow" in record["memory/write_past_the_end"]["output"]
    assert "detected memory leaks" in record["memory/leak"]["output"]


def test_prctl_gets_all_of_its_five_arguments() -> None:
    """The kernel and Valgrind read all of them. An argument that a caller leaves out is an old value of a register."""
    sources = [path for folder in ("reference", "tests") for path in sorted((REPO / folder).rglob("*.c"))]
    ours = [path for path in sources if path.relative_to(REPO).parts[1] not in ("hostile", "submissions")]
    call = re.compile(r"\bprctl\(((?:[^()]|\([^()]*\))*)\)")
    calls = [(path.name, found) for path in ours for found in call.findall(path.read_text("utf-8"))]
    assert calls
    assert [(name, told) for name, told in calls if len(re.sub(r"\([^()]*\)", "", told).split(",")) != 5] == []


# --- coverage --------------------------------------------------------------------------------------------------------


def counts_of(folder: Path) -> dict[str, int]:
    """How often each function of counted.c was called, by gcov's count."""
    argv = ["gcov", "--json-format", "--stdout", "counted.gcda"]
    told = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=True).stdout
    files = json.loads(told)["files"]
    return {f["name"].removeprefix("counted_"): f["execution_count"] for file in files for f in file["functions"]}


def counting_bank(banks: Banks, folder: Path, cc: str) -> Path:
    """Link the kit with a submission that counts its lines."""
    folder.mkdir()
    folder.chmod(0o777)
    source = SELFTEST / "submission/counted.c"
    flags = [*WARNINGS, "-O0", "--coverage"]
    subprocess.run([cc, *flags, "-c", str(source), "-o", "counted.o"], cwd=folder, check=True)
    return link(banks.kit, folder / "bank", folder / "counted.o", flags=[f"@{banks.kit / 'coverage.args'}"], cc=cc)


def test_coverage_survives_every_end(banks: Banks) -> None:
    folder = banks.folder / "counting"
    bank = counting_bank(banks, folder, "gcc")
    names = listed(bank, "counting.c")
    ours = run(bank, only=names)
    assert ours.verdicts == run(banks.bank, only=names).verdicts  # coverage changes no verdict
    counts = counts_of(folder)
    overflow = counts.pop("overflows_its_stack")
    assert overflow > 100
    assert counts.pop("returns") == 3
    assert counts.pop("never") == 0
    assert counts.pop("loops_deaf") == 0  # nothing can make it write its counters
    assert counts == dict.fromkeys(counts, 1)


def test_coverage_by_clang(banks: Banks) -> None:
    folder = banks.folder / "counting-clang"
    bank = counting_bank(banks, folder, "clang")
    ours = run(bank, only=["counting/crashes"])
    assert ours.verdicts == {"counting/crashes": "crashed"}
    assert (folder / "counted.gcda").stat().st_size > 0


# --- baseline --------------------------------------------------------------------------------------------------------


def test_baseline(banks: Banks) -> None:
    names = ["assertions/hold", "parameters/all_hold", "endings/expected_status", "new_assertions/hold"]
    path = banks.folder / "baseline"
    counted = {name: record["assertions"]["passed"] for name, record in run(banks.bank, only=names).records.items()}
    assert counted == dict(zip(names, (5, 3, 0, 2), strict=True))
    path.write_text("".join(f"{name} {count}\n" for name, count in counted.items()), encoding="utf-8")
    assert run(banks.bank, "--baseline", str(path), only=names).status == 0
    path.write_text("assertions/hold 6\nparameters/all_hold 3\ngone/test 9\n", encoding="utf-8")
    ours = run(banks.bank, "--baseline", str(path), only=names)
    assert ours.verdicts["assertions/hold"] == "incomplete"
    assert ours.records["assertions/hold"]["detail"] == "5 of the reference's 6 assertions were made"
    assert ours.verdicts["parameters/all_hold"] == "passed"


# --- wrong options, and interruptions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--only", "no/such"], "there is no test 'no/such'"),
        (["--only-in", "/no/such"], "cannot read '/no/such': No such file"),
        (["--only", "endings/disabled"], "there is no test 'endings/disabled'"),
        (["--mode", "fast"], "unknown mode 'fast'"),
        (["--mode", "memcheck"], "run it under valgrind"),
        (["--mode", "sanitize"], "without -fsanitize=address"),
        (["--records", "77"], "cannot write to descriptor 77"),
        (["--timeout", "-1"], "not a positive number '-1'"),
        (["--seed", "1x"], "not a whole number '1x'"),
        (["--baseline", "/no/such/file"], "cannot read the baseline"),
        (["--nonsense"], "there is no such option"),
        (["stray"], "what is 'stray'"),
    ],
)
def test_mistakes_are_told_in_a_line(banks: Banks, args: list[str], said: str) -> None:
    done = subprocess.run([banks.bank, *args], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_proc(banks: Banks) -> None:
    argv = ["bwrap", "--ro-bind", "/", "/", "--tmpfs", "/proc", "--", str(banks.bank)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "/proc is not mounted" in done.stderr


@pytest.mark.parametrize("lanes", ["1", "2"])
@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "SIGHUP", "reader gone"])
def test_interruption_ends_the_run(banks: Banks, how: str, lanes: str) -> None:
    ours, theirs = os.pipe()
    argv = [str(banks.bank), "--records", str(theirs), "--timeout-scale", "100", "--lanes", lanes]
    argv += ["--only", "assertions/hold", "--only", "loops/while_children_loop"]
    with subprocess.Popen(argv, pass_fds=[theirs], stderr=subprocess.PIPE, text=True) as bank:
        os.close(theirs)
        with os.fdopen(ours, "rb") as records:
            told = [json.loads(records.readline()) for _ in range(2)]
            assert [event["event"] for event in told] == ["start", "test"]
            children = wait_for_children(bank.pid)
            if how != "reader gone":
                bank.send_signal(signal.Signals[how])
                assert records.read() == b""
        _, said = bank.communicate(timeout=600)
    assert bank.returncode == 2
    assert said.startswith("bank: stopped before its end")
    assert not [pid for pid in children if is_alive(pid)]


def wait_for_children(pid: int) -> list[int]:
    """Wait until a process has a child. Returns its children."""
    while True:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        if children:
            return [int(child) for child in children]


def test_missing_archives_are_named(tmp_path: Path) -> None:
    compiler = tmp_path / "cc"
    compiler.write_text('#!/bin/sh\ncase "$1" in -print-file-name=*) echo "${1#*=}";; *) exit 1;; esac\n')
    compiler.chmod(0o755)
    argv = ["make", "-f", "tests/runner/runner.mk", f"KIT={tmp_path}", "RUNNER_OBJECTS=", f"CC={compiler}"]
    done = subprocess.run([*argv, f"{tmp_path}/bank.o"], cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "libcriterion.a" in done.stderr
    assert "apt-get install" in done.stderr
