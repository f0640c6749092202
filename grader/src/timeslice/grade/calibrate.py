"""Calibrates the kit on this machine: grades the reference and the control, and keeps what goes wrong with them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from timeslice.build.builder import Builder
from timeslice.build.workshop import MEMCHECK, NATIVE
from timeslice.contract.bank import BankTest
from timeslice.contract.kit import Kit
from timeslice.contract.versions import versions
from timeslice.errors import KitError
from timeslice.grade.calibration import Calibration, Fault
from timeslice.grade.examination import Examination
from timeslice.intake.sources import Source, take
from timeslice.model import Verdict
from timeslice.run.records import ModeRun
from timeslice.run.start import Bank
from timeslice.untrusted import one_line

SEED = 1
_CHANGES_SHOWN = 3
_TOOLS = ("ld", "objcopy", "valgrind", "valgrind.bin", "bwrap")
_VALGRIND_TOOLS = ("/usr/libexec/valgrind", "/usr/lib/x86_64-linux-gnu/valgrind", "/usr/lib/valgrind")
_C_LIBRARIES = ("/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6")
_EXPECTED = re.compile(r"/\* control: (\w+) \*/")


def fingerprint(kit: Kit, cc: str) -> dict[str, str]:
    """All that a calibration depends on: the tools, the C library, the kernel, and the kit itself."""
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
    yield from (kit.objects / name for name in ("bank.o", "link.args", "memcheck.args", "memcheck.supp"))
    yield from sorted((kit.objects / "template").iterdir())
    for folder in (kit.root / "spec", kit.reference, kit.control):
        yield from sorted(path for path in folder.rglob("*") if path.suffix in (".toml", ".h", ".c"))


def _digest(paths: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def kept(kit: Kit, cc: str) -> Calibration | None:
    """The calibration that is kept for a compiler, if there is one and nothing has changed since."""
    now = fingerprint(kit, cc)
    return next((calibration for calibration in _found(kit, cc) if calibration.fingerprint == now), None)


def _found(kit: Kit, cc: str) -> Iterator[Calibration]:
    for path in _places(kit, cc):
        with suppress(OSError, ValidationError):
            yield Calibration.model_validate_json(path.read_bytes())


def why_anew(kit: Kit, cc: str) -> str:
    """Why the kept calibration does not hold any more; empty where it does."""
    old, now = next(_found(kit, cc), None), fingerprint(kit, cc)
    if old is None:
        return f"the kit was never calibrated with {cc} on this machine"
    changed = [name for name in {**old.fingerprint, **now} if old.fingerprint.get(name) != now.get(name)]
    named = [name.removeprefix("file ") for name in sorted(changed, key=lambda name: name.startswith("file "))]
    return f"changed since the last time: {', '.join(named[:_CHANGES_SHOWN])}" if changed else ""


def _places(kit: Kit, cc: str) -> Sequence[Path]:
    """Where a calibration is kept: in the kit, and for a kit that belongs to somebody else in the user's cache."""
    name = f"{Path(cc).name}.json"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    of_kit = hashlib.sha256(bytes(kit.root)).hexdigest()[:16]
    return kit.objects / "calibration" / name, cache / "timeslice" / of_kit / name


