"""The files of a report for other programs (JSON, JUnit, lcov, CSV), the table, and the writing of them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import Element

import jsonschema
import pytest
from defusedxml.ElementTree import fromstring
from rich.console import Console

from report_samples import sample_class, sample_result, uncompiled_result
from timeslice import report
from timeslice.errors import DiskFullError, KitError
from timeslice.model import Outcome, Result, Score, Verdict
from timeslice.report.class_files import class_json, grades_csv
from timeslice.report.class_summary import clause_rates, percent, spread
from timeslice.report.index import index_html
from timeslice.report.junit import junit_xml
from timeslice.report.lcov import lcov_tracefile
from timeslice.report.page import page_html
from timeslice.report.publish import publish
from timeslice.report.result_json import result_json
from timeslice.report.schema import result_schema, schema_text
from timeslice.words import OUTCOMES, VERDICTS

SCHEMA = Path(__file__).parents[2] / "spec/result.schema.json"
REPORT_FILES = {"result.json", "junit.xml", "coverage.lcov", "report.html"}


def test_the_sample_has_every_verdict() -> None:
    assert {check.verdict for check in sample_result().checks} == set(Verdict)
    assert set(VERDICTS) == set(Verdict)
    assert set(OUTCOMES) == set(Outcome)


@pytest.mark.parametrize("result", [sample_result(), uncompiled_result()], ids=lambda result: result.submission)
def test_result_json_is_the_model_and_obeys_the_schema(result: Result) -> None:
    document = json.loads(result_json(result))
    jsonschema.Draft202012Validator(result_schema()).validate(document)
    assert Result.model_validate_json(result_json(result)) == result
    assert document["score"]["possible"] == result.score.possible


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("seed"),
        lambda document: document.update(extra=1),
        lambda document: document["checks"][0].update(verdict="excellent"),
        lambda document: document["score"].update(earned="7"),
        lambda document: document["coverage"]["files"][0]["counts"].update({"zero": 1}),
        lambda document: document.update(schema_version="0.9"),
    ],
)
def test_the_schema_refuses_what_is_wrong(spoil) -> None:  # type: ignore[no-untyped-def]
    document = json.loads(result_json(sample_result()))
    spoil(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(result_schema()).validate(document)


def test_the_schema_is_sound_described_and_published() -> None:
    schema = result_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert (schema["$schema"], schema["version"]) == ("https://json-schema.org/draft/2020-12/schema", "1.3")
    assert schema["$id"].startswith("urn:timeslice:result:")
    described = {"Result": schema, **schema["$defs"]}
    fields = [field for part in described.values() for field in part.get("properties", {}).values()]
    assert len(fields) > 80
    assert all(field["description"] for field in fields)
    assert SCHEMA.read_text() == schema_text(), "run: python -m timeslice.report.schema > spec/result.schema.json"


def _cases(root: Element) -> dict[str, Element]:
    return {f"{case.get('classname')}/{case.get('name')}": case for case in root.iter("testcase")}


def test_junit_tells_the_students_failures_from_the_kits() -> None:
    root = fromstring(junit_xml(sample_result()))
    cases = _cases(root)
    tags = {name: [child.tag for child in case if child.tag != "system-out"] for name, case in cases.items()}
    assert tags["udp_tx/sends_all_bytes"] == []
    assert tags["udp_loss/prefix_arrives"] == ["error"]
    assert tags["udp_cli/gives_up"] == ["skipped"]
    assert tags["udp_srv/stops"] == ["failure"]  # the submission skipped it, so it is the submission's fault
    assert (root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")) == ("16", "9", "1", "1")
    failure = cases["udp_rx/reports_true_length_when_truncated"].find("failure")
    assert failure is not None
    assert failure.get("type") == "failed"
    assert (failure.get("message") or "").startswith("UDP-RX-003 failed: udp_recv returned")
    for part in ("MSG_TRUNC", "3. call udp_recv", "expected: udp_recv(fd, buf, 8) = 12", "TIMESLICE_SEED=1"):
        assert part in (failure.text or "")


def test_junit_suites_add_up() -> None:
    root = fromstring(junit_xml(sample_result()))
    assert root.tag == "testsuites"
    for key in ("tests", "failures", "errors", "skipped"):
        assert sum(int(suite.get(key) or "") for suite in root) == int(root.get(key) or "")
    assert all(len(suite.findall("testcase")) == int(suite.get("tests") or "") for suite in root)


def test_lcov_and_genhtml_read_the_tracefile(tmp_path: Path) -> None:
    result = sample_result()
    for file in result.coverage.files:
        (tmp_path / file.path).parent.mkdir(exist_ok=True)
        (tmp_path / file.path).write_text(file.source)
    report.write(result, tmp_path)
    summary = subprocess.run(
        ["lcov", "--summary", "coverage.lcov"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    said = summary.stdout + summary.stderr
    assert "83.3% (20 of 24 lines)" in said
    assert "100.0% (3 of 3 functions)" in said
    subprocess.run(["genhtml", "-q", "coverage.lcov", "-o", "html"], cwd=tmp_path, check=True)
    assert "udp_recv" in (tmp_path / "html/udp/receive.c.func.html").read_text()


def test_lcov_names_cannot_begin_a_record() -> None:
    coverage = sample_result().coverage
    file = coverage.files[0]
    function = file.functions[0].model_copy(update={"name": "f\nend_of_record\nSF:/etc/passwd"})
    forged = file.model_copy(update={"path": "udp/a\nDA:1,1.c", "functions": [function]})
    lines = lcov_tracefile(sample_result(coverage=coverage.model_copy(update={"files": [forged]}))).splitlines()
    assert lines.count("end_of_record") == 1
    assert [line for line in lines if line.startswith("SF:")] == ["SF:udp/a_DA:1,1.c"]


def test_nothing_measured_is_an_empty_tracefile() -> None:
    assert lcov_tracefile(uncompiled_result()) == ""


def test_grades_csv_has_a_row_a_submission_and_no_formula() -> None:
    results = [*sample_class(3), sample_result(submission='=HYPERLINK("http://x","y")', summary="+1")]
    rows = list(csv.DictReader(io.StringIO(grades_csv(results))))
    assert [row["submission"] for row in rows] == [
        "sample",
        "uncompiled",
        "student-002",
        '\'=HYPERLINK("http://x","y")',
    ]
    assert (rows[0]["earned"], rows[0]["possible"], rows[0]["outcome"]) == ("7", "28", "failed")
    assert rows[0]["Datagrams: Sends what it was given"] == "5"
    assert (rows[0]["Datagrams"], rows[0]["Processes"]) == ("7", "0")
    assert rows[3]["summary"] == "'+1"


@pytest.mark.parametrize("outcome", [Outcome.BROKEN, Outcome.SUSPICIOUS])
def test_what_is_not_final_has_no_number_that_a_gradebook_takes_for_a_grade(outcome: Outcome) -> None:
    results = [sample_result(outcome=outcome, score=Score(earned=0, possible=28)), *sample_class(1)]
    rows = list(csv.DictReader(io.StringIO(grades_csv(results))))
    texts = ("submission", "outcome", "possible", "summary")
    assert {cell for column, cell in rows[0].items() if column not in texts} == {""}
    assert (rows[0]["possible"], rows[0]["outcome"]) == ("28", outcome.value)
    assert "" not in rows[1].values()
    first, second = json.loads(class_json(results))["submissions"]
    assert (first["final"], first["outcome"], second["final"]) == (False, outcome.value, True)
    index = index_html(results, [None, None])
    assert "0 <span" not in index.partition("every-verdict")[2].partition("</tr>")[0]
    page = page_html(results[0])
    assert '<p class="score">\u2013<small>of 28</small>' in page
    assert "-/28" in _printed(results)


def test_results_json_sums_up_the_class() -> None:
    document = json.loads(class_json(sample_class(8)))
    assert len(document["submissions"]) == 8
    assert document["spread"]["counted"] == 8
    assert sum(document["spread"]["bins"]) == 8
    assert document["submissions"][0]["score"] == {"earned": 7, "possible": 28}


def test_only_final_scores_are_in_the_spread() -> None:
    held = sample_result(outcome=Outcome.SUSPICIOUS, score=Score(earned=0, possible=28))
    broken = sample_result(outcome=Outcome.BROKEN)
    full = sample_result(outcome=Outcome.PASSED, score=Score(earned=28, possible=28))
    scores = spread([held, broken, full])
    assert (scores.counted, scores.bins[9], scores.mean, scores.median) == (1, 1, 100.0, 100.0)
    assert spread([]).counted == 0
    assert percent(sample_result(score=Score(earned=0, possible=0))) == 0


def test_a_clause_is_passed_by_those_that_passed_all_of_its_checks() -> None:
    result = sample_result()
    passed = next(check for check in result.checks if check.clause == "UDP-TX-001")
    failed = passed.model_copy(update={"verdict": Verdict.FAILED, "name": "udp_tx/second"})
    not_run = passed.model_copy(update={"verdict": Verdict.NOT_RUN})
    both = sample_result(checks=[passed, failed])
    rates = clause_rates([both, sample_result(checks=[passed]), sample_result(checks=[not_run])])
    assert [(rate.clause, rate.passed, rate.ran, rate.percent) for rate in rates] == [("UDP-TX-001", 1, 2, 50)]


def _printed(results: list[Result], width: int = 160) -> str:
    out = io.StringIO()
    report.table(results, Console(file=out, width=width, force_terminal=False))
    return out.getvalue()


def test_the_table_names_what_was_lost() -> None:
    text = _printed([sample_result(), uncompiled_result()])
    (line,) = [line for line in text.splitlines() if "every-verdict" in line]
    for part in (
        "7/28",
        "Points lost",
        "4 findings",
        "83%",
        "9 clauses: UDP-RX-003, UDP-RX-010, UDP-RX-007, ...; no .c file for Processes",
    ):
        assert part in line
    assert "It does not compile: udp/receive.c line 3" in text


def test_the_table_fits_a_narrow_terminal_with_a_line_a_submission() -> None:
    lines = _printed(sample_class(8), width=80).splitlines()
    assert len([line for line in lines if line.strip()]) == 2 + 8
    assert all(len(line) <= 80 for line in lines)
    assert [line for line in lines if "student-002" in line and "20/28" in line and "4 clauses" in line]


def test_write_gives_all_files_and_the_index_links_to_those_that_exist(tmp_path: Path) -> None:
    results = sample_class(3)
    for result in results[:2]:
        report.write(result, tmp_path / report.folder_name(result.submission))
    report.write_index(results, tmp_path)
    assert {path.name for path in (tmp_path / "sample").iterdir()} == REPORT_FILES
    assert {path.name for path in tmp_path.iterdir()} == {
        "sample",
        "uncompiled",
        "index.html",
        "grades.csv",
        "results.json",
    }
    index = (tmp_path / "index.html").read_text()
    assert 'href="sample/report.html"' in index
    assert "student-002/report.html" not in index


def test_a_submission_named_like_a_file_of_the_class_stops_no_report(tmp_path: Path) -> None:
    names = ["index.html", "grades.csv", "Results.JSON", "plain"]
    results = [sample_class(1)[0].model_copy(update={"submission": name}) for name in names]
    for result in results:
        report.write(result, tmp_path / report.folder_name(result.submission))
    report.write_index(results, tmp_path)
    assert all((tmp_path / name).is_file() for name in ("index.html", "grades.csv", "results.json"))
    page = (tmp_path / "index.html").read_text()
    assert all(f"{report.folder_name(name)}/report.html" in page for name in names)


def test_no_name_is_the_folder_of_another_submission() -> None:
    made = report.folder_name("a b")
    assert report.folder_name(made) != made
    assert report.folder_name(made.upper()).casefold() != made


@pytest.mark.parametrize("name", ["../../etc", "a/b", ".", "", "a\nb", "x" * 300, "学生", "\ud800", "CON/../x", "-rf"])
def test_folder_names_stay_inside(name: str) -> None:
    folder = report.folder_name(name)
    assert folder.isascii()
    assert len(folder) <= 64
    assert folder[0].isalnum()
    assert "/" not in folder
    assert folder != report.folder_name(name + "!")


def test_plain_names_keep_their_folder() -> None:
    assert report.folder_name("every-verdict.2") == "every-verdict.2"


def test_a_full_disk_leaves_the_old_files_whole(tmp_path: Path) -> None:
    report.write(sample_result(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    code = (
        "import resource, sys; from pathlib import Path; from timeslice.report.publish import publish\n"
        "from timeslice.errors import DiskFullError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "try: publish({folder / 'result.json': 'new', folder / 'report.html': 'x' * 9000})\n"
        "except DiskFullError as error: sys.exit(str(error))\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"cannot write the report to {tmp_path} (")
    assert ended.stderr.count("\n") == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        KitError, match=r"cannot write the report to .* \(File exists\): choose another folder"
    ) as raised:
        publish({tmp_path / "file/result.json": "x"})
    assert not isinstance(raised.value, DiskFullError)
