"""The pages: their content, and how a real Chromium shows them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from browser import CHROMIUM
from page_reading import PageReader, read_page
from report_samples import charts_check, exchange_check, sample_class, sample_result, uncompiled_result, unsteady_result
from timeslice.model import Build, Finding, Frame, Memory, Outcome, Verdict
from timeslice.report.failure import first_failure, fold
from timeslice.report.index import index_html
from timeslice.report.junit import junit_xml
from timeslice.report.page import page_html
from timeslice.words import VERDICTS


@pytest.fixture(scope="module")
def page() -> PageReader:
    """The page of the sample."""
    return read_page(page_html(sample_result()))


def test_the_score_comes_first(page: PageReader) -> None:
    assert page.title == "every-verdict: 7 of 28"
    assert page.text.split()[:6] == ["every-verdict", "Timeslice", "7of", "28", "\u2717", "Points"]
    for title in ("Sends what it was given", "Lives with loss"):
        assert title in page.text


def test_every_lost_check_has_a_card_with_a_word(page: PageReader) -> None:
    lost = [check for check in sample_result().checks if check.verdict not in (Verdict.PASSED, Verdict.NOT_RUN)]
    assert page.classes["card"] == len(lost)
    for check in lost:
        assert f"{VERDICTS[check.verdict].sign} {VERDICTS[check.verdict].label}" in page.text
        assert check.sentence in page.text
    assert {f"check-{index}" for index in range(len(lost))} <= set(page.ids)


def test_a_card_has_all_that_a_student_needs() -> None:
    html = page_html(sample_result())
    card = html[html.index('id="check-0"') : html.index('id="check-1"')]
    text = read_page(card).text
    assert "udp_recv returned the number of bytes that fitted" in text
    assert text.index("send one datagram") < text.index("call udp_recv with cap 8")
    assert "3call udp_recv with cap 8" in text
    assert "MSG_TRUNC" in text
    assert "make check ONLY='udp_rx/reports_true_length_when_truncated' TIMESLICE_SEED=1" in text
    assert "received 8 bytes" in text
    assert re.search(r'<dd class="wanted">udp_recv\(fd, buf, 8\) = <mark>12</mark></dd>', card)
    assert re.search(r'<dd class="had">udp_recv\(fd, buf, 8\) = <mark>8</mark></dd>', card)
    assert '<a href="#L0-22"><code>udp_recv</code></a>' in card  # the student's function for the clause


def test_equal_steps_in_a_row_are_folded_and_code_of_the_spec_is_code() -> None:
    failed = next(check for check in sample_result().checks if check.verdict is Verdict.FAILED)
    many = failed.model_copy(update={"steps": ["a", *["b"] * 20, "a"], "sentence": "`udp_recv` <b> holds."})
    html = page_html(sample_result(checks=[many]))
    assert re.findall(r'<li><span class="dim">([^<]*)</span><span>([^<]*)', html) == [
        ("1", "a"),
        ("2 to 21", "b (x 20)"),
        ("22", "a"),
    ]
    assert "<code>udp_recv</code> &lt;b&gt; holds." in html


def test_a_group_of_steps_that_is_repeated_is_told_once() -> None:
    told = fold(["open", *["bind", "resolve", "close"] * 20, "count", "count", "end"])
    assert [(step.first, step.last, step.line) for step in told] == [
        (1, 1, "open"),
        (2, 2, "bind"),
        (3, 3, "resolve"),
        (4, 4, "close"),
        (5, 61, "the last 3 steps again (x 19)"),
        (62, 63, "count (x 2)"),
        (64, 64, "end"),
    ]
    assert [step.text for step in fold(["a", "b", "a", "b"])] == ["a", "b", "a", "b"]
    assert fold([]) == []


def test_an_exchange_is_a_ladder_with_its_steps_as_text_below() -> None:
    html = page_html(sample_result(checks=[exchange_check()]))
    card = html[html.index('id="check-0"') : html.index('<section id="memory"')]
    assert '<title id="check-0-ladder-title">Sequence diagram of 12 datagrams between client, relay and server' in card
    assert re.findall(r'<text class="who"[^>]*>([^<]*)<', card) == ["client", "relay", "server"]
    assert re.findall(r'<g class="(\w+)">', card) == [
        *["plain", "bad", "plain", "time", "plain", "plain", "memory", "time", "plain", "plain", "plain", "bad"]
    ]
    assert re.findall(r'class="(head|mark)"', card).count("mark") == 3  # dropped, held, refused
    (cross,) = re.findall(r">([^<]*, dropped)</text>", card)
    assert cross == "5 bytes &#34;&lt;ask&gt;&#34;, dropped"
    assert card.index("<svg") < card.index("The same as text") < card.index('<ol class="steps">')
    assert card.count('<ol class="steps">') == 1
    assert "<svg" not in page_html(sample_result(skills=[])).partition('id="lost"')[2].partition("<section")[0]


def test_charts_are_drawn_one_above_the_other_with_a_letter_in_each_box() -> None:
    html = page_html(sample_result(checks=[charts_check("AAxB|B.A", "AAxBAB.A", 4)]))
    card = html[html.index('id="check-0"') : html.index('<section id="memory"')]
    assert '<title id="check-0-gantt-title">Gantt charts, expected above got: they part at tick 4</title>' in card
    boxes = re.findall(
        r'<rect class="(\w+)"[^>]*x="(\d+)" y="(\d+)" width="(\d+)" height="26"/><text class="job"[^>]*>(.)<', card
    )
    expected = [("j0", "A"), ("switch", "x"), ("j1", "B"), ("j1", "B"), ("j0", "A")]
    got = [("j0", "A"), ("switch", "x"), ("j1", "B"), ("j0", "A"), ("j1", "B"), ("j0", "A")]
    assert [(kind, what) for kind, *_, what in boxes] == expected + got
    above, below = {y for _, _, y, _, _ in boxes[:5]}, {y for _, _, y, _, _ in boxes[5:]}
    assert len(above) == len(below) == 1
    assert int(above.pop()) < int(below.pop())
    (line,) = set(re.findall(r'<line class="parting[^>]* x1="(\d+)"', card))
    assert line == boxes[3][1] == boxes[8][1]  # the slices that begin with tick 4
    assert '<dd class="wanted">AAxB<mark>|</mark>B.A</dd>' in card
    assert '<dd class="had">AAxB<mark>A</mark>B.A</dd>' in card


def test_only_whole_words_are_marked_as_different() -> None:
    failed = next(check for check in sample_result().checks if check.verdict is Verdict.FAILED)

    def marked(expected: str, got: str) -> list[str]:
        check = failed.model_copy(update={"expected": expected, "got": got})
        return re.findall(r"<mark>([^<]*)</mark>", page_html(sample_result(checks=[check])))

    assert marked("5", "25") == []
    assert marked("-1 with errno ENOENT", "-1 with errno EINVAL") == ["ENOENT", "EINVAL"]
    assert marked("same", "same") == []


def test_what_valgrind_saw_in_a_test_stands_on_its_card() -> None:
    cards = page_html(sample_result()).split('<details class="card"')[1:]
    (leaked,) = [card for card in cards if "UDP-RX-016" in card.partition("</summary>")[0]]
    assert '<a class="mono" href="#L0-26">udp/receive.c:26</a> Loses 8 bytes' in leaked
    (crashed,) = [card for card in cards if "UDP-RX-010" in card.partition("</summary>")[0]]
    assert "What Valgrind found" not in crashed


def test_ids_are_unique_and_every_link_has_its_target(page: PageReader) -> None:
    assert len(page.ids) == len(set(page.ids))
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert inner
    assert inner <= set(page.ids)


def test_the_source_shows_coverage_and_findings_on_their_lines() -> None:
    html = page_html(sample_result())

    def row(number: int) -> str:
        found = re.search(rf'<tr id="L0-{number}" class="(\w+)"><td class="count">([^<]*)</td>', html)
        assert found is not None
        return f"{found.group(1)} {found.group(2)}"

    assert [row(number) for number in (24, 25, 27, 32)] == ["ran 58\u00d7", "missed never", "idle ", "ran 1.2M\u00d7"]
    after = html[html.index('id="L0-26"') : html.index('id="L0-27"')]
    assert "Leak_DefinitelyLost" in after
    assert "Loses 8 bytes in 1 block" in after
    assert "and 2 more tests" in after
    assert "UDP-RX-016" in after
    assert '<li>malloc</li><li>udp_recv <span class="dim">udp/receive.c:26</span></li>' in after
    assert '<span class="k">return</span>' in html


def test_what_passed_is_folded_and_what_failed_is_open(page: PageReader) -> None:
    assert "The 4 checks that passed" in page.text
    assert page.open_details == 10 + 1  # cards and the one file with findings


def test_with_many_failures_only_the_first_cards_are_open() -> None:
    failed = next(check for check in sample_result().checks if check.verdict is Verdict.FAILED)
    checks = [failed.model_copy(update={"name": f"udp_rx/{number}"}) for number in range(79)]
    page = read_page(page_html(sample_result(checks=checks, memory=Memory(status="clean", tests=79))))
    assert page.classes["card"] == 79
    assert page.open_details == 4


def test_a_submission_that_does_not_compile_shows_the_compilers_words_on_the_line() -> None:
    html = page_html(uncompiled_result())
    text = read_page(html).text
    assert "\u2717 A part of the code was not built" in text
    assert "The 15 checks that could not run" in text
    line = html[html.index('id="L0-3"') : html.index('id="L0-4"')]
    assert "<b>Compiler error.</b> expected &#39;;&#39; before" in line
    assert 'class="card"' not in html


def test_suspicion_and_an_unfinished_grade_have_a_banner() -> None:
    suspicious = sample_result(outcome=Outcome.SUSPICIOUS, suspicions=["a twin passed"])
    assert "A person must look at this submission" in read_page(page_html(suspicious)).text
    assert "a twin passed" in read_page(page_html(suspicious)).text
    broken = read_page(page_html(sample_result(outcome=Outcome.BROKEN)))
    assert "This grade is not final" in broken.text
    assert "banner" not in read_page(page_html(sample_result())).classes


def test_a_failure_of_written_code_is_shown_before_one_of_a_function_that_the_template_supplied() -> None:
    written = first_failure(sample_result(build=Build(status="built", supplied=["udp_serve", "udp_recv"])))
    crash = first_failure(sample_result(build=Build(status="built")))
    assert (crash and crash.clause, written and written.clause) == ("UDP-RX-010", "UDP-TX-010")


def test_unsteady_tests_differences_and_kit_faults_are_told_with_both_stories_and_cost_nothing() -> None:
    result = unsteady_result()
    html = page_html(result)
    faults = html.partition("The kit has faults on this machine, which cost no points")[2]
    assert "valgrind-3.24.0: udp_srv/many: its report was lost" in faults.partition("</div>")[0]
    shown = {"udp_cli/asks_again": "1 of 3 runs, native", "udp_srv/many": "2 of 2 runs, valgrind-3.19.0"}
    for test, count in shown.items():
        card = html.partition(f'<span class="mono">{test}</span>')[2].partition("\n  </details>\n")[0]
        assert "This costs no points" in card
        assert count in card
        assert "✓ Passed" in card
        assert f"--test {test} --seed 1" in card
    assert "poll(fd) (x 20)" in html
    failed = html.partition("it went on")[2]
    assert "Unsteady: the runs of this test differ" in failed
    text = junit_xml(result)
    for part in ("1 of 3 runs", "2 of 2 runs", "poll(fd) (x 20)", "its report was lost", "--test udp_srv/many"):
        assert part in text


def test_the_end_has_guards_versions_seed_and_notes(page: PageReader) -> None:
    for part in ("no cgroup v2 controllers", "\u2717 Off", "\u2713 On", "3.19.0", "Seed 1", "the template's is used"):
        assert part in page.text


def test_findings_without_a_line_and_absurd_lines_make_no_link() -> None:
    lost = Finding(kind="InvalidRead", message="m", file="udp/receive.c", line=9999, stack=[Frame(function="f")])
    page = read_page(page_html(sample_result(memory=Memory(status="findings", tests=1, findings=[lost]))))
    assert "udp/receive.c:9999" in page.text
    assert "#L0-9999" not in page.links


def test_the_index_lists_everyone_and_lists_the_hardest_clauses() -> None:
    results = sample_class(300)
    html = index_html(results, [f"{result.submission}/report.html" for result in results])
    page = read_page(html)
    assert len(re.findall(r'<td class="who">', html)) == 300
    assert "student-299/report.html" in page.links
    assert page.classes["bin"] == 10
    counts = [int(count) for count in re.findall(r'<text class="n"[^>]*>(\d+)</text>', html)]
    assert sum(counts) == 300
    rates = [int(rate) for rate in re.findall(r"(\d+)% <span class=\"dim\">\(\d+ of \d+\)", html)]
    assert rates == sorted(rates)
    assert len(rates) == 15
    assert page.unbalanced == []


def test_an_index_of_nothing_is_a_page() -> None:
    page = read_page(index_html([], []))
    assert "0 submissions" in page.title
    assert page.unbalanced == []


@pytest.mark.parametrize(
    "html",
    [
        page_html(sample_result()),
        page_html(sample_result(checks=[exchange_check(), charts_check()])),
        index_html(sample_class(3), [None] * 3),
    ],
    ids=["page", "figures", "index"],
)
def test_a_page_needs_nothing_but_itself_and_no_script(html: str) -> None:
    page = read_page(html)
    assert len(page.scripts) == 1
    assert "style" not in page.attributes
    assert not [name for name in page.attributes if name.startswith("on")]
    assert not [link for link in page.links if "//" in link.removeprefix("data:image/svg+xml,").split("%3C")[0]]
    assert page.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in page.policy


class Visit:
    """The result of a page in a headless Chromium: its DOM after the script, the console, and what it fetched."""

    def __init__(self, html: str, folder: Path) -> None:
        page, net_log = folder / "page.html", folder / "net.json"
        page.write_text(html)
        argv = [
            *CHROMIUM,
            "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}",
            f"--log-net-log={net_log}",
            "--dump-dom",
            page.as_uri(),
        ]
        ended = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=True)
        self.dom = ended.stdout
        self.console = [line for line in ended.stderr.splitlines() if "CONSOLE" in line]
        events = [event.get("params", {}) for event in json.loads(net_log.read_text())["events"]]
        # Requests that Chromium makes for itself (its clock, its updates) have no origin as their initiator.
        self.fetched = [event["url"] for event in events if event.get("initiator", "not an origin") != "not an origin"]


@pytest.mark.parametrize(
    ("html", "sign"),
    [
        (page_html(sample_result()), ">Copy</button>"),
        (page_html(sample_result(checks=[exchange_check(), charts_check()] * 4)), ">Copy</button>"),
        (index_html(sample_class(3), [None] * 3), 'class="sort"'),
    ],
    ids=["page", "figures", "index"],
)
def test_chromium_shows_a_page_without_complaint_and_runs_its_script(html: str, sign: str, tmp_path: Path) -> None:
    visit = Visit(html, tmp_path)
    assert (visit.console, visit.fetched) == ([], [])
    assert html.count(sign) == 0
    assert visit.dom.count(sign) >= 8


def test_chromium_obeys_no_markup_that_slipped_in(tmp_path: Path) -> None:
    slipped = (
        '<script>document.title="owned"</script><img src="http://127.0.0.1:9/x" onerror="document.title=\'owned\'">'
    )
    html = page_html(sample_result()).replace("<main", f"{slipped}<main", 1)
    visit = Visit(html, tmp_path)
    assert "<title>every-verdict: 7 of 28</title>" in visit.dom
    assert visit.fetched == []
    assert len([line for line in visit.console if "Content Security Policy" in line]) >= 2
    without_policy = Visit(html.replace("Content-Security-Policy", "X-None"), tmp_path)  # the policy stops it
    assert "<title>owned</title>" in without_policy.dom
    assert without_policy.fetched == ["http://127.0.0.1:9/x"]
