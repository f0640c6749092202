"""Findings of a real Valgrind: every kind in plain words, their lines and tests, and files with false content."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from timeslice.model import Finding
from timeslice.run.findings import Found
from timeslice.run.memcheck import findings
from timeslice.run.memcheck_words import Trouble, in_plain_words

STUDENT = """\
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void over_read(void)
{
    int *p = malloc(16);
    volatile int x = p[4];
    (void)x;
    free(p);
}

int after_free(void)
{
    volatile char *p = malloc(8);
    free((void *)p);
    return p[2];
}

void twice(void)
{
    char *p = malloc(3);
    free(p);
    free(p);
}

int decide(void)
{
    volatile int x[2];
    if (x[0] > 3)
        return 1;
    return 0;
}

void lose(void)
{
    char *volatile p = malloc(77);
    p = NULL;
}

void hand_over(int fd)
{
    char *p = malloc(4);
    if (write(fd, p, 4) < 0)
        abort();
    free(p);
}

void overlap(void)
{
    char *b = calloc(1, 20);
    b[0] = b[1] = b[2] = 'x';
    strcpy(b, b + 1);
    free(b);
}

void child_loses(void)
{
    if (fork() == 0) {
        lose();
        _exit(0);
    }
}

void null(void)
{
    volatile int *volatile p = NULL;
    *p = 1;
}

int divide(void)
{
    volatile int zero = 0;
    return 7 / zero;
}

char *make(void)
{
    return malloc(9);
}

