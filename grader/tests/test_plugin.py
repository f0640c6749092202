"""The pytest plugin: a submission's checks are items of pytest, and behave like them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import Element

import defusedxml.ElementTree

from conftest import SMALL_CLAUSE, MakeSubmission

SECONDS = 600
# Sets a wrong length. Otherwise it is like a stub.
WRONG = """
#include <timeslice/udp.h>
#include <netinet/in.h>
#include <string.h>
int udp_resolve(struct udp_peer *out, const char *host, uint16_t port) {
    (void)host, (void)port;
    memset(out, 0, sizeof *out);
    return 0;
}
int udp_format(const struct udp_peer *peer, char *text, size_t cap) {
    (void)peer, (void)text, (void)cap;
    return 0;
}
"""


def pytest_on(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run pytest as a user does, without this suite's own configuration."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "160", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=SECONDS)


def cases_of(path: Path) -> dict[str, Element]:
    """The test cases of a JUnit file, by name."""
    return {case.attrib["name"]: case for case in defusedxml.ElementTree.parse(path).iter("testcase")}


def test_the_checks_of_a_good_submission_are_items_that_pass(small: Path, tmp_path: Path) -> None:
    ended = pytest_on(
        "--submission", small, "-k", f"build or {SMALL_CLAUSE} or (memory and not _) or coverage or twins",
        "--junitxml", tmp_path / "junit.xml", "--report", tmp_path / "report", "--seed", "3", cwd=tmp_path,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout
    cases = cases_of(tmp_path / "junit.xml")
    assert {"build", "memory", "coverage", "twins", "udp_resolve/turns_ipv4_text_into_an_address"} <= set(cases)
    assert all(len(case.findall("failure") + case.findall("error")) == 0 for case in cases.values())
    assert '"seed": 3' in (tmp_path / "report" / "result.json").read_text()


def test_a_failure_reads_like_a_lesson_and_not_like_a_traceback(
    make_submission: MakeSubmission, tmp_path: Path
) -> None:
    mine = make_submission("mine", {"udp/address.c": WRONG})
    ended = pytest_on("--submission", mine, "-k", "UDP-OPEN-001 or UDP-OPEN-005", "--seed", "9", cwd=tmp_path)
    assert ended.returncode == 1
    for part in (
        "UDP-OPEN-001: ",
        "failed: ",
        "  1. ",
        "expected: ",
        "got: ",
        "hint: ",
        f"\nrun again: {Path(sys.executable).parent}/timeslice grade mine --lab udp "
        "--test udp_resolve/turns_ipv4_text_into_an_address --seed 9\n",
        "4 failed",
    ):
        assert part in ended.stdout, part
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "plugin.py" not in ended.stdout


def test_the_first_failure_can_end_the_session(make_submission: MakeSubmission, tmp_path: Path) -> None:
    mine = make_submission("mine", {"udp/address.c": WRONG})
    ended = pytest_on("--submission", mine, "-x", "-k", "udp_resolve", "--report", tmp_path / "out", cwd=tmp_path)
    assert ended.returncode == 1
    assert "1 failed" in ended.stdout
    assert "stopping after 1 failures" in ended.stdout
    assert (tmp_path / "out" / "result.json").is_file()


def test_a_build_that_fails_is_one_failure_and_the_rest_follow(make_submission: MakeSubmission, tmp_path: Path) -> None:
    mine = make_submission("mine", {"udp/address.c": "int f(void) { return g; }\n"})
    ended = pytest_on("--submission", mine, "-k", "build or udp_resolve", cwd=tmp_path)
    assert ended.returncode == 1
    assert "udp/address.c:1:" in ended.stdout
    assert "Traceback" not in ended.stdout


def test_a_broken_archive_is_a_failure_of_the_build(tmp_path: Path) -> None:
    (tmp_path / "mine.zip").write_bytes(b"PK\x03\x04 no more")
    ended = pytest_on("--submission", tmp_path / "mine.zip", "-k", "build", cwd=tmp_path)
    assert ended.returncode == 1
    assert "1 failed" in ended.stdout
    assert "mine.zip is a broken archive" in ended.stdout
    assert "Traceback" not in ended.stdout


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    ended = pytest_on("--submission", tmp_path / "nosuch", cwd=tmp_path)
    assert ended.returncode == 4
    assert "does not exist" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_a_submission_pytest_is_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("import sys\n\n\ndef test_it():\n    assert 'pydantic' not in sys.modules\n")
    ended = pytest_on("-q", cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout
    assert "1 passed" in ended.stdout
