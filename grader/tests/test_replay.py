"""Runs the printed commands in the folder where they were printed. Each makes one check with the same verdict."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import defusedxml.ElementTree
import pytest

from conftest import SMALL_CLAUSE
from test_plugin import WRONG
from timeslice.contract.kit import Kit
from timeslice.grade.replay import RUN_AGAIN, Replayer, place, program, word

TIMESLICE = Path(sys.executable).parent / "timeslice"
SECONDS = 600
TEST = "udp_resolve/turns_ipv4_text_into_an_address"
PRINTED = re.compile(rf"^(?:\[----\])?\s*{RUN_AGAIN}: (.*)$", re.MULTILINE)
# A command runs without a virtual environment, and without the settings of the terminal that printed it.
BARE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"}
NAMES: Sequence[str | bytes] = (
    "plain", "two words", "two  blanks", "it's", 'a "quoted" one', "$HOME `id` $(id)", "-n", "a;b&c|d>e", "*?[x]",
    "back\\slash", "percent%s", "bang!", "x=y", "::error::no", "##[group]", "new\nline", "tab\there", "\x1b[2J", "~",
    "\u00e9\u6f22\u202e", b"latin\xe9\xff", "#", "trailing\n", " blank ",
)  # fmt: skip
# Each of these holds what several of the names above hold: one for a word in quotes, one for a word of printf.
GRADED: Sequence[str | bytes] = (
    "it's $HOME `id` $(id)",
    b"::error::no new\nline \xc3\xa9\xe6\xbc\xa2\xe2\x80\xae latin\xe9\xff trailing\n",
)
DOES_NOT_COMPILE = "int f(void) { return g; }\n"  # so the check named build fails, and no bank is linked


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as it was printed."""
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**BARE, **environment},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=SECONDS,
    )


def assert_same(command: str, folder: Path, line: str) -> None:
    """The command makes one check with the same result (its ``line``), and prints itself again."""
    ended = shell(command, folder)
    assert ended.returncode == 1, (command, ended)
    assert re.search(r"^\[1/1\] ", ended.stdout, re.MULTILINE), ended.stdout
    assert PRINTED.findall(ended.stdout) == [command]
    assert line in ended.stdout.splitlines(), (line, ended.stdout)


# ---- the words ----


@pytest.mark.parametrize("sh", ["sh", "bash"])
@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_one_word_of_any_shell_in_ascii(name: str | bytes, sh: str) -> None:
    told = word(name)
    assert told.isascii()
    assert told.isprintable()
    assert not re.search(r"::|##| {2}", told)
    given = subprocess.run([sh, "-c", f"printf '%s|' {told}"], capture_output=True, check=True).stdout
    kept = os.fsencode(name)
    assert given == (kept.rstrip(b"\n") if "printf" in told else kept) + b"|"


def test_a_place_is_relative_where_it_lies_below_and_never_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "n\n").mkdir()
    typed = {place(Path(path)) for path in ("a/b", tmp_path / "a" / "b")}
    assert typed == {b"a/b"}
    assert [place(Path(path)) for path in ("-x", ".", "../up", "/elsewhere", "n\n")] == [
        b"./-x", b".", b"../up", b"/elsewhere", b"n\n/.",
    ]  # fmt: skip


def test_options_are_those_that_matter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    labs = {"build": (), "udp_recv/x": ("udp",)}
    plain = Replayer(Path("mine"), 7, labs=labs, program="timeslice")
    other = Replayer(Path("mine"), 1, "clang", labs, nested=True, program="timeslice")
    assert plain.replay("build") == "timeslice grade mine --test build --seed 7"
    assert other.replay("udp_recv/x") == "timeslice grade mine --lab udp --cc clang --one --test udp_recv/x --seed 1"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIMESLICE_KIT", str(tmp_path / "my kit"))
    assert program().startswith("TIMESLICE_KIT='my kit' ")


# ---- the commands in reports ----


def commands_of(report: Path) -> dict[str, str]:
    """The command of each check that has one. All reports must have the same commands."""
    checks = json.loads((report / "result.json").read_text())["checks"]
    found = {check["name"]: check["replay"] for check in checks if check["replay"]}
    page = (report / "report.html").read_text()
    on_page = re.findall(rf'<p class="label">{RUN_AGAIN}</p><div class="command"><code>(.*?)</code>', page)
    assert {html.unescape(text) for text in on_page} == set(found.values())
    failures = defusedxml.ElementTree.parse(report / "junit.xml").iter("failure")
    assert {command for failure in failures for command in PRINTED.findall(failure.text or "")} == set(found.values())
    return found


@pytest.fixture
def awkward(tmp_path: Path) -> Path:
    """Submissions with one wrong file each: folders with odd names, a wrapping folder, an archive, a damaged one."""
    for name in GRADED:
        folder = tmp_path / "my class" / os.fsdecode(name)
        (folder / "udp").mkdir(parents=True)
        (folder / "udp" / "address.c").write_text(WRONG)
    inner = tmp_path / "my class" / "wrapped" / "inner one"
    shutil.copytree(folder, inner)
    (inner.parent / "slides").mkdir()
    with zipfile.ZipFile(tmp_path / "my class" / "an archive.zip", "w") as archive:
        archive.writestr("udp/address.c", WRONG)
    (tmp_path / "my class" / "cut.tar.gz").write_bytes(b"\x1f\x8b nothing")
    return tmp_path / "my class"


