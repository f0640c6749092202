"""Witnesses: which scenarios count, how often one is played, and what bank and witness say together."""

from __future__ import annotations

import os
import select
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from conftest import MakeSubmission
from timeslice.build.builder import Built
from timeslice.contract.bank import BankTest
from timeslice.errors import KitError, SandboxError
from timeslice.grade import witnesses
from timeslice.grade.checks import check_not_run
from timeslice.grade.context import GradingContext
from timeslice.intake.sources import Source
from timeslice.intake.tree import take
from timeslice.model import Check, Verdict, WitnessAnswer, WitnessReport
from timeslice.sandbox import Sandbox
from timeslice.upkeep.attacks import expectation, played
from timeslice.witness import asking
from timeslice.witness import program as program_module
from timeslice.witness.asking import TRIES, Witness
from timeslice.witness.places import Place, on_this_machine
from timeslice.witness.program import DisagreementError
from timeslice.witness.scenario import Scenario, Scene, scenarios

NEEDED = {"UDP-OPEN", "UDP-TX", "UDP-RX", "UDP-SRV"}

# ---- which scenarios count ----


def checks_of(context: GradingContext, tests: tuple[BankTest, ...], **changed: Any) -> dict[str, Check]:
    """A check of each test that passed. ``changed`` changes the first one."""
    plain = [
        check_not_run(context.assignment, test, 1, "").model_copy(update={"verdict": Verdict.PASSED}) for test in tests
    ]
    plain[0] = plain[0].model_copy(update=changed)
    return {check.name: check for check in plain}


def test_an_area_holds_if_every_test_of_it_passed_each_time(context: GradingContext) -> None:
    tests = tuple(test for test in context.tests if test.memory_key == "UDP-SRV")
    assert witnesses.holding(context.assignment, tests, checks_of(context, tests)) >= {"UDP-SRV"}
    doubts: tuple[dict[str, Any], ...] = ({"verdict": Verdict.FAILED}, {"verdict": Verdict.BROKEN}, {"unsteady": True})
    for doubt in doubts:
        holding = witnesses.holding(context.assignment, tests, checks_of(context, tests, **doubt))
        assert "UDP-SRV" not in holding, doubt
        assert "UDP-TX" in holding


def test_an_area_needs_its_memory_clause(context: GradingContext) -> None:
    charged = context.assignment.memory["UDP-LOSS"]
    assert charged.memory_key != "UDP-LOSS"
    tests = tuple(test for test in context.tests if test.clause == charged)
    assert "UDP-LOSS" not in witnesses.holding(
        context.assignment, tests, checks_of(context, tests, verdict=Verdict.MEMORY_ERROR)
    )


def test_a_test_without_a_check_proves_nothing(context: GradingContext) -> None:
    assert witnesses.holding(context.assignment, context.tests, {}) == set()


def test_the_seed_is_of_the_submission(tmp_path: Path) -> None:
    for name, text in (("a.c", "int a;"), ("b.c", "int b;")):
        (tmp_path / name).write_text(text)
    first = witnesses.seed_of(tmp_path, ["a.c", "b.c"])
    assert first == witnesses.seed_of(tmp_path, ["b.c", "a.c"])
    assert first != witnesses.seed_of(tmp_path, ["a.c"])
    (tmp_path / "b.c").write_text("int c;")
    assert first != witnesses.seed_of(tmp_path, ["a.c", "b.c"])


# ---- how often a scenario is played ----


def scenario_of(act: Callable[[Scene], None], name: str = "one") -> Scenario:
    return Scenario(name, "udp", "udp", "It does something.", ("UDP-SRV-001",), ("UDP-SRV",), True, act)


def nowhere(_scenario: Scenario) -> AbstractContextManager[Place]:
    return nullcontext(cast("Place", None))


def played_with(failures: int, error: Exception) -> asking.Testimony:
    """The testimony about a scenario that fails so often."""
    left = [error] * failures

    def act(_scene: Scene) -> None:
        if left:
            raise left.pop()

    (told,) = Witness(nowhere, Path(), "seed").ask([scenario_of(act)])
    return told


@pytest.mark.parametrize(("failures", "agrees"), [(0, True), (TRIES - 1, True), (TRIES, False)])
def test_a_scenario_disagrees_only_if_it_fails_each_time(failures: int, agrees: bool) -> None:
    told = played_with(failures, DisagreementError("no reply"))
    assert (told.agrees, told.disagrees, told.failures) == (agrees, not agrees, ["no reply"] * failures)


def test_what_a_program_writes_cannot_stop_the_grader() -> None:
    told = played_with(TRIES, RecursionError("too deep"))
    assert told.disagrees
    assert "too deep" in told.failures[0]


