"""The build: what compiles, what does not and how that is told, and what a compiler can be made to do."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from timeslice import diagnostics
from timeslice.build import Builder, Built
from timeslice.errors import KitError
from timeslice.pipeline import Grounds

Build = Callable[..., Built]


@pytest.fixture
def build(grounds: Grounds, tmp_path: Path) -> Build:
    """Builds the reference with some files replaced: ``build({"udp/open.c": text})``."""

    def run(changed: dict[str, str], builder: Builder | None = None) -> Built:
        sources = {
            str(path.relative_to(grounds.kit.reference)): path.read_bytes()
            for path in (grounds.kit.reference / "udp").glob("*.[ch]")
        }
        sources.update({name: text.encode() for name, text in changed.items()})
        with grounds.builder.sandbox.stage as stage:
            for name, content in sources.items():
                (stage / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
                (stage / "tree" / name).write_bytes(content)
            built = (builder or grounds.builder).build(stage / "tree", sorted(sources), stage, grounds.kit.template)
            for bank in built.banks.values():
                listed = subprocess.run([bank, "--list"], capture_output=True, check=True, cwd=tmp_path)
                assert listed.stdout.count(b"\n") == len(grounds.tests)
        return built

    return run


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_the_reference_is_built_without_a_word(build: Build, grounds: Grounds, cc: str) -> None:
    built = build({}, replace(grounds.builder, cc=cc))
    assert built.build.model_dump() == {"status": "built", "diagnostics": [], "refusals": [], "output": ""}
    assert set(built.banks) == {"native", "memcheck"}


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_every_error_and_warning_is_told_with_its_place(build: Build, grounds: Grounds, cc: str) -> None:
    broken = build(
        {"udp/a.c": "int f(void) {\n    return g;\n}\n", "udp/b.c": "int h(int unused) { return 1 }\n"},
        replace(grounds.builder, cc=cc),
    )
    assert broken.build.status == "failed"
    errors = [(d.file, d.line) for d in broken.build.diagnostics if d.severity == "error"]
    assert ("udp/a.c", 2) in errors
    assert ("udp/b.c", 1) in errors
    assert "udp/a.c:2" in broken.build.output
    warned = build({"udp/a.c": "int f(void);\nint f(void) {\n    int x;\n    return 0;\n}\n"}, grounds.builder)
    assert warned.build.status == "built"
    assert [(d.severity, d.file, d.line) for d in warned.build.diagnostics] == [("warning", "udp/a.c", 3)]


def test_a_function_defined_twice_is_told_with_its_place(build: Build) -> None:
    twice = build({"udp/a.c": "int f(void) { return 1; }\n", "udp/b.c": "int f(void) { return 2; }\n"})
    assert twice.build.status == "failed"
    assert any("multiple definition of" in d.message and "f" in d.message for d in twice.build.diagnostics)


def test_a_missing_function_is_told_by_name(build: Build) -> None:
    lacking = build({"udp/send.c": "typedef int nothing;\n"})
    assert lacking.build.status == "failed"
    assert any(d.message.startswith("udp_send is not defined") for d in lacking.build.diagnostics)


def test_what_could_forge_a_verdict_is_refused(build: Build) -> None:
    refused = build({"udp/a.c": "__attribute__((constructor)) static void go(void) {}\n"})
    assert refused.build.status == "refused"
    assert any(".init_array" in refusal for refusal in refused.build.refusals)
    assert refused.banks == {}


@pytest.mark.parametrize("secret", ["tests/udp/receive.c", "reference/udp/receive.c", "build/kit/bank.o", "Makefile"])
def test_nothing_of_the_kit_but_its_headers_can_be_included(build: Build, grounds: Grounds, secret: str) -> None:
    path = grounds.kit.root / secret
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
def test_a_compiler_bomb_ends_in_a_clear_failure(build: Build, grounds: Grounds, bomb: str) -> None:
    quick = grounds.assignment.limits.model_copy(update={"compile_seconds": 4})
    builder = replace(grounds.builder, assignment=replace(grounds.assignment, limits=quick))
    header = '#include "bomb.h"\n#include "bomb.h"\n'
    built = build({"udp/a.c": BOMBS[bomb], "udp/bomb.h": header}, builder)
    assert built.build.status == "failed"
    assert any(d.severity == "error" for d in built.build.diagnostics)
    assert len(built.build.output) < 100_000
    assert len(built.build.diagnostics) <= diagnostics.DIAGNOSTICS_MAX + 1


def test_a_compiler_that_is_not_there_is_the_machines_fault(build: Build, grounds: Grounds) -> None:
    with pytest.raises(KitError, match="'nosuch-cc' is not installed"):
        build({}, replace(grounds.builder, cc="nosuch-cc"))


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
