"""The lint: if a partner of a clause is removed, lint names what is missing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from timeslice.contract.bank import bank_tests, declared_tests
from timeslice.contract.kit import Kit
from timeslice.upkeep.lint import lint

CLAUSE = "UDP-RX-003"


@pytest.fixture
def copy(kit: Kit, tmp_path: Path) -> Kit:
    """A copy of all files that lint reads."""
    for name in (
        "spec",
        "reference",
        "student_template",
        *(f"tests/{lab}" for lab in kit.labs),
        "tests/support",
        "tests/mutants",
        "tests/witness",
    ):
        shutil.copytree(kit.root / name, tmp_path / name)
    return Kit(tmp_path)


LONG = "word " * 29 + "end."
SENTENCE = "A datagram longer than `cap` is reported with its true length."


def edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Replaces a pattern everywhere in one file."""

    def change(root: Path) -> None:
        text = (root / path).read_text()
        changed = re.sub(old, new, text)
        assert changed != text
        (root / path).write_text(changed)

    return change


def also(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    """Several changes."""

    def change(root: Path) -> None:
        for each in changes:
            each(root)

    return change


def everywhere(folder: str) -> Callable[[Path], None]:
    """Replaces every anchor of the clause with an anchor of another clause."""

    def change(root: Path) -> None:
        for path in (root / folder / "udp").iterdir():
            path.write_text(path.read_text().replace(CLAUSE, "UDP-RX-004"))

    return change


def remove(pattern: str) -> Callable[[Path], None]:
    """Removes every file that matches."""

    def change(root: Path) -> None:
        for path in list(root.glob(pattern)):
            path.unlink()

    return change


def add(path: str, text: str) -> Callable[[Path], None]:
    """Adds a file."""

    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    return change


SPOILED = {
    "no test": (
        also(*(edit(f"tests/udp/{name}.c", CLAUSE, "UDP-RX-004") for name in ("receive", "receive_cases"))),
        f"{CLAUSE}: no test in tests/udp/ checks it"),
    "a test of no clause": (edit("tests/udp/receive.c", CLAUSE, "UDP-RX-777"), "does not begin with a clause"),
    "a detail without a test": (
        edit("spec/udp.md", r"(\*\*UDP-RX-012\*\* MUST: .*\n)", r"\1\n- **UDP-RX-012a** It is so.\n"),
        "UDP-RX-012a: no test in tests/udp/ looks at it"),
    "a rule without a test": (
        edit("spec/udp.md", r"\Z", "\n**UDP-RULE-999** RULE: It is so.\n"), "UDP-RULE-999: no test in tests/udp/"),
    "a test of a detail that cannot be tested": (
        also(edit("spec/udp.md", r"(\*\*UDP-RX-012\*\* MUST: .*\n)", r"\1\n- **UDP-RX-012a** (not tested: no) So.\n"),
             edit("tests/udp/receive.c", '"UDP-RX-012: ', '"UDP-RX-012 UDP-RX-012a: ')),
        "UDP-RX-012a: marked as not tested, but a test names it"),
    "a test of a detail that is not there": (
        edit("tests/udp/receive.c", '"UDP-RX-012: ', '"UDP-RX-012 UDP-RX-012z: '), "names UDP-RX-012z, which the"),
    "a detail out of order": (
        edit("spec/udp.md", r"(\*\*UDP-RX-012\*\* MUST: .*\n)", r"\1\n- **UDP-RX-012b** It is so.\n"),
        "UDP-RX-012b should be UDP-RX-012a"),
    "a detail in another form": (
        edit("spec/udp.md", r"(\*\*UDP-RX-012\*\* MUST: .*\n)", r"\1\n- **UDP-RX-012a**: It is so.\n"),
        "looks like a clause"),
    "a rule of another lab": (
        edit("spec/udp.md", r"\Z", "\n**SCH-RULE-999** RULE: It is so.\n"), "is no rule of UDP"),
    "points that do not add up": (
        edit("spec/udp.toml", rf'("{CLAUSE}"\npoints =) \d+', r"\1 9"), "the points of lab udp sum to"),
    "no sentence": (edit("spec/udp.md", r"\*\*UDP-RX-012\*\*", "nothing"), "has no sentence for it"),
    "a sentence in another form": (
        edit("spec/udp.md", r"(\*\*UDP-RX-012\*\* MUST):", r"\1"), "has no sentence for it"),
    "nearly a clause": (edit("spec/udp.md", r"\Z", "\n**UDP-RX-888** must: x\n"), "looks like a clause"),
    "no points": (edit("spec/udp.md", r"\Z", "\n**UDP-RX-888** MUST: x\n"), "UDP-RX-888 has no points"),
    "no mutant": (remove(f"tests/mutants/udp/{CLAUSE}-*.patch"), f"{CLAUSE}: no mutant"),
    "a reason for a mutant that is not there": (
        add("tests/mutants/udp/costs.toml", '"UDP-RX-012-gone" = "It breaks everything."\n'),
        "costs.toml: UDP-RX-012-gone: no such mutant"),
    "a mutant of no clause": (add("tests/mutants/udp/UDP-RX-777-x.patch", "x"), "not named after a clause"),
    "no anchor in the reference": (everywhere("reference"), f"no anchor /* {CLAUSE} */ in reference/udp/"),
    "no anchor in the template": (everywhere("student_template"), f"no anchor /* {CLAUSE} */ in student_template/udp/"),
    "an anchor of no clause": (
        add("reference/udp/zzz.c", "/* UDP-RX-777 */"), "anchor UDP-RX-777 is no clause"),
    "a file that the template lacks": (
        add("reference/udp/zzz.c", "int x;"), "student_template/udp/zzz.c: missing, reference/ has it"),
    "no include guard": (
        edit("spec/include/timeslice/udp.h", "TIMESLICE_UDP_H", "UDP_H"), "no include guard TIMESLICE_UDP_H"),
    "a function that no header declares": (
        edit("spec/udp.toml", '"udp_recv",', '"udp_recv", "udp_gone",'), "udp_gone is declared in none"),
    "a test that sleeps": (
        edit("tests/udp/send.c", r"(pair_close\(&pair\);)", r"usleep(20000);\n    \1"), "it sleeps: wait for the"),
    "a helper that sleeps": (
        edit("tests/support/net/peer.c", r"(peer_close\(&marker\);)", r"nanosleep(&pause, NULL);\n    \1"), "it sleep"),
    "a test that sets a timer": (
        edit("tests/process/join.c", r"(let_pass\(0, 1\);)", r"alarm(1);\n    \1"), "it sets a timer"),
    "a test that hopes for a signal": (
        edit("tests/udp/receive.c", r"( +)interruptions_stop\(\);", r'\1expect_true(interruptions_stop() > 0, "x");'),
        "it asks how many signals came"),
    "a test that must be fast": (
        edit("tests/udp/call.c", r"expect_at_least\(stopwatch_ms\(\) - start, 6 \+ 18 \+ 54",
             r'expect_true(stopwatch_ms() - start < 200, "x");\n    expect_at_least(1, 1'), "that something is fast"),
    "a wait with a tolerance": (
        edit("tests/udp/call.c", r"start, 6 \+ 18 \+ 54,", "start, 6 + 18 + 54 - 3,"), "it leaves a tolerance"),
    "a description that repeats the sentence": (
        edit("tests/udp/receive.c", rf'"{CLAUSE}: [^"]*"', f'"{CLAUSE}: {SENTENCE}"'), f"the sentence of {CLAUSE}"),
    "a long sentence in a chapter": (add("spec/more.md", LONG), "spec/more.md:1: a sentence of 30 words"),
    "a long sentence in a comment": (
        edit("tests/udp/send.c", r"\A", f"/* {LONG} */\n"), "tests/udp/send.c:1: a sentence of 30 words"),
    "a long sentence in a hint": (
        edit("spec/udp.toml", r"hint = .*", f'hint = "{LONG}"'), "UDP-OPEN-001: a sentence of 30 words"),
    "a long function of C": (
        edit("reference/udp/send.c", r"\Z", "\nint long_one(void) {\n" + "    ;\n" * 40 + "}\n"), "long_one has 42"),
    "a long function of Python": (
        add("tests/udp/x.py", 'def long():\n    """Say."""\n' + "    pass\n" * 41), "long has 42 lines"),
    "a long file": (add("tests/udp/x.py", "\n" * 401), "401 lines: a file may have 400"),
    "a wide line": (add("spec/more.md", "x" * 130), "spec/more.md:1: wider than 120"),
    "a list of the labs": (
        add("student_template/README.md", "| lab |\n|---|\n| `udp` |\n| `process` |\n"), "a list of the labs (proc"),
    "a scenario of a sentence that is not there": (
        edit("tests/witness/udp/echo_server.py", "UDP-SRV-002", "UDP-SRV-777"), "shows UDP-SRV-777, which spec/udp.md"),
    "a scenario that needs no area of its clause": (
        edit("tests/witness/udp/echo_client.py", " UDP-CLI UDP-LOSS", ""), "shows a clause of UDP-CLI and does not"),
    "a scenario that needs no area at all": (
        edit("tests/witness/udp/echo_client.py", "CLI UDP-LOSS", "CLI UDP-LOST"), "UDP-LOST, which is no area"),
    "two scenarios of one name": (
        edit("tests/witness/udp/echo_client.py", "it_asks_again", "clients_are_kept_apart"), "is there twice"),
    "a scenario without a title": (
        edit("tests/witness/udp/echo_server.py", '    """Five Python .*"""\n', ""), "has no docstring or shows"),
    "an old schema": (add("spec/result.schema.json", "{}"), "spec/result.schema.json: differs from the model"),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILED)
def test_whatever_is_taken_away_is_missed(copy: Kit, tmp_path: Path, what: str) -> None:
    spoil, said = SPOILED[what]
    before = lint(copy)
    spoil(tmp_path)
    after = [complaint for complaint in lint(copy) if complaint not in before]
    assert any(said in complaint for complaint in after), after
    assert all("\n" not in complaint for complaint in after)


def test_the_tests_of_the_bank_are_found_as_the_bank_itself_lists_them(kit: Kit) -> None:
    declared = {test.name: (test.clause, test.file) for lab in kit.labs for test in declared_tests(kit, lab)}
    assert declared == {test.name: (test.clause, test.file) for test in bank_tests(kit)}
