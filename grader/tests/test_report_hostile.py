"""Hostile text through every writer: nothing gets out of its place, nothing acts, and nothing is too long."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from html import unescape

import jsonschema
import pytest
from defusedxml.ElementTree import fromstring
from rich.console import Console

from check_samples import sample_checks
from page_reading import read_page
from report_samples import charts_check, exchange_check, sample_findings, sample_result
from timeslice import report
from timeslice.model import (
    Build,
    Check,
    Coverage,
    Diagnostic,
    FileCoverage,
    Finding,
    Frame,
    FunctionCoverage,
    Guard,
    LabScore,
    Memory,
    Result,
    Score,
    SkillScore,
    Verdict,
)
from timeslice.report.class_files import class_json, grades_csv
from timeslice.report.highlight import Highlighter
from timeslice.report.index import index_html
from timeslice.report.junit import junit_xml
from timeslice.report.lcov import lcov_tracefile
from timeslice.report.page import page_html
from timeslice.report.result_json import result_json
from timeslice.report.schema import result_schema
from timeslice.untrusted import clip, report_line, visible

HOSTILE = {
    "script": "<script>document.title='owned'</script>",
    "handler": '"><img src=x onerror="document.title=\'owned\'">',
    "attribute": "' onmouseover='document.title=1' x='",
    "cdata": "]]><boom/>",
    "comment": "--><b>--!>",
    "template": "{{ 7 * 7 }}{% raw %}",
    "markup": "[bold red]x[/bold red][link=http://evil]y[/link][/]",
    "escape": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J\x1b]8;;http://evil\x1b\\",
    "nul": "a\0b\x08\x7f\x85",
    "surrogate": "lone \ud800 and \udfff",
    "nonchar": "\ufffe\uffff",
    "order": "user\u202egnp.exe\u2066\u200f",
    "command": "::error file=x::forged\n::stop-commands::t\n##[error]forged ##vso[task.complete]",
    "lines": "one\r\ntwo\u2028three\x0bfour\x0c",
    "formula": "=cmd|' /C calc'!A0",
    "url": "javascript:document.title='owned'//",
    "style": "</style><style>body{display:none}</style>",
    "long": "A" * 1_000_000,
}


def hostile_file(text: str) -> FileCoverage:
    """A covered file that has ``text`` wherever a student could put text."""
    line = "int x; /* " + text + " */\n" + text + "\n"
    function = FunctionCoverage(
        name=text, start_line=1, end_line=2, executions=3, lines=2, lines_run=1, clauses=["UDP-RX-003", text]
    )
    return FileCoverage(
        path="udp/receive.c", source=line, counts={1: 1, 2: 0}, functions=[function], lines=2, lines_run=1
    )


def hostile_check(text: str) -> Check:
    """A check that has ``text`` wherever a student could put text."""
    return Check(
        name=f"udp_rx/{text}",
        clause="UDP-RX-003",
        sentence=text,
        verdict=Verdict.FAILED,
        points=0,
        possible=2,
        message=text,
        steps=[text] * 3,
        expected=text,
        got=text[::-1],
        hint=text,
        replay=text,
        output=text,
    )


def hostile_result(text: str) -> Result:
    """A result that has ``text`` wherever a student could put text."""
    frame = Frame(function=text, file="udp/receive.c", line=2)
    found = {"message": text, "function": text, "stack": [frame] * 3, "tests": [text] * 5, "charged": text}
    kind = Finding(kind=text, file="udp/receive.c", line=1, **found)
    file = hostile_file(text)
    named = file.model_copy(update={"path": text})
    check = hostile_check(text)
    return sample_result(
        submission=text,
        assignment=text,
        summary=text,
        score=Score(earned=0, possible=2),
        labs=[LabScore(id="udp", title=text, handed_in=True, score=Score(earned=0, possible=2))],
        skills=[SkillScore(lab="udp", id=text, title=text, score=Score(earned=0, possible=2), clauses=["UDP-RX-003"])],
        checks=[check, *sample_checks()[:3]],
        build=Build(
            status="refused",
            diagnostics=[Diagnostic(severity="error", file=text, line=1, column=1, message=text)],
            refusals=[text],
            output=text,
        ),
        memory=Memory(status="findings", tests=1, findings=[kind, *sample_findings()], note=text),
        coverage=Coverage(status="measured", lines=2, lines_run=1, files=[file, named], note=text),
        guards=[Guard(name=text, on=False, detail=text)],
        versions={text: text},
        suspicions=[text],
        notes=[text],
        seconds={text: 1.0},
    )


@pytest.fixture(params=HOSTILE, scope="module")
def result(request: pytest.FixtureRequest) -> Result:
    """A result full of one hostile text."""
    return hostile_result(HOSTILE[request.param])


def test_json_is_ascii_valid_and_bounded(result: Result) -> None:
    text = result_json(result)
    assert text.isascii()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
    document = json.loads(text)
    document["checks"][0]["message"].encode("utf-8")
    jsonschema.Draft202012Validator(result_schema()).validate(document)
    assert len(text) < 20_000_000


def test_junit_is_well_formed_with_one_case_a_check(result: Result) -> None:
    text = junit_xml(result)
    root = fromstring(text.encode("utf-8"))
    assert len(list(root.iter("testcase"))) == len(result.checks)
    assert {element.tag for element in root.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "error",
        "skipped",
        "system-out",
    }
    assert "\x1b" not in text
    assert len(text) < 200_000


def test_lcov_keeps_its_records(result: Result) -> None:
    lines = lcov_tracefile(result).splitlines()
    assert lines.count("end_of_record") == 2
    allowed = r"TN:|SF:.*|FN:\d+,[\w.$-]*|FNDA:\d+,[\w.$-]*|FNF:1|FNH:1|DA:\d,\d|LF:2|LH:1|end_of_record"
    assert [line for line in lines if not re.fullmatch(allowed, line)] == []


def test_pages_hold_only_our_elements(result: Result) -> None:
    plain = read_page(page_html(hostile_result("plain")))
    page = read_page(page_html(result))
    assert page.scripts == plain.scripts  # ours, once, unchanged
    assert page.tags <= plain.tags | {"span", "mark"}
    assert page.attributes <= plain.attributes
    assert page.unbalanced == []
    assert [link for link in page.links if not re.fullmatch(r"#[A-Za-z0-9-]+|data:image/svg\+xml,.*", link)] == []
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe]", page.text)
    assert page.title.endswith(": 0 of 2")


def test_figures_hold_only_our_elements(result: Result) -> None:
    text = result.submission
    datagram = f'   0.3 ms  client:1 -> relay: 5 bytes "{text[:24]}"'
    steps = [text, datagram, '   0.3 ms  relay -> server: 5 bytes "</title><script>"', text + datagram, *[text] * 30]
    checks = [exchange_check(*steps), charts_check("AB" + text, "AC" + text, 1), charts_check()]
    plain = read_page(page_html(sample_result(checks=[exchange_check(), charts_check()])))
    page = read_page(page_html(sample_result(checks=checks)))
    assert page.tags <= plain.tags
    assert page.attributes <= plain.attributes
    assert page.scripts == plain.scripts
    assert page.unbalanced == []
    assert len(page.ids) == len(set(page.ids))
    assert page.classes["ladder"] == 1
    assert page.classes["gantt"] == 1 + (not text.strip())
    assert "</title><script>" in page.text


def test_the_index_holds_only_our_elements(result: Result) -> None:
    plain = read_page(index_html([hostile_result("plain")], [None]))
    page = read_page(index_html([result], [None]))
    assert page.scripts == plain.scripts
    assert page.tags == plain.tags
    assert page.attributes == plain.attributes
    assert page.unbalanced == []


def test_pages_are_bounded(result: Result) -> None:
    assert len(page_html(result)) < 2_500_000
    assert len(index_html([result], [None])) < 200_000


def test_the_table_neither_acts_nor_commands(result: Result) -> None:
    out = io.StringIO()
    report.table([result], Console(file=out, width=100, force_terminal=False))
    text = out.getvalue()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert not [line for line in text.splitlines() if line.strip().startswith("::") or "##[" in line or "##vso" in line]
    assert len(text) < 5000


def test_files_of_the_class_keep_their_form(result: Result) -> None:
    rows = list(csv.reader(io.StringIO(grades_csv([result]))))
    assert len(rows) == 2
    assert len(rows[0]) == len(rows[1])
    assert not [cell for cell in rows[1] if cell[:1] in ("=", "+", "@", "\t") or "\n" in cell]
    assert class_json([result]).isascii()
    assert len(json.loads(class_json([result]))["submissions"]) == 1


def test_what_is_hostile_is_still_shown() -> None:
    page = read_page(page_html(hostile_result(HOSTILE["script"])))
    assert HOSTILE["script"] in page.text
    assert "\u27e8U+202E\u27e9" in read_page(page_html(hostile_result(HOSTILE["order"]))).text
    assert "characters left out" in read_page(page_html(hostile_result(HOSTILE["long"]))).text


def test_visible_clip_and_one_line() -> None:
    assert visible("a\x1b[1;31mb\x1b[0m\x00\r\n\tc") == "ab\u2400\n\tc"
    assert clip("a" * 100, 40) == "a" * 30 + "\n[60 characters left out]\n" + "a" * 10
    assert report_line("::error::x\n##[y]", 80) == ": :error: :x # #[y]"
    assert report_line("abcdef", 4) == "abc\u2026"


@pytest.mark.parametrize(
    "unit", ["\n", "/", '"', "/*", "a ", "int f(", "\\\n", "'", "#if 0\n", "//", "*/", 'L"', "/* */"]
)
def test_no_source_is_slow_to_colour(unit: str) -> None:
    source = unit * (250_000 // len(unit))
    before = time.process_time()
    lines = Highlighter().lines(source)
    assert len(lines) == min(source.count("\n") + 1, 5000)
    assert time.process_time() - before < 8  # pygments alone takes many minutes for the first


def test_colouring_changes_no_character() -> None:
    source = (
        'int f(char *p) { return p[0] == \'"\'; } // "x\n/* a\n b */ char *s = "/* no */";\n#define A \\\n  1\n\tx;'
    )
    lines = Highlighter().lines(source)
    assert [unescape(re.sub(r"<[^>]*>", "", line)) for line in lines] == source.split("\n")
    comments = re.findall(r'<span class="c">([^<]*)</span>', "\n".join(lines))
    assert [unescape(comment) for comment in comments] == ['// "x', "/* a", " b */"]
    assert '<span class="kt">int</span>' in lines[0]
