"""Checks as a grading makes them, for the tests of reports."""

from __future__ import annotations

from timeslice.model import Check, Verdict


def check_sample(clause: str, test: str, sentence: str, verdict: Verdict, possible: int = 2, **more: object) -> Check:
    passed = verdict is Verdict.PASSED
    return Check.model_validate(
        {
            "name": f"udp_{clause.split('-')[1].lower()}/{test}",
            "clause": clause,
            "sentence": sentence,
            "verdict": verdict,
            "points": possible if passed else 0,
            "possible": possible,
            "replay": None if passed else f"make check ONLY='udp_rx/{test}' TIMESLICE_SEED=1",
            "seconds": 0.0021,
            **more,
        }
    )


# One check of every verdict, and a few more that passed.
_CHECKS = [
    Check(name="build", clause=None, sentence="It compiles", verdict=Verdict.PASSED, points=0, possible=0),
    check_sample("UDP-TX-001", "sends_all_bytes", "udp_send MUST send all len bytes as one datagram.", Verdict.PASSED),
    check_sample(
        "UDP-TX-002", "sends_an_empty_one", "An empty datagram MUST be sent, and 0 returned.", Verdict.PASSED, 1
    ),
    check_sample("UDP-TX-006", "retries_eintr", "EINTR MUST be retried, and the datagram sent once.", Verdict.PASSED),
    check_sample(
        "UDP-RX-003",
        "reports_true_length_when_truncated",
        "A datagram longer than cap MUST be reported with its true length.",
        Verdict.FAILED,
        message="udp_recv returned the number of bytes that fitted, not the length of the datagram.",
        steps=[
            "open a socket on 127.0.0.1, port 49213",
            "send one datagram of 12 bytes to it",
            "call udp_recv with cap 8, timeout 1000 ms",
        ],
        expected="udp_recv(fd, buf, 8) = 12",
        got="udp_recv(fd, buf, 8) = 8",
        hint="recvfrom tells the true length only when it is asked to: look at MSG_TRUNC in recv(2).",
        output="received 8 bytes\n",
    ),
    check_sample("UDP-RX-001", "takes_one", "One call MUST take exactly one datagram.", Verdict.PASSED),
    check_sample(
        "UDP-RX-010",
        "signal_does_not_shorten",
        "A signal MUST not shorten the wait.",
        Verdict.CRASHED,
        message="SIGSEGV",
        steps=["install a handler for SIGALRM", "call udp_recv with timeout 200 ms", "send SIGALRM after 50 ms"],
        hint="A signal makes poll fail with EINTR: wait again, for what is left of the time.",
    ),
    check_sample(
        "UDP-RX-007",
        "times_out",
        "Where nothing comes, udp_recv MUST fail with ETIMEDOUT.",
        Verdict.EXITED_EARLY,
        message="exit(0) before the end of the test",
    ),
    check_sample(
        "UDP-RX-009",
        "waits",
        "A negative timeout MUST wait until a datagram comes.",
        Verdict.TIMED_OUT,
        1,
        message="still running after 5 s",
    ),
    check_sample(
        "UDP-RX-016",
        "leaves_nothing_behind",
        "Receiving MUST leave no memory error, no lost block and no descriptor behind.",
        Verdict.LEAKED,
        message="udp/receive.c:26: Loses 8 bytes in 1 block, allocated here and never freed",
    ),
    check_sample(
        "UDP-TX-010",
        "leaves_nothing_behind",
        "Sending MUST leave no memory error, no lost block and no descriptor behind.",
        Verdict.MEMORY_ERROR,
        message="udp/receive.c:32: Reads 4 bytes past the end of a block of 8 bytes",
    ),
    check_sample(
        "UDP-SRV-001",
        "replies_to_sender",
        "The reply MUST go to the request's sender.",
        Verdict.LEFT_PROCESS,
        message="a process named a.out outlived the test",
    ),
    check_sample("UDP-SRV-009", "stops", "A readable stop_fd MUST end the loop with 0.", Verdict.SKIPPED),
    check_sample(
        "UDP-CLI-001",
        "gets_reply",
        "udp_call MUST return the server's reply and its length.",
        Verdict.INCOMPLETE,
        message="2 of 5 assertions ran",
        expected="request  0000  70 69 6e 67 00 01\nreply    0000  70 6f 6e 67 00 01",
        got="request  0000  70 69 6e 67 00 01\nreply    0000  70 6f 6e 67",
    ),
    check_sample("UDP-CLI-003", "gives_up", "It MUST be sent attempts times in total.", Verdict.NOT_RUN),
    check_sample(
        "UDP-LOSS-002",
        "prefix_arrives",
        "What arrives MUST be a prefix of what was sent.",
        Verdict.BROKEN,
        message="the machine had no port left",
    ),
]


def sample_checks() -> list[Check]:
    """One check of every verdict, and a few more that passed."""
    return list(_CHECKS)
