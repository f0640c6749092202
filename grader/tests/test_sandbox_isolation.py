"""A program in the sandbox reaches only the files of the host that it was shown. Each test tries to reach more."""

from __future__ import annotations

import os
import platform
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from in_sandbox import LIMITS, Workbench, limits, with_bubblewrap, workbench

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def bench() -> Iterator[Workbench]:
    with workbench(with_bubblewrap()) as made:
        yield made


def test_no_datagram_reaches_the_host(bench: Workbench) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        bench.python(
            """
            import socket, sys
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.sendto(b"out", ("127.0.0.1", int(sys.argv[1])))
            print("null")
            """,
            str(listener.getsockname()[1]),
        )
        with pytest.raises(BlockingIOError):
            listener.recv(16)


def test_no_other_host_can_be_reached(bench: Workbench) -> None:
    errors = bench.python(
        """
        import errno, json, socket
        def attempt(family, kind, address):
            with socket.socket(family, kind) as s:
                return errno.errorcode[s.connect_ex((address, 53))]
        print(json.dumps([attempt(f, k, a) for f, a in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
                          for k in (socket.SOCK_DGRAM, socket.SOCK_STREAM)]))
        """
    )
    assert errors == ["ENETUNREACH"] * 4


def test_abstract_sockets_of_the_host_are_out_of_reach(bench: Workbench) -> None:
    name = f"timeslice-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind("\0" + name)
        listener.listen()
        code = bench.python(
            """
            import socket, sys
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
                print(s.connect_ex("\\0" + sys.argv[1]))
            """,
            name,
        )
    assert code != 0


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
def test_loopback_answers(bench: Workbench, address: str) -> None:
    answers = bench.python(
        """
        import json, socket, sys
        answers = []
        for family, kind, _, _, end in socket.getaddrinfo(sys.argv[1], 0, type=socket.SOCK_DGRAM):
            with socket.socket(family, kind) as a, socket.socket(family, kind) as b:
                a.bind(end); a.settimeout(5)
                b.sendto(b"hello", a.getsockname())
                answers.append([end[0], a.recv(16).decode()])
        print(json.dumps(answers))
        """,
        address,
    )
    expected = {"localhost": ["127.0.0.1", "::1"]}.get(address, [address])
    assert sorted(answers) == [[where, "hello"] for where in expected]


def test_host_files_are_invisible(bench: Workbench) -> None:
    with bench.box.stage as other_submission:
        (other_submission / "answer.c").write_text("secret")
        hidden = [
            other_submission / "answer.c",
            REPOSITORY,
            Path("/etc/shadow"),
            Path("/root"),
            Path("/home"),
        ]
        hidden += [Path("/run"), Path("/var"), Path("/sys"), Path("/etc/hostname"), Path("/etc/resolv.conf")]
        seen = bench.python(
            "import json, os, sys; print(json.dumps([p for p in sys.argv[1:] if os.path.lexists(p)]))",
            *map(str, hidden),
        )
        staged = bench.python("import json, os, sys; print(json.dumps(os.listdir(sys.argv[1])))", str(bench.stage))
    assert seen == []
    assert staged == ["out"]


def test_system_is_read_only(bench: Workbench) -> None:
    refused = bench.python(
        """
        import errno, json
        def attempt(path):
            try:
                open(path, "w")
            except OSError as error:
                return errno.errorcode[error.errno]
        places = "/new /usr/bin/new /etc/new /dev/new /usr/lib/new /proc/sys/kernel/new /etc/hosts /usr/bin/gcc"
        print(json.dumps([attempt(place) for place in places.split()]))
        """
    )
    assert set(refused) <= {"EROFS", "EACCES", "ENOENT"}


def test_shown_paths_are_as_asked(bench: Workbench) -> None:
    shown = bench.stage / "shown"
    shown.mkdir()
    (shown / "text").write_text("readable")
    answer = bench.python(
        """
        import errno, json, pathlib, sys
        shown, out = map(pathlib.Path, sys.argv[1:])
        (out / "made").write_text("inside")
        try:
            (shown / "text").write_text("changed")
        except OSError as error:
            print(json.dumps([(shown / "text").read_text(), errno.errorcode[error.errno]]))
        """,
        str(shown),
        str(bench.out),
        readable=[shown],
    )
    assert answer == ["readable", "EROFS"]
    assert (bench.out / "made").read_text() == "inside"


