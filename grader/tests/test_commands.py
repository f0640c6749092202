"""The small commands, the start of the program, and the display of progress."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from rich.console import Console

from timeslice.cli import main
from timeslice.contract.explain import explain
from timeslice.contract.versions import versions
from timeslice.errors import KitError
from timeslice.model import Build, Coverage, Memory, Outcome, Result, Score
from timeslice.report.schema import schema_text
from timeslice.session.messages import Step
from timeslice.session.progress import GradingProgress
from timeslice.untrusted import many_lines, one_line


def test_help_starts_without_the_heavy_modules() -> None:
    heavy = {"pydantic", "rich", "pytest", "elftools", "jinja2", "multiprocessing"}
    script = (
        f"import sys; from timeslice.cli import main\ntry: main(['--help'])\nfinally: print({heavy} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=600)
    assert told.stdout.endswith("set()\n"), told.stdout
    for command in ("grade", "explain", "lint", "schema"):
        assert command in told.stdout


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_the_version_of_every_tool_is_known(cc: str) -> None:
    assert [tool for tool, version in versions(cc).items() if not version or version == "unknown"] == []


@pytest.mark.parametrize("command", [[], ["grade"], ["explain"], ["spec"], ["lint"], ["schema"]])
def test_every_command_has_help(command: list[str]) -> None:
    told = CliRunner().invoke(main, [*command, "--help"])
    assert told.exit_code == 0
    assert told.output.startswith("Usage: ")


def test_a_clause_is_explained_in_any_case_of_letters() -> None:
    out = io.StringIO()
    explain("udp-rx-003", Console(file=out, width=400))
    for part in ("UDP-RX-003 MUST", "true length", "2 points", "MSG_TRUNC", "Hint: ", "Spec: spec/udp.md:",
                 "Test: udp_recv/reports_true_length_when_truncated (tests/udp/receive.c:"):  # fmt: skip
        assert part in out.getvalue()


def test_a_memory_clause_says_what_is_charged_to_it() -> None:
    out = io.StringIO()
    explain("UDP-CLI-016", Console(file=out, width=400))
    assert "in the tests of UDP-CLI, UDP-LOSS cost the points of this clause" in out.getvalue()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("UDP-RX-009a", "UDP-RX-009 MUST With a negative"), ("udp-rule-002", "UDP-RULE-002 RULE No function ever fails")],
)
def test_the_address_of_a_detail_or_a_rule_is_explained_with_the_tests_that_look_at_it(wanted: str, said: str) -> None:
    out = io.StringIO()
    explain(wanted, Console(file=out, width=1000))
    assert out.getvalue().startswith(said)
    assert "Test: udp_recv/" in out.getvalue()


def test_an_unknown_clause_has_neighbours() -> None:
    with pytest.raises(KitError, match="no clause 'UDP-SRV-01': did you mean UDP-SRV-01"):
        explain("UDP-SRV-01", Console(file=io.StringIO()))
    with pytest.raises(KitError, match="a clause has an id such as UDP-OPEN-001"):
        explain("xyz", Console(file=io.StringIO()))


def test_the_schema_is_printed_as_it_is_published() -> None:
    told = CliRunner().invoke(main, ["schema"])
    assert told.exit_code == 0
    assert told.output == schema_text()
    json.loads(told.output)


def a_result(name: str, outcome: Outcome, earned: int) -> Result:
    """A small result."""
    return Result(
        submission=name, assignment="Timeslice", outcome=outcome, score=Score(earned=earned, possible=10),
        summary="[bold]why[/]", labs=[], skills=[], checks=[], build=Build(status="built"),
        memory=Memory(status="clean", tests=1), coverage=Coverage(status="measured"), guards=[], versions={}, seed=1,
    )  # fmt: skip


def test_without_a_terminal_progress_is_a_plain_line_a_submission() -> None:
    out = io.StringIO()
    with GradingProgress(Console(file=out, width=40), 2) as progress:
        progress.on_step("alice", Step("build", 0, 82))
        progress.done(a_result("alice", Outcome.PASSED, 10))
        progress.done(a_result("bob [red]", Outcome.FAILED, 3))
    assert out.getvalue() == "[1/2] alice: 10/10, [bold]why[/]\n[2/2] bob [red]: 3/10, [bold]why[/]\n"


def test_on_a_terminal_it_is_a_bar_that_goes_away_and_has_no_colour_where_none_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    out = io.StringIO()
    with GradingProgress(Console(file=out, width=160, force_terminal=True), 3) as progress:
        progress.on_step("alice [red]", Step("tests", 34, 82))
        progress.done(a_result("bob", Outcome.FAILED, 3))
    text = out.getvalue()
    for part in ("1/3", "1 failing", "alice [red] 34/82"):
        assert part in text
    assert "\x1b[3" not in text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain é 漢", "plain é 漢"),
        ("a\nb", "a\\nb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\udcff", "\\xff"),
        ("\u202e", "\\u202e"),
    ],
)
def test_text_for_one_line_has_nothing_that_a_terminal_obeys(text: str, line: str) -> None:
    assert one_line(text) == line


def test_long_text_is_cut_and_says_so() -> None:
    assert one_line("x" * 500, 20) == "x" * 17 + "..."
    assert many_lines(b"a\r\nb\xff\x1b\n" + b"x" * 50, 10) == "a\nb\ufffd\\x1b\nxxx\n[the rest is not shown]"