def test_every_report_of_submissions_with_awkward_names_prints_commands_that_work(awkward: Path) -> None:
    folder = awkward.parent
    command = f"{word(str(TIMESLICE))} grade 'my class' --out out -k UDP-OPEN-001"
    graded = shell(command, folder)
    assert graded.returncode == 1, graded
    reports = list((folder / "out").glob("*/result.json"))
    assert len(reports) == len(GRADED) + 3
    printed = []
    for report in reports:
        result: dict[str, Any] = json.loads(report.read_text())
        (check,) = [c for c in result["checks"] if c["verdict"] == "failed" and c["name"] in (TEST, "build")]
        commands = commands_of(report.parent)
        printed.append((commands[check["name"]], f"failed: {check['message'].splitlines()[0]}"))
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        list(threads.map(lambda one: assert_same(one[0], folder, one[1]), printed))
    assert len(list((folder / "out").glob("*/result.json"))) == len(reports)
    assert not (folder / "report").exists()


def starts(tmp_path: Path) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """Ways to start the program on a submission called ``mine`` or ``-mine``: the command, its folder, environment."""
    (tmp_path / "my bin").mkdir()
    (tmp_path / "my bin" / "timeslice").symlink_to(TIMESLICE)
    path = {"PATH": f"{TIMESLICE.parent}:{BARE['PATH']}"}
    options = "--seed 3 --test build"
    yield f"timeslice grade mine {options}", tmp_path, path
    yield f"timeslice grade . {options}", tmp_path / "mine", path
    yield f"timeslice grade {options} -- -mine", tmp_path, path
    yield f"'my bin/timeslice' grade ./mine {options}", tmp_path, {}
    yield f"./timeslice grade ../mine {options}", tmp_path / "my bin", {}
    yield f"{sys.executable} -m timeslice grade {tmp_path}/mine {options}", Path("/"), {}


def test_however_the_program_was_started_its_command_works(tmp_path: Path) -> None:
    for name in ("mine", "-mine"):
        (tmp_path / name / "udp").mkdir(parents=True)
        (tmp_path / name / "udp" / "address.c").write_text(DOES_NOT_COMPILE)
    seen = set()
    for command, folder, environment in starts(tmp_path):
        ended = shell(command, folder, **environment)
        assert ended.returncode == 1, (command, ended)
        (printed,) = PRINTED.findall(ended.stdout)
        (said,) = re.findall(r"^failed: .*$", ended.stdout, re.MULTILINE)
        assert_same(printed, folder, said)
        assert printed.endswith(" --seed 3")
        seen.add(printed)
    assert len(seen) == 6


def test_a_memory_clause_is_shown_again_with_its_findings(kit: Kit, tmp_path: Path) -> None:
    source = tmp_path / "mine" / "udp" / "send.c"
    source.parent.mkdir(parents=True)
    head, begin, tail = (kit.reference / "udp" / "send.c").read_text().partition("ssize_t udp_send(")
    opened, brace, body = tail.partition("{")
    leaks = " void *volatile lost = malloc(8); (void)lost;"
    source.write_text(f"#include <stdlib.h>\n{head}{begin}{opened}{brace}{leaks}{body}")
    ended = shell(f"{TIMESLICE} grade mine --lab udp -k UDP-TX-010", tmp_path)
    (printed,) = PRINTED.findall(ended.stdout)
    (said,) = re.findall(r"^leaked: .*$", ended.stdout, re.MULTILINE)
    assert_same(printed, tmp_path, said)


def test_pytest_prints_a_command_that_works(tmp_path: Path) -> None:
    (tmp_path / "my work" / "udp").mkdir(parents=True)
    (tmp_path / "my work" / "udp" / "address.c").write_text(WRONG)
    ended = shell(
        f"{sys.executable} -m pytest -p no:cacheprovider --submission 'my work' --lab udp --seed 4 -k {TEST}", tmp_path
    )
    assert ended.returncode == 1, ended
    (printed,) = PRINTED.findall(ended.stdout)
    (said,) = re.findall(r"^failed: .*$", ended.stdout, re.MULTILINE)
    assert_same(printed, tmp_path, said)


def test_make_check_prints_a_command_that_works(kit: Kit, tmp_path: Path) -> None:
    mine = tmp_path / "it's $my \u00e9 work"
    shutil.copytree(kit.template / "udp", mine / "udp")
    (mine / "udp" / "address.c").write_text(WRONG)
    typed = word(str(mine).replace("$", "$$"))
    for folder, make in ((kit.root, "make"), (tmp_path, f"make -C {kit.root}")):
        ended = shell(f"{make} check SUBMISSION={typed} ONLY='udp_resolve/t*' TIMESLICE_SEED=9", folder)
        printed = [command for command in PRINTED.findall(ended.stdout + ended.stderr) if f"ONLY={TEST} " in command]
        assert len(printed) == 1, ended
        assert printed[0].startswith(f"{make} check SUBMISSION=")
        assert printed[0].endswith(" TIMESLICE_SEED=9")
        again = shell(printed[0], folder)
        told = again.stdout + again.stderr
        assert PRINTED.findall(told) == printed
        assert "Tested: 1 | Passing: 0 | Failing: 1" in told


# ---- the checks that a command makes ----


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--test", "udp_recv"], "there is no test 'udp_recv' in the labs to grade"),
        (["--test", TEST[:-1]], f"did you mean {TEST}"),
        (["--lab", "process", "--test", TEST], f"there is no test '{TEST}'"),
    ],
)
def test_a_test_that_does_not_exist_is_one_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "mine" / "udp").mkdir(parents=True)
    ended = shell(" ".join(map(word, [str(TIMESLICE), "grade", "mine", *arguments])), tmp_path)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_run_of_some_tests_leaves_the_report_of_all_as_it_is(small: Path, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    for option in (f"--test {TEST}", f"-k {SMALL_CLAUSE}"):
        ended = shell(f"{TIMESLICE} grade {word(str(small))} --lab udp {option}", tmp_path)
        assert ended.returncode == 0, ended
        assert "No report was written" in ended.stdout
    assert list((tmp_path / "report").iterdir()) == []
