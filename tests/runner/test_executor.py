"""The executor: compared with stock Criterion, and under attack by hostile code."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from executor_builds import (
    CRITERION_FILES,
    STRANGER,
    Banks,
    build_banks,
    compile_submission,
    is_alive,
    listed,
    run,
    run_stock,
    valgrind,
)


@pytest.fixture(scope="session")
def banks() -> Banks:
    """The banks, built once."""
    return build_banks()


# --- as in stock Criterion -------------------------------------------------------------------------------------------

# Tests for which the executor is stricter than Criterion: Criterion's verdict, and the executor's.
DIFFERENCES = {
    "assertions/make_none": ("passed", "incomplete"),
    "broken_fixtures/setup_fails": ("crashed", "failed"),
    "broken_fixtures/setup_leaves": ("crashed", "exited_early"),
    "broken_fixtures/teardown_fails": ("passed", "failed"),
    "broken_fixtures/teardown_crashes": ("passed", "crashed"),
    "broken_fixtures/teardown_leaves": ("passed", "exited_early"),
    "endings/exit_0": ("passed", "exited_early"),
    "endings/exit_0_at_once": ("passed", "exited_early"),
    "endings/exit_3": ("failed", "exited_early"),
    "endings/other_status_than_expected": ("failed", "exited_early"),
    "endings/other_signal_than_expected": ("failed", "crashed"),
}
DISABLED = {"endings/disabled", "disabled_suite/never_runs"}  # Criterion skips it, and the executor does not list it


@pytest.mark.parametrize("tool", ["native", "memcheck"])
def test_same_as_stock_criterion(banks: Banks, tool: str) -> None:
    stock = run_stock(banks.stock)
    under = valgrind(banks.folder / "xml") if tool == "memcheck" else []
    ours = run(banks.bank, "--timeout-scale", "3", tool=under, only=listed(banks.bank, *CRITERION_FILES))
    assert ours.status == 1
    assert set(stock) - set(ours.records) == DISABLED
    assert {name: stock[name][0] for name in DISABLED} == dict.fromkeys(DISABLED, "skipped")
    differing = {
        name: (stock[name][0], verdict) for name, verdict in ours.verdicts.items() if stock[name][0] != verdict
    }
    assert differing == DIFFERENCES
    for name, record in ours.records.items():
        assert not record["memcheck"], name
        assert record["assertions"]["failed"] == stock[name][2], name
        if not name.startswith("new_assertions/"):  # Criterion does not count assertions that hold
            assert record["assertions"]["passed"] == stock[name][1], name


def test_new_assertions_that_hold_are_counted(banks: Banks) -> None:
    ours = run(banks.bank, only=listed(banks.bank, "new_assertions.c"))
    counts = {name: record["assertions"] for name, record in ours.records.items()}
    assert counts["new_assertions/hold"] == {"passed": 2, "failed": 0}
    assert counts["new_assertions/fail_in_part"] == {"passed": 1, "failed": 1}
    texts = {name: record["messages"][0]["text"] for name, record in ours.records.items() if record["messages"]}
    assert texts["new_assertions/fail_with_values"] == "the answer\neq(int, answer, 42)\ngot: 41\nexpected: 42"
    assert '-"the second line is long enough' in texts["new_assertions/fail_with_diff"]
    assert "one line" not in texts["new_assertions/fail_with_diff"]


# --- records ---------------------------------------------------------------------------------------------------------


def test_records_are_whole(banks: Banks) -> None:
    names = listed(banks.bank, "assertions.c")
    ours = run(banks.bank, "--seed", "18446744073709551615", only=names)
    start, *tests, end = ours.events
    seed = 18446744073709551615
    assert start == {"event": "start", "version": 1, "mode": "native", "tests": len(names), "seed": seed}
    assert [f"{test['suite']}/{test['test']}" for test in tests] == names
    passed = sum(test["verdict"] == "passed" for test in tests)
    assert end == {"event": "end", "tests": len(names), "passed": passed}
    record = ours.records["assertions/hold"]
    assert (record["addresses"], record["adds"]) == ("UDP-RX-003", "a clause and its sentence: with a colon")
    assert record["file"] == "tests/runner/selftest/assertions.c"
    assert record["pids"] == [record["pid"]]
    assert ours.records["assertions/description_without_clause"]["addresses"] == ""
    assert ours.records["assertions/log"]["output"] == "to be informed\n"


def test_hostile_text_is_escaped(banks: Banks) -> None:
    record = run(banks.bank, only=["assertions/hostile_message"]).records["assertions/hostile_message"]
    expected = '"quoted" \\ <b>&]]>\x1b[31m \ufffd\ufffd \ufffd\ufffd\ufffd é\n{"event":"end"}'
    assert record["messages"][0]["text"] == expected


def test_flood_of_failures_is_counted_and_cut(banks: Banks) -> None:
    record = run(banks.bank, only=["assertions/thousands_fail"]).records["assertions/thousands_fail"]
    assert record["assertions"] == {"passed": 0, "failed": 5000}
    assert len(record["messages"]) == 32


def test_parameters_are_one_record(banks: Banks) -> None:
    record = run(banks.bank, only=["parameters/one_fails"]).records["parameters/one_fails"]
    assert len(record["pids"]) == 3
    assert record["pid"] == record["pids"][1]
    assert record["assertions"] == {"passed": 2, "failed": 1}
    assert record["detail"] == "parameter 1: 1 assertion did not hold"


def test_steps_survive(banks: Banks) -> None:
    ours = run(banks.bank, only=listed(banks.bank, "narration.c"))
    steps = {name.removeprefix("narration/"): record["steps"] for name, record in ours.records.items()}
    assert steps["survives_a_crash"] == ['first "step"', "second step"]
    assert steps["survives_the_watchdog"] == ["about to wait"]
    assert steps["starts_empty"] == []
    assert ours.verdicts["narration/starts_empty"] == "passed"
    assert len(steps["may_be_overwritten"]) == 101


def test_output_is_kept_in_order_and_cut(banks: Banks) -> None:
    ours = run(banks.bank, only=["redirection/prints", "eats/output"])
    assert ours.records["redirection/prints"]["output"] == "to standard output\nto standard error\n"
    flood = ours.records["eats/output"]
    assert flood["output"] == "x" * 16384 + "\n[the rest of the output was not kept]\n"
    assert flood["verdict"] == "passed"
    assert (ours.out, ours.err) == ("", "")


def test_list(banks: Banks) -> None:
    lines = subprocess.run([banks.bank, "--list"], capture_output=True, text=True, check=True).stdout.splitlines()
    tests = {f"{test['suite']}/{test['test']}": test for test in map(json.loads, lines)}
    assert not DISABLED & set(tests)
    assert list(tests) == sorted(tests, key=lambda name: name.split("/"))
    assert [test["index"] for test in tests.values()] == list(range(len(tests)))
    assert tests["endings/out_of_time"]["timeout"] == 0.3
    assert tests["endings/exit_0"]["timeout"] == 0
    assert tests["assertions/hold"]["addresses"] == "UDP-RX-003"
    assert tests["assertions/hold"]["line"] > 1


def test_page_for_people(banks: Banks) -> None:
    argv = [str(banks.bank), "--only", "assertions/hostile_message", "--only", "assertions/hold", "--seed", "7"]
    plain = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert plain.returncode == 1
    assert re.search(r"^ok    assertions/hold ", plain.stdout, re.MULTILINE)
    assert 'assertions.c:32: "quoted" \\ <b>&]]>\\x1b[31m \\xff\\xfe \\xed\\xa0\\x80 é\n' in plain.stdout
    (again,) = re.findall(r"^ +run again: (.*)$", plain.stdout, re.MULTILINE)
    repeated = subprocess.run(["sh", "-c", again], capture_output=True, text=True, check=False)
    assert repeated.stdout.startswith("FAIL  assertions/hostile_message ")
    assert repeated.stdout.endswith("0 of 1 tests as they should be\n")
    assert plain.stdout.endswith("1 of 2 tests as they should be\n")
    assert "\x1b" not in plain.stdout
    ours, theirs = pty.openpty()
    with subprocess.Popen(argv, stdout=theirs, env={"TERM": "xterm"}):
        os.close(theirs)
        shown = b""
        while b"as they should be" not in shown:
            shown += os.read(ours, 65536)
    os.close(ours)
    assert b"\x1b[32mok" in shown


# --- facts and negative twins ----------------------------------------------------------------------------------------


def test_a_twin_of_an_honest_test_fails(banks: Banks) -> None:
    for _ in range(8):  # each time another assertion is made false
        ours = run(banks.bank, "--twins", "1", only=["facts/honest", "facts/in_a_child"])
        twins = {event["test"]: event["verdict"] for event in ours.events if event["event"] == "twin"}
        assert twins == {"honest": "failed", "in_a_child": "failed"}
        assert set(ours.verdicts.values()) == {"passed"}
        assert ours.status == 0


def test_whoever_does_not_listen_passes_the_twin(banks: Banks) -> None:
    ours = run(banks.bank, "--twins", "1", only=["facts/deaf"])
    assert [event["verdict"] for event in ours.events if event["event"] == "twin"] == ["passed"]


def test_only_assertions_of_the_test_itself_count(banks: Banks) -> None:
    records = run(banks.bank, only=["facts/honest", "facts/in_a_child"]).records
    assert records["facts/honest"]["assertions"]["passed"] == 3
    assert records["facts/in_a_child"]["assertions"]["passed"] == 1


def test_a_fact_from_elsewhere_is_seen_and_changes_nothing(banks: Banks) -> None:
    ours = run(banks.bank, only=["facts/from_another_instruction", "facts/from_another_place", "facts/honest"])
    forged = {record["test"]: record["forged"] for record in ours.records.values()}
    assert forged == {"from_another_instruction": 2, "from_another_place": 1, "honest": 0}
    assert ours.verdicts["facts/from_another_instruction"] == "exited_early"
    assert ours.records["facts/from_another_place"]["assertions"] == {"passed": 1, "failed": 0}


def test_more_assertions_than_the_reference_makes_are_incomplete(banks: Banks, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline"
    baseline.write_text("facts/honest 2\n")
    record = run(banks.bank, "--baseline", str(baseline), only=["facts/honest"]).records["facts/honest"]
    assert (record["verdict"], record["detail"]) == (
        "incomplete",
        "3 assertions were made, and the reference makes 2",
    )


# --- hostile code ----------------------------------------------------------------------------------------------------

HOSTILE = {
    "a_first/passes": "passed",
    "attacks/memory_of_the_runner": "passed",
    "attacks/nobody_of_its_own": "passed",
    "attacks/records": "passed",
    "attacks/the_runner": "passed",
    "eats/descriptors": "passed",
    "eats/memory": "crashed",
    "eats/output": "passed",
    "eats/output_for_ever": "timed_out",
    "eats/processes": "timed_out",
    "ends_early/becomes_true": "exited_early",
    "ends_early/in_another_thread": "exited_early",
    "ends_early/quick_exit": "exited_early",
    "ends_early/thread_exit": "exited_early",
    "ends_early/while_its_copy_goes_on": "exited_early",
    "leaves/a_child": "left_process",
    "leaves/a_child_about_to_end": "passed",
    "leaves/a_daemon": "left_process",
    "leaves/a_daemon_and_fails": "failed",
    "leaves/a_second_self": "failed",
    "leaves/a_zombie": "passed",
    "loops/deaf_to_signals": "timed_out",
    "loops/for_ever": "timed_out",
    "loops/stops_itself": "timed_out",
    "loops/while_children_loop": "timed_out",
    "z_last/passes": "passed",
}
NOT_UNDER_VALGRIND = {"eats/memory", "eats/processes"}  # Valgrind itself needs memory and processes


@pytest.mark.parametrize("tool", ["native", "stranger", "memcheck"])
def test_hostile_code(banks: Banks, tool: str) -> None:
    expected = dict(HOSTILE)
    under: list[str] = STRANGER if tool != "native" and os.getuid() == 0 else []
    if tool == "memcheck":  # not as root: only Landlock stops root, and Valgrind does not know it
        under = [*under, *valgrind(banks.folder / "xml")]
        expected = {name: verdict for name, verdict in HOSTILE.items() if name not in NOT_UNDER_VALGRIND}
    ours = run(banks.bank, "--timeout-scale", "3" if under else "1", tool=under, only=list(expected))
    assert ours.verdicts == expected, [r["messages"] for r in ours.records.values()]
    assert ours.status == 1
    assert ours.events[-1]["event"] == "end"
    daemon = ours.records["leaves/a_daemon"]["strays"]
    assert [stray["name"] for stray in daemon] == ["a (strange) R 1"]
    left = [stray["pid"] for record in ours.records.values() for stray in record["strays"]]
    assert len(left) > 3
    assert not [pid for pid in left if is_alive(pid)]


@contextmanager
def one_busy_processor(processes: int) -> Iterator[None]:
    """Run on one processor, together with this many busy processes, each in its own session."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    ready, told = os.pipe()
    hogs = []
    for _ in range(processes):
        hog = os.fork()
        if hog == 0:
            os.setsid()  # Linux divides processors by sessions
            os.write(told, b".")
            while True:
                pass
        hogs.append(hog)
    try:
        for _ in hogs:
            os.read(ready, 1)
        yield
    finally:
        for hog in hogs:
            os.kill(hog, signal.SIGKILL)
            os.waitpid(hog, 0)
        os.close(ready)
        os.close(told)
        os.sched_setaffinity(0, before)


