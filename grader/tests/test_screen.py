"""Every command on every terminal: with every encoding and width, names appear and there is no traceback."""

from __future__ import annotations

import codecs
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from timeslice.contract.kit import Kit
from timeslice.screen import fit, look_alike

TIMESLICE = Path(sys.executable).parent / "timeslice"
SECONDS = 600
NAME = "Zo\u00eb-\u6f22\u5b57-a-rather-long-name"
END = "the end of the output at one width"
WIDTHS = (1, 20, 40, 80, 200)
ENCODINGS = ("ascii", "latin-1", "cp1252", "koi8-r", "utf-8")
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"}

# All output of the commands, for results with every verdict, student text in many scripts, and long names.
PRINTS = f"""
import os
import sys
from report_samples import exchange_check, charts_check, sample_class, sample_result, uncompiled_result
from timeslice import report
from timeslice.upkeep.doctor import Line, State, show
from timeslice.upkeep.endurance import Endurance
from timeslice.contract.explain import explain
from timeslice.session.messages import Step
from timeslice.model import Difference, Outcome, Run, Verdict
from timeslice.session.progress import GradingProgress
from timeslice.upkeep.prove import _print
from timeslice.upkeep.proof import Case
from timeslice.screen import complain, open_console, say

def print_all(console):
    odd = "\\u2018quoted\\u2019 \\u6f22 \\u202e \\udcff \\x1b[2J \\u2713 \\U0001f600"
    name = {NAME!a}
    verdicts = (Verdict.PASSED, Verdict.FAILED)
    runs = [Run(tool="native", verdict=verdict, message=odd, steps=[odd]) for verdict in verdicts]
    for check in (exchange_check(), charts_check()):
        failed = check.model_copy(update={{"message": odd, "output": odd, "unsteady": True, "runs": runs}})
        full = sample_result(submission=name, checks=[failed], suspicions=[odd], kit_faults=[odd], notes=[odd])
        differs = Difference(test="a/b", clause="UDP-RX-001", replay="timeslice", runs=runs)
        full = full.model_copy(update={{"memory": full.memory.model_copy(update={{"differences": [differs]}})}})
        report.table([full], console)
        report.in_full(full, console)
    results = [full, uncompiled_result(), *sample_class(4), full.model_copy(update={{"outcome": Outcome.BROKEN}})]
    report.table(results, console)
    with GradingProgress(console, 2) as progress:
        progress.on_step(name, Step("tests", 1, 3))
        progress.done(full)
    for clause in ("UDP-RX-003", "SCH-MLFQ-001", "PROC-JOIN-004"):
        explain(clause, console)
    odd = odd.replace("\\x1b", "")  # the kit's own words hold no escapes
    endurance = Endurance()
    endurance.add(odd, full)
    _print([(Case(odd, odd, lambda prover: ""), odd)], endurance, dict(), console)
    show([Line(odd, odd, state, odd, odd) for state in State], console)
    say(odd)
    complain(odd)

for width in sys.argv[1:]:
    os.environ["COLUMNS"] = width
    print_all(open_console())
    say({END!r})
"""


