"""Mutants made by a machine: which changes it makes, what becomes of them, and the fixed list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import pytest

from timeslice.build.workshop import MEMCHECK, NATIVE, SANITIZE
from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.model import Verdict
from timeslice.screen import open_console
from timeslice.upkeep import fixed_list, machine, survivors
from timeslice.upkeep.kept import ALIVE, DEAD, NATIVELY, Decision, Kept
from timeslice.upkeep.machine import Change, Fate, Machine
from timeslice.upkeep.mutants import MutantRunner
from timeslice.upkeep.proof import Prover

BEFORE = "    while (sent < 0 && errno == EINTR);"


@contextmanager
def machine_for(kit: Kit, lab: str, memory: Path, *, tools: bool = True) -> Iterator[Machine]:
    """A machine for the reference that keeps nothing in the kit."""
    with Prover(kit) as prover:
        made = Machine(prover, kit.reference, lab, Kept(kit, kit.reference, lab, memory), tools=tools)
        try:
            yield made
        finally:
            made.close()


def small_kit(root: Path) -> Kit:
    """A kit with one lab of one source, and with a bank that is only a text."""
    for folder in ("spec/include", "reference/udp", "build/kit", "tests/mutants/udp"):
        (root / folder).mkdir(parents=True)
    for name, text in (("spec/udp.md", ""), ("spec/udp.toml", ""), ("build/kit/bank.o", "old tests")):
        (root / name).write_text(text)
    bodies = [f"int {name}(int a) {{\n    return a + 1;\n}}\n" for name in "fg"]
    (root / "reference/udp/x.c").write_text("".join(bodies))
    return Kit(root)


def memory_of(kit: Kit, *, again: bool = False) -> Kept:
    """What is kept of the small kit's reference."""
    return Kept(kit, kit.reference, "udp", kit.root / "memory.json", again=again)


def change(after: str = "b", file: str = "x.c") -> Change:
    """Some change."""
    return Change("udp", file, 1, "a", after)


def test_a_line_with_a_comment_is_changed_too(tmp_path: Path) -> None:
    kit = small_kit(tmp_path)
    (kit.reference / "udp" / "x.c").write_text("/* a\n b */\nint f(int a) { return a + 1; /* UDP-RX-001 */ }\n")
    made = machine.changes(kit, kit.reference, "udp")
    assert {one.line for one in made} == {3}
    assert "x.c: int f(int a) { return a + 1; } => int f(int a) { return a - 1; }" in {one.key for one in made}


def test_each_change_has_its_own_key(tmp_path: Path) -> None:
    kit = small_kit(tmp_path)
    keys = {one.key: one.line for one in machine.changes(kit, kit.reference, "udp")}
    assert keys["x.c: return a + 1; => return a - 1;"] == 2
    assert keys["x.c [2]: return a + 1; => return a - 1;"] == 5
    other = copytree(kit.reference, tmp_path / "other")
    assert all(one.key.startswith("other/x.c") for one in machine.changes(kit, other, "udp"))


def test_a_sample_is_the_same_every_time() -> None:
    offered = [Change("udp", "x.c", line, "a", "b") for line in range(100)]
    assert machine.sample(offered, 5, 1) == machine.sample(offered, 5, 1) != machine.sample(offered, 5, 2)
    assert set(machine.sample(offered, 5, 1)) < set(machine.sample(offered, 90, 1))
    assert machine.sample(offered, 0, 1) == machine.sample(offered, 500, 1) == offered


def test_every_mutant_has_its_fate(kit: Kit, tmp_path: Path) -> None:
    lines = (kit.reference / "udp" / "send.c").read_text().splitlines()
    number = next(at for at, line in enumerate(lines, start=1) if line.startswith(BEFORE))
    wanted = {
        "    while (sent <= -1 && errno == EINTR);": machine.EQUIVALENT,
        "    while (sent < 0 && errno == );": machine.BROKEN,
        "    while (sent < 0 && errno != EINTR);": DEAD,
        "    while (sent <= -1 && errno != EINTR);": machine.DUPLICATE,
    }
    given = [Change("udp", "send.c", number, f"{BEFORE}\n", f"{after}\n") for after in wanted]
    steps: list[int] = []
    with machine_for(kit, "udp", tmp_path / "memory.json") as decided:
        found = machine.fates(decided, given, lambda: steps.append(1))
    assert {fate.change.after.rstrip("\n"): fate.word for fate in found} == wanted
    assert len(steps) == machine.STEPS * len(given)


def test_the_tools_kill_what_lives_natively(kit: Kit, context: GradingContext, tmp_path: Path) -> None:
    wrong = {
        SANITIZE: ("    free(h->places);\n", "\n"),
        MEMCHECK: ("    h->count = 0;\n", "    int unset;\n    h->count = unset == 123456789;\n"),
    }
    plain = (kit.reference / "scheduler" / "heap.c").read_text()
    test = ["sched_ties/end_a_burst_before_anything_else"]
    runner = MutantRunner(context, kit.reference)
    try:
        for mode, (before, after) in wrong.items():
            assert before in plain
            copytree(kit.reference / "scheduler", tmp_path / mode / "scheduler")
            (tmp_path / mode / "scheduler" / "heap.c").write_text(plain.replace(before, after, 1))
            with runner.opened(tmp_path / mode) as bank:
                assert bank.killer(NATIVE, test) is None
                assert bank.killer(mode, test) is not None
            with runner.opened(tmp_path / mode) as bank:  # an earlier run has looked natively
                assert bank.killer(mode, test) is not None
    finally:
        runner.close()


