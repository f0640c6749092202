"""Small scenarios in Python's multiprocessing. scenarios.c has the same scenarios in C.

`python scenarios.py NAME` prints the events of one.

A call that raises prints "refused". Pipes keep the order of events, never the clock.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import active_children, current_process, parent_process
from multiprocessing.process import BaseProcess

number = 1


def say(*words: object) -> None:
    print(*words, flush=True)


def yes(answer: bool) -> str:
    return "yes" if answer else "no"


def refused(call: Callable[[], object]) -> str:
    try:
        call()
    except (AssertionError, ValueError):
        return "refused"
    return "done"


class Event:
    """One process waits, and another one sets. If all processes that could set it end, the wait ends too."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe()

    def wait(self) -> None:
        os.close(self.write_end)
        os.read(self.read_end, 1)

    def set(self) -> None:
        os.write(self.write_end, b"x")


class Worker(mp.Process):
    def run(self) -> None:
        say(self.name, "runs")


def nothing() -> None:
    pass


def for_ever() -> None:
    while True:
        signal.pause()


def make(
    target: Callable[..., object] = nothing, *args: object, daemon: bool | None = None, name: str | None = None
) -> mp.Process:
    return mp.Process(target=target, args=args, daemon=daemon, name=name)


def run(target: Callable[..., object], *args: object) -> None:
    p = make(target, *args)
    p.start()
    p.join()


def names() -> None:
    made: list[BaseProcess] = [make(), make(name="net"), Worker(), make(name=""), make(say_name)]
    say(*[p.name for p in made])
    made[4].start()
    made[4].join()
    made[2].start()
    made[2].join()


def say_name() -> None:
    say(current_process().name, "runs")


def say_family() -> None:
    parent = parent_process()
    assert parent is not None
    say(current_process().name, "child of", parent.name)
    say("parent's pid", yes(parent.pid == os.getppid()), "own pid", yes(current_process().pid == os.getpid()))


def two_more() -> None:
    say_family()
    run(say_family)
    unused = make()
    p = make(three_deep, name="inner")
    say(unused.name)
    p.start()
    p.join()


def three_deep() -> None:
    say_family()
    run(say_family)


def family() -> None:
    say(current_process().name, "parent", yes(parent_process() is not None))
    make()
    p = make(two_more, name="net")
    p.start()
    p.join()


def before_start() -> None:
    p = make()
    say("alive", yes(p.is_alive()), "exit code", yes(p.exitcode is not None), "pid", yes(p.pid is not None))
    say("join", refused(p.join))


def leave(code: int) -> None:
    os._exit(code)


def leave_politely(code: int) -> None:
    sys.exit(code)


def exit_codes() -> None:
    for target, code in [(leave, 0), (leave, 7), (leave, 255), (leave, 256), (leave, 300), (leave_politely, 3)]:
        p = make(target, code)
        p.start()
        p.join()
        say(code, "gives", p.exitcode)
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGABRT):
        p = make(raise_signal, number)
        p.start()
        p.join()
        p.join()
        say("signal gives", p.exitcode)


def raise_signal(number: int) -> None:
    signal.raise_signal(number)


def wait_for(event: Event) -> None:
    event.wait()


def join_timeout() -> None:
    event = Event()
    p = make(wait_for, event)
    p.start()
    for timeout in (0, 0.05):
        p.join(timeout)
        say("alive", yes(p.is_alive()), "exit code", yes(p.exitcode is not None))
    event.set()
    p.join()
    say("alive", yes(p.is_alive()), "exit code", p.exitcode)
    p.join(0)
    say("alive", yes(p.is_alive()), "exit code", p.exitcode)


def start_twice() -> None:
    p = make(for_ever)
    p.start()
    say("running", refused(p.start))
    p.kill()
    p.join()
    say("ended", refused(p.start))


def not_the_maker() -> None:
    sibling, unstarted = make(for_ever), make()
    sibling.start()
    run(meddle, sibling, unstarted)
    say("sibling alive", yes(sibling.is_alive()))
    sibling.kill()
    sibling.join()