def test_tmp_and_shm_are_private_to_one_run(bench: Workbench) -> None:
    source = """
        import json, os, sys
        print(json.dumps([os.listdir("/tmp"), os.listdir("/dev/shm")]))
        for directory in ("/tmp", "/dev/shm"):
            open(f"{directory}/{sys.argv[1]}", "w").close()
        """
    name = f"timeslice-left-{os.getpid()}"
    first, second = bench.python(source, name), bench.python(source, name)
    assert first == second == [[bench.stage.name], []]
    assert not any(Path(directory, name).exists() for directory in ("/tmp", "/dev/shm"))


def test_host_processes_cannot_be_seen_or_signalled(bench: Workbench) -> None:
    owner = bench.box.identity.uid if bench.box.identity.dropped else None
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, user=owner) as same_user:
        pids = bench.python(
            """
            import json, os, signal, sys
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            for pid, number in ((-1, signal.SIGTERM), (int(sys.argv[1]), signal.SIGKILL)):
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            print(json.dumps(sorted(int(n) for n in os.listdir("/proc") if n.isdigit())))
            """,
            str(same_user.pid),
        )
        assert max(pids) < 10
        assert same_user.poll() is None
        assert same_user.stdin is not None
        same_user.stdin.close()
        assert same_user.wait() == 0


