"""Builds the banks that the executor's tests run, and runs them.

One bank holds every file of ``selftest/``. A test chooses its part by file or by name.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]
SELFTEST = REPO / "tests/runner/selftest"
WARNINGS = [
    "-std=c17",
    "-D_GNU_SOURCE",
    "-Itests",
    "-Ispec/include",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Werror",
    "-g",
    "-fno-omit-frame-pointer",
]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
CRITERION_FILES = [  # stock Criterion runs these too; the other files would hang, crash or fool it
    "assertions.c",
    "new_assertions.c",
    "fixtures.c",
    "endings.c",
    "parameters.c",
    "redirection.c",
]
OUR_FILES = ["hostile.c", "memory.c", "narration.c", "counting.c", "busy.c", "facts.c"]
STRANGER = ["setpriv", "--reuid=54320", "--regid=54320", "--clear-groups"]  # makes an ordinary user, if we are root

Record = dict[str, Any]

_MAKEFILE = """
MAKEFLAGS += --no-builtin-rules
KIT := {kit}
RUNNER_OBJ := {objects}
TEST_OBJECTS := {tests}
all: $(KIT)/bank.o $(KIT)/link.args $(KIT)/sweep.names
include tests/runner/runner.mk
WRAP_ARGS :=
$(RUNNER_OBJ)/%.o: %.c
\t@mkdir -p $(@D)
\t$(CC) {flags} -c $< -o $@
"""


@dataclass(frozen=True)
class Run:
    """One run of a bank: its exit status, its output, and its records by ``suite/test``."""

    status: int
    out: str
    err: str
    events: list[Record]

    @property
    def records(self) -> dict[str, Record]:
        """The test records. Two records of one test are an error."""
        tests = [event for event in self.events if event["event"] == "test"]
        by_name = {f"{test['suite']}/{test['test']}": test for test in tests}
        assert len(by_name) == len(tests)
        return by_name

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdicts by test."""
        return {name: str(record["verdict"]) for name, record in self.records.items()}


def call(argv: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command of the build. If it fails, its output is shown."""
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{argv}\n{done.stdout}{done.stderr}"
    return done


def make_kit(folder: Path, sources: Sequence[str], flags: Sequence[str] = (), support: Sequence[str] = ()) -> Path:
    """Make a kit of these test sources with runner.mk. Returns the folder of bank.o and link.args.

    ``support``: files of tests/support/ that the tests need."""
    kit = folder / "kit"
    objects = folder / "objects"
    kit.mkdir(parents=True)
    needed = [f"runner/selftest/{source}" for source in sources] + [f"support/{source}" for source in support]
    tests = " ".join(str((objects / "tests" / source).with_suffix(".o")) for source in needed)
    makefile = folder / "Makefile"
    rules = _MAKEFILE.format(kit=kit, objects=objects, tests=tests, flags=" ".join([*WARNINGS, *flags]))
    makefile.write_text(rules, encoding="utf-8")
    call(["make", "-j2", "CC=gcc", "-f", makefile], cwd=REPO)
    return kit


def compile_submission(source: Path, to: Path, *flags: str, cc: str = "gcc") -> Path:
    """Compile one file of a submission to an object."""
    call([cc, *WARNINGS, *flags, "-c", source, "-o", to])
    return to


def link(kit: Path, to: Path, *objects: Path, flags: Sequence[str] = (), cc: str = "gcc") -> Path:
    """Link a submission's objects with a kit, as the grader does."""
    call([cc, f"@{kit / 'link.args'}", "-o", to, kit / "bank.o", *objects, *flags])
    return to


def link_stock(folder: Path) -> Path:
    """Link the files that stock Criterion can run with stock Criterion."""
    sources = [SELFTEST / name for name in CRITERION_FILES]
    call(["gcc", *WARNINGS, *sources, SELFTEST / "stock/report.c", "-o", folder / "stock", "-lcriterion"])
    return folder / "stock"


def run_stock(stock: Path) -> dict[str, tuple[str, int, int]]:
    """Run stock Criterion. Returns by test: the status (of its worst parameter), passed and failed assertions."""
    badness = ["passed", "skipped", "failed", "crashed", "timed_out"]
    report = stock.with_name("stock.report")
    env = {**os.environ, "STOCK_REPORT": str(report)}
    subprocess.run([stock, "-j1", "--quiet"], env=env, capture_output=True, check=False, timeout=600)
    tests: dict[str, tuple[str, int, int]] = {}
    for line in report.read_text(encoding="utf-8").splitlines():
        name, status, passed, failed = line.split()
        other = tests.get(name, ("passed", 0, 0))
        worst = max(status, other[0], key=badness.index)
        tests[name] = (worst, int(passed) + other[1], int(failed) + other[2])
    return tests


def run(
    bank: Path,
    *args: str,
    tool: Sequence[str] = (),
    only: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> Run:
    """Run a bank and read its records.

    ``tool`` comes before the command (Valgrind, another user). ``only`` chooses tests. The run has 60 seconds.
    """
    chosen = [word for name in only for word in ("--only", name)]
    with (bank.parent / "records").open("w+b") as file:
        argv = [*tool, str(bank), "--records", str(file.fileno()), *chosen, *args]
        done = subprocess.run(
            argv, pass_fds=[file.fileno()], capture_output=True, check=False, timeout=600, env=env, cwd=bank.parent
        )
        file.seek(0)
        events = [json.loads(line) for line in file.read().decode("utf-8").splitlines()]
    return Run(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"), events)


def listed(bank: Path, *files: str) -> list[str]:
    """The names of the tests in these files of ``selftest/``, as ``suite/test``."""
    lines = [json.loads(line) for line in call([bank, "--list"]).stdout.splitlines()]
    return [f"{test['suite']}/{test['test']}" for test in lines if not files or Path(test["file"]).name in files]


def valgrind(folder: Path) -> list[str]:
    """The command that runs a bank under memcheck, with its XML files in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    folder.chmod(0o777)
    options = (REPO / "tests/runner/memcheck.args").read_text("utf-8").splitlines()
    return ["valgrind", *(option for option in options if not option.startswith("#")), f"--xml-file={folder}/%p.xml"]


@dataclass(frozen=True)
class Banks:
    """The kit of every selftest file, and a bank of it with a harmless submission."""

    folder: Path
    kit: Path
    bank: Path
    stock: Path


@functools.cache
def build_banks() -> Banks:
    """Build once for all test modules. An ordinary user can read the folder too. It is removed when Python ends."""
    temporary = tempfile.TemporaryDirectory(prefix="executor-")
    atexit.register(temporary.cleanup)
    folder = Path(temporary.name)
    folder.chmod(0o755)
    kit = make_kit(folder / "all", [*CRITERION_FILES, *OUR_FILES], ["-O0"])
    counted = compile_submission(SELFTEST / "submission/counted.c", folder / "counted.o")
    return Banks(folder, kit, link(kit, folder / "bank", counted), link_stock(folder))


def is_alive(pid: int) -> bool:
    """Whether this process exists."""
    return Path(f"/proc/{pid}").exists()
