"""Calibrates the kit on this machine: grades the reference and the control, and remembers what goes wrong."""

from __future__ import annotations

import hashlib
import math
import os
import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from timeslice.build.builder import Builder
from timeslice.build.workshop import MEMCHECK, MODES, NATIVE, SANITIZE
from timeslice.contract.bank import BankTest, watched_tests
from timeslice.contract.kit import BUILT_PARTS, Kit
from timeslice.contract.versions import versions
from timeslice.errors import KitError
from timeslice.grade.calibration import Calibration, Fault, tool_of
from timeslice.grade.examination import Examination
from timeslice.intake.sources import Source
from timeslice.intake.tree import take
from timeslice.model import Verdict
from timeslice.run import sanitize
from timeslice.run.records import ModeRun
from timeslice.run.start import Bank
from timeslice.sandbox import Patience
from timeslice.untrusted import one_line

SEED = 1
_CHANGES_SHOWN = 3
_TOOLS = ("ld", "objcopy", "valgrind", "valgrind.bin", "bwrap")
_VALGRIND_TOOLS = ("/usr/libexec/valgrind", "/usr/lib/x86_64-linux-gnu/valgrind", "/usr/lib/valgrind")
_C_LIBRARIES = ("/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6")
_EXPECTED = re.compile(r"/\* control: (\w+) \*/")


def fingerprint(kit: Kit, cc: str) -> dict[str, str]:
    """Everything that a calibration depends on: the tools, the C library, the kernel, and the kit itself."""
    told = {name: version for name, version in versions(cc).items() if name not in ("python", "timeslice")}
    places = {tool: Path(found) for tool in (cc, *_TOOLS) if (found := shutil.which(tool))}
    places |= {path: Path(path) for path in _C_LIBRARIES}
    for folder in map(Path, _VALGRIND_TOOLS):
        places |= {str(path): path for path in folder.glob("*memcheck*")}
    for name, path in places.items():
        if path.exists():
            state = path.resolve().stat()
            told[f"file {name}"] = f"{state.st_size} bytes, {state.st_mtime_ns}"
    told["kit"] = _digest(_parts_of(kit))
    return told


def _parts_of(kit: Kit) -> Iterator[Path]:
    yield from (kit.objects / name for name in BUILT_PARTS)
    yield from sorted((kit.objects / "template").iterdir())
    for folder in (kit.root / "spec", kit.reference, kit.control):
        yield from sorted(path for path in folder.rglob("*") if path.suffix in (".toml", ".h", ".c"))


