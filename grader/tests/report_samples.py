"""Results to test the writers with: one realistic submission that has every verdict, and a whole class."""

from __future__ import annotations

import random
from collections.abc import Sequence

from check_samples import check_sample, sample_checks
from timeslice.contract.clause import ClauseId
from timeslice.model import (
    Build,
    Check,
    ClauseCoverage,
    Coverage,
    Diagnostic,
    Difference,
    FileCoverage,
    Finding,
    Frame,
    FunctionCoverage,
    Guard,
    LabScore,
    Memory,
    Outcome,
    Result,
    Run,
    Score,
    SkillScore,
    Verdict,
)

RECEIVE = """\
/* Receives one datagram at a time. */
#include <timeslice/udp.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

static int wait_readable(int fd, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n = poll(&p, 1, timeout_ms);
    if (n == 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    return n < 0 ? -1 : 0;
}

/* UDP-RX-001 */
/* UDP-RX-003 */
ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms)
{
    if (wait_readable(fd, timeout_ms) < 0)
        return -1;
    char *copy = malloc(cap);
    struct sockaddr_storage sender;
    socklen_t len = sizeof sender;
    ssize_t n = recvfrom(fd, copy, cap, 0, (struct sockaddr *)&sender, &len);
    if (n < 0)
        return -1;
    memcpy(buf, copy, cap); /* all of it */
    if (from != NULL) {
        from->addr = sender;
        from->len = len;
    }
    return n;
}
"""

SEND = """\
/* Sends one datagram. */
#include <timeslice/udp.h>

#include <errno.h>

/* UDP-TX-001 */
ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to)
{
    for (;;) {
        ssize_t n = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
        if (n >= 0 || errno != EINTR)
            return n;
    }
}
"""


def exchange_check(*steps: str) -> Check:
    """A check that failed in an exchange: the steps given, or some with every fate."""
    told = [
        "relay: seed 1, of 100 datagrams 40 are dropped",
        'udp_call(relay_address(relay), "<ask>", 5, reply, sizeof reply, &patient)',
        '   0.3 ms  client:40123 -> relay: 5 bytes "<ask>"',
        '   0.3 ms  relay -> server: 5 bytes "<ask>", dropped',
        '   4.4 ms  client:40123 -> relay: 5 bytes "<ask>"',
        '   4.4 ms  relay -> server: 5 bytes "<ask>", held',
        '   8.5 ms  client:40123 -> relay: 5 bytes "<ask>"',
        '   8.5 ms  relay -> server: 5 bytes "<ask>"',
        '   8.6 ms  relay -> server: 5 bytes "<ask>", duplicate',
        '   8.6 ms  relay -> server: 5 bytes "<ask>", delivered late',
        "   8.7 ms  server -> relay: 0 bytes",
        "   8.7 ms  relay -> client:40123: 0 bytes",
        '   9.9 ms  server -> relay: 5000 bytes "\\x00\\xff\\"\\\\ok"..., found waiting',
        "  10.0 ms  relay -> server: 1 byte, refused",
    ]
    return check_sample(
        "UDP-LOSS-003", "asks_again", "It MUST ask again.", Verdict.FAILED, message="no", steps=list(steps) or told
    )


def charts_check(expected: str = "AABBA.A", got: str = "AABAB.A", tick: int = 3) -> Check:
    """A check of a scheduler that failed, as the bank words it and the grader takes it apart."""
    return check_sample(
        "SCH-RR-004",
        "expired_goes_last",
        "An expired job MUST go to the tail.",
        Verdict.FAILED,
        message="the chart of rr quantum 2, A(0,5) B(1,2)\n(tests/scheduler/rr.c:31)",
        steps=["schedule_run: rr quantum 2, A(0,5) B(1,2)"],
        expected=expected or None,
        got=f"{got}\n{'':{10 + tick}}^ they part at tick {tick}".strip(),
    )


def sample_findings() -> list[Finding]:
    """A leak and a bad read on lines of receive.c, a finding outside of it, and an open descriptor."""
    stack = [
        Frame(function="malloc"),
        Frame(function="udp_recv", file="udp/receive.c", line=26),
    ]
    return [
        Finding(
            kind="Leak_DefinitelyLost",
            message="Loses 8 bytes in 1 block, allocated here and never freed",
            file="udp/receive.c",
            line=26,
            function="udp_recv",
            stack=stack,
            tests=["udp_rx/takes_one", "udp_rx/fills_sender", "udp_rx/polls", "udp_rx/keeps_bytes", "udp_rx/waits"],
            charged="UDP-RX-016",
        ),
        Finding(
            kind="InvalidRead",
            message="Reads 4 bytes past the end of a block of 8 bytes (allocated at udp/receive.c:26)",
            file="udp/receive.c",
            line=32,
            function="udp_recv",
            stack=[Frame(function="memcpy"), Frame(function="udp_recv", file="udp/receive.c", line=32)],
            tests=["udp_rx/keeps_bytes"],
        ),
        Finding(
            kind="UninitCondition", message="A decision depends on a value that was never set", tests=["udp_rx/waits"]
        ),
        Finding(kind="OpenDescriptor", message="A descriptor is left open (socket)", tests=["udp_open/fails"]),
    ]


