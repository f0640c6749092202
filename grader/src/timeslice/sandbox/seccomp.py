"""The system call filter: the system calls that code in the sandbox may not make.

Theory of operation
-------------------
It is a deny list, not an allow list (spec/system-calls.md goes through it group by group). Compilers, Valgrind and libc
together need most calls, and the namespaces already limit what a call can reach. The list denies three kinds of calls.
Some open large parts of the kernel to attacks (bpf, io_uring, userfaultfd, perf). Some look into another process
(ptrace, process_vm_*, pidfd_getfd). Some make new namespaces in which the code would be root (unshare, setns, clone
with CLONE_NEW*, mount). A denied call fails with EPERM, as if a privilege were missing. ``clone3`` has its flags behind
a pointer, where no filter can look. So it fails with ENOSYS, and libc then uses ``clone``. Calls that are newer than
this list fail with ENOSYS too, as on an older kernel. A socket may be of the families that the labs need: local, IPv4,
IPv6, and the part of netlink that lists interfaces. A call of a foreign architecture or of x32 kills the process,
because its numbers mean other calls.

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
    "ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp process_madvise process_mrelease "
    # namespaces and the mount family
    "unshare setns mount umount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick "
    "mount_setattr open_tree_attr statmount listmount "
    # large parts of the kernel
    "bpf userfaultfd perf_event_open io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key "
    "open_by_handle_at name_to_handle_at fanotify_init lookup_dcookie vmsplice memfd_secret "
    "lsm_get_self_attr lsm_set_self_attr lsm_list_modules "
    # the machine itself
    "kexec_load kexec_file_load init_module finit_module delete_module create_module reboot swapon swapoff acct "
    "quotactl quotactl_fd syslog settimeofday clock_settime clock_settime64 clock_adjtime clock_adjtime64 adjtimex "
    "sethostname setdomainname iopl ioperm modify_ldt nfsservctl uselib ustat sysfs _sysctl vhangup "
    # memory placement, whose effect lasts longer than any limit counts
    "mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages"
).split()

# Since Linux 5.1 a call has one number on all architectures. An old libseccomp does not know these names.
NUMBERS = {
    "memfd_secret": 447, "process_mrelease": 448, "set_mempolicy_home_node": 450, "statmount": 457, "listmount": 458,
    "lsm_get_self_attr": 459, "lsm_set_self_attr": 460, "lsm_list_modules": 461, "open_tree_attr": 467,
}  # fmt: skip
NEWER = range(470, 600)  # numbers that Linux 6.18 does not use

# AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK of linux/socket.h. The others open large parts of the kernel, and AF_VSOCK
# reaches the host of a virtual machine. getifaddrs needs NETLINK_ROUTE, which is 0.
FAMILIES = (1, 2, 10, 16)
NETLINK = 16
_MOST_FAMILIES, _MOST_PROTOCOLS = 64, 32  # AF_MAX and MAX_LINKS are below these
PR_SCHED_CORE = 62  # takes whole processor cores from others

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

    def deny(self, name: str, error: int, *conditions: _Comparison) -> None:
        """Makes the call fail with ``error``: always, or if all conditions hold. Unknown names are left out."""
        number: int = self.library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:  # no call of this architecture, or newer than the library
            number = NUMBERS.get(name, number)
        if number >= 0:
            self.deny_number(number, error, *conditions)

    def deny_number(self, number: int, error: int, *conditions: _Comparison) -> None:
        """The same for the call with a number."""
        array, count = (_Comparison * len(conditions))(*conditions), len(conditions)
        self._check(self.library.seccomp_rule_add_array(self.context, 0x00050000 | error, number, count, array))

    def program(self) -> bytes:
        """The finished BPF program, an array of ``struct sock_filter``."""
        with open(os.memfd_create("filter", os.MFD_CLOEXEC), "rb") as file:
            self._check(self.library.seccomp_export_bpf(self.context, file.fileno()))
            file.seek(0)
            return file.read()

    def close(self) -> None:
        self.library.seccomp_release(self.context)


def _equals(argument: int, value: int) -> _Comparison:
    """The argument is this int. The kernel ignores the upper half of its register."""
    return _Comparison(argument, _MASKED_EQUAL, _LOW_WORD, value)


def _deny_sockets(rules: _Filter) -> None:
    for family in (number for number in range(1, _MOST_FAMILIES) if number not in FAMILIES):
        rules.deny("socket", errno.EAFNOSUPPORT, _equals(0, family))
    for protocol in range(1, _MOST_PROTOCOLS):
        rules.deny("socket", errno.EPROTONOSUPPORT, _equals(0, NETLINK), _equals(2, protocol))


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
        for number in NEWER:
            rules.deny_number(number, errno.ENOSYS)
        _deny_sockets(rules)
        rules.deny("prctl", errno.EPERM, _equals(0, PR_SCHED_CORE))
        for flag in NEW_NAMESPACES:
            rules.deny("clone", errno.EPERM, _Comparison(0, _MASKED_EQUAL, flag, flag))
        rules.deny("personality", errno.EPERM, _Comparison(0, _NOT_EQUAL, QUERY_PERSONALITY, 0))
        for request in (TIOCSTI, TIOCLINUX):
            rules.deny("ioctl", errno.EPERM, _equals(1, request))
        return rules.program()
    finally:
        rules.close()