def test_a_busy_machine_changes_no_verdict(banks: Banks) -> None:
    with one_busy_processor(3):  # 700 ms at a quarter of the speed take 2.8 s: within the extended limit
        ours = run(banks.bank, only=listed(banks.bank, "busy.c"))
    assert ours.verdicts == {
        "busy/computes_for_less_than_its_limit": "passed",
        "busy/leaves_a_child_that_is_about_to_end": "passed",
    }
    slow = ours.records["busy/computes_for_less_than_its_limit"]
    assert slow["seconds"] > 2  # otherwise the test did not reach its limit, and this proves nothing


def test_lanes_keep_the_verdicts(banks: Banks) -> None:
    expected = {name: verdict for name, verdict in HOSTILE.items() if not name.startswith("eats/")}
    alone = run(banks.bank, only=list(expected))
    together = run(banks.bank, "--lanes", "3", only=[*expected, "lanes/cannot_touch_each_other"])
    assert together.verdicts == {**expected, "lanes/cannot_touch_each_other": "passed"}
    assert alone.verdicts == expected
    assert together.events[0] == {**alone.events[0], "tests": len(expected) + 1}
    passed = sum(verdict == "passed" for verdict in together.verdicts.values())
    assert together.events[-1] == {"event": "end", "tests": len(expected) + 1, "passed": passed}
    assert together.status == 1


