"""The pages of the contract: their links, what each reader sees, and how a real Chromium shows them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from markupsafe import escape

from browser import Browser
from page_reading import PageReader, read_page
from timeslice.cli import main
from timeslice.contract.assignment import Assignment
from timeslice.contract.bank import declared_tests
from timeslice.contract.kit import Kit
from timeslice.contract.places import mutants
from timeslice.errors import KitError
from timeslice.pages.glossary import read_glossary
from timeslice.pages.site import write_pages
from timeslice.upkeep.new_lab import new_lab

READERS = ("instructors", "students")

# A chapter with every kind of sentence, with hostile text in all places, and with many kinds of links.
CHAPTER = """\
# A <b>demo</b> & more

See [the README](README.md#glossary), [its header](include/timeslice/demo.h), [nothing](../Makefile),
[a picture](workloads/five.csv), [harm](javascript:alert(1)) and [the rule](#rules). <img src=x onerror=alert(2)>

## Rules

**DEMO-RULE-001** RULE: Every call is <script>alert(3)</script> safe, says `demo_repeat("<i>")`.

- **DEMO-RULE-001a** A datagram of a datagram, see DEMO-TEXT-001a.

## Text

**DEMO-TEXT-001** MUST: `demo_repeat` returns a text.

- **DEMO-TEXT-001a** Every negative
  number means DEMO-RULE-001a, not DEMO-TEXT-099.
- **DEMO-TEXT-001b** (not tested: nobody <sees> it) It is quick.

**DEMO-TEXT-003** SHOULD: It is short.

A reason with a datagram. `demo.c` is a file, and demo_repeat without marks is not linked.

```c
/* DEMO-TEXT-002 </pre><script>alert(4)</script> */
char *demo_repeat(const char *text);
```

**DEMO-TEXT-002** MUST: No block is left.

## Text

**DEMO-TEXT-001** MUST
"""


@pytest.fixture(scope="module", params=READERS)
def reader(request: pytest.FixtureRequest) -> str:
    """Who reads the pages."""
    return str(request.param)


@pytest.fixture(scope="module")
def folder(kit: Kit, tmp_path_factory: pytest.TempPathFactory, reader: str) -> Path:
    """The pages of this kit."""
    return write_pages(kit, tmp_path_factory.mktemp(reader), for_students=reader == "students").parent


@pytest.fixture(scope="module")
def demo(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """A copy of the spec with one more lab: its chapter, header, hint and mutant have hostile text."""
    root = tmp_path_factory.mktemp("kit")
    shutil.copytree(kit.root / "spec", root / "spec")
    copy = Kit(root)
    new_lab(copy, "demo", "DEMO")
    (root / "spec/demo.md").write_text(CHAPTER)
    for path in (root / "spec/demo.toml", root / "spec/include/timeslice/demo.h"):
        path.write_text(path.read_text().replace("NUL", "<script>alert(5)</script> NUL"))
    for patch in (root / "tests/mutants/demo").glob("*.patch"):
        patch.write_text("It <script>alert(6)</script> loses. A second sentence.\n" + patch.read_text())
    return copy


@pytest.fixture(scope="module")
def pages(demo: Kit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages for instructors of the copy."""
    return write_pages(demo, tmp_path_factory.mktemp("pages"), for_students=False).parent


def read_all(folder: Path) -> dict[str, PageReader]:
    """Every page of a folder by its name."""
    return {path.name: read_page(path.read_text("utf-8")) for path in sorted(folder.glob("*.html"))}


def dead_links(pages: dict[str, PageReader]) -> Iterator[str]:
    """Every link whose page or place does not exist."""
    for name, page in pages.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            if link.startswith(("https://", "data:")):
                continue
            if (target or name) not in pages or (anchor and anchor not in pages[target or name].ids):
                yield f"{name}: {link}"


def test_every_link_has_its_target_and_every_id_is_there_once(folder: Path) -> None:
    pages = read_all(folder)
    assert {"index.html", "README.html", "workloads.html", "timeslice-udp.h.html"} <= set(pages)
    assert list(dead_links(pages)) == []
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name
        assert page.unbalanced == [], name
        assert page.title.endswith("Timeslice") or name == "index.html"


def test_every_sentence_of_each_lab_has_its_anchor(folder: Path, assignment: Assignment) -> None:
    pages = read_all(folder)
    for lab in assignment.labs:
        assert set(lab.bindings) <= set(pages[f"{lab.id}.html"].ids)
        assert f"{lab.id}.html" in pages["index.html"].links
        declared = {name for header in lab.headers for name in pages[f"{header.replace('/', '-')}.html"].ids}
        assert set(lab.api) <= declared


def test_every_mention_of_a_sentence_is_a_link(folder: Path, assignment: Assignment) -> None:
    for path in folder.glob("*.html"):
        text = re.sub(r"<(script|title|style).*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL)
        bare = re.sub(r"<a [^>]*>.*?</a>", "", text, flags=re.DOTALL)
        named = set(re.findall(r"(?<![\w\"#-])[A-Z]+-[A-Z]+-\d{3}[a-z]?(?![\w-])", re.sub(r"<[^>]*>", " ", bare)))
        assert named & set(assignment.bindings) == set(), path.name


def test_students_see_no_test_no_mutant_and_no_points(kit: Kit, assignment: Assignment, tmp_path: Path) -> None:
    write_pages(kit, tmp_path, for_students=True)
    spec = " ".join(path.read_text("utf-8") for path in (kit.root / "spec").glob("*.md"))
    text = " ".join(path.read_text("utf-8") for path in tmp_path.glob("*.html"))
    for lab in assignment.labs:
        names = [test.name for test in declared_tests(kit, lab.id)] + [one.name for one in mutants(kit, lab.id)]
        assert [name for name in names if name in text and name not in spec] == []
        assert not (tmp_path / f"{lab.id}.toml.html").exists()
    hints = [clause.hint for clause in assignment.clauses.values() if "`" not in clause.hint]
    assert [hint for hint in hints if hint in text] == []
    assert 'class="evidence"' not in text
    assert not re.search(r"\d+ points?, \d+ tests?", text)
    assert not (tmp_path / "threat-model.html").exists()


def test_instructors_see_points_hint_tests_and_mutants_of_each_clause(
    kit: Kit, assignment: Assignment, tmp_path: Path
) -> None:
    write_pages(kit, tmp_path, for_students=False)
    html = (tmp_path / "udp.html").read_text("utf-8")
    box = html[html.index('id="UDP-RX-003"') : html.index('id="UDP-RX-004"')]
    clause = assignment.clauses["UDP-RX-003"]
    assert re.search(rf"<summary>{clause.points} points?, \d+ tests?, \d+ mutants?</summary>", box)
    assert str(escape(clause.hint)) in box
    assert re.search(
        r"udp_recv/reports_true_length_when_truncated</code> <span class=\"dim\">tests/udp/\w+\.c:\d+", box
    )
    broken = [one for one in mutants(kit, "udp") if one.clause == clause.id]
    assert [str(escape(one.mistake.partition(".")[0])) in box for one in broken] == [True] * len(broken)
    assert (tmp_path / "threat-model.html").is_file()
    for lab in kit.labs:
        text = (tmp_path / f"{lab}.html").read_text("utf-8")
        assert [test.name for test in declared_tests(kit, lab) if test.name not in text] == []
        assert [one.name for one in mutants(kit, lab) if one.name not in text] == []


def test_each_workload_has_a_picture_of_each_expected_schedule(folder: Path, kit: Kit) -> None:
    html = (folder / "workloads.html").read_text("utf-8")
    schedules = sorted(path.name for path in (kit.root / "spec/workloads").glob("*.json"))
    assert html.count('<svg class="gantt"') == len(schedules)
    page = read_page(html)
    assert set(schedules) <= set(page.ids)
    picture = html[html.index('id="switch-abandoned.mlfq-switch.json"') :].partition("</svg>")[0]
    boxes = re.findall(r'<rect class="(\w+)"[^>]*/><text class="job"[^>]*>([^<]*)<', picture)
    told = json.loads((kit.root / "spec/workloads/switch-abandoned.mlfq-switch.json").read_text())
    ran = sorted(
        [*told["slices"], *(switch | {"job": "x"} for switch in told["switches"])], key=lambda one: one["start"]
    )
    assert [text for _, text in boxes][: len(ran)] == [str(one["job"]) for one in ran]
    assert [text for _, text in boxes][len(ran) :] == [f"L{one['level']}" for one in told["slices"]]


def test_hostile_text_stays_text(pages: Path) -> None:
    for name, page in read_all(pages).items():
        assert len(page.scripts) == 2, name  # the index of the search, and our own script
        assert not page.tags & {"img", "i"}, name
        assert not [attribute for attribute in page.attributes if attribute.startswith("on")], name
        assert not [link for link in page.links if "javascript" in link], name
        assert page.unbalanced == [], name
    html = "".join(path.read_text("utf-8") for path in pages.glob("*.html"))
    assert set(re.findall(r"<script[^>]*>alert", html)) == set()
    for number in (3, 4, 5, 6):
        assert f"&lt;script&gt;alert({number})&lt;/script&gt;" in html
    assert "It &lt;script&gt;alert(6)&lt;/script&gt; loses.<" in html  # the first sentence of a mutant, and no more


def test_details_and_rules_have_anchors_links_and_evidence(pages: Path) -> None:
    html = (pages / "demo.html").read_text("utf-8")
    page = read_page(html)
    for address in (
        "DEMO-RULE-001",
        "DEMO-RULE-001a",
        "DEMO-TEXT-001",
        "DEMO-TEXT-001a",
        "DEMO-TEXT-001b",
        "DEMO-TEXT-003",
    ):
        assert page.ids.count(address) == 1
    assert html.count('<a href="demo.html#DEMO-RULE-001a">DEMO-RULE-001a</a>') == 1
    assert "DEMO-TEXT-099" in page.text
    assert "#DEMO-TEXT-099" not in html
    assert re.search(r'<li id="DEMO-TEXT-001a" class="detail">.*?<b class="bad">no test</b>', html, re.DOTALL)
    should = html[html.index('id="DEMO-TEXT-003"') :].partition("A reason")[0]
    assert "no test" not in should
    assert '<span class="untested">(not tested: nobody &lt;sees&gt; it)</span>' in html
    assert re.search(r'<div class="binding" id="DEMO-RULE-001">\s*<p class="sentence">.*RULE</span>', html)
    assert '<a href="timeslice-demo.h.html#demo_repeat">demo_repeat</a>(&#34;&lt;i&gt;&#34;)' in html
    assert ["text" in page.ids, "text-1" in page.ids] == [True, True]
    assert list(dead_links(read_all(pages))) == []


def test_a_term_links_to_the_glossary_where_a_chapter_uses_it_first(pages: Path) -> None:
    html = (pages / "demo.html").read_text("utf-8")
    (link,) = re.findall(r'<a class="term" href="README.html#term-datagram" title="([^"]*)">datagram</a>', html)
    assert link.startswith("\u6570\u636e\u62a5: one message of UDP")
    assert '<tr id="term-datagram">' in (pages / "README.html").read_text("utf-8")


def test_the_words_of_a_term() -> None:
    rows = ("fork, spawn | 派 | to `make`", "round robin (RR) | 轮 | each", "new, ready, running, ended | 新 | states")
    table = "".join(f"| {row} |\n" for row in ("English | 中文 | Meaning", "--- | --- | ---", *rows))
    told = f"\n## Glossary\n\n{table}\n## After\n\n| a | b | c |\n"
    assert [(term.forms, term.meaning) for term in read_glossary(told)] == [
        (("fork", "spawn"), "to make"),
        (("round robin", "RR"), "each"),
        ((), "states"),
    ]
    assert read_glossary("# no glossary") == ()


def test_pages_that_are_not_needed_any_more_go_and_other_files_stay(kit: Kit, tmp_path: Path) -> None:
    write_pages(kit, tmp_path, for_students=False)
    (tmp_path / "mine.html").write_text("<p>mine</p>")
    write_pages(kit, tmp_path, for_students=True)
    assert not (tmp_path / "threat-model.html").exists()
    assert not (tmp_path / "udp.toml.html").exists()
    assert (tmp_path / "mine.html").is_file()


def test_the_command_says_where_the_pages_are(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["spec", "--for", "students", "--out", str(tmp_path / "new")])
    assert (told.exit_code, told.output) == (0, f"Pages: {tmp_path / 'new' / 'index.html'}\n")
    assert (tmp_path / "new" / "index.html").is_file()


def test_a_workload_that_cannot_be_drawn_is_one_line(demo: Kit, tmp_path: Path) -> None:
    shutil.copytree(demo.root / "spec", tmp_path / "spec")
    (tmp_path / "spec/workloads/five.rr.json").write_text("{}")
    with pytest.raises(
        KitError, match=r"cannot draw the workload spec/workloads/five.csv .*: repair this file"
    ) as told:
        write_pages(Kit(tmp_path), tmp_path / "out", for_students=True)
    assert "\n" not in str(told.value)


FOUND = "[...document.querySelectorAll('.results a')].map(a => a.querySelector('.name').textContent)"


def test_the_search_works_in_chromium_by_keyboard(folder: Path, reader: str, tmp_path: Path) -> None:
    with Browser(tmp_path) as browser:
        browser.open((folder / "udp.html").as_uri())
        assert browser.run("document.querySelector('.results').hidden") is True
        browser.press("/")
        assert browser.run("document.activeElement.type + document.activeElement.value") == "search"
        browser.write("LONGER true Length")
        assert browser.run(f"{FOUND}.includes('UDP-RX-003')") is True
        marked = "[...document.querySelectorAll('.results a[href$=UDP-RX-003] mark')].map(mark => mark.textContent)"
        assert browser.run(marked) == ["longer", "true", "length"]
        browser.press("Escape")
        assert browser.run("document.querySelector('.results').hidden") is True
        browser.open((folder / "index.html").as_uri() + "?q=%E6%95%B0%E6%8D%AE%E6%8A%A5")
        assert browser.run(f"{FOUND}.some(name => name.startsWith('datagram'))") is True
        browser.open((folder / "index.html").as_uri() + "?q=reports_true_length")
        assert bool(browser.run(f"{FOUND}.length")) == (reader == "instructors")
        browser.open((folder / "index.html").as_uri())
        browser.press("/")
        browser.write("udp_recv")
        assert browser.run(f"{FOUND}[0]") == "udp_recv"
        browser.press("Enter")
        browser.wait("location.pathname.endsWith('timeslice-udp.h.html') && location.hash === '#udp_recv'")
        assert browser.complaints == []


def test_chromium_shows_hostile_pages_without_a_complaint_and_fits_a_phone(pages: Path, tmp_path: Path) -> None:
    with Browser(tmp_path) as browser:
        browser.look(390, 844, dark=True)
        for name in ("index", "demo", "udp", "workloads", "README", "timeslice-demo.h", "threat-model"):
            browser.open((pages / f"{name}.html").as_uri() + "?q=script")
            assert browser.run("document.documentElement.scrollWidth <= innerWidth") is True, name
            assert browser.run("document.querySelectorAll('.results a').length > 0") is True
            assert browser.run("document.querySelectorAll('.results script').length") == 0
        assert browser.complaints == []
