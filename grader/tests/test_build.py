"""The build: code that compiles, errors of code that does not, and attacks on the compiler."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from timeslice.build import diagnostics
from timeslice.build.builder import Builder, Built
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.model import Build as ModelBuild

Build = Callable[..., Built]
TWO_OF_FOUR = """#include <timeslice/timesync.h>
int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4) { return t1 + t2 + t3 + t4; }
int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4) { return t1 + t2 + t3 + t4; }
"""

MISTAKES_OF_OLD_C = (  # the newest compilers refuse these by default
    'int f1(void) { return access("x", 0); }',
    "f2; int f3(void) { return f2; }",
    "int *f4(int a) { return a; }",
    "char *f5(int *a) { return a; }",
    "void f6(void) { return 1; }",
    "int f7(void) { return; }",
)
OF_GCC = "int f8(a);"  # clang has always refused it


@pytest.fixture
def build(context: GradingContext, tmp_path: Path) -> Build:
    """Builds the reference with some files replaced: ``build({"udp/open.c": text})``."""

    def run(changed: dict[str, str], builder: Builder | None = None) -> Built:
        sources = {
            str(path.relative_to(context.kit.reference)): path.read_bytes()
            for path in (context.kit.reference / "udp").glob("*.[ch]")
        }
        sources.update({name: text.encode() for name, text in changed.items()})
        with context.builder.sandbox.stage as stage:
            for name, content in sources.items():
                (stage / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
                (stage / "tree" / name).write_bytes(content)
            built = (builder or context.builder).build(stage / "tree", sorted(sources), stage)
            for bank in built.banks.values():
                quiet = {"ASAN_OPTIONS": "detect_leaks=0"}
                listed = subprocess.run([bank, "--list"], capture_output=True, check=True, cwd=tmp_path, env=quiet)
                assert listed.stdout.count(b"\n") == len(context.tests)
        return built

    return run


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_the_reference_is_built_without_a_word(build: Build, context: GradingContext, cc: str) -> None:
    built = build({}, replace(context.builder, cc=cc))
    assert built.build == ModelBuild(status="built")
    assert set(built.banks) == {"native", "memcheck", "sanitize"}


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_every_error_and_warning_is_told_with_its_place(build: Build, context: GradingContext, cc: str) -> None:
    broken = build(
        {"udp/a.c": "int f(void) {\n    return g;\n}\n", "udp/b.c": "int h(int unused) { return 1 }\n"},
        replace(context.builder, cc=cc),
    )
    assert broken.build.status == "failed"
    errors = [(d.file, d.line) for d in broken.build.diagnostics if d.severity == "error"]
    assert ("udp/a.c", 2) in errors
    assert ("udp/b.c", 1) in errors
    assert "udp/a.c:2" in broken.build.output
    warned = build({"udp/a.c": "int f(void);\nint f(void) {\n    int x;\n    return 0;\n}\n"}, context.builder)
    assert warned.build.status == "built"
    assert [(d.severity, d.file, d.line) for d in warned.build.diagnostics] == [("warning", "udp/a.c", 3)]


@pytest.mark.parametrize(("cc", "mistakes"), [("gcc", (*MISTAKES_OF_OLD_C, OF_GCC)), ("clang", MISTAKES_OF_OLD_C)])
def test_mistakes_of_old_c_are_warnings_with_every_compiler(
    build: Build, context: GradingContext, cc: str, mistakes: tuple[str, ...]
) -> None:
    files = {f"udp/a{number}.c": f"#include <stdio.h>\n{text}\n" for number, text in enumerate(mistakes)}
    built = build(files, replace(context.builder, cc=cc))
    assert built.build.status == "built", built.build.output
    assert "error" not in {d.severity for d in built.build.diagnostics}
    assert "unrecognized" not in built.build.output


def test_a_missing_function_is_supplied_and_told_by_name(build: Build) -> None:
    lacking = build({"udp/timesync_judge.c": TWO_OF_FOUR})
    assert lacking.build.status == "built"
    assert lacking.build.supplied == ["timesync_check", "timesync_kiss"]
    assert "udp/timesync_judge.c" in lacking.sources


# ---- sources that are left out, and what it costs ----

WITH_HELPER = """#include <timeslice/udp.h>
int helper(void);
int helper(void) { return 1; }
ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)data, (void)len, (void)to;
    return fd;
}
"""
NEEDS_HELPER = """#include <timeslice/udp.h>
int helper(void);
ssize_t udp_recv(int fd, void *data, size_t cap, struct udp_peer *from, int timeout_ms) {
    (void)fd, (void)data, (void)cap, (void)from;
    return timeout_ms + helper();
}
"""
CONSTRUCTOR = "__attribute__((constructor)) static void go(void) {}\n"


def test_what_could_forge_a_verdict_is_refused_and_costs_only_its_file(build: Build) -> None:
    refused = build({"udp/send.c": WITH_HELPER + CONSTRUCTOR})
    assert refused.build.status == "refused"
    (refusal,) = refused.build.refusals
    assert refusal.startswith("Section .init_array (in go (udp/send.c:8)): constructors")
    assert refused.build.supplied == ["udp_send"]
    assert refused.build.left_out == ["udp/send.c was left out, because it was refused; lost with it: udp_send"]
    assert refused.labs == {"udp"}
    assert "udp/send.c" not in refused.sources


def test_what_does_not_compile_costs_only_its_file(build: Build) -> None:
    broken = build({"udp/send.c": WITH_HELPER + "int g(void) { return x; }\n"})
    assert broken.build.status == "failed"
    assert broken.build.supplied == ["udp_send"]
    assert broken.build.left_out == ["udp/send.c was left out, because it does not compile; lost with it: udp_send"]


@pytest.mark.parametrize("fault", [CONSTRUCTOR, "int g(void) { return x; }\n"])
def test_what_needs_a_file_that_was_left_out_is_left_out_too(build: Build, fault: str) -> None:
    built = build({"udp/send.c": WITH_HELPER + fault, "udp/receive.c": NEEDS_HELPER})
    assert built.build.supplied == ["udp_send", "udp_recv"]
    told = [d.told() for d in built.build.diagnostics if d.file == "udp/receive.c"]
    assert told == [
        "udp/receive.c: helper is used in udp_recv (udp/receive.c:5), but udp/send.c defines it and was left out: "
        "repair udp/send.c"
    ]
    assert "udp/receive.c was left out, because it needs helper from udp/send.c; lost with it: udp_recv" in (
        built.build.left_out
    )


def test_a_function_defined_in_two_files_is_told_with_both_places(build: Build) -> None:
    twice = build({"udp/a.c": "int f(void) { return 1; }\n", "udp/b.c": "\nint f(void) { return 2; }\n"})
    assert twice.build.status == "failed"
    assert [d.told() for d in twice.build.diagnostics if d.severity == "error"] == [
        "udp/b.c:2: f is defined here and in udp/a.c:1: keep one of them, or make both static"
    ]
    assert twice.build.supplied == []


NOT_FUNCTIONS = {
    "a variable of threads": "__thread int udp_send;\n",
    "a variable": "int udp_send = 3;\n",
    "an absolute address": '__asm__(".globl udp_send\\n.set udp_send, 0x1234");\n',
}


@pytest.mark.parametrize("what", NOT_FUNCTIONS)
def test_a_public_name_that_is_no_function_is_refused(build: Build, what: str) -> None:
    built = build({"udp/send.c": NOT_FUNCTIONS[what]})
    assert built.build.refusals == [
        "udp/send.c: udp_send is defined, but not as a function. Write it as its header declares it."
    ]
    assert built.build.supplied == ["udp_send"]


def test_a_public_function_that_is_static_is_not_there(build: Build) -> None:
    built = build({"udp/send.c": "static int udp_send(void) { return 1; }\nint f(void) { return udp_send(); }\n"})
    assert (built.build.status, built.build.supplied) == ("built", ["udp_send"])


TOO_LARGE = {
    "variables": "static char big[3UL << 30];\nchar *f(long i);\nchar *f(long i) { return &big[i]; }\n",
    "thread-local variables": "static __thread char big[1UL << 31];\nchar *f(void);\nchar *f(void) { return big; }\n",
}


@pytest.mark.parametrize("what", TOO_LARGE)
def test_what_is_too_large_to_be_loaded_is_refused_by_its_size(build: Build, what: str) -> None:
    (refusal,) = build({"udp/a.c": TOO_LARGE[what]}).build.refusals
    assert refusal.startswith("udp/a.c: The code has ")
    assert f"MiB of {what}, but" in refusal


UNLINKABLE = {
    "an address without room": '__asm__(".data\\n.long printf\\n.previous");\n',
    "another kind of name": "extern __thread int stdout;\nvoid f(void);\nvoid f(void) { stdout = 1; }\n",
}


@pytest.mark.parametrize("what", UNLINKABLE)
def test_what_cannot_be_linked_costs_its_lab_and_no_other(build: Build, what: str, context: GradingContext) -> None:
    state = (context.kit.reference / "process" / "state.c").read_text()
    built = build({"udp/a.c": UNLINKABLE[what], "process/state.c": state})
    assert built.build.status == "failed"
    assert built.labs == {"process"}
    (error,) = (d.message for d in built.build.diagnostics if d.severity == "error")
    assert error.startswith("udp: it compiles, but cannot be linked or loaded (")


@pytest.mark.parametrize("secret", ["tests/udp/receive.c", "reference/udp/receive.c", "build/kit/bank.o", "Makefile"])
def test_nothing_of_the_kit_but_its_headers_can_be_included(build: Build, context: GradingContext, secret: str) -> None:
    path = context.kit.root / secret
    assert path.exists()
    asked = build({"udp/a.c": f'__asm__(".incbin \\"{path}\\"");\n', "udp/b.c": f'#include "{path}"\n'})
    assert asked.build.status == "failed"
    assert "No such file" in asked.build.output


BOMBS = {
    "includes itself twice": '#include "bomb.h"\n',
    "macros that double": "".join(f"#define M{n + 1} M{n} M{n}\n" for n in range(40)) + "#define M0 int x;\nM40\n",
    "an enormous array": "char big[1L << 40] = {1};\nchar f(void) { return big[0]; }\n",
    "an enormous assembly": '__asm__(".fill 2000000000, 1, 0");\n',
    "endless errors": "".join(f"#define M{n + 1} M{n} M{n}\n" for n in range(22)) + "#define M0 @\nM22\n",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_compiler_bomb_ends_in_a_clear_failure(build: Build, context: GradingContext, bomb: str) -> None:
    quick = context.assignment.limits.model_copy(update={"compile_seconds": 4})
    builder = replace(context.builder, assignment=replace(context.assignment, limits=quick))
    header = '#include "bomb.h"\n#include "bomb.h"\n'
    built = build({"udp/a.c": BOMBS[bomb], "udp/bomb.h": header}, builder)
    assert built.build.status == "failed"
    assert any(d.severity == "error" for d in built.build.diagnostics)
    assert len(built.build.output) < 100_000
    assert len(built.build.diagnostics) <= diagnostics.DIAGNOSTICS_MAX + 1


def test_a_compiler_that_computes_too_long_is_told_so(build: Build, context: GradingContext) -> None:
    quick = context.assignment.limits.model_copy(update={"compile_seconds": 1})
    builder = replace(context.builder, assignment=replace(context.assignment, limits=quick))
    built = build({"udp/a.c": BOMBS["macros that double"]}, builder)
    told = [d.told() for d in built.build.diagnostics if d.severity == "error"]
    # On a busy machine the limit of the whole build may end it first.
    assert any(line.startswith("udp/a.c: the compiler") and "used up 1 seconds" in line for line in told), told


def test_a_compiler_that_is_not_there_is_the_machines_fault(build: Build, context: GradingContext) -> None:
    with pytest.raises(KitError, match="'nosuch-cc' is not installed"):
        build({}, replace(context.builder, cc="nosuch-cc"))


def test_diagnostics_of_each_tool_are_understood() -> None:
    text = "\n".join(
        [
            "udp/a.c: In function 'f':",
            "udp/a.c:2:12: error: 'g' undeclared (first use in this function)",
            "    2 |     return g;",
            "udp/a.c:7:1: fatal error: nosuch.h: No such file or directory",
            "udp/b.c:1:9: warning: unused parameter 'x' [-Wunused-parameter]",
            "udp/b.c:9: Error: no such instruction: `frob'",
            "ld: native/udp/b.o: in function `f':",
            "udp/b.c:3: multiple definition of `f'; native/udp/a.o:udp/a.c:1: first defined here",
        ]
    )
    assert [(d.severity, d.file, d.line, d.column) for d in diagnostics.parse(text)] == [
        ("error", "udp/a.c", 2, 12),
        ("error", "udp/a.c", 7, 1),
        ("warning", "udp/b.c", 1, 9),
        ("error", "udp/b.c", 9, 0),
        ("error", "udp/b.c", 3, 0),
    ]