char *unmake(char *p)
{
    free(p);
    return p;
}
"""
# One process for each test, as in the executor. For each, its number and pid are printed when it has ended.
BANK = """\
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
void over_read(void); int after_free(void); void twice(void); int decide(void); void lose(void);
void hand_over(int fd); void overlap(void); void child_loses(void); void null(void); int divide(void);
char *make(void); char *unmake(char *p);
char *own;
void criterion_internal_test_main(int number)
{
    char *test_loses = number == 10 ? malloc(5) : NULL;
    test_loses = NULL;
    switch (number) {
    case 0: over_read(); break;
    case 1: exit(after_free() == 99);
    case 2: twice(); break;
    case 3: exit(decide() == 99);
    case 4: case 5: lose(); break;
    case 6: hand_over(open("/dev/null", O_WRONLY)); break;
    case 7: overlap(); break;
    case 8: child_loses(); wait(NULL); break;
    case 9: null(); break;
    case 11: divide(); break;
    case 12: own = make(); exit(own[9] == 99);
    case 13: own = unmake(malloc(6)); exit(own[1] == 99);
    }
    exit(test_loses != NULL);
}
int main(void)
{
    own = malloc(500);
    own = NULL;
    for (int number = 0; number < 14; number++) {
        pid_t pid = fork();
        if (pid == 0)
            criterion_internal_test_main(number);
        waitpid(pid, NULL, 0);
        printf("%d %d\\n", number, (int)pid);
    }
    return 0;
}
"""
NAMES = (
    "over_read after_free twice decide lose lose_too hand_over overlap child_loses null test_loses divide"
    " block_made block_freed"
).split()
SOURCES = ["udp/receive.c"]


class Run:
    """The files of one run under Valgrind."""

    def __init__(self, folder: Path, tests_by_pid: Mapping[int, str]) -> None:
        self.folder = folder
        self.tests_by_pid = tests_by_pid

    def of(self, test: str) -> list[Finding]:
        """The findings of one test alone."""
        return [finding for finding in self.found.submission if test in finding.tests]

    @property
    def found(self) -> Found:
        """All findings: those of the submission and those of the kit."""
        return findings(self.folder, self.tests_by_pid, SOURCES)

    def pid(self, test: str) -> int:
        """The pid of a test's process."""
        return next(pid for pid, name in self.tests_by_pid.items() if name == f"bank/{test}")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs the bank above under memcheck. The student's file is compiled alone, as in the grader."""
    root = tmp_path_factory.mktemp("memcheck")
    for folder in ("tree/udp", "kit/tests/udp", "xml"):
        (root / folder).mkdir(parents=True)
    (root / "tree/udp/receive.c").write_text(STUDENT)
    (root / "kit/tests/udp/receive.c").write_text(BANK)
    compiler = ["gcc", "-w", "-g", "-O0", "-c"]
    subprocess.run([*compiler, "udp/receive.c", "-o", str(root / "student.o")], cwd=root / "tree", check=True)
    subprocess.run([*compiler, "tests/udp/receive.c", "-o", str(root / "bank.o")], cwd=root / "kit", check=True)
    subprocess.run(["gcc", str(root / "student.o"), str(root / "bank.o"), "-o", str(root / "bank")], check=True)
    valgrind = "valgrind -q --sanity-level=0 --run-libc-freeres=no --num-callers=40 --leak-check=full".split()
    valgrind += ["--show-leak-kinds=definite,indirect", "--xml=yes", f"--xml-file={root}/xml/%p.xml"]
    ended = subprocess.run([*valgrind, root / "bank"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    pairs = [line.split() for line in ended.stdout.decode().splitlines()]
    return Run(root / "xml", {int(pid): f"bank/{NAMES[int(number)]}" for number, pid in pairs})


@pytest.mark.parametrize(
    ("test", "kind", "line", "message"),
    [
        (
            "over_read",
            "InvalidRead",
            8,
            "Reads 4 bytes past the end of a block of 16 bytes (allocated at udp/receive.c:7)",
        ),
        (
            "after_free",
            "InvalidRead",
            17,
            "Reads 1 byte of a block of 8 bytes that was already freed (freed at udp/receive.c:16)",
        ),
        (
            "twice",
            "InvalidFree",
            24,
            "Frees a block of 3 bytes for the second time (first freed at udp/receive.c:23)",
        ),
        ("decide", "UninitCondition", 30, "A decision (if, while, &&, ?:) depends on a value that was never set"),
        ("hand_over", "SyscallParam", 44, "Gives the kernel bytes that were never set, in write(buf)"),
        ("overlap", "Overlap", 53, "Copies between regions that overlap (strcpy): use memmove"),
        ("child_loses", "Leak_DefinitelyLost", 37, "Loses 77 bytes in 1 block, allocated here and never freed"),
        ("null", "InvalidWrite", 68, "Writes 4 bytes through a null pointer"),
        ("divide", "FatalSignal", 74, "Crashes here with SIGFPE: a division by zero, or one that overflows"),
        (
            "block_made",
            "InvalidRead",
            79,
            "Reads 1 byte past the end of a block of 9 bytes (allocated at udp/receive.c:79)",
        ),
        (
            "block_freed",
            "InvalidRead",
            84,
            "Reads 1 byte of a block of 6 bytes that was already freed (freed at udp/receive.c:84)",
        ),
    ],
)
def test_each_kind_is_told_plainly_and_on_its_line(run: Run, test: str, kind: str, line: int, message: str) -> None:
    (finding,) = run.of(f"bank/{test}")
    assert (finding.kind, finding.file, finding.line, finding.message) == (kind, "udp/receive.c", line, message)


def test_equal_findings_of_several_tests_are_one(run: Run) -> None:
    (finding,) = run.of("bank/lose")
    assert finding.tests == ["bank/lose", "bank/lose_too"]
    assert finding.function == "lose"
    assert [(frame.function, frame.file, frame.line) for frame in finding.stack] == [
        ("malloc", None, None),
        ("lose", "udp/receive.c", 37),
    ]


def test_what_a_forked_child_did_is_its_tests(run: Run) -> None:
    (finding,) = run.of("bank/child_loses")
    assert [frame.function for frame in finding.stack] == ["malloc", "lose", "child_loses"]


def test_what_no_stack_of_the_submission_explains_is_the_kits(run: Run) -> None:
    assert run.of("bank/test_loses") == []
    (loss, runners) = sorted(run.found.kit, key=lambda finding: len(finding.tests))
    assert (loss.kind, loss.file, loss.tests) == ("Leak_DefinitelyLost", None, ["bank/test_loses"])
    assert loss.stack[1].function == "criterion_internal_test_main (receive.c:12)"  # the bank's file of the same name
    assert (runners.kind, len(runners.tests)) == ("Leak_DefinitelyLost", 14)  # inherited by every process
    assert runners.message == "Loses 500 bytes in 1 block, allocated here and never freed"


def test_a_file_cut_short_keeps_every_complete_error(run: Run, tmp_path: Path) -> None:
    whole = (run.folder / f"{run.pid('over_read')}.xml").read_bytes()
    end = whole.index(b"</error>") + len(b"</error>")
    seen = []
    for length in (end, end - 1, end + 40, 100, 0):
        (tmp_path / "5.xml").write_bytes(whole[:length])
        seen.append([finding.kind for finding in findings(tmp_path, {5: "s/t"}, SOURCES).submission])
    assert seen == [["InvalidRead"], [], ["InvalidRead"], [], []]


def test_files_that_are_no_files_or_no_xml_are_passed_over(run: Run, tmp_path: Path) -> None:
    honest = run.folder / f"{run.pid('over_read')}.xml"
    (tmp_path / "1.xml").write_bytes(os.urandom(5000))
    (tmp_path / "2.xml").symlink_to(honest)
    os.mkfifo(tmp_path / "3.xml")
    (tmp_path / "4.xml").mkdir()
    (tmp_path / "5.xml").write_text(
        '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><valgrindoutput>&c;</valgrindoutput>'
    )
    (tmp_path / "6.xml").write_text("<valgrindoutput>" + "<error>" * 100_000)
    (tmp_path / "x.xml").write_bytes(honest.read_bytes())
    assert findings(tmp_path, dict.fromkeys(range(7), "s/t"), SOURCES) == Found([], [])
    assert findings(tmp_path / "nowhere", {}, SOURCES) == Found([], [])


def test_parents_that_go_in_a_circle_end(tmp_path: Path) -> None:
    for pid, parent in ((1, 2), (2, 1)):
        text = f"<valgrindoutput><ppid>{parent}</ppid><error><kind>InvalidRead</kind></error></valgrindoutput>"
        (tmp_path / f"{pid}.xml").write_text(text)
    assert [finding.tests for finding in findings(tmp_path, {}, SOURCES).kit] == [[]]
    assert [finding.tests for finding in findings(tmp_path, {2: "s/t"}, SOURCES).kit] == [["s/t"]]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (
            Trouble(
                "InvalidWrite",
                "Invalid write of size 8",
                ["Address 0x4a is 12 bytes inside a block of size 16 alloc'd"],
            ),
            "Writes 8 bytes at offset 12 of a block of 16 bytes, 4 of them past its end",
        ),
        (
            Trouble(
                "InvalidRead",
                "Invalid read of size 1",
                ["Address 0x4a is 1 bytes before a block of size 4,096 alloc'd"],
            ),
            "Reads 1 byte, 1 byte before the start of a block of 4096 bytes",
        ),
        (
            Trouble(
                "InvalidRead", "Invalid read of size 2", ["Address 0x4a is 8 bytes after a block of size 9 alloc'd"]
            ),
            "Reads 2 bytes, 8 bytes past the end of a block of 9 bytes",
        ),
        (
            Trouble("InvalidRead", "Invalid read of size 2", ["Address 0x1ffe is on thread 1's stack"]),
            "Reads 2 bytes on the stack, where no live variable is",
        ),
        (
            Trouble("InvalidFree", "Invalid free()", ["Address 0x4a is 4 bytes inside a block of size 16 alloc'd"]),
            "Frees an address 4 bytes inside a block of 16 bytes: free only the start of a block",
        ),
        (
            Trouble(
                "SyscallParam",
                "Syscall param recvfrom(buf) points to unaddressable byte(s)",
                ["Address 0x4a is 0 bytes after a block of size 12 alloc'd"],
            ),
            "Gives the kernel memory that it may not use, in recvfrom(buf): past the end of a block of 12 bytes",
        ),
        (
            Trouble("FishyValue", "Argument 'size' of function malloc has a fishy (possibly negative) value: -1"),
            "Asks malloc for -1 bytes: a negative size",
        ),
        (
            Trouble(
                "Leak_DefinitelyLost",
                "24 (16 direct, 8 indirect) bytes in 1 blocks are definitely lost in loss record 1 of 1",
                leaked_bytes=24,
                leaked_blocks=1,
            ),
            "Loses 24 bytes in 1 block, allocated here and never freed, "
            "8 bytes of them in blocks that only it points to",
        ),
        (Trouble("NewKind", "Something that Valgrind will say one day"), "Something that Valgrind will say one day"),
        (Trouble("NewKind", "x" * 5000), "x" * 300),
    ],
)
def test_words(trouble: Trouble, words: str) -> None:
    assert in_plain_words(trouble) == words