def printed(encoding: str, *widths: int, **environment: str) -> list[str]:
    """The output of all commands in an encoding, at each width. All commands must reach their end."""
    ended = subprocess.run(
        [sys.executable, "-c", PRINTS, *map(str, widths)],
        cwd=Path(__file__).parent,
        env={**os.environ, **PLAIN, "PYTHONIOENCODING": encoding, **environment},
        capture_output=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, ended.stderr.decode(encoding)
    assert b"Traceback" not in ended.stderr
    *texts, rest = ended.stdout.decode(encoding).split(f"{END}\n")
    assert (len(texts), rest) == (len(widths), "")
    return texts


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_prints_in_every_encoding_at_every_width(encoding: str) -> None:
    for width, text in zip(WIDTHS, printed(encoding, *WIDTHS), strict=True):
        assert "\x1b" not in text
        grids = [part for part in text.split("Submissio" if width >= 20 else "\n\n") if part.strip()]
        assert grids
        if width >= 20:
            first = [line for line in grids[1].splitlines() if line.strip()]
            name = fit(NAME, encoding)
            letters = "".join("".join(line.split()[:1]) for line in first[1:6])
            assert name[:12] in letters, (width, grids[1])


@pytest.mark.parametrize("environment", [{"TERM": "xterm", "FORCE_COLOR": "1"}, {"NO_COLOR": "1", "TERM": "xterm"}])
def test_colours_are_only_where_they_are_wanted(environment: dict[str, str]) -> None:
    (text,) = printed("ascii", 100, **environment)
    assert ("\x1b[3" in text) == ("FORCE_COLOR" in environment)


def test_signs_have_look_alikes_of_one_column() -> None:
    for sign in "\u2713\u2717\u25cb\u2026\u2500\u2502\u253c\u251c\u2524\u25ba\u25c4\u2573\u00b7\u2018\u201d\u2013":
        assert len(look_alike(sign)) == 1
        assert look_alike(sign).isascii()
    assert [look_alike(char) for char in "\u00e9\u6f22\u2500\u2502\u253c\u251c"] == ["e", "??", "-", "|", "+", "|"]
    assert fit("\u2713 \udcff\u241b", "ascii") == "+ \\xff^["
    assert fit("\u2713", "no-such-encoding") == "+"
    assert fit("\u2713 \u00e9", "latin-1") == "+ \u00e9"


# ---- the real program ----


def german(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a latin-1 locale, if this machine can make one."""
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "ISO-8859-1", folder / "de_DE"], capture_output=True
    )
    if made and (folder / "de_DE").is_dir():
        yield {"LC_ALL": "de_DE", "LOCPATH": str(folder), "PYTHONUTF8": "0"}


def run(arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``timeslice`` with these arguments, which may hold redirections of the shell."""
    return subprocess.run(
        ["/bin/sh", "-c", f"{TIMESLICE} {arguments}"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=SECONDS,
    )


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A folder with a class of two. One has a long name, and the code does not compile."""
    for name, text in ((NAME, "int f(void) { return \u2713; }\n"), ("b", "int f(void) { return g; }\n")):
        (tmp_path / "class" / name / "udp").mkdir(parents=True)
        (tmp_path / "class" / name / "udp" / "open.c").write_text(text)
    return tmp_path


def test_grade_works_in_the_locales_that_there_are(two: Path) -> None:
    locales = [PLAIN, {**PLAIN, "LC_ALL": "POSIX", "COLUMNS": "20"}, {**PLAIN, "PYTHONIOENCODING": "latin-1"}]
    for number, environment in enumerate([*locales, *german(two)]):
        encoding = "latin-1" if number >= 2 else "ascii"
        for submissions in ("class", "class/b"):
            ended = run(f"grade {submissions} --lab udp -k build --out report", two, **environment)
            text = (ended.stdout + ended.stderr).decode(encoding)
            assert ended.returncode == 1, text
            assert "Traceback" not in text
            assert "b" in text.split()
        assert "udp/open.c:1:" in text
        assert "run again: " in text


def test_a_full_device_is_one_line_and_the_grades_are_kept(two: Path) -> None:
    ended = run("grade class --lab udp >/dev/full", two)
    assert ended.returncode == 2
    (line,) = ended.stderr.decode().splitlines()
    assert "cannot print the grades (No space left on device); 2 of 2 submissions were graded" in line
    assert (two / "report" / "grades.csv").is_file()


@pytest.mark.parametrize("command", ["explain UDP-RX-003", "schema", "lint", "--help", "grade --help", "frob"])
def test_small_commands_survive_every_place_that_they_may_print_to(command: str, tmp_path: Path) -> None:
    for where in (">/dev/full", "2>/dev/full", ">/dev/full 2>&1", ">&-", "2>&-", ">&- 2>&-", "<&- >&-", "| true"):
        ended = run(f"{command} {where}", tmp_path)
        assert ended.returncode in ((0, 2) if "/dev/full" in where or "frob" in command else (0,)), (where, ended)
        assert b"Traceback" not in ended.stderr, (where, ended)
        assert b"Exception ignored" not in ended.stderr, (where, ended)
        assert len(ended.stderr.splitlines()) <= 1, (where, ended)
    for encoding in ENCODINGS:
        ended = run(command, tmp_path, **PLAIN, PYTHONIOENCODING=encoding, COLUMNS="20")
        assert b"Traceback" not in ended.stderr
        codecs.decode(ended.stdout, encoding)


def test_pytests_own_output_is_readable_in_ascii(two: Path, kit: Kit) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--submission",
        str(two / "class" / "b"),
        "-k",
        "build",
    ]
    environment = {**os.environ, **PLAIN, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command, cwd=kit.root / "spec", env=environment, capture_output=True, timeout=SECONDS)
    text = ended.stdout.decode("ascii")
    assert ended.returncode == 1, text
    assert "\nfailed: udp/open.c:1:" in text
    assert "\nrun again: " in text
