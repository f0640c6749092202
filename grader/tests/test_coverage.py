"""Coverage from real gcc and gcov, and from counter files that were deleted, cut, forged or replaced."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from timeslice.contract.clause import ClauseId
from timeslice.model import Coverage
from timeslice.run.coverage import measure, not_run, read_source

RECEIVE = """\
/* One datagram at a time: see UDP-SRV-001, which is not fulfilled here. */
#include "shared.h"

/* UDP-RX-001 */
/* UDP-RX-003: the true length */
static int
true_length(int cap)
{
    if (cap > 3)
        return twice(cap);
    return 0;
}

int unused(void)
{
    const char *no = "/* UDP-TX-009 */"; /* UDP-RX-005 */
    return no != 0;
}

int four_times(int x);
int main(void)
{
    int sum = four_times(0);
    for (int i = 0; i < 9; i++)
        sum += true_length(i);
    return sum != twice(30);
}
"""
SHARED = "static inline int twice(int x) { return x * 2; }\n"
SEND = '#include "shared.h"\n\nint four_times(int x)\n{\n    return twice(twice(x));\n}\n'
SOURCES = ["udp/receive.c", "udp/shared.h", "udp/send.c"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree and an objects folder, compiled with --coverage and run once."""
    root = tmp_path_factory.mktemp("ran")
    (root / "tree/udp").mkdir(parents=True)
    (root / "objects/udp").mkdir(parents=True)
    (root / "tree/udp/receive.c").write_text(RECEIVE)
    (root / "tree/udp/shared.h").write_text(SHARED)
    (root / "tree/udp/send.c").write_text(SEND)
    objects = [_compiled(root, name) for name in ("receive", "send")]
    subprocess.run(["gcc", "--coverage", *objects, "-o", str(root / "program")], check=True)
    subprocess.run([root / "program"], check=True)
    return root


def _compiled(root: Path, name: str) -> str:
    target = str(root / f"objects/udp/{name}.o")
    compile_it = ["gcc", "-g", "-O0", "--coverage", "-c", f"udp/{name}.c", "-o", target]
    subprocess.run(compile_it, cwd=root / "tree", check=True)
    return target


@pytest.fixture
def copy(ran: Path, tmp_path: Path) -> Path:
    """A copy of the run, which a test may change."""
    shutil.copytree(ran, tmp_path / "copy")
    return tmp_path / "copy"


def _measured(root: Path, **more: object) -> Coverage:
    return measure(root / "objects", root / "tree", SOURCES, **more)  # type: ignore[arg-type]


def test_counts_by_line_function_and_file(ran: Path) -> None:
    coverage = _measured(ran)
    assert (coverage.status, coverage.note) == ("measured", "")
    receive, shared, send = coverage.files
    assert receive.counts == {7: 9, 9: 9, 10: 5, 11: 4, 14: 0, 16: 0, 17: 0, 21: 1, 23: 1, 24: 10, 25: 9, 26: 1}
    assert shared.counts == {1: 8}  # summed over the two sources that include it
    assert send.counts == {3: 1, 5: 1}
    by_name = {function.name: function for function in receive.functions}
    assert (by_name["true_length"].start_line, by_name["true_length"].end_line) == (7, 12)
    assert (by_name["true_length"].executions, by_name["unused"].executions) == (9, 0)
    assert (by_name["unused"].lines, by_name["unused"].lines_run) == (3, 0)
    assert (coverage.lines, coverage.lines_run) == (15, 12)
    assert receive.source == RECEIVE


def test_anchors_belong_to_the_function_they_stand_in_or_directly_above(ran: Path) -> None:
    functions = {function.name: function.clauses for file in _measured(ran).files for function in file.functions}
    assert functions["true_length"] == ["UDP-RX-001", "UDP-RX-003"]  # above, across the line with its type
    assert functions["unused"] == ["UDP-RX-005"]  # inside; an id in a string is no anchor
    assert functions["main"] == []
    clauses = {clause.clause: (clause.lines, clause.lines_run) for clause in _measured(ran).clauses}
    assert clauses == {"UDP-RX-001": (4, 4), "UDP-RX-003": (4, 4), "UDP-RX-005": (3, 0)}


def test_counters_may_lie_in_a_folder_of_their_own(copy: Path) -> None:
    (copy / "counters/udp").mkdir(parents=True)
    for name in ("receive.gcda", "send.gcda"):
        (copy / "objects/udp" / name).rename(copy / "counters/udp" / name)
    assert _measured(copy).status == "broken"
    assert _measured(copy, counters=copy / "counters").lines_run == 12


def test_deleted_counters_are_broken_and_leave_the_sources_to_show(copy: Path) -> None:
    (copy / "objects/udp/receive.gcda").unlink()
    coverage = _measured(copy)
    assert coverage.status == "broken"
    assert coverage.note == "the run left no .gcda file of udp/receive.c"
    assert coverage.files[0].source == RECEIVE
    assert coverage.files[0].counts == {}


@pytest.mark.parametrize("forgery", [b"\0", b"not counters at all" * 9, os.urandom(4096), b"adcg" + os.urandom(4096)])
def test_forged_counters_are_broken(copy: Path, forgery: bytes) -> None:
    (copy / "objects/udp/receive.gcda").write_bytes(forgery)
    coverage = _measured(copy)
    assert coverage.status == "broken"
    assert "gcov cannot read the counters" in coverage.note
    assert str(copy) not in coverage.note


def test_counters_of_another_build_are_broken(copy: Path) -> None:
    shutil.copy(copy / "objects/udp/send.gcda", copy / "objects/udp/receive.gcda")
    coverage = _measured(copy)
    assert coverage.status == "broken"
    assert "stamp mismatch" in coverage.note