def test_a_fault_of_the_sandbox_is_no_testimony() -> None:
    with pytest.raises(KitError, match="no sandbox"):
        played_with(1, SandboxError("no sandbox"))


def test_a_program_that_hangs_each_time_cannot_keep_the_class_waiting() -> None:
    def act(_scene: Scene) -> None:
        raise DisagreementError("nothing happened")

    many = [scenario_of(act, name) for name in ("one", "two", "three")]
    late = Witness(nowhere, Path(), "seed", seconds=-1).ask(many)
    assert [(one.agrees, one.disagrees, one.failures) for one in late] == [(False, False, [])] * 3
    in_time = Witness(nowhere, Path(), "seed", seconds=60).ask(many)
    assert [one.disagrees for one in in_time] == [True] * 3


def test_each_try_makes_the_same_choices() -> None:
    seen: list[float] = []

    def act(scene: Scene) -> None:
        seen.append(scene.random.random())
        raise DisagreementError("again")

    Witness(nowhere, Path(), "seed").ask([scenario_of(act)])
    assert len(seen) == TRIES
    assert len(set(seen)) == 1
    Witness(nowhere, Path(), "another").ask([scenario_of(act)])
    assert len(set(seen)) == 2


# ---- a program seen from outside ----


@contextmanager
def shell(script: str) -> Iterator[program_module.Program]:
    """A program that is a script of the shell."""
    with on_this_machine(["/bin/sh", "-c", script]) as place:
        yield place.start([])


def test_a_program_that_hangs_disagrees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_module, "PATIENCE", 0.1)
    with shell("echo first; kill -STOP $$") as program:
        assert program.line() == "first"
        for wait in (program.line, program.end):
            with pytest.raises(DisagreementError, match="nothing happened"):
                wait()


def test_a_program_that_ends_early_disagrees() -> None:
    with shell("echo almost >&2") as program, pytest.raises(DisagreementError, match="almost"):
        program.line()


def test_a_program_cannot_fill_the_memory_of_the_grader() -> None:
    with shell("exec yes") as program, pytest.raises(DisagreementError, match="more than 1 MiB"):
        program.end()


def test_input_output_and_status_of_a_program() -> None:
    with shell("read line; echo $line; echo bad >&2; exit 3") as program:
        program.write(b"hello\n")
        assert program.end() == program_module.Ended(3, b"hello\n", b"bad\n")
    with shell("kill -TERM $$") as program:
        assert program.end().status == -signal.SIGTERM


def test_a_program_that_does_not_read_is_no_error() -> None:
    with shell("exec <&-; exit 0") as program:
        program.write(bytes(1 << 20))
        assert program.end().status == 0


def test_nothing_of_a_program_is_left() -> None:
    with shell("tail -f /dev/null & echo $!; exit 0") as program:
        left = os.pidfd_open(int(program.line()))
        program.end()
    poller = select.poll()
    poller.register(left, select.POLLIN)
    assert poller.poll(60_000)
    os.close(left)


# ---- the whole way: a submission is built, and watched in sandboxes ----


@contextmanager
def built(context: GradingContext, folder: Path) -> Iterator[tuple[Built, Path]]:
    """A submission, built on a stage."""
    with context.builder.sandbox.stage as stage:
        tree = stage / "tree"
        tree.mkdir()
        sources = take(Source(folder.name, folder), context.whole.sources, tree).handed_in
        yield context.builder.build(tree, sources, stage), stage


def heard(context: GradingContext, folder: Path, areas: set[str]) -> list[WitnessReport]:
    """What the witnesses say if these areas hold in the bank."""
    with built(context, folder) as (made, stage):
        stand = witnesses.Stand(context.kit, context.assignment, context.builder)
        return stand.hear(made, stand.link(made, stage, areas), "seed", areas)