def _keep(calibration: Calibration, kit: Kit, cc: str) -> None:
    """Keep it in the first place that can be written. Raises KitError where there is none."""
    problem = ""
    for path in _places(kit, cc):
        new = path.with_suffix(f".{os.getpid()}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(calibration.model_dump_json(indent=1) + "\n", "utf-8")
            new.replace(path)
        except OSError as error:
            problem = problem or f"{path} cannot be written ({error.strerror})"
        else:
            return
    raise KitError(f"the calibration cannot be kept: {problem}: make its folder writable, or set XDG_CACHE_HOME")


def calibrate(kit: Kit, builder: Builder, tests: Sequence[BankTest]) -> Calibration:
    """Run the whole bank on the reference in every mode, and the control under Valgrind; keep what came of it.

    Raises KitError where the reference cannot be built or the result cannot be kept."""
    told = versions(builder.cc)
    before = fingerprint(kit, builder.cc)
    with builder.sandbox.stage as stage:
        reference = examined(builder, kit.reference, [t.name for t in tests], stage)
    faults = list(_faults(reference, tests, {NATIVE: told["compiler"], MEMCHECK: told["valgrind"]}))
    faults += control(kit, builder, tests)
    counted = {name: reference.native.records[name] for name in reference.passed}
    calibration = Calibration(
        fingerprint=before,
        assertions={name: record.assertions.passed for name, record in counted.items()},
        faults=faults,
    )
    _keep(calibration, kit, builder.cc)
    return calibration


def examined(builder: Builder, folder: Path, only: Sequence[str], stage: Path) -> Examination:
    """A folder of the kit's own as if it were a submission: taken in, built, and run in every mode.

    Raises KitError where it does not build on this machine."""
    tree, results = stage / "tree", stage / "results"
    tree.mkdir()
    results.mkdir()
    sources = take(Source(folder.name, folder), builder.assignment.sources, tree).handed_in
    built = builder.build(tree, sources, stage)
    if built.build.status != "built":
        why = [d.message for d in built.build.diagnostics if d.severity == "error"] + list(built.build.refusals)
        raise KitError(f"{folder.name}/ does not build with {builder.cc} here ({one_line(why[0] if why else '?')})")
    examination = Examination(Bank(builder, built, results, SEED), only, sources)
    for _ in examination.records():
        pass
    return examination


def _faults(reference: Examination, tests: Sequence[BankTest], tools: dict[str, str]) -> Iterator[Fault]:
    """All that went wrong with the reference, in the order of the bank."""
    native, memcheck = reference.native, reference.memcheck
    tripwires = {test.name for test in tests if test.is_tripwire}
    for test in (t.name for t in tests if t.name not in tripwires):
        for run in (native, memcheck):
            yield from _fault_of_test(run, test, tools[run.mode])
        counts = [run.records[test].assertions.passed for run in (native, memcheck) if test in run.records]
        if len(set(counts)) > 1 and test in reference.passed and memcheck.records[test].verdict is Verdict.PASSED:
            detail = " and ".join(map(str, counts))
            yield Fault(kind="differs", mode=NATIVE, tool=tools[MEMCHECK], test=test, detail=detail)
    for test in reference.lost_at_first:
        detail = "each time" if test in reference.lost else "the first time"
        yield Fault(kind="lost", mode=MEMCHECK, tool=tools[MEMCHECK], test=test, detail=detail)
    for finding in (*reference.findings, *reference.kit_findings):
        for test in reference.sound(finding):
            yield Fault(
                kind="finding",
                mode=MEMCHECK,
                tool=tools[MEMCHECK],
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
    """What Valgrind should have reported about the control on this machine and did not.

    The control in ``tests/control/LAB/FILE.c`` is tried on the tests of ``tests/LAB/FILE.c``."""
    files = sorted(path.relative_to(kit.control) for path in kit.control.rglob("*.c"))
    chosen = [test.name for test in tests if Path(test.file) in {Path("tests") / file for file in files}]
    with builder.sandbox.stage as stage:
        seen = examined(builder, kit.control, chosen, stage)
    told = {(finding.file, finding.line, finding.kind) for finding in seen.findings}
    return [
        Fault(kind="blind", mode=MEMCHECK, tool=versions(builder.cc)["valgrind"], test=chosen[0], finding=kind)
        for file in files
        for line, kind in _expected(kit.control / file)
        if (str(file), line, kind) not in told
    ]


def still_sees(kit: Kit, builder: Builder, tests: Sequence[BankTest], names: Sequence[str]) -> bool:
    """True where Valgrind reports on the reference in the tests ``names``, and on the control, at this moment."""
    with builder.sandbox.stage as stage:
        reference = examined(builder, kit.reference, names, stage)
    return not reference.lost_at_first and not control(kit, builder, tests)


def _expected(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        for kind in _EXPECTED.findall(line):
            yield number, kind
