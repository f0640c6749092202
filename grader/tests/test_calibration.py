"""Calibration: a failure of the reference on this machine is the kit's fault, and costs nobody points."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

import kit_copies
from conftest import MakeSubmission
from timeslice.contract.bank import bank_tests
from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.grade import calibrate
from timeslice.grade.calibration import Calibration, Fault, summarized
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.intake.sources import Source
from timeslice.model import Outcome, Verdict

TIMESLICE = Path(sys.executable).with_name("timeslice")
LOSES = """#!/bin/sh
for word; do case $word in --xml-file=*) folder=${word#--xml-file=}; folder=${folder%/*};; esac; done
/usr/bin/valgrind.bin "$@"
status=$?
cd "$folder" && LOST
exit $status
"""
LOSE_ERRORS = "grep -l '<error>' -- *.xml | xargs -r rm"
CUT_SHORT = "for file in *.xml; do head -c 300 $file >cut && cat cut >$file; done; rm cut"


def test_the_reference_passes_everything_here(context: GradingContext) -> None:
    tests = {test.name for test in context.tests}
    assert context.calibration.faults == []
    assert set(context.calibration.assertions) == tests
    assert all(context.calibration.assertions.values())
    assert context.builder.kit.baseline.read_text("utf-8") == context.calibration.baseline


def test_the_control_is_seen(context: GradingContext) -> None:
    assert calibrate.control(context.kit, context.builder, bank_tests(context.kit)) == []


def test_an_error_that_the_control_lacks_makes_valgrind_blind(context: GradingContext, tmp_path: Path) -> None:
    shutil.copytree(context.kit.root / "tests" / "control", tmp_path / "tests" / "control")
    source = tmp_path / "tests" / "control" / "udp" / "send.c"
    source.write_text(source.read_text().replace("copy[len + 1] =", "copy[len] ="))
    kit = dataclasses.replace(context.kit, root=tmp_path)
    shutil.copytree(context.kit.template, kit.template)
    (fault,) = calibrate.control(kit, context.builder, bank_tests(context.kit))
    assert (fault.kind, fault.finding) == ("blind", "InvalidWrite")


def test_a_calibration_holds_until_something_changes(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert calibrate.kept(kit, "gcc") is not None
    assert calibrate.why_anew(kit, "gcc") == ""
    old = calibrate.fingerprint
    monkeypatch.setattr(calibrate, "fingerprint", lambda *of: {**old(*of), "valgrind": "valgrind-9.9"})
    assert calibrate.kept(kit, "gcc") is None
    assert calibrate.why_anew(kit, "gcc") == "changed since the last time: valgrind"


def test_the_fingerprint_knows_the_tools_and_the_kit(kit: Kit) -> None:
    told = calibrate.fingerprint(kit, "gcc")
    assert told["valgrind"].startswith("valgrind-")
    assert {"compiler", "linker", "kernel", "kit", "file gcc", "file ld", "file valgrind"} <= set(told)
    assert any("memcheck" in name for name in told)
    assert any("libc.so" in name for name in told)


def test_a_kit_that_cannot_be_written_keeps_its_calibration_in_the_users_cache(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    in_kit, in_cache = calibrate._places(kit, "gcc")
    assert in_kit.is_relative_to(kit.root)
    assert in_cache.is_relative_to(tmp_path / "cache")
    calibration = Calibration(fingerprint={}, assertions={})
    nowhere = dataclasses.replace(kit, root=Path("/proc/no-such-kit"))
    calibrate._keep(calibration, nowhere, "gcc")
    assert Calibration.model_validate_json(calibrate._places(nowhere, "gcc")[1].read_text()) == calibration
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/no-such-cache")
    with pytest.raises(KitError, match="XDG_CACHE_HOME"):
        calibrate._keep(calibration, nowhere, "gcc")


def test_faults_of_a_kind_share_a_line() -> None:
    lost = [Fault(kind="lost", mode="memcheck", tool="valgrind-9", test=f"a/t{n}") for n in range(3)]
    fails = Fault(kind="fails", mode="native", tool="gcc 9", test="a/b", detail="timed out")
    assert summarized([*lost, fails]) == [
        "valgrind-9: loses its report on a/t0 (and 2 more tests)",
        "gcc 9: the reference does not pass a/b: timed out",
    ]


def test_a_test_that_the_reference_does_not_pass_here_is_charged_to_nobody(
    context: GradingContext, make_submission: MakeSubmission
) -> None:
    name = "udp_send/sends_an_empty_datagram"
    fault = Fault(kind="fails", mode="native", tool="gcc 9", test=name, detail="it failed")
    unfit = Calibration(fingerprint={}, assertions=context.calibration.assertions, faults=[fault])
    folder = make_submission("mine", {"udp/send.c": "#include <timeslice/udp.h>\n" + SENDS_NOTHING})
    grading = Grading(dataclasses.replace(context, calibration=unfit), Source("mine", folder), 1)
    grading.select({test.name for test in context.tests if test.suite == "udp_send"})
    for _ in grading.checks():
        pass
    result = grading.result()
    assert result.outcome is Outcome.BROKEN
    for check in (check for check in result.checks if check.clause):
        broken = check.name == name
        assert (check.verdict is Verdict.BROKEN) == broken
        assert check.points == (check.possible if broken or check.verdict is Verdict.PASSED else 0)
    assert result.kit_faults == [fault.line]


SENDS_NOTHING = """
ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    return (void)fd, (void)data, (void)len, (void)to, -1;
}
"""


@pytest.fixture(scope="module")
def small_kit(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """A copy of the kit with the tests of udp_send alone, and with the reference of one lab."""
    copy = kit_copies.copied(kit, tmp_path_factory.mktemp("kit"))
    kit_copies.make_bank_of(copy, ["tests/udp/send.c"])
    for lab in ("process", "scheduler"):
        shutil.rmtree(copy.reference / lab)
    return copy


@pytest.mark.parametrize("lose", [LOSE_ERRORS, CUT_SHORT])
def test_where_valgrind_loses_reports_no_point_is_lost_and_the_status_is_2(
    small_kit: Kit, tmp_path: Path, lose: str
) -> None:
    """The real program, with a wrapper instead of /usr/bin/valgrind. The small kit calibrates itself with it."""
    wrapper = tmp_path / "valgrind"
    wrapper.write_text(LOSES.replace("LOST", lose))
    wrapper.chmod(0o755)
    shutil.rmtree(small_kit.objects / "calibration", ignore_errors=True)
    within = ["bwrap", *(["--cap-add", "ALL"] if os.geteuid() == 0 else []), "--dev-bind", "/", "/"]
    within += ["--ro-bind", str(wrapper), "/usr/bin/valgrind", "--"]
    grade = [str(TIMESLICE), "grade", str(small_kit.reference), "-k", "udp_send", "--out", str(tmp_path / "out")]
    ended = kit_copies.run(small_kit, *within, *grade)
    assert ended.returncode == 2, ended
    assert ended.stdout.startswith("calibrating the kit on this machine"), ended
    result = json.loads((tmp_path / "out" / "reference" / "result.json").read_text())
    assert result["outcome"] == "broken"
    assert result["score"]["earned"] == result["score"]["possible"] > 0
    assert any(line.startswith("valgrind-") for line in result["kit_faults"])
    assert "fault of the kit on this machine, which costs no points: valgrind-" in ended.stderr