def meddle(sibling: BaseProcess, unstarted: BaseProcess) -> None:
    say("join", refused(sibling.join), "alive", refused(sibling.is_alive))
    say("start", refused(unstarted.start), "itself alive", yes(current_process().is_alive()))


def daemons() -> None:
    say("main", yes(current_process().daemon), "set", yes(make(daemon=True).daemon))
    p = make(be_daemon, daemon=True)
    p.start()
    p.join()


def be_daemon() -> None:
    p = make()
    say("inherited", yes(p.daemon), "set", yes(make(daemon=False).daemon), "start", refused(p.start))


def end_of_main() -> None:
    ended, ready = Event(), Event()
    daemon = make(die_slowly, ended, ready, daemon=True)
    daemon.start()
    follower = make(wait_for_daemon, ended)
    follower.start()
    os.close(ended.write_end)
    ready.wait()
    say("main ends")
    sys.exit(3)


def die_slowly(ended: Event, ready: Event) -> None:
    """Holds the write end of ``ended`` while it lives."""
    assert ended.write_end >= 0

    def told(*_: object) -> None:
        say("daemon is told to end")
        os._exit(0)

    signal.signal(signal.SIGTERM, told)
    ready.set()
    for_ever()


def wait_for_daemon(ended: Event) -> None:
    ended.wait()
    say("the other child goes on")


def end_without_ceremony() -> None:
    main_is_gone = Event()
    make(outlive, main_is_gone).start()
    say("main ends")
    os._exit(4)


def outlive(main_is_gone: Event) -> None:
    main_is_gone.wait()
    say("the child lives on")


def concurrent() -> None:
    there, back = Event(), Event()
    ping, pong = make(play, "ping", back, there), make(play_second, "pong", back, there)
    ping.start()
    pong.start()
    ping.join()
    pong.join()
    say("both ended")


def play(what: str, back: Event, there: Event) -> None:
    say(what)
    there.set()
    back.wait()
    say(what, "again")


def play_second(what: str, back: Event, there: Event) -> None:
    there.wait()
    say(what)
    back.set()


def children() -> None:
    made = [make(for_ever) for _ in range(3)]
    say("active", len(active_children()))
    for p in made:
        p.start()
    say("active", *sorted(p.name for p in active_children()))
    made[1].kill()
    made[1].join()
    say("active", *sorted(p.name for p in active_children()))
    run(say_children)
    for p in (made[0], made[2]):
        p.kill()
        p.join()
    say("active", len(active_children()))


def say_children() -> None:
    say("in a child", len(active_children()))


def closing() -> None:
    p = make(for_ever, name="net")
    p.start()
    say("running", refused(p.close))
    p.kill()
    p.join()
    say("terminated once ended", refused(p.terminate), "exit code", p.exitcode)
    say("ended", refused(p.close), "twice", refused(p.close))
    say("join", refused(p.join), "alive", refused(p.is_alive), "start", refused(p.start), p.name)
    say("never started", refused(make().close))


def buffers() -> None:
    print("once", end=" ")
    run(print_more)
    say("end")


def print_more() -> None:
    print("child", end=" ")


def isolation() -> None:
    global number
    p = make(change)
    number = 2
    p.start()
    p.join()
    say("main sees", number)


def change() -> None:
    global number
    say("child sees", number)
    number = 3


def orphans() -> None:
    event = Event()
    p = make(start_and_return, event)
    p.start()
    os.close(event.write_end)
    p.join()
    say("child has ended")


def start_and_return(event: Event) -> None:
    make(say_later, event).start()
    say("child returns")
    event.set()


def say_later(event: Event) -> None:
    os.read(event.read_end, 1)
    say("grandchild ends")


SCENARIOS: dict[str, Callable[[], None]] = {
    call.__name__: call
    for call in (
        names,
        family,
        before_start,
        exit_codes,
        join_timeout,
        start_twice,
        not_the_maker,
        daemons,
        end_of_main,
        end_without_ceremony,
        concurrent,
        children,
        closing,
        buffers,
        isolation,
        orphans,
    )
}

if __name__ == "__main__":
    mp.set_start_method("fork" if sys.argv[1] != "spawned" else "spawn")
    SCENARIOS["isolation" if sys.argv[1] == "spawned" else sys.argv[1]]()