def test_lanes_under_memcheck(banks: Banks) -> None:
    under = [*(STRANGER if os.getuid() == 0 else []), *valgrind(banks.folder / "xml")]
    expected = {name: "passed" for name in listed(banks.bank, "new_assertions.c") if "hold" in name}
    ours = run(banks.bank, "--lanes", "2", tool=under, only=list(expected))
    assert expected
    assert ours.verdicts == expected
    assert not [record for record in ours.records.values() if record["memcheck"]]
    assert ours.status == 0


def test_open_descriptors_are_named(banks: Banks) -> None:
    innocent = listed(banks.bank, "redirection.c")  # Criterion's own pipes do not count as leaks
    ours = run(banks.bank, only=["eats/descriptors", *innocent])
    found = ours.records["eats/descriptors"]["descriptors"]
    kinds = [re.sub(r":.*", "", descriptor["target"]) for descriptor in found]
    assert kinds == ["pipe", "pipe", "pipe", "socket"]
    assert {name: ours.records[name]["descriptors"] for name in innocent} == {name: [] for name in innocent}


def refuses(banks: Banks, name: str, source: str, *, cc: str = "gcc") -> str:
    """Link a submission with this source. The link must fail. Returns the linker's output."""
    file = banks.folder / f"{name}.c"
    file.write_text(source, encoding="utf-8")
    submission = compile_submission(file, banks.folder / f"{name}.o", cc=cc)
    counted = banks.folder / "counted.o"
    argv = [cc, f"@{banks.kit / 'link.args'}", "-o", banks.folder / name, banks.kit / "bank.o", submission, counted]
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    return done.stderr


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_submission_cannot_name_anything_of_the_kit(banks: Banks, cc: str) -> None:
    assert "multiple definition of `main'" in refuses(banks, "own_main", "int main(void) {\n    return 0;\n}\n", cc=cc)
    for symbol in ["criterion_abort_test", "cri_asserts_passed_incr", "journal_write", "trial_run", "narration_page"]:
        call = f"void {symbol}(void);\nvoid go(void);\nvoid go(void) {{\n    {symbol}();\n}}\n"
        assert f"undefined reference to `{symbol}'" in refuses(banks, "caller", call, cc=cc)