def sample_coverage() -> Coverage:
    """receive.c with lines that ran, lines that did not and an anchored function; send.c run in full."""
    receive = {9: 58, 11: 58, 12: 58, 13: 58, 14: 0, 15: 0, 17: 58, 22: 58, 24: 58, 25: 0, 26: 58, 28: 58, 29: 58}
    receive |= {30: 58, 31: 0, 32: 1234567, 33: 58, 34: 41, 35: 41, 37: 58}
    send = {7: 90, 10: 91, 11: 91, 12: 90}
    functions = [
        FunctionCoverage(name="wait_readable", start_line=9, end_line=18, executions=58, lines=7, lines_run=5),
        FunctionCoverage(
            name="udp_recv",
            start_line=22,
            end_line=38,
            executions=58,
            lines=13,
            lines_run=11,
            clauses=["UDP-RX-001", "UDP-RX-003"],
        ),
    ]
    sent = FunctionCoverage(
        name="udp_send", start_line=7, end_line=14, executions=90, lines=4, lines_run=4, clauses=["UDP-TX-001"]
    )
    files = [
        FileCoverage(path="udp/receive.c", source=RECEIVE, counts=receive, functions=functions, lines=20, lines_run=16),
        FileCoverage(path="udp/send.c", source=SEND, counts=send, functions=[sent], lines=4, lines_run=4),
    ]
    clauses = [
        ClauseCoverage(clause="UDP-RX-001", lines=13, lines_run=11),
        ClauseCoverage(clause="UDP-RX-003", lines=13, lines_run=11),
        ClauseCoverage(clause="UDP-TX-001", lines=4, lines_run=4),
    ]
    return Coverage(status="measured", lines=24, lines_run=20, files=files, clauses=clauses)


def _skills(checks: Sequence[Check]) -> list[SkillScore]:
    titles = {
        "TX": "Sends what it was given",
        "RX": "Keeps a datagram whole, and keeps its deadline through signals",
        "SRV": "Serves many clients",
        "CLI": "Asks again until it has an answer",
        "LOSS": "Lives with loss",
    }
    skills = []
    for area, title in titles.items():
        mine = [check for check in checks if check.clause and ClauseId(check.clause).area == area]
        score = Score(earned=sum(check.points for check in mine), possible=sum(check.possible for check in mine))
        clauses = [check.clause for check in mine if check.clause]
        skills.append(SkillScore(lab="udp", id=area.lower(), title=title, score=score, clauses=clauses))
    return skills


def _labs(checks: Sequence[Check]) -> list[LabScore]:
    """The lab of all checks, and one of which nothing was handed in."""
    score = Score(earned=sum(check.points for check in checks), possible=sum(check.possible for check in checks))
    absent = Score(earned=0, possible=100)
    return [
        LabScore(id="udp", title="Datagrams", handed_in=True, score=score),
        LabScore(id="process", title="Processes", handed_in=False, score=absent),
    ]


def sample_result(**changes: object) -> Result:
    """A submission with every verdict; ``changes`` replace fields."""
    checks = sample_checks()
    fields: dict[str, object] = {
        "submission": "every-verdict",
        "assignment": "Timeslice",
        "outcome": Outcome.FAILED,
        "score": Score(earned=sum(c.points for c in checks), possible=sum(c.possible for c in checks)),
        "summary": "5 of 16 checks passed; the most points were lost in keeping a datagram whole.",
        "labs": _labs(checks),
        "skills": _skills(checks),
        "checks": checks,
        "build": Build(status="built"),
        "memory": Memory(status="findings", tests=79, findings=sample_findings()),
        "coverage": sample_coverage(),
        "guards": [
            Guard(name="network", on=True, detail="only a private loopback"),
            Guard(name="cgroup", on=False, detail="no cgroup v2 controllers on this machine; rlimits hold instead"),
        ],
        "versions": {"timeslice": "0.1.0", "gcc": "12.2.0", "valgrind": "3.19.0", "criterion": "2.4.1"},
        "seed": 1,
        "notes": ["README.txt is not part of a submission: ignored", "udp/call.c is missing: the template's is used"],
        "seconds": {"build": 0.81, "native run": 0.44, "memcheck run": 2.9, "coverage": 0.05},
    }
    return Result.model_validate({**fields, **changes})


