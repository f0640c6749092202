"""The system call filter: the system calls that code in the sandbox may not make.

Theory of operation
-------------------
It is a deny list, not an allow list. Compilers, Valgrind and libc together need most calls, and the namespaces already
limit what a call can reach. The list denies three kinds of calls. Some open large parts of the kernel to attacks (bpf,
io_uring, userfaultfd, perf). Some look into another process (ptrace, process_vm_*, pidfd_getfd). Some make new
namespaces in which the code would be root (unshare, setns, clone with CLONE_NEW*, mount). A denied call fails with
EPERM, as if a privilege were missing. ``clone3`` has its flags behind a pointer, where no filter can look. So it fails
with ENOSYS, and libc then uses ``clone``. A call of a foreign architecture or of x32 kills the process, because its
numbers mean other calls.

libseccomp writes the filter, because it knows the numbers of each architecture. Debian's apt depends on it, so it is
installed. We load it by its soname, because ``ctypes.util`` would start a compiler to search for it.
"""

from __future__ import annotations

import ctypes
import errno
import os

from timeslice.errors import SandboxError

DENIED = (
    # other processes
    "ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp process_madvise "
    # namespaces and the mount family
    "unshare setns mount umount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick "
    "mount_setattr "
    # large parts of the kernel
    "bpf userfaultfd perf_event_open io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key "
    "open_by_handle_at name_to_handle_at fanotify_init lookup_dcookie vmsplice "
    # the machine itself
    "kexec_load kexec_file_load init_module finit_module delete_module create_module reboot swapon swapoff acct "
    "quotactl quotactl_fd syslog settimeofday clock_settime clock_settime64 clock_adjtime clock_adjtime64 adjtimex "
    "sethostname setdomainname iopl ioperm modify_ldt nfsservctl uselib ustat sysfs _sysctl vhangup "
    # memory placement, whose effect lasts longer than any limit counts
    "mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages"
).split()

# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET of linux/sched.h.
NEW_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
TIOCSTI = 0x5412  # types into the terminal of the user who started the grader
TIOCLINUX = 0x541C
QUERY_PERSONALITY = 0xFFFFFFFF

_KILL_PROCESS, _ALLOW = 0x80000000, 0x7FFF0000
_ATTRIBUTE_BAD_ARCH, _ATTRIBUTE_OPTIMIZE = 2, 8
_NOT_EQUAL, _MASKED_EQUAL = 1, 7
_LOW_WORD = 0xFFFFFFFF


class _Comparison(ctypes.Structure):
    """``struct scmp_arg_cmp``: one condition on one argument of a system call."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def _load() -> ctypes.CDLL:
    """Opens libseccomp and declares the six functions used here.

    Raises:
        SandboxError: the library is not installed.
    """
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError as error:
        raise SandboxError(f"libseccomp.so.2 cannot be loaded ({error}): install the package libseccomp2") from error
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_release.argtypes = [ctypes.c_void_p]
    library.seccomp_release.restype = None
    library.seccomp_attr_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32]
    library.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    library.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Comparison),
    ]
    library.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    return library


class _Filter:
    """A filter under construction in libseccomp."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.library = library
        self.context = library.seccomp_init(_ALLOW)
        self._check(library.seccomp_attr_set(self.context, _ATTRIBUTE_BAD_ARCH, _KILL_PROCESS))
        library.seccomp_attr_set(self.context, _ATTRIBUTE_OPTIMIZE, 2)  # a binary tree; old libraries lack it

    def _check(self, status: int) -> None:
        if status < 0:
            raise SandboxError(
                f"libseccomp cannot write the system call filter ({os.strerror(-status)}): update libseccomp2"
            )

    def deny(self, name: str, error: int, condition: _Comparison | None = None) -> None:
        """Makes the call fail with ``error``: always, or if the condition holds. Unknown names are left out."""
        number = self.library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:  # no call of this architecture, or newer than the library
            return
        conditions = (_Comparison * 1)(condition) if condition else None
        count = 1 if condition else 0
        self._check(self.library.seccomp_rule_add_array(self.context, 0x00050000 | error, number, count, conditions))

    def program(self) -> bytes:
        """The finished BPF program, an array of ``struct sock_filter``."""
        with open(os.memfd_create("filter", os.MFD_CLOEXEC), "rb") as file:
            self._check(self.library.seccomp_export_bpf(self.context, file.fileno()))
            file.seek(0)
            return file.read()

    def close(self) -> None:
        self.library.seccomp_release(self.context)


def program(*, ptrace: bool) -> bytes:
    """Builds the filter for this machine.

    Args:
        ptrace: allow ptrace inside, because LeakSanitizer needs it. The PID namespace confines it.

    Returns:
        The BPF program, in the format of bubblewrap's ``--seccomp`` and of ``PR_SET_SECCOMP``.

    Raises:
        SandboxError: libseccomp is missing or failed.
    """
    rules = _Filter(_load())
    try:
        for name in DENIED:
            if not (ptrace and name == "ptrace"):
                rules.deny(name, errno.EPERM)
        rules.deny("clone3", errno.ENOSYS)
        for flag in NEW_NAMESPACES:
            rules.deny("clone", errno.EPERM, _Comparison(0, _MASKED_EQUAL, flag, flag))
        rules.deny("personality", errno.EPERM, _Comparison(0, _NOT_EQUAL, QUERY_PERSONALITY, 0))
        for request in (TIOCSTI, TIOCLINUX):
            rules.deny("ioctl", errno.EPERM, _Comparison(1, _MASKED_EQUAL, _LOW_WORD, request))
        return rules.program()
    finally:
        rules.close()