REPLACES = """
#include <criterion/criterion.h>
#include <stdlib.h>
void criterion_send_assert(struct criterion_assert_stats *stats);
void criterion_send_assert(struct criterion_assert_stats *stats) {
    (void)stats;
    exit(0);
}
int journal_says_finished = 1;
Test(assertions, of_the_submission) {
}
"""


def test_submission_replaces_nothing_and_adds_no_test(banks: Banks) -> None:
    file = banks.folder / "replaces.c"
    # Only the rest of the macro, without the calls that cannot be linked.
    file.write_text(REPLACES.replace("Test(assertions, of_the_submission) {\n}", REGISTERS), encoding="utf-8")
    submission = compile_submission(file, banks.folder / "replaces.o")
    for order in ("first", "last"):
        objects = [submission, banks.folder / "counted.o"]
        bank = banks.folder / f"replaced_{order}"
        before, after = (objects, []) if order == "first" else ([], objects)
        argv = ["gcc", f"@{banks.kit / 'link.args'}", "-o", bank, *before, banks.kit / "bank.o", *after]
        subprocess.run([str(word) for word in argv], check=True)
        assert listed(bank) == listed(banks.bank)
        assert run(bank, only=["assertions/fail_at_once"]).verdicts == {"assertions/fail_at_once": "failed"}


REGISTERS = """
static struct criterion_test_extra_data extra = {.identifier_ = "a/b", .file_ = "x.c"};
static struct criterion_test meta = {"of_the_submission", "assertions", NULL, &extra};
__attribute__((section("cr_tst"), used)) struct criterion_test *registered = &meta;
"""