def unsteady_result() -> Result:
    """A test that fails and one that passes most times, one that a tool sees otherwise, and a fault of the kit."""
    good = Run(tool="native", verdict=Verdict.PASSED)
    steps = ["udp_call(server)", *["poll(fd)"] * 20]
    lost = "the reply never came"
    bad = Run(tool="native", verdict=Verdict.FAILED, message=lost, steps=steps, output="tried\n")
    slow = Run(tool="valgrind-3.19.0", verdict=Verdict.TIMED_OUT, message="after 5 s", steps=["udp_serve(fd)"])
    mostly_bad: dict[str, object] = {"unsteady": True, "runs": [bad, good, bad], "message": "it went on"}
    replay = "timeslice grade mine --test udp_cli/asks_again --seed 1"
    checks = [
        check_sample("UDP-CLI-002", "asks_again", "It MUST ask again.", Verdict.PASSED),
        check_sample("UDP-CLI-003", "gives_up", "It MUST give up.", Verdict.FAILED).model_copy(update=mostly_bad),
    ]
    checks[0] = checks[0].model_copy(update={"unsteady": True, "runs": [good, bad, good], "replay": replay})
    difference = Difference(
        test="udp_srv/many",
        clause="UDP-SRV-002",
        replay="timeslice grade mine --test udp_srv/many --seed 1",
        runs=[good, slow, slow],
    )
    return sample_result(
        submission="unsteady",
        checks=checks,
        memory=Memory(status="clean", tests=79, differences=[difference]),
        kit_faults=["valgrind-3.24.0: udp_srv/many: its report was lost"],
    )


def uncompiled_result() -> Result:
    """A submission with a syntax error: nothing ran."""
    checks = [
        check.model_copy(update={"verdict": Verdict.NOT_RUN, "points": 0, "message": "", "steps": [], "output": ""})
        for check in sample_checks()[1:]
    ]
    failed = Check(
        name="build", clause=None, sentence="It compiles", verdict=Verdict.FAILED, points=0, possible=0, message="no"
    )
    source = "int udp_recv(void)\n{\n    return 1\n}\n"
    diagnostic = Diagnostic(
        severity="error", file="udp/receive.c", line=3, column=13, message="expected ';' before '}' token"
    )
    file = FileCoverage(path="udp/receive.c", source=source, counts={}, functions=[], lines=0, lines_run=0)
    return sample_result(
        submission="uncompiled",
        checks=[failed, *checks],
        labs=_labs(checks),
        skills=_skills(checks),
        score=Score(earned=0, possible=sum(check.possible for check in checks)),
        summary="It does not compile: udp/receive.c line 3: expected ';' before '}' token",
        build=Build(
            status="failed",
            diagnostics=[diagnostic],
            output="udp/receive.c:3:13: error: expected ';' before '}' token\n    3 |     return 1\n",
        ),
        memory=Memory(status="not_run", tests=0),
        coverage=Coverage(status="not_run", files=[file]),
    )


def sample_class(size: int, seed: int = 7) -> list[Result]:
    """``size`` submissions that differ in what they pass; the seed decides how."""
    dice = random.Random(seed)  # noqa: S311 not a secret: the same class every time
    results = [sample_result(submission="sample"), uncompiled_result()]
    for number in range(len(results), size):
        ability = dice.betavariate(3, 1.4)
        checks = [_tried(check, dice.random() < ability) for check in sample_checks()]
        earned = sum(check.points for check in checks)
        possible = sum(check.possible for check in checks)
        outcome = Outcome.PASSED if earned == possible else Outcome.FAILED
        results.append(
            sample_result(
                submission=f"student-{number:03}",
                checks=checks,
                labs=_labs(checks),
                skills=_skills(checks),
                score=Score(earned=earned, possible=possible),
                outcome=outcome,
                summary=f"{sum(check.verdict is Verdict.PASSED for check in checks)} of {len(checks)} checks passed.",
                memory=Memory(status="clean", tests=79)
                if ability > 0.7
                else Memory(status="findings", tests=79, findings=sample_findings()),
            )
        )
    return results[:size]


def _tried(check: Check, passes: bool) -> Check:
    if passes or check.clause is None:
        return check.model_copy(update={"verdict": Verdict.PASSED, "points": check.possible, "message": ""})
    return check.model_copy(update={"verdict": Verdict.FAILED, "points": 0})
