"""What a student reads if a source does not compile: first the cause in plain words. Uses real compilers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import MakeSubmission
from timeslice import report
from timeslice.build import causes
from timeslice.build.builder import Built
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.intake.sources import Source
from timeslice.model import Result
from timeslice.untrusted import STAGE_PREFIX, many_lines, one_line

GOOD = "int f(void);\nint f(void) { return 1; }\n"
BOM = b"\xff\xfe"
BAD: dict[str, tuple[bytes, str]] = {
    "UTF-16": (BOM + GOOD.encode("utf-16-le"), "udp/a.c:1: this is UTF-16 text"),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), "udp/a.c:1: this is UTF-16 text"),
    "a pointer of Git LFS": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "udp/a.c:1: this is a pointer of Git LFS and not the file: run git lfs pull",
    ),
    "a conflict": (
        b"int f(void);\n<<<<<<< HEAD\nint f(void) { return 1; }\n=======\nint f(void) { return 2; }\n>>>>>>> b\n",
        "udp/a.c:2: this is a conflict marker of git",
    ),
    "NUL bytes": (b"int f(void);\nint f(void) { return \0\0 g; }\n", "udp/a.c:2: this line holds a NUL byte"),
    "a web page": (b"<!DOCTYPE html>\n<html><body>int f;</body></html>\n", "udp/a.c:1: this is a web page"),
    "a PDF": (b"%PDF-1.4\n%\xe2\xe3\n", "udp/a.c:1: this is a PDF document"),
    "RTF": (b"{\\rtf1\\ansi int f;}", "udp/a.c:1: this is a document in rich text format"),
    "Word": (b"PK\x03\x04\x14\0\x06\0" + bytes(64), "udp/a.c:1: this is a Word document or a ZIP archive"),
    "C++": (b"#include <iostream>\nint f() { std::cout << 1; }\n", "udp/a.c:1: this looks like C++"),
    "twice in a file": (
        b"int f(void);\nint f(void) { return 1; }\nint f(void) { return 2; }\n",
        "udp/a.c:3:5: redefinition of",
    ),
    "a header that is not there": (b'#include "clock.h"\n', "udp/a.c:1:10: "),
    "a header of the tests": (b'#include "tests/support/net/peer.h"\n', "udp/a.c:1:10: "),
}
ADVICE = {
    "twice in a file": "this file, or a file that it includes, defines it twice, keep one",
    "a header that is not there": "hand in this header too, in the lab's folder, or remove the line",
    "a header of the tests": "a submission is compiled without the tests, remove the line",
}


def build(context: GradingContext, files: dict[str, bytes], cc: str = "gcc") -> Built:
    """Build these files."""
    builder = replace(context.builder, cc=cc)
    with builder.sandbox.stage as stage:
        for name, content in files.items():
            (stage / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / "tree" / name).write_bytes(content)
        return builder.build(stage / "tree", sorted(files), stage)


@pytest.mark.parametrize("cc", ["gcc", "clang"])
@pytest.mark.parametrize("what", BAD)
def test_the_cause_is_told_first_with_its_line(context: GradingContext, what: str, cc: str) -> None:
    content, said = BAD[what]
    built = build(context, {"udp/a.c": content, "udp/b.c": GOOD.encode().replace(b"f(", b"g(")}, cc)
    assert built.build.status == "failed"
    first = next(d for d in built.build.diagnostics if d.severity == "error")
    assert first.told().startswith(said)
    assert ADVICE.get(what, "") in first.message
    assert built.sources == {"udp/b.c"}


def test_a_header_that_is_no_text_is_named_and_not_each_file_that_includes_it(context: GradingContext) -> None:
    include = b'#include "shared.h"\n'
    header = BOM + "int shared;\n".encode("utf-16-le")
    built = build(context, {"udp/a.c": include, "udp/b.c": include, "udp/shared.h": header})
    assert [d.told()[:40] for d in built.build.diagnostics] == ["udp/shared.h:1: this is UTF-16 text, whi"]


def test_a_main_and_a_registered_test_are_told_with_what_to_do(context: GradingContext) -> None:
    test = b"#include <criterion/criterion.h>\nTest(mine, works) { cr_assert(1); }\n"
    built = build(context, {"udp/a.c": b"\nint main(void) { return 0; }\n", "udp/b.c": test})
    assert built.build.status == "refused"
    told = "\n".join(built.build.refusals)
    assert "main is defined (udp/a.c:2), but the tests have their own. Move yours out of the lab's folder." in told
    assert "udp/b.c: Section cr_tst belongs to the test framework" in told
    assert "Move tests, and every file that includes <criterion/...>, out of the lab's folder." in told


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_a_compiler_without_memory_is_told_with_its_file(context: GradingContext, cc: str) -> None:
    small = context.assignment.limits.model_copy(update={"memory_mb": 300})
    tight = replace(context.builder, assignment=replace(context.builder.assignment, limits=small), cc=cc)
    with tight.sandbox.stage as stage:
        (stage / "tree" / "udp").mkdir(parents=True)
        (stage / "tree" / "udp" / "a.c").write_text("int large[] = {[0 ... 30000000] = 7};\n")
        (stage / "tree" / "udp" / "b.c").write_text(GOOD)
        built = tight.build(stage / "tree", ["udp/a.c", "udp/b.c"], stage)
    first = next(d for d in built.build.diagnostics if d.severity == "error")
    assert first.told().startswith("udp/a.c: the compiler ran out of memory with 300 MiB")
    assert built.sources == {"udp/b.c"}


def test_a_line_directive_leads_to_no_file_of_the_host(context: GradingContext) -> None:
    text = b'#line 1 "../../../../../../../../etc/hostname"\nint f(void) { return g; }\n'
    built = build(context, {"udp/a.c": text})
    assert [d for d in built.build.diagnostics if d.file == "udp/a.c"] == []
    assert any("g" in d.message for d in built.build.diagnostics)


# ---- no path of the grader is shown ----

BROKEN: dict[str, dict[str, bytes]] = {
    "does not compile": {"udp/send.c": b"int f(void) { return g; }\n"},
    "assembly": {"udp/send.c": b'__asm__("frob %eax");\n'},
    "an include of itself": {"udp/send.c": b'#include "send.c"\n'},
    "defined twice": {"udp/a.c": GOOD.encode(), "udp/b.c": GOOD.encode()},
    "cannot be linked": {"udp/send.c": b'__asm__(".data\\n.long printf\\n.previous");\n'},
    "another kind of name": {"udp/a.c": b"extern __thread int stdout;\nvoid f(void);\nvoid f(void) { stdout = 1; }\n"},
    "refused": {"udp/send.c": b"long syscall(long, ...);\nlong f(void);\nlong f(void) { return syscall(1); }\n"},
    "tells its folder": {
        "udp/address.c": b"#include <stdio.h>\n#include <stdlib.h>\n#include <timeslice/udp.h>\n#include <unistd.h>\n"
        b"int udp_resolve(const char *host, const char *port, int family, struct udp_peer *peer) {\n"
        b"    char text[4096] = {0};\n    (void)host, (void)port, (void)family, (void)peer;\n"
        b'    if (readlink("/proc/self/exe", text, sizeof text - 1) > 0) puts(text);\n'
        b"    if (getcwd(text, sizeof text)) puts(text);\n    puts(__FILE__);\n    return -1;\n}\n"
    },
}


def graded(context: GradingContext, folder: Path) -> Result:
    """The result of a submission, graded by a few tests."""
    grading = Grading(context, Source(folder.name, folder), 1)
    grading.select({test.name for test in context.tests if test.clause == "UDP-OPEN-001"})
    for _ in grading.checks():
        pass
    return grading.result()


@pytest.mark.parametrize("what", BROKEN)
def test_no_report_shows_a_path_of_the_graders_own(
    context: GradingContext, make_submission: MakeSubmission, tmp_path: Path, what: str
) -> None:
    result = graded(context, make_submission("mine", BROKEN[what]))
    report.write(result, tmp_path / "out")
    texts = [file.read_text() for file in (tmp_path / "out").iterdir()] + [json.dumps(result.model_dump(mode="json"))]
    for secret in (STAGE_PREFIX, str(context.kit.root), str(context.builder.kit.root)):
        assert all(secret not in text for text in texts), what


def test_a_path_into_a_staging_folder_is_cut_down_to_what_lies_below() -> None:
    stage = f"/var/tmp/x/{STAGE_PREFIX}ab_9"
    assert one_line(f"ld: {stage}/native/udp/send.o: in `f'") == "ld: udp/send.o: in `f'"
    assert one_line(f"in {stage}/tree/udp/a.c:3 and ({stage})") == "in udp/a.c:3 and ()"
    assert many_lines(f"{stage}/memcheck\n{stage}/nativeother\n") == "\nnativeother\n"
    assert many_lines("/" + STAGE_PREFIX[:-1]) == "/" + STAGE_PREFIX[:-1]


def test_what_a_source_holds_is_not_taken_for_a_cause(context: GradingContext) -> None:
    honest = b'/* <<<<<<< not at the start */\nstatic const char text[] = "std::";\nconst char *f(void);\n'
    assert causes.of_bytes("udp/a.c", honest) == []
    built = build(context, {"udp/a.c": honest + b"const char *f(void) { return text; }\n"})
    assert built.build.diagnostics == []
