"""Which run of a test counts: two of three decide, and a failure only under a tool costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import MakeSubmission
from score_samples import record
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.intake.sources import Source
from timeslice.model import Outcome, Result, Verdict
from timeslice.run.steadiness import Story

GOOD_UNLESS = """
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/udp.h>

static int words(const char *path, const char *wanted) {
    char line[65536];
    int found = 0;
    FILE *file = fopen(path, "r");
    size_t len = file != NULL ? fread(line, 1, sizeof line - 1, file) : 0;
    line[len] = '\\0';
    for (size_t at = 0; at < len; at += strlen(line + at) + 1)
        found += strstr(line + at, wanted) != NULL;
    if (file != NULL)
        fclose(file);
    return found;
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    if (len == 0 && BAD)
        return errno = EIO, -1;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
"""
BESIDE_OTHERS = 'words("/proc/self/cmdline", "native-1.only") > 0'
UNDER_VALGRIND = 'words("/proc/self/maps", "vgpreload") > 0'
ALWAYS = "1"
EMPTY = "udp_send/sends_an_empty_datagram"


@pytest.mark.parametrize(
    ("runs", "decided", "unsteady", "verdict"),
    [
        ("P", True, False, "passed"),
        ("F", False, False, "failed"),
        ("FF", True, False, "failed"),
        ("FP", False, True, "failed"),
        ("FPP", True, True, "passed"),
        ("FPF", True, True, "failed"),
    ],
)
def test_two_runs_of_three_decide(runs: str, decided: bool, unsteady: bool, verdict: str) -> None:
    story = Story([record("a/b", "passed" if run == "P" else "failed") for run in runs])
    assert (story.decided, story.unsteady, story.verdict.verdict.value) == (decided, unsteady, verdict)


def test_the_last_run_that_agrees_with_most_is_told() -> None:
    first, second, third = (record("a/b", verdict) for verdict in ("timed_out", "passed", "crashed"))
    assert Story([first, second, third]).verdict is third


def graded(context: GradingContext, make_submission: MakeSubmission, bad: str) -> Result:
    """The result, on its tests, of a udp_send that cannot send an empty datagram while ``bad`` is true."""
    folder: Path = make_submission("mine", {"udp/send.c": GOOD_UNLESS.replace("BAD", bad)})
    grading = Grading(context, Source("mine", folder), 1)
    grading.select({test.name for test in context.tests if test.suite == "udp_send"})
    for _ in grading.checks():
        pass
    return grading.result()


def test_a_test_that_fails_beside_others_and_passes_alone_is_unsteady_and_has_its_points(
    context: GradingContext, make_submission: MakeSubmission
) -> None:
    result = graded(context, make_submission, BESIDE_OTHERS)
    check = next(check for check in result.checks if check.name == EMPTY)
    assert (check.verdict, check.points) == (Verdict.PASSED, check.possible)
    assert check.unsteady
    assert [run.verdict for run in check.runs] == [Verdict.FAILED, Verdict.PASSED, Verdict.PASSED]
    assert check.runs[0].steps
    assert "errno" in check.runs[0].message or "got" in check.runs[0].message
    assert (result.outcome, result.score.earned) == (Outcome.PASSED, result.score.possible)
    assert not all(check.unsteady for check in result.checks)


def test_a_test_that_fails_each_time_is_steady_and_has_no_points(
    context: GradingContext, make_submission: MakeSubmission
) -> None:
    check = next(check for check in graded(context, make_submission, ALWAYS).checks if check.name == EMPTY)
    assert (check.verdict, check.points, check.unsteady, check.runs) == (Verdict.FAILED, 0, False, [])


def test_what_fails_under_valgrind_alone_and_without_a_finding_costs_nothing_and_is_shown(
    context: GradingContext, make_submission: MakeSubmission
) -> None:
    result = graded(context, make_submission, UNDER_VALGRIND)
    assert (result.outcome, result.score.earned) == (Outcome.PASSED, result.score.possible)
    assert result.memory.findings == []
    difference = next(one for one in result.memory.differences if one.test == EMPTY)
    native, *under_valgrind = difference.runs
    assert (native.tool, native.verdict) == ("native", Verdict.PASSED)
    assert len(under_valgrind) == 2
    for run in under_valgrind:
        assert run.tool.startswith("valgrind-")
        assert run.verdict is Verdict.FAILED
        assert run.steps
    assert EMPTY in difference.replay
