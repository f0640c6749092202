"""The families of the C library: every declared function is in a family, and the open ones work."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from system_headers import OF_THE_COMPILER, SHARED, declared_functions, defined_by
from timeslice.build.builder import Built
from timeslice.contract.assignment import Assignment, read_assignment
from timeslice.contract.families import Family, read_families
from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.intake.sources import Source

SEED = 1
# Internal names of libgcc: tables, helpers, split stacks, registration of code. No C17 source uses them.
INSIDES = re.compile(
    r"__bid\d|__bid_|__binary|__(avx|sse)_|__(generic_)?morestack|__(generic|stack_split|splitstack)_|__dfp_|__sfp_"
    r"|_Unwind_|__(de)?register_frame|__frame_state_for|__emutls_register|__enable_execute_stack|__hardcfr|__strub_"
    r"|__gcc_nested_func_ptr|allocate_tramp|get_tramp|__(CTOR|DTOR)_LIST__|__\w*bitint|isinfd|__wrap_|__\w*stat$|__stack_chk|__pthread_atfork"
)
# Names that only another release of glibc, gcc or libcriterion's distribution has.
OF_OTHER_RELEASES = re.compile(
    r"__isoc23_|stdc_|(pidfd_(spawn|getpid)|posix_spawnattr_.etcgroup)|sched_.etattr|(str|wcs)lc|__(str|wcs)lc"
    r"|__inet_|__memccpy_chk|__aarch64_|__x86_get_cpu_features|__\w*bf|__bid_|__mulbitint3|__divmodbitint4"
    r"|__float|__fix|__clrsb|__extend|__trunc|__bf|__hf"
)


@pytest.fixture(scope="module")
def families(kit: Kit) -> dict[str, Family]:
    return read_families(kit)


@pytest.fixture(scope="module")
def declared() -> set[str]:
    """The names that the C library of this machine offers and declares."""
    return declared_functions()


def test_every_function_of_the_headers_is_in_a_family(families: dict[str, Family], declared: set[str]) -> None:
    assert len(declared) > 2500
    assert {"fseeko", "mkostemp", "mmap", "llroundl", "pthread_attr_setstacksize", "__ctype_b_loc"} < declared
    assert declared - set().union(*(family.functions for family in families.values())) == set()


def test_every_function_of_the_compiler_is_in_a_family(families: dict[str, Family]) -> None:
    wanted = {name for library in OF_THE_COMPILER for name in defined_by(library) if not INSIDES.match(name)}
    assert {"__udivti3", "__popcountdi2", "__atomic_load_16", "atexit"} < wanted
    assert wanted - set().union(*(family.functions for family in families.values())) == set()


def test_nothing_is_misspelled(families: dict[str, Family], declared: set[str]) -> None:
    known = declared.union(*(defined_by(library) for library in (*SHARED, *OF_THE_COMPILER, "libresolv.so.2")))
    known |= {"_GLOBAL_OFFSET_TABLE_", "__dso_handle", "__tls_get_addr", "__stack_chk_fail"}
    exact = [
        family for family in families.values() if family.name not in {"mathematics", "complex-numbers", "compiler"}
    ]
    unknown = {name for family in exact for name in family.functions - known if not OF_OTHER_RELEASES.match(name)}
    assert unknown == set()


def test_what_is_refused_has_its_reason(assignment: Assignment) -> None:
    udp, process, scheduler = assignment.labs
    for name in (
        "syscall",
        "dlsym",
        "ptrace",
        "process_vm_writev",
        "pidfd_getfd",
        "clone",
        "iconv_open",
        "makecontext",
    ):
        assert all(name not in assignment.usable(lab) for lab in assignment.labs), name
        assert assignment.refusals.get(name), name
    assert "system calls" not in (assignment.refusals.get("execve") or "")
    assert assignment.refusals.get("execve") == "only the lab process may use it (programs)"
    assert "execve" in assignment.usable(process) - assignment.usable(udp) - assignment.usable(scheduler)
    assert assignment.refusals.get("malloc") is None
    assert assignment.refusals.get("udp_sned") is None


def test_all_that_is_open_can_be_linked(
    context: GradingContext, assignment: Assignment, declared: set[str], tmp_path: Path
) -> None:
    """A submission with the address of every function that its lab may use."""
    sources = []
    for lab in assignment.labs:
        names = sorted(assignment.usable(lab) & (declared | defined_by("libatomic.so")))
        assert len(names) > 2000
        lines = "".join(f'__asm__(".section .rodata; .quad {name}; .text");\n' for name in names)
        shutil.copytree(context.kit.reference / lab.id, tmp_path / "tree" / lab.id)
        (tmp_path / "tree" / lab.id / "addresses.c").write_text(f"extern int no_empty_file;\n{lines}")
        sources += [str(path.relative_to(tmp_path / "tree")) for path in (tmp_path / "tree" / lab.id).glob("*.[ch]")]
    with context.builder.sandbox.stage as stage:
        shutil.copytree(tmp_path / "tree", stage / "tree")
        (stage / "build").mkdir()
        built: Built = context.builder.build(stage / "tree", sorted(sources), stage / "build")
        assert (built.build.status, built.build.refusals, built.build.output) == ("built", [], "")
        assert set(built.banks) == {"native", "memcheck", "sanitize"}


def test_other_styles_have_full_marks(context: GradingContext, tmp_path: Path) -> None:
    """The reference in the real sandbox, with functions of many families instead of its own."""
    folder = tmp_path / "styles"
    patches = sorted((context.kit.root / "tests" / "styles").glob("*/*.patch"))
    assert {patch.parent.name for patch in patches} == {lab.id for lab in context.assignment.labs}
    for lab in context.assignment.labs:
        shutil.copytree(context.kit.reference / lab.id, folder / lab.id)
    for patch in patches:
        command = ["patch", "--strip=1", "--fuzz=0", "--batch", f"--directory={folder}", f"--input={patch}"]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert told.returncode == 0, f"{patch.name} no longer applies to the reference: {told.stdout}"
    grading = Grading(context, Source(folder.name, folder), SEED)
    for _ in grading.checks():
        pass
    result = grading.result()
    lost = [(check.name, check.verdict, check.message) for check in result.checks if check.verdict != "passed"]
    assert (lost, result.build.diagnostics, result.memory.findings) == ([], [], [])
    assert result.score.earned == result.score.possible


@pytest.fixture
def copy(kit: Kit, tmp_path: Path) -> Kit:
    """A copy of the kit's spec, which a test may change."""
    shutil.copytree(kit.root / "spec", tmp_path / "spec")
    return Kit(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("families.toml", "[sockets]", "[sockets", "families.toml is not valid TOML"),
        ("families.toml", 'headers = "sys/socket.h"', 'header = "sys/socket.h"', "sockets.headers: Field required"),
        ("families.toml", "socket socketpair", "socket malloc", "malloc is in sockets and in memory"),
        (
            "families.toml",
            "get{sock,peer}name",
            "get{sock,peername",
            "gives 'get{sock,peername', which is not a C name",
        ),
        ("kit.toml", '"sockets", ', "", "sockets is open to no lab"),
        ("kit.toml", '"sockets", ', '"socks", ', "spec/kit.toml: allow: spec/families.toml has no family 'socks'"),
        (
            "process.toml",
            '"programs"',
            '"programs", "rights"',
            "spec/process.toml: allow: spec/families.toml refuses rights",
        ),
    ],
)
def test_a_mistake_in_the_families_is_one_line(copy: Kit, file: str, old: str, new: str, said: str) -> None:
    path = copy.root / "spec" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(KitError, match=re.escape(said)) as told:
        read_assignment(copy)
    assert "\n" not in str(told.value)