def _digest(paths: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def kept(kit: Kit, cc: str) -> Calibration | None:
    """The kept calibration for a compiler. None if there is none, or if something has changed."""
    now = fingerprint(kit, cc)
    return next((calibration for calibration in _found(kit, cc) if calibration.fingerprint == now), None)


def _found(kit: Kit, cc: str) -> Iterator[Calibration]:
    for path in _places(kit, cc):
        with suppress(OSError, ValidationError):
            yield Calibration.model_validate_json(path.read_bytes())


def why_anew(kit: Kit, cc: str) -> str:
    """Why the kept calibration is not valid any more; empty if it is valid."""
    old, now = next(_found(kit, cc), None), fingerprint(kit, cc)
    if old is None:
        return f"there is no calibration with {cc} on this machine yet"
    changed = [name for name in {**old.fingerprint, **now} if old.fingerprint.get(name) != now.get(name)]
    named = [name.removeprefix("file ") for name in sorted(changed, key=lambda name: name.startswith("file "))]
    return f"changed since the last time: {', '.join(named[:_CHANGES_SHOWN])}" if changed else ""


def _places(kit: Kit, cc: str) -> Sequence[Path]:
    """Where a calibration is kept: in the kit, or in the user's cache if the kit is not writable."""
    name = f"{Path(cc).name}.json"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    of_kit = hashlib.sha256(bytes(kit.root)).hexdigest()[:16]
    return kit.objects / "calibration" / name, cache / "timeslice" / of_kit / name


def _keep(calibration: Calibration, kit: Kit, cc: str) -> None:
    """Write the calibration to the first writable place. Raises KitError if there is none."""
    problem = ""
    for path in _places(kit, cc):
        new = path.with_suffix(f".{os.getpid()}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(calibration.model_dump_json(indent=1) + "\n", "utf-8")
            new.replace(path)
        except OSError as error:
            problem = problem or f"{path} ({error.strerror})"
        else:
            return
    raise KitError(f"cannot write the calibration to {problem}: make the folder writable, or set XDG_CACHE_HOME")


def calibrate(kit: Kit, builder: Builder, tests: Sequence[BankTest]) -> Calibration:
    """Run all tests on the reference in every mode, and tests of the control too. Keep the result.

    Raises KitError if the reference does not build or the result cannot be written."""
    before = fingerprint(kit, builder.cc)
    with builder.sandbox.stage as stage:
        watched, patience = watched_tests(tests), Patience(math.inf)
        reference = examined(builder, kit.reference, [t.name for t in tests], watched, stage, patience)
    faults = list(_faults(reference, tests, {mode: tool_of(mode, builder.cc) for mode in MODES}))
    faults += control(kit, builder, tests)
    counted = {name: reference.native.records[name] for name in reference.passed}
    calibration = Calibration(
        fingerprint=before,
        assertions={name: record.assertions.passed for name, record in counted.items()},
        faults=faults,
        seconds=round(patience.used, 1),
    )
    _keep(calibration, kit, builder.cc)
    return calibration


def examined(
    builder: Builder,
    folder: Path,
    only: Sequence[str],
    watched: Collection[str],
    stage: Path,
    patience: Patience | None = None,
) -> Examination:
    """Treat a folder of the kit like a submission: take its files, build them, and run them in every mode.

    Raises KitError if it does not build on this machine."""
    tree, results = stage / "tree", stage / "results"
    tree.mkdir()
    results.mkdir()
    sources = take(Source(folder.name, folder), builder.assignment.sources, tree).handed_in
    built = builder.build(tree, sources, stage, patience)
    if built.build.status != "built":
        why = [d.message for d in built.build.diagnostics if d.severity == "error"] + list(built.build.refusals)
        reason = one_line(why[0] if why else "?")
        raise KitError(
            f"the kit's {folder.name}/ does not build with {builder.cc} ({reason}): choose another compiler with --cc"
        )
    examination = Examination(Bank(builder, built, results, SEED, patience), only, sources, watched)
    for _ in examination.records():
        pass
    return examination


def _faults(reference: Examination, tests: Sequence[BankTest], tools: dict[str, str]) -> Iterator[Fault]:
    """Everything that went wrong with the reference, in the order of the bank."""
    native, memcheck = reference.native, reference.memcheck
    runs = (native, *reference.tools)
    for test in (t.name for t in tests):
        for run in runs:
            if reference.expects(run, test):
                yield from _fault_of_test(run, test, tools[run.mode])
        counts = [run.records[test].assertions.passed for run in (native, memcheck) if test in run.records]
        if len(set(counts)) > 1 and native.has_passed(test) and memcheck.has_passed(test):
            detail = " and ".join(map(str, counts))
            yield Fault(kind="differs", mode=NATIVE, tool=tools[MEMCHECK], test=test, detail=detail)
    for test in reference.lost_at_first:
        detail = "each time" if test in reference.lost else "the first time"
        yield Fault(kind="lost", mode=MEMCHECK, tool=tools[MEMCHECK], test=test, detail=detail)
    for finding in (*reference.findings, *reference.kit_findings):
        mode = SANITIZE if finding.tool == sanitize.TOOL else MEMCHECK
        for test in reference.sound(finding):
            yield Fault(
                kind="finding",
                mode=mode,
                tool=tools[mode],
                test=test,
                finding=finding.kind,
                detail=f"{finding.file}:{finding.line}: {finding.message}" if finding.file else finding.message,
            )


def _fault_of_test(run: ModeRun, test: str, tool: str) -> Iterator[Fault]:
    record = run.records.get(test)
    if record is None:
        yield Fault(kind="fails", mode=run.mode, tool=tool, test=test, detail="it was not run")
    elif record.verdict is not Verdict.PASSED:
        detail = one_line(record.detail) or record.verdict.value.replace("_", " ")
        yield Fault(kind="fails", mode=run.mode, tool=tool, test=test, detail=detail)


def control(kit: Kit, builder: Builder, tests: Sequence[BankTest]) -> list[Fault]:
    """A fault for each known error of the control that Valgrind does not report on this machine.

    The tests of ``tests/LAB/FILE.c`` run on the control in ``tests/control/LAB/FILE.c``."""
    files = sorted(path.relative_to(kit.control) for path in kit.control.rglob("*.c"))
    chosen = [test.name for test in tests if Path(test.file) in {Path("tests") / file for file in files}]
    with builder.sandbox.stage as stage:
        seen = examined(builder, kit.control, chosen, chosen, stage)
    told = {(finding.file, finding.line, finding.kind) for finding in seen.findings}
    return [
        Fault(kind="blind", mode=MEMCHECK, tool=versions(builder.cc)["valgrind"], test=chosen[0], finding=kind)
        for file in files
        for line, kind in _expected(kit.control / file)
        if (str(file), line, kind) not in told
    ]


def still_sees(kit: Kit, builder: Builder, tests: Sequence[BankTest], names: Sequence[str]) -> bool:
    """True if Valgrind now writes its reports for the reference in the tests ``names``, and for the control."""
    with builder.sandbox.stage as stage:
        reference = examined(builder, kit.reference, names, names, stage)
    return not reference.lost_at_first and not control(kit, builder, tests)


def _expected(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        for kind in _EXPECTED.findall(line):
            yield number, kind