def test_environment_is_scrubbed(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITERION_ALWAYS_SUCCEED", "1")
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    own, first = bench.python(
        """
        import json, os
        with open("/proc/1/environ") as file:
            print(json.dumps([dict(os.environ), file.read()]))
        """,
        env={"TIMESLICE_SEED": "7"},
    )
    assert own.pop("TIMESLICE_SEED") == "7"
    assert own.pop("PWD") == "/tmp"
    assert own == {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}
    assert "SECRET" not in first


def test_only_passed_descriptors_reach_the_inside(bench: Workbench) -> None:
    reader, writer = os.pipe()
    leaking = os.dup(reader)
    os.set_inheritable(leaking, True)
    try:
        source = """
            import json, os, sys
            os.write(int(sys.argv[1]), b"record")
            print(json.dumps([fd for fd in range(1000) if os.path.lexists(f"/proc/self/fd/{fd}")]))
            """
        inside = bench.python(source, str(writer), pass_fds=[writer])
        os.close(writer)
        assert inside == [0, 1, 2, writer]
        assert os.read(reader, 100) == b"record"
        assert os.read(reader, 100) == b""
    finally:
        os.close(reader)
        os.close(leaking)


def test_identity_says_nothing_of_the_host(bench: Workbench) -> None:
    identity = bench.python(
        "import json, os, socket; print(json.dumps([os.getuid(), os.getgid(), os.getgroups(), socket.gethostname()]))"
    )
    assert identity[:2] == [1000, 1000]
    assert set(identity[2]) <= {1000, 65534}  # inside, the other groups of an ordinary user are unknown
    assert identity[3] == "timeslice"


COMPILED = """
    #include <unistd.h>
    #include <sys/ptrace.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    static char *volatile kept;
    int main(int argc, char **argv) {
        if (!strcmp(argv[1], "i386"))
            __asm__ volatile("int $0x80" : : "a"(20));
        if (!strcmp(argv[1], "x32"))
            return syscall(0x40000000 + 39) < 0;
        if (!strcmp(argv[1], "ptrace"))
            return ptrace(PTRACE_TRACEME, 0, 0, 0) != 0;
        if (!strcmp(argv[1], "leak")) {
            kept = malloc(77);
            memset(kept, 1, 77);
            kept = NULL;
        }
        puts("ran");
        return argc != 2;
    }
    """


def compiled(bench: Workbench, compiler: str, *options: str) -> str:
    """Compiles COMPILED inside the sandbox, and returns the path of the program."""
    (bench.stage / "program.c").write_text(COMPILED)
    (bench.stage / "program.c").chmod(0o644)
    target = bench.out / "program"
    command = [compiler, "-g", *options, "-o", str(target), str(bench.stage / "program.c")]
    ended = bench.run(*command, readable=[bench.stage / "program.c"], limits=limits(file_bytes=64 << 20))
    assert ended.exit_code == 0, bench.stderr
    return str(target)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_compilers_and_linkers_work_inside(bench: Workbench, compiler: str) -> None:
    program = compiled(bench, compiler)
    ended = bench.run(program, "plain")
    assert (ended.exit_code, bench.stdout) == (0, "ran\n")
    (bench.stage / "part.c").write_text("int part(void) { return 1; }\n")
    steps = (
        f"{compiler} -c {bench.stage}/part.c && ld -r -o whole.o part.o && objcopy --keep-global-symbol=part whole.o"
    )
    script = f"cd {bench.out} && {steps} && objcopy --strip-debug program small && ./small plain"
    part = [bench.stage / "part.c"]
    assert bench.run("sh", "-c", script, readable=part).exit_code == 0, bench.stderr


SOCKETS_AND_NUMBERS = """
    import ctypes, errno, json, socket
    libc = ctypes.CDLL(None, use_errno=True)
    def told(result):
        return errno.errorcode[ctypes.get_errno()] if result == -1 else "works"
    def opens(family, kind, protocol=0):
        return told(libc.socket(family, kind, protocol))
    print(json.dumps({
        "local": opens(socket.AF_UNIX, socket.SOCK_DGRAM),
        "IPv4": opens(socket.AF_INET, socket.SOCK_DGRAM),
        "IPv6": opens(socket.AF_INET6, socket.SOCK_STREAM),
        "interfaces": [name for _, name in socket.if_nameindex()],
        "routes": opens(socket.AF_NETLINK, socket.SOCK_RAW),
        "events": opens(socket.AF_NETLINK, socket.SOCK_RAW, 15),
        "host": opens(40, socket.SOCK_STREAM),
        "ciphers": opens(38, socket.SOCK_SEQPACKET),
        "packets": opens(socket.AF_PACKET, socket.SOCK_RAW),
        "secret memory": told(libc.syscall(447, 0)),
        "release": told(libc.syscall(448, -1, 0)),
        "newer": sorted({told(libc.syscall(number, 0, 0, 0, 0, 0, 0)) for number in range(470, 600)}),
        "known": told(libc.syscall(434, -1, 0)),
        "core": told(libc.prctl(62, 1, 0, 0, 0)),
    }))
    """


def test_sockets_and_calls_that_no_lab_needs_are_denied(bench: Workbench) -> None:
    works = {"local": "works", "IPv4": "works", "IPv6": "works", "routes": "works", "interfaces": ["lo"]}
    assert bench.python(SOCKETS_AND_NUMBERS) == {
        **works,
        "known": "EINVAL",  # pidfd_open comes to the kernel
        "events": "EPROTONOSUPPORT",
        "host": "EAFNOSUPPORT",
        "ciphers": "EAFNOSUPPORT",
        "packets": "EAFNOSUPPORT",
        "secret memory": "EPERM",
        "release": "EPERM",
        "newer": ["ENOSYS"],
        "core": "EPERM",
    }


def test_ptrace_is_denied_unless_asked_for(bench: Workbench) -> None:
    program = compiled(bench, "gcc")
    assert bench.run(program, "ptrace").exit_code == 1
    assert bench.run(program, "ptrace", ptrace=True).exit_code == 0


def test_leak_sanitizer_works_with_ptrace(bench: Workbench) -> None:
    program = compiled(bench, "gcc", "-fsanitize=address")
    ended = bench.run(program, "leak", ptrace=True, limits=limits(address_space=False))
    assert ended.exit_code not in (0, None)
    assert "77 byte(s) in 1 object(s)" in bench.stderr


def test_valgrind_works_and_sees_only_the_loaders_symbols(bench: Workbench) -> None:
    program = compiled(bench, "gcc")
    ended = bench.run("valgrind", "-q", "--leak-check=full", "--error-exitcode=99", program, "leak", valgrind=True)
    assert ended.exit_code == 99
    assert "77 bytes in 1 blocks are definitely lost" in bench.stderr
    bench.run("find", "/usr/lib/debug", "-type", "f", valgrind=True)
    assert bench.stdout.split() == [str(bench.box.loader_symbols)]


if platform.machine() == "x86_64":

    @pytest.mark.parametrize("kind", ["i386", "x32"])
    def test_calls_of_another_architecture_kill(bench: Workbench, kind: str) -> None:
        assert bench.run(compiled(bench, "gcc"), kind).signal == signal.SIGSYS


def test_a_run_changes_nothing_for_the_next(bench: Workbench) -> None:
    """System V memory, message queues and similar objects die with their namespace."""
    source = """
        import ctypes, json
        libc = ctypes.CDLL(None)
        print(json.dumps([libc.shmget(4711, 4096, 0o600), libc.shmget(4711, 4096, 0o1600) >= 0]))
        """
    assert bench.python(source) == bench.python(source, limits=LIMITS) == [-1, True]
