"""Scenarios of the process lab: the lessons, whose lines the lecture's Python programs print too, and /proc."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from timeslice.witness.scenario import DisagreementError, Program, Scene, require_end, require_same, scenario

# Every command registers a target for spawning, and every program ends.
NEEDS = "PROC-NEW PROC-START PROC-ISO PROC-JOIN PROC-EXIT PROC-TERM PROC-DAEMON PROC-TREE PROC-SPAWN"
AFTER_THE_LESSON = b"\nThis Python program prints the same:\n"
LINE_OF_CHILD = " has pid "


def show(scene: Scene, lesson: str) -> None:
    """A lesson prints the lines that it prints with the reference. A test compares these with Python's."""
    ended = scene.run(lesson)
    require_end(ended)
    mine, expected = (one.output.partition(AFTER_THE_LESSON)[0] for one in (ended, scene.reference("proc", lesson)))
    require_same(f"the lines of {lesson}", mine.strip(), expected.strip())


def _lesson(name: str, shows: str, needs: str = NEEDS) -> Callable[[Scene], None]:
    def lesson(scene: Scene) -> None:
        show(scene, name)

    lesson.__name__ = f"the_lesson_{name}"
    lesson.__doc__ = f"The lesson {name} prints the same lines as the lecture's Python program."
    return scenario("proc", shows=shows, needs=needs)(lesson)


tree = _lesson("tree", "PROC-NEW-003 PROC-TREE-001 PROC-TREE-002")
join = _lesson("join", "PROC-START-001 PROC-JOIN-001")
isolation = _lesson("isolation", "PROC-ISO-001")
spawn = _lesson("spawn", "PROC-SPAWN-003")
terminate = _lesson("terminate", "PROC-EXIT-001 PROC-EXIT-002 PROC-EXIT-003 PROC-TERM-001 PROC-TERM-002")
asynchronous = _lesson("async", "PROC-TASK-001 PROC-TASK-004 PROC-TASK-005", f"{NEEDS} PROC-TASK")


def children_of(program: Program) -> set[int]:
    """The children of a program by /proc, zombies too: their pids as the program knows them."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):  # it has gone
            fields = dict(line.partition(":")[::2] for line in status.read_text("utf-8", "replace").splitlines())
            if int(fields["PPid"]) == program.pid:
                found.add(int(fields["NSpid"].split()[-1]))
    return found


def announced(program: Program, last: str) -> list[str]:
    """The lines of a program up to the line ``last``."""
    lines = []
    while (line := program.line()) != last:
        lines.append(line)
    return lines


@scenario(
    "proc",
    shows="PROC-NEW-003 PROC-START-001 PROC-JOIN-001 PROC-EXIT-001 PROC-EXIT-002 PROC-TERM-001 PROC-TERM-002",
    needs=NEEDS,
)
def the_children_are_processes(scene: Scene) -> None:
    """The program starts children and ends them, as the seed says. /proc shows them, and that they are gone."""
    ends = [str(scene.random.choice((0, 1, scene.random.randint(2, 255), "terminate", "kill"))) for _ in range(4)]
    program = scene.start("children", *ends)
    told = [line.rpartition(LINE_OF_CHILD)[::2] for line in announced(program, "all run")]
    require_same("the names of the children", [name for name, _ in told], [f"Process-{n}" for n in range(1, 5)])
    if not all(pid.isdecimal() for _, pid in told):
        raise DisagreementError(f"a line for each child looks like 'Process-1 has pid 123', but it says {told}")
    pids = {int(pid) for _, pid in told}
    require_same("the children that /proc shows", sorted(pids & children_of(program)), sorted(pids))
    program.write(b"\n")
    codes = {"terminate": "-15", "kill": "-9"}
    expected = [f"Process-{n} ended with {codes.get(end, end)}" for n, end in enumerate(ends, 1)]
    require_same("how they ended", announced(program, "all ended"), expected)
    require_same("the children that /proc shows after their end", sorted(pids & children_of(program)), [])
    require_end(program.end(), 0, b"")
