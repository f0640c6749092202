"""make check, with plain libcriterion: other tests still run, even if a submission's start is wrong."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
PATIENCE = 600  # after so many seconds make counts as hung
FORK = """    pid_t pid = fork();
    if (pid == 0)
        live(p, process_name(process_current()));
    return pid;
"""
ADOPT = "return pid < 0 ? -1 : child_adopt(p, pid);"
ENDLESS = "static void never_end(void) { for (;;) pause(); }\n\n"

# The replacements in the reference's start.c.
WRONG = {
    "a child that returns into the test": [
        (FORK, "    return fork();\n"), (ADOPT, "return pid <= 0 ? pid : child_adopt(p, pid);")],
    "a child that fails an assertion": [
        (FORK, "    return fork();\n"), (ADOPT, "return pid <= 0 ? -1 : child_adopt(p, pid);")],
    "a child that is left running": [
        (FORK, "    pid_t pid = fork();\n    if (pid == 0)\n        alarm(20), pause();\n    return pid;\n")],
    "a start that ends the program": [(FORK, "    exit(fork() == 0 ? 7 : 0);\n")],
    "an end that never comes": [
        ("/* Makes a child that", f"{ENDLESS}/* Makes a child that"), (FORK, f"    atexit(never_end);\n{FORK}")],
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_start_ends_no_other_test(what: str, tmp_path: Path) -> None:
    shutil.copytree(REPO / "reference/process", tmp_path / "process")
    start = tmp_path / "process/start.c"
    for old, new in WRONG[what]:
        text = start.read_text()
        assert old in text
        start.write_text(text.replace(old, new))
    # the output goes to a file, because an orphan of the submission may hold it open
    with (tmp_path / "said").open("w+") as said:
        command = ["make", "--no-print-directory", "check", f"SUBMISSION={tmp_path}", "ONLY=proc_new/*"]
        with subprocess.Popen(command, cwd=REPO, stdout=said, stderr=said, start_new_session=True) as make:
            try:
                make.wait(timeout=PATIENCE)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(make.pid, signal.SIGKILL)  # whatever a test has left behind
        said.seek(0)
        text = said.read()
    synthesis = re.search(r"Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+)", text)
    assert synthesis, text[-2000:]
    tested, passing, failing = (int(number) for number in synthesis.groups())
    bank = "".join(path.read_text() for path in sorted((REPO / "tests/process").glob("*.c")))
    assert tested == len(re.findall(r"^Test\(\s*proc_new,", bank, re.MULTILINE))
    assert passing >= 3, text[-2000:]  # the tests that start no process
    assert "invalid state" not in text
    assert failing > 0 or what == "a start that ends the program"  # Criterion thinks that this is a good end
