"""The third instrument: ASan, UBSan and LSan. Their reports are read, and their findings cost the memory clause."""

from __future__ import annotations

from pathlib import Path

import pytest

from test_grading import result_of, timeslice
from timeslice.grade.examination import told_once
from timeslice.model import Finding
from timeslice.run.sanitize import findings, read_report

SOURCES = ["udp/send.c", "udp/receive.c"]
OVERFLOW = """=================================================================
==14==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000014 at pc 0x55e bp 0x7ff sp 0x7fe
WRITE of size 4 at 0x602000000014 thread T0
    #0 0x55ed6f8c8852 in fill udp/send.c:12
    #1 0x55ed6f8c8853 in udp_send /tmp/stage/tree/udp/send.c:20:5
    #2 0x55ed6f894adf in udp_send_works_impl tests/udp/send.c:133

0x602000000014 is located 0 bytes to the right of 4-byte region [0x602000000010,0x602000000014)
allocated by thread T0 here:
    #0 0x7fb8d7eb89cf in __interceptor_malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
    #1 0x55ed6f8c8852 in udp_send udp/send.c:18

SUMMARY: AddressSanitizer: heap-buffer-overflow udp/send.c:12 in fill
"""
LEAKS = """==14==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 16 byte(s) in 1 object(s) allocated from:
    #0 0x7fb8d7eb89cf in __interceptor_malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
    #1 0x55ed6f8c8852 in udp_send udp/send.c:18

Indirect leak of 8 byte(s) in 1 object(s) allocated from:
    #0 0x7fb8d7eb89cf in __interceptor_malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
    #1 0x55ed6f8c8852 in udp_send udp/send.c:19

SUMMARY: AddressSanitizer: 24 byte(s) leaked in 2 allocation(s).
"""
UNDEFINED = """udp/send.c:17:13: runtime error: signed integer overflow: 2147483647 + 3 is too large
    #0 0x560aba7fe922 in udp_send udp/send.c:17
    #1 0x560aba7fe923 in udp_send_works_impl tests/udp/send.c:14
"""
OF_THE_KIT = UNDEFINED.replace("udp/send.c:17", "tests/support/net/peer.c:17")
# Each tool sees only its own error: Valgrind sees no overflow inside a frame, and the sanitizers no value never set.
SEND = """#include <errno.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    char text[8] = "";
    char *volatile start = text;
    volatile int limit = 2147483647, one = len == 0 ? 1 : 0, sum;
    ssize_t sent;
    if (len == 5)
        start[sizeof text] = 1; /* ASan */
    sum = limit + one; /* UBSan */
    (void)sum;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
"""


def told(tmp_path: Path, *reports: str) -> tuple[list[Finding], list[Finding]]:
    for pid, text in enumerate(reports, start=1):
        (tmp_path / f"sanitizer.{pid}").write_text(text)
    tests = {pid: f"udp_send/t{pid}" for pid in range(1, len(reports) + 1)}
    found = findings(tmp_path, tests, SOURCES)
    return found.submission, found.kit


def test_an_overflow_names_the_line_and_where_the_block_was_made(tmp_path: Path) -> None:
    (finding,), kit = told(tmp_path, OVERFLOW)
    assert (finding.tool, finding.kind) == ("sanitizers", "heap-buffer-overflow")
    assert (finding.file, finding.line, finding.function) == ("udp/send.c", 12, "fill")
    assert finding.message == "Writes 4 bytes outside of a block of memory (allocated at udp/send.c:18)"
    assert [frame.line for frame in finding.stack] == [12, 20]
    assert finding.tests == ["udp_send/t1"]
    assert kit == []


def test_a_block_that_only_a_lost_block_points_to_is_no_leak_of_its_own(tmp_path: Path) -> None:
    (finding,), _ = told(tmp_path, LEAKS)
    assert (finding.kind, finding.line) == ("Leak_Sanitizer", 18)
    assert finding.message == "Loses 16 bytes in 1 block, allocated here and never freed"


def test_undefined_behaviour_is_told_in_the_words_of_the_tool(tmp_path: Path) -> None:
    (finding,), _ = told(tmp_path, UNDEFINED, UNDEFINED)
    assert (finding.kind, finding.file, finding.line) == ("UndefinedBehaviour", "udp/send.c", 17)
    assert finding.message.startswith("Undefined behaviour: signed integer overflow: 2147483647 + 3")
    assert finding.tests == ["udp_send/t1", "udp_send/t2"]


def test_a_finding_without_the_submission_in_its_stacks_is_the_kits(tmp_path: Path) -> None:
    mine, (finding,) = told(tmp_path, OF_THE_KIT)
    assert mine == []
    assert finding.file is None


@pytest.mark.parametrize("text", ["", "    #0 0x1 in f udp/send.c:1\n", "\x00\xff" * 100, "==1==ERROR: " + "A" * 9000])
def test_a_report_that_makes_no_sense_has_no_finding(text: str) -> None:
    assert read_report(text, SOURCES) == []


def test_the_same_error_of_two_tools_is_told_once(tmp_path: Path) -> None:
    valgrind = Finding(kind="InvalidWrite", message="x", file="udp/send.c", line=12, tests=["udp_send/other"])
    overflow, _ = told(tmp_path, OVERFLOW)
    (once,) = told_once([valgrind], overflow)
    assert (once.tool, once.tests) == ("valgrind", ["udp_send/other", "udp_send/t1"])
    leak = valgrind.model_copy(update={"kind": "Leak_DefinitelyLost"})
    assert len(told_once([leak], overflow)) == 2


def test_what_only_the_sanitizers_see_costs_the_memory_clause(tmp_path: Path) -> None:
    (tmp_path / "mine" / "udp").mkdir(parents=True)
    (tmp_path / "mine" / "udp" / "send.c").write_text(SEND)
    ended = timeslice("grade", tmp_path / "mine", "-k", "udp_send", "--out", tmp_path / "out")
    assert ended.returncode == 1, ended
    memory = result_of(tmp_path / "out", "mine")["memory"]
    found = {(one["tool"], one["kind"], one["line"], one["charged"]) for one in memory["findings"]}
    assert found == {
        ("sanitizers", "stack-buffer-overflow", SEND[: SEND.index("/* ASan")].count("\n") + 1, "UDP-TX-010"),
        ("sanitizers", "UndefinedBehaviour", SEND[: SEND.index("/* UBSan")].count("\n") + 1, "UDP-TX-010"),
    }, memory
    assert memory["differences"] == []