def test_the_tools_look_later_at_what_lives_natively(kit: Kit, tmp_path: Path) -> None:
    line = "    h->count = 0;"
    number = (kit.reference / "scheduler" / "heap.c").read_text().splitlines().index(line) + 1
    overflow = Change("scheduler", "heap.c", number, f"{line}\n", f"{line} volatile int big = 2147483647; big++;\n")
    memory = tmp_path / "memory.json"
    with machine_for(kit, "scheduler", memory, tools=False) as quick:
        lives = quick.decide(overflow)
    with machine_for(kit, "scheduler", memory) as whole:
        dies = whole.decide(overflow)
    assert (lives.word, lives.how) == (ALIVE, NATIVELY)
    assert (dies.word, dies.how) == (DEAD, SANITIZE)


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    kit = small_kit(tmp_path)
    kept = memory_of(kit)
    kept.set_code("x.c", 2, "return 2;", "code")
    kept.set_decision("x.c", "code", Decision(word=DEAD, test="udp_send/sends", how="failed"))
    kept.save()
    later = memory_of(kit)
    assert later.code("x.c", 2, "return 2;") == "code"
    assert later.decision("x.c", "code") == Decision(word=DEAD, test="udp_send/sends", how="failed")
    assert later.killers("x.c") == ["udp_send/sends"]
    assert memory_of(kit, again=True).decision("x.c", "code") is None


def test_after_new_tests_only_survivors_run_again(tmp_path: Path) -> None:
    kit = small_kit(tmp_path)
    kept = memory_of(kit)
    kept.set_decision("x.c", "dies", Decision(word=DEAD))
    kept.set_decision("x.c", "lives", kept.survived())
    kept.save()
    same = memory_of(kit).decision("x.c", "lives")
    assert same is not None
    assert same.word == ALIVE
    (kit.objects / "bank.o").write_text("new tests")
    assert memory_of(kit).decision("x.c", "lives") is None
    assert memory_of(kit).decision("x.c", "dies") is not None


def test_a_changed_source_is_forgotten(tmp_path: Path) -> None:
    kit = small_kit(tmp_path)
    kept = memory_of(kit)
    kept.set_decision("x.c", "dies", Decision(word=DEAD))
    kept.save()
    (kit.reference / "udp" / "x.c").write_text("int f;\n")
    assert memory_of(kit).decision("x.c", "dies") is None


def test_a_survivor_needs_a_reason_and_the_reason_must_be_true(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kit, console = small_kit(tmp_path), open_console()
    died = [Fate(change(f"dead{number}"), DEAD) for number in range(90)]
    assert survivors.show(kit, "reference-udp", died, console)
    assert not survivors.show(kit, "reference-udp", [*died, Fate(change(), ALIVE)], console)
    left = tmp_path / "build" / "mutants" / "reference-udp-survivors.toml"
    reasons = tmp_path / "tests" / "mutants" / "udp" / survivors.REASONS
    reasons.write_text(left.read_text())
    assert not survivors.show(kit, "reference-udp", [*died, Fate(change(), ALIVE)], console)
    reasons.write_text(left.read_text().replace('""', '"a and b are the same here"'))
    assert survivors.show(kit, "reference-udp", [*died, Fate(change(), ALIVE)], console)
    capsys.readouterr()
    assert not survivors.show(kit, "reference-udp", [*died, Fate(change(), DEAD)], console)
    assert "dies, but" in capsys.readouterr().out


def test_the_list_is_spread_over_the_files(tmp_path: Path) -> None:
    kit = small_kit(tmp_path)
    found = [Fate(change(f"{n}", f"{file}.c"), DEAD, Verdict.FAILED) for file in "ab" for n in range(30)]
    slow = [Fate(change("0", "c.c"), DEAD, Verdict.TIMED_OUT), Fate(change("0", "d.c"), ALIVE)]
    fixed_list.renew(kit, "udp", [*found, *slow])
    files = [one.file for one in fixed_list.listed(kit, "udp", [fate.change for fate in [*found, *slow]])]
    assert (files.count("a.c"), files.count("b.c")) == (fixed_list.NUMBER // 2, fixed_list.NUMBER // 2)
    with pytest.raises(KitError, match="only 2 mutants"):
        fixed_list.renew(kit, "udp", found[:2])
    with pytest.raises(KitError, match=r"no such change: .* renew the list: timeslice mutants"):
        fixed_list.listed(kit, "udp", [])


@pytest.mark.parametrize("lab", ["process", "scheduler", "udp"])
def test_every_mutant_of_the_fixed_list_dies(kit: Kit, tmp_path: Path, lab: str) -> None:
    chosen = fixed_list.listed(kit, lab, machine.changes(kit, kit.reference, lab))
    assert len(chosen) == fixed_list.NUMBER
    with machine_for(kit, lab, tmp_path / "memory.json") as decided:
        found = machine.fates(decided, chosen, lambda: None)
    assert [fate.change.key for fate in found if fate.word != DEAD] == []