def test_bytes_changed_at_random_never_raise(copy: Path) -> None:
    path = copy / "objects/udp/receive.gcda"
    honest = path.read_bytes()
    for position in range(0, len(honest), 7):
        changed = bytearray(honest)
        changed[position] ^= 0xFF
        path.write_bytes(bytes(changed))
        coverage = _measured(copy)
        assert coverage.status in ("measured", "broken")
        assert all(0 <= count <= 10**15 for file in coverage.files for count in file.counts.values())


def test_links_and_pipes_in_place_of_counters_are_not_opened(copy: Path) -> None:
    path = copy / "objects/udp/receive.gcda"
    path.rename(copy / "elsewhere.gcda")
    path.symlink_to(copy / "elsewhere.gcda")
    assert _measured(copy).status == "broken"
    path.unlink()
    os.mkfifo(path)
    assert _measured(copy).status == "broken"


def test_a_missing_gcov_and_one_that_talks_nonsense_are_broken(ran: Path, tmp_path: Path) -> None:
    assert "cannot run no-such-gcov" in _measured(ran, gcov="no-such-gcov").note
    nonsense = tmp_path / "gcov"
    nonsense.write_text("#!/bin/sh\necho nonsense\n")
    nonsense.chmod(0o755)
    assert "other than JSON" in _measured(ran, gcov=str(nonsense)).note
    nonsense.write_text("#!/bin/sh\necho '{}'\necho x.gcda: assuming not executed >&2\n")
    assert "(x.gcda: assuming not executed)" in _measured(ran, gcov=str(nonsense)).note


def test_clangs_counters_are_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "tree/udp").mkdir(parents=True)
    (tmp_path / "objects/udp").mkdir(parents=True)
    (tmp_path / "tree/udp/x.c").write_text("int f(void) { return 1; }\n")
    target = tmp_path / "objects/udp/x.o"
    subprocess.run(["clang", "--coverage", "-c", "udp/x.c", "-o", str(target)], cwd=tmp_path / "tree", check=True)
    (tmp_path / "objects/udp/x.gcda").write_bytes(b"adcg*804" + bytes(64))
    coverage = measure(tmp_path / "objects", tmp_path / "tree", ["udp/x.c"])
    assert coverage.status == "broken"
    assert "version" in coverage.note


def test_a_document_that_names_other_files_and_absurd_lines_counts_for_nothing(copy: Path, tmp_path: Path) -> None:
    liar = tmp_path / "gcov"
    lie = (
        '{"current_working_directory": "/", "files": ['
        '{"file": "/etc/passwd", "lines": [{"line_number": 1, "count": 1}]},'
        '{"file": "udp/shared.h", "lines": [{"line_number": 99, "count": 1}, {"line_number": 1, "count": 1e999},'
        '{"line_number": 1, "count": -5}, 7, {"line_number": "x"}], "functions": [{"name": 3, "start_line": 9}]}]}'
    )
    liar.write_text(f"#!/bin/sh\ncat <<'X'\n{lie}\n[]\nX\n")
    liar.chmod(0o755)
    coverage = _measured(copy, gcov=str(liar))
    assert coverage.status == "measured"
    assert [file.counts for file in coverage.files] == [{}, {1: 0}, {}]


def test_sources_are_capped_decoded_and_never_followed(tmp_path: Path) -> None:
    (tmp_path / "long.c").write_bytes(b"x" * 300_000)
    assert len(read_source(tmp_path / "long.c")) < 263_000
    (tmp_path / "latin.c").write_bytes(b"/* \xe9 */\r\nint x;\r\n")
    assert read_source(tmp_path / "latin.c") == "/* \ufffd */\nint x;\n"
    (tmp_path / "link.c").symlink_to("/etc/hostname")
    assert read_source(tmp_path / "link.c") == ""


def test_not_run_shows_the_sources(ran: Path) -> None:
    coverage = not_run(ran / "tree", SOURCES, "it does not compile")
    assert (coverage.status, coverage.note, coverage.lines) == ("not_run", "it does not compile", 0)
    assert [file.path for file in coverage.files] == SOURCES


def test_a_source_made_to_be_slow_is_not(copy: Path, tmp_path: Path) -> None:
    hostile = "/* UDP-RX-001 */ int a(void){}" * 4000 + "/*" * 20_000 + '"' * 20_000
    (copy / "tree/udp/receive.c").write_text(hostile)
    functions = ",".join(f'{{"name": "f{n}", "start_line": 1, "end_line": 1}}' for n in range(5000))
    liar = tmp_path / "gcov"
    document = f'{{"files": [{{"file": "udp/receive.c", "lines": [], "functions": [{functions}]}}]}}'
    (tmp_path / "answer").write_text(document)
    liar.write_text(f"#!/bin/sh\ncat {tmp_path}/answer\n")
    liar.chmod(0o755)
    coverage = _measured(copy, gcov=str(liar))
    assert coverage.status == "measured"
    assert ClauseId(coverage.files[0].functions[0].clauses[0])


def test_a_source_without_a_function_has_no_line_and_is_no_fault(copy: Path) -> None:
    (copy / "tree/udp/nothing.c").write_text("/* nothing is needed here */\ntypedef int nothing;\nint limit = 3;\n")
    target = copy / "objects/udp/nothing.o"
    subprocess.run(["gcc", "--coverage", "-c", "udp/nothing.c", "-o", str(target)], cwd=copy / "tree", check=True)
    coverage = measure(copy / "objects", copy / "tree", [*SOURCES, "udp/nothing.c"])
    assert (coverage.status, coverage.lines_run) == ("measured", _measured(copy).lines_run)
    nothing = next(file for file in coverage.files if file.path == "udp/nothing.c")
    assert (nothing.lines, nothing.functions) == (0, [])
