"""Scenarios of the scheduler lab: the reference makes the schedule of the same random workload."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from timeslice.witness.scenario import Scene, read_json, require_end, require_same, scenario

# The engine is one: a mistake in any part of it may change every schedule.
ENGINE = "SCH-LOAD SCH-STATE SCH-IO SCH-SMP SCH-SWITCH SCH-TIE SCH-MET SCH-OPT SCH-RUN"
MORE = {"mlfq": " SCH-RR"}  # a slice of RR and of MLFQ ends with the quantum
POLICIES = "SCH-FCFS SCH-SJF SCH-HRRN SCH-RR SCH-MLFQ"
HEADER = "id,arrival,bursts\n"
WORKLOADS = 3  # of each scenario


def workload(random: Random, most: int = 8) -> bytes:
    """A workload file with random jobs, in any order."""
    ids = random.sample(range(100), random.randint(1, most))
    lines = []
    for job in ids:
        bursts = [random.randint(1, 9) for _ in range(random.choice((1, 1, 3, 5)))]
        lines.append(f"{job},{random.randint(0, 15)},{' '.join(map(str, bursts))}\n")
    return (HEADER + "".join(lines)).encode()


def quanta(random: Random) -> list[str]:
    """Options of MLFQ."""
    levels = [str(random.randint(1, 5)) for _ in range(random.randint(1, 4))]
    return ["--levels", ",".join(levels), "--boost", str(random.choice((0, random.randint(4, 20))))]


def options_of(random: Random, policy: str) -> list[str]:
    """The policy, with random options of its own."""
    own = {"rr": ["--quantum", str(random.randint(1, 6))], "mlfq": quanta(random)}
    return ["--policy", policy, *own.get(policy, [])]


def compare(scene: Scene, options: list[str]) -> None:
    """The program and the reference make the same schedule of a random workload."""
    given = workload(scene.random)
    mine = scene.run("--json", *options, given=given)
    require_end(mine)
    expected = read_json(scene.reference("sched", "--json", *options, given=given).output)
    got = read_json(mine.output)
    where = f"with {' '.join(options)}, of the workload {given.decode()!r}"
    for part in ("slices", "switches", "states", "jobs", "totals"):
        require_same(f"{part} {where}", got.get(part) if isinstance(got, dict) else got, expected[part])


def _policy(name: str, shows: str) -> Callable[[Scene], None]:
    def schedules(scene: Scene) -> None:
        for _ in range(WORKLOADS):
            compare(scene, options_of(scene.random, name))

    schedules.__name__ = f"schedules_by_{name}"
    schedules.__doc__ = f"Random workloads have the schedule that the reference makes with {name.upper()}."
    return scenario("sched", shows=shows, needs=f"{ENGINE} SCH-{name.upper()}{MORE.get(name, '')}")(schedules)


BASE = "SCH-LOAD-001 SCH-STATE-001 SCH-MET-001"
fcfs = _policy("fcfs", f"{BASE} SCH-FCFS-001 SCH-FCFS-002 SCH-FCFS-003 SCH-IO-001 SCH-IO-002")
sjf = _policy("sjf", f"{BASE} SCH-SJF-001 SCH-SJF-002 SCH-SJF-003 SCH-SJF-004")
hrrn = _policy("hrrn", f"{BASE} SCH-HRRN-001 SCH-HRRN-002 SCH-HRRN-004 SCH-HRRN-005")
rr = _policy("rr", f"{BASE} SCH-RR-001 SCH-RR-002 SCH-RR-003 SCH-RR-004")
mlfq = _policy("mlfq", f"{BASE} SCH-MLFQ-001 SCH-MLFQ-002 SCH-MLFQ-004 SCH-MLFQ-008 SCH-MLFQ-011")


@scenario(
    "sched", shows="SCH-SMP-001 SCH-SMP-002 SCH-SWITCH-001 SCH-SWITCH-002 SCH-IO-004", needs=f"{ENGINE} {POLICIES}"
)
def schedules_on_several_cpus(scene: Scene) -> None:
    """Random workloads, policies, CPUs, costs of a switch and eras have the schedule that the reference makes."""
    for _ in range(WORKLOADS):
        cost = scene.random.randint(0, 3)  # below every boost
        options = options_of(scene.random, scene.random.choice(("fcfs", "sjf", "hrrn", "rr", "mlfq")))
        options += ["--cpus", str(scene.random.randint(1, 4)), "--switch-cost", str(cost)]
        compare(scene, [*options, *scene.random.choice(([], ["--serial"]))])


@scenario("sched", shows="SCH-TIE-007 SCH-TIE-008 SCH-TIE-009 SCH-TIE-010 SCH-TIE-012", needs=f"{ENGINE} {POLICIES}")
def schedules_with_osteps_ties(scene: Scene) -> None:
    """Random workloads with the ties of OSTEP have the schedule that the reference makes."""
    for _ in range(WORKLOADS):
        compare(scene, [*options_of(scene.random, scene.random.choice(("rr", "mlfq"))), "--ties", "ostep"])


@scenario("sched", shows="SCH-LOAD-003 SCH-LOAD-004 SCH-LOAD-005 SCH-LOAD-006", needs=ENGINE)
def bad_workloads_are_refused(scene: Scene) -> None:
    """A wrong byte, a number that is too large, a burst of 0, and an id that comes twice: it ends with status 2."""
    good = workload(scene.random).decode()
    require_end(scene.run("--json", given=good.encode()))
    faults = (
        f"x{good}",
        f"{good}200,1,2x\n",
        f"{good}200,{2**63},1\n",
        f"{good}200,1,0\n",
        f"{good}200,1,2\n200,3,4\n",
    )
    for text in faults:
        require_end(scene.run("--json", given=text.encode()), 2, b"")


@scenario("sched", shows="SCH-GANTT-001 SCH-GANTT-002 SCH-MET-004", needs=f"{ENGINE} SCH-RR SCH-GANTT", conform=False)
def the_chart_is_the_references(scene: Scene) -> None:
    """The chart and the figures of a random workload are those that the reference draws."""
    given, options = workload(scene.random), [*options_of(scene.random, "rr"), "--cpus", "2", "--switch-cost", "1"]
    require_end(scene.run(*options, given=given), 0, scene.reference("sched", *options, given=given).output)


@scenario("sched", shows="SCH-ERA-001 SCH-ERA-002 SCH-ERA-003 SCH-ERA-004", needs=f"{ENGINE} SCH-ERA", conform=False)
def the_eras_are_the_references(scene: Scene) -> None:
    """The four eras of batch processing take as long as the reference says."""
    options = [
        "eras",
        *(word for name in ("setup", "input", "output") for word in (f"--{name}", str(scene.random.randint(0, 9)))),
    ]
    given = workload(scene.random)
    require_end(scene.run(*options, given=given), 0, scene.reference("sched", *options, given=given).output)