@pytest.fixture(scope="module")
def forger(context: GradingContext, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A submission whose udp_serve works only in the bank. The rest is the reference's."""
    attack = context.kit.root / "tests" / "hostile" / "works-only-in-the-bank"
    return played(context, attack, expectation(context.kit, attack), tmp_path_factory.mktemp("forger") / "forger")


def test_a_witness_sees_what_works_only_in_the_bank(context: GradingContext, forger: Path) -> None:
    told = heard(context, forger, NEEDED)
    by_answer = {answer: [one for one in told if one.answer is answer] for answer in WitnessAnswer}
    disagreeing = by_answer[WitnessAnswer.DISAGREES]
    assert disagreeing
    assert {one.address.rpartition("-")[0] for report in disagreeing for one in report.shows} <= NEEDED
    assert all(len(report.failures) == TRIES for report in disagreeing)
    assert not by_answer[WitnessAnswer.BROKEN]
    assert by_answer[WitnessAnswer.NOT_ASKED]  # the client, whose areas are not in NEEDED
    lines = list(witnesses.suspicions(told))
    assert len(lines) == len(disagreeing)
    assert any("UDP-SRV-001" in line for line in lines)


def test_what_does_not_hold_in_the_bank_is_not_asked(context: GradingContext, forger: Path) -> None:
    told = heard(context, forger, NEEDED - {"UDP-SRV"})
    assert {report.answer for report in told} == {WitnessAnswer.NOT_ASKED}
    assert list(witnesses.suspicions(told)) == []


def test_a_scenario_that_the_reference_does_not_pass_is_the_kits_fault(
    context: GradingContext, forger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act(scene: Scene) -> None:
        scene.run("serve", "--port", "70000")
        raise DisagreementError("the machine is odd")

    monkeypatch.setattr(witnesses, "scenarios", lambda _kit, lab: (scenario_of(act),) if lab == "udp" else ())
    (told,) = heard(context, forger, NEEDED)
    assert told.answer is WitnessAnswer.BROKEN
    assert list(witnesses.suspicions([told])) == []
    assert list(witnesses.faults([told])) == ["the reference disagrees with the witness one: the machine is odd"]


def test_every_witness_agrees_with_the_reference(context: GradingContext) -> None:
    areas = {clause.id.memory_key for clause in context.assignment.clauses.values()}
    told = heard(context, context.kit.reference, areas)
    assert {report.lab for report in told} == set(context.kit.labs)
    assert [report for report in told if report.answer is not WitnessAnswer.AGREES] == []


NAMESPACES = ("ipc", "mnt", "net", "pid", "user", "uts")


def test_a_program_shares_nothing_with_its_peers_but_the_network(context: GradingContext) -> None:
    if context.builder.sandbox.bwrap is None:
        pytest.skip("this machine cannot have namespaces")
    (serving, *_) = [one for one in scenarios(context.kit, "udp") if one.name == "the-lectures-client-is-answered"]
    seen: dict[str, bool] = {}

    def act(scene: Scene) -> None:
        program = scene.start("serve")
        program.line()
        home = Path(f"/proc/{program.pid}")
        seen.update(
            {name: (home / "ns" / name).readlink() == Path(f"/proc/self/ns/{name}").readlink() for name in NAMESPACES}
        )
        seen["user id"] = os.geteuid() == 0 and home.stat().st_uid == os.geteuid()
        seen["files"] = (home / "root" / "etc" / "hostname").exists()
        serving.act(scene)  # and the peers reach it

    with context.builder.sandbox.stage as stage:
        programs = context.builder.kit.witness / "reference"
        witness = witnesses.sandbox_witness(context.kit, context.builder, programs, stage, "seed")
        (told,) = witness.ask([replace(serving, act=act)])
    assert told.failures == []
    assert {name for name, same in seen.items() if same} == set()


def test_without_bubblewrap_the_peers_use_the_network_of_the_machine(context: GradingContext) -> None:
    box = Sandbox(None)
    builder = replace(context.builder, sandbox=box)
    with box.stage as stage:
        programs = stage / "programs"
        shutil.copytree(context.builder.kit.witness, programs)
        copy = replace(context.builder.kit, root=stage / "kit")
        shutil.copytree(context.builder.kit.witness, copy.witness)
        builder = replace(builder, kit=copy)
        (stage / "said").mkdir()
        witness = witnesses.sandbox_witness(context.kit, builder, programs / "reference", stage / "said", "seed")
        names = ("the-lectures-client-is-answered", "the-lectures-server-says-hi")
        told = witness.ask([one for one in scenarios(context.kit, "udp") if one.name in names])
    assert [one.failures for one in told] == [[], []]
    assert [one.agrees for one in told] == [True, True]


def test_a_program_that_kills_everything_disagrees(context: GradingContext, make_submission: MakeSubmission) -> None:
    killer = "#include <signal.h>\n#include <timeslice/udp.h>\n"
    killer += "int udp_bind(const char *host, uint16_t port)\n{\n    (void)host, (void)port;\n"
    killer += "    return kill(-1, SIGKILL);\n}\n"
    folder = make_submission("killer", {"udp/open.c": killer})
    told = [report for report in heard(context, folder, NEEDED) if report.answer is not WitnessAnswer.NOT_ASKED]
    assert {report.answer for report in told} == {WitnessAnswer.DISAGREES}
