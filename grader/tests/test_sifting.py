"""Sifting has a linear cost, also if every object of a lab is hostile."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from timeslice.build.sifting import LabObjects, Sifted, functions_in, sift
from timeslice.contract.assignment import Assignment

SECONDS = 20.0  # of processor time; each case took minutes when its cost was quadratic


def sifted(folder: Path, assignment: Assignment, sources: dict[str, str], uncompiled: dict[str, str]) -> Sifted:
    """What is kept of these sources. Fails if it takes long."""
    for name, text in sources.items():
        (folder / name).write_text(text)
    subprocess.run(["gcc", "-w", "-c", *sources], cwd=folder, check=True)
    paths = {f"udp/{name}": folder / name.replace(".c", ".o") for name in sources}
    lab = LabObjects(paths, dict.fromkeys(paths, ""), uncompiled, assignment.permissions(assignment.labs[0]))
    started = time.process_time()
    result = sift(lab)
    assert time.process_time() - started < SECONDS
    return result


def test_many_names_that_are_defined_twice(tmp_path: Path, assignment: Assignment) -> None:
    text = "".join(f"int zz{number};\n" for number in range(8000))
    result = sifted(tmp_path, assignment, {"a.c": text, "b.c": text}, {})
    assert (result.kept, len(result.errors)) == ([], 50)


def test_a_chain_of_files_that_need_each_other(tmp_path: Path, assignment: Assignment) -> None:
    fill = "".join(f"static int v{number};\n" for number in range(50))
    sources = {f"f{n}.c": f"{fill}void f{n + 1}(void);\nvoid f{n}(void) {{ f{n + 1}(); }}\n" for n in range(150)}
    result = sifted(tmp_path, assignment, {**sources, "alone.c": "int alone;\n"}, {"udp/x.c": "void f150(void) {"})
    assert result.kept == ["udp/alone.c"]
    assert set(result.left_out) == {"udp/x.c", *(f"udp/{name}" for name in sources)}
    assert result.left_out["udp/f149.c"] == "it needs f150 from udp/x.c"
    assert result.left_out["udp/f0.c"] == "it needs f1 from udp/f1.c"


def test_names_are_looked_for_once_in_what_does_not_compile(tmp_path: Path, assignment: Assignment) -> None:
    calls = "".join(f"    zz{number}();\n" for number in range(3000))
    heads = "".join(f"void zz{number}(void);\n" for number in range(3000))
    text = "".join(f"zz{number}(\n" for number in range(40_000))
    result = sifted(tmp_path, assignment, {"a.c": f"{heads}void f(void) {{\n{calls}}}\n"}, {"udp/x.c": text})
    assert result.kept == []


def test_more_names_than_a_lab_may_have(tmp_path: Path, assignment: Assignment) -> None:
    text = "".join(f"static int zz{number};\n" for number in range(30_000))
    result = sifted(tmp_path, assignment, {"a.c": text, "b.c": text, "c.c": "int c;\n"}, {})
    assert result.kept == ["udp/a.c", "udp/c.c"]
    assert any("udp/b.c: the files of this lab have more than 50,000 names" in told for told in result.refusals)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("int f(void) {\n}\n", {"f"}),
        ("static struct x *f(int a,\n    int b)\n{", {"f"}),
        ("MACRO(x)\nint f(void)\n{", {"f", "MACRO"}),
        ("int f(void);\nint x = g();\n", set()),
        ("    f(x) {\n", set()),
        ("int\nf(void)\n{", {"f"}),
    ],
)
def test_functions_of_a_source_that_does_not_compile(text: str, found: set[str]) -> None:
    assert functions_in(text) == found
