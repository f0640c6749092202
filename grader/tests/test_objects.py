"""The inspection of objects: it refuses attacks, and does not refuse honest code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from timeslice.build.inspection import REFUSALS_MAX, inspect, missing_functions
from timeslice.contract.assignment import Assignment

ATTACKS = {
    "constructor": ("__attribute__((constructor)) static void go(void) {}", ".init_array (in go (x.c:1))"),
    "destructor": ("__attribute__((destructor)) static void go(void) {}", ".fini_array"),
    "old constructor": ('void f(void) {} __asm__(".section .ctors,\\"aw\\"; .quad f; .text");', ".ctors"),
    "before all": ('__attribute__((section(".preinit_array"), used)) static void *go[1];', ".preinit_array"),
    "init": ('__asm__(".section .init,\\"ax\\"; nop; .text");', ".init"),
    "registered test": ('__attribute__((section("cr_tst"), used)) static void *test[1];', "cr_tst"),
    "main": ("int main(void) { return 0; }", "main is defined (x.c:1)"),
    "ifunc": ("static void f(void) {} static void *r(void) { return f; } void g(void) __attribute__((ifunc("
              '"r")));', "g is an indirect function"),
    "framework defined": ("int criterion_send_assert(void) { return 1; }", "criterion_send_assert is defined"),
    "framework used": ("void criterion_abort_test(void); void f(void) { criterion_abort_test(); }",
                       "criterion_abort_test is used in f (x.c:1)"),
    "passed asserts": ("void cri_asserts_passed_incr(void); void f(void) { cri_asserts_passed_incr(); }",
                       "cri_asserts_passed_incr is used"),
    "coverage used": ("void __gcov_dump(void); void f(void) { __gcov_dump(); }", "__gcov_dump is used"),
    "sanitizer": ("void __asan_report_error(void) {}", "__asan_report_error is defined"),
    "wrapped": ("long __wrap_sendto(void) { return 0; }", "__wrap_sendto is defined"),
    "narration": ("extern char *narration_page; char f(void) { return *narration_page; }", "narration_page is used"),
    "dlsym": ("#include <dlfcn.h>\nvoid *f(void) {\n    return dlsym(0, \"x\");\n}", "dlsym is used in f (x.c:3)"),
    "system call": ("#include <unistd.h>\nlong f(void) { return syscall(231, 0); }", "syscall is used in f (x.c:2)"),
    "heap": ("#include <unistd.h>\nvoid *f(void) { return sbrk(1); }", "sbrk is used"),
    "misspelled": ("int udp_sned(void); int f(void) { return udp_sned(); }", "udp_sned is used in f"),
    "pointer to it": ("#include <dlfcn.h>\nvoid *(*const p)(void *, const char *) = dlsym;", "dlsym is used"),
    "raw syscall": ('void f(void) { __asm__ volatile("syscall"); }', "f holds the instruction syscall (x.c:1)"),
    "raw int": ('void f(void) { __asm__ volatile("int $0x80"); }', "f holds the instruction int"),
    "raw sysenter": ('void f(void) { __asm__ volatile("sysenter"); }', "f holds the instruction sysenter"),
    "valgrind": ('void f(void) { __asm__ volatile("rolq $3,%rdi; rolq $13,%rdi; rolq $61,%rdi; rolq $51,%rdi;'
                 ' xchgq %rbx,%rbx"); }', "request to Valgrind"),
    "writable code": ('__asm__(".section .evil,\\"awx\\"; nop; .text");', "writable and executable"),
    "executable stack": ('__asm__(".section .note.GNU-stack,\\"x\\"; .text");', "executable stack"),
}  # fmt: skip

HONEST = """
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
static _Thread_local int calls;
static int limit = 0x50f, shell[2] = {0x050f, 0x80cd};
static int main_loop(int fd) { return fd; }
static int nn_helper(void) { return 1295; }
int udp_recv(int fd, char *buffer, unsigned long size) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    calls++;
    if (poll(&p, 1, limit) < 0 && errno != EINTR) { fprintf(stderr, "poll: %s\\n", strerror(errno)); exit(1); }
    char big[4096];
    memset(big, 0, sizeof big);
    return (int)recv(fd, buffer, size, MSG_TRUNC) + main_loop(fd) + shell[fd & 1] + nn_helper() + big[fd & 7];
}
"""


def compiled(folder: Path, text: str, *flags: str) -> tuple[Path, str]:
    """The combined object of one source and its listing, made as in the builder."""
    (folder / "x.c").write_text(text)

    def run(*command: str) -> bytes:
        return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout

    run("gcc", "-D_GNU_SOURCE", "-g", "-O0", *flags, "-c", "x.c")
    run("ld", "-r", "-o", "combined.o", "x.o")
    return folder / "combined.o", run("objdump", "-d", "--no-show-raw-insn", "combined.o").decode()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_by_name(tmp_path: Path, assignment: Assignment, attack: str) -> None:
    source, said = ATTACKS[attack]
    refusals = inspect(*compiled(tmp_path, source), assignment.permissions(assignment.labs[0]))
    assert any(said in refusal for refusal in refusals), refusals
    assert all("\n" not in refusal for refusal in refusals)


@pytest.mark.parametrize(
    "flags", [(), ("-O2",), ("-fstack-protector-strong",), ("-D_FORTIFY_SOURCE=2", "-O2"), ("-fPIC",)]
)
def test_honest_code_is_not(tmp_path: Path, assignment: Assignment, flags: tuple[str, ...]) -> None:
    assert inspect(*compiled(tmp_path, HONEST, *flags), assignment.permissions(assignment.labs[0])) == []


def test_the_functions_that_are_missing_are_told(tmp_path: Path, assignment: Assignment) -> None:
    missing = missing_functions(compiled(tmp_path, HONEST)[0], assignment.labs[0].api)
    assert "udp_send" in missing
    assert "udp_recv" not in missing


def test_what_is_no_object_is_refused_and_no_traceback(tmp_path: Path, assignment: Assignment) -> None:
    (tmp_path / "x.o").write_bytes(b"\x7fELF" + bytes(40))
    (refusal,) = inspect(tmp_path / "x.o", "", assignment.permissions(assignment.labs[0]))
    assert "cannot be inspected" in refusal


def test_what_claims_to_be_compressed_is_refused_and_not_unpacked(tmp_path: Path, assignment: Assignment) -> None:
    """The linker unpacks such a section. The inspection of each object alone must not."""
    compiled(tmp_path, '__asm__(".section .packed,\\"0x806\\",@progbits\\n.zero 64\\n.previous");\nint x;\n')
    refusals = inspect(tmp_path / "x.o", "", assignment.permissions(assignment.labs[0]))
    assert any("Section .packed is compressed" in refusal for refusal in refusals), refusals


def test_names_without_end_are_refused_within_seconds(tmp_path: Path, assignment: Assignment) -> None:
    declarations = "".join(f"void zz{number}(void);\n" for number in range(20_000))
    calls = "".join(f"    zz{number}();\n" for number in range(20_000))
    source = f"{declarations}void g(void);\nvoid g(void) {{\n{calls}}}\n"
    refusals = inspect(*compiled(tmp_path, source, "-w"), assignment.permissions(assignment.labs[0]))
    assert len(refusals) == REFUSALS_MAX
    assert all(re.match(r"zz\d+ is used in g \(x\.c:\d+\)", refusal) for refusal in refusals)


def test_a_refusal_says_why(tmp_path: Path, assignment: Assignment) -> None:
    source = (
        "long syscall(long, ...);\nvoid udp_sned(void);\nvoid f(void);\nvoid f(void) { syscall(39); udp_sned(); }\n"
    )
    call, name = sorted(inspect(*compiled(tmp_path, source), assignment.permissions(assignment.labs[0])))
    assert call.startswith("syscall is used in f (x.c:4): it goes past the C library")
    assert name == "udp_sned is used in f (x.c:4): no family in spec/families.toml has this name, check its spelling."
