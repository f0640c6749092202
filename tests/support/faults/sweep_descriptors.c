/* sweep_descriptors.c - the gate of the calls that open a descriptor. */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <unistd.h>

#include "sweep_gate.h"

#define DESCRIPTOR(name, parameters, arguments) GATE(SWEEP_DESCRIPTORS, true, -1, int, name, parameters, arguments)

int pidfd_open(pid_t pid, unsigned flags); /* glibc 2.36 declares it in a header that older systems lack */

DESCRIPTOR(socket, (int family, int type, int protocol), (family, type, protocol))
DESCRIPTOR(socketpair, (int family, int type, int protocol, int ends[2]), (family, type, protocol, ends))
DESCRIPTOR(pipe, (int ends[2]), (ends))
DESCRIPTOR(pipe2, (int ends[2], int flags), (ends, flags))
DESCRIPTOR(dup, (int fd), (fd))
DESCRIPTOR(epoll_create, (int size), (size))
DESCRIPTOR(epoll_create1, (int flags), (flags))
DESCRIPTOR(eventfd, (unsigned value, int flags), (value, flags))
DESCRIPTOR(timerfd_create, (clockid_t clock, int flags), (clock, flags))
DESCRIPTOR(memfd_create, (const char *name, unsigned flags), (name, flags))
DESCRIPTOR(signalfd, (int fd, const sigset_t *mask, int flags), (fd, mask, flags))
DESCRIPTOR(accept, (int fd, struct sockaddr *from, socklen_t *len), (fd, from, len))
DESCRIPTOR(accept4, (int fd, struct sockaddr *from, socklen_t *len, int flags), (fd, from, len, flags))
DESCRIPTOR(pidfd_open, (pid_t pid, unsigned flags), (pid, flags))
GATE(SWEEP_DESCRIPTORS, true, NULL, FILE *, fopen, (const char *path, const char *mode), (path, mode))
GATE(SWEEP_DESCRIPTORS, true, NULL, FILE *, tmpfile, (void), ())

/* The third argument of open and fcntl is there only for some flags. Reading it is harmless where it is not. */
#define THIRD(last)                                                                                                    \
    va_list values;                                                                                                    \
    va_start(values, last);                                                                                            \
    long third = va_arg(values, long);                                                                                 \
    va_end(values)

int swept_open(const char *path, int flags, ...);
int swept_open(const char *path, int flags, ...) {
    THIRD(flags);
    return swept_call_fails(SWEEP_DESCRIPTORS, "open") ? -1 : open(path, flags, (mode_t)third);
}

int swept_openat(int folder, const char *path, int flags, ...);
int swept_openat(int folder, const char *path, int flags, ...) {
    THIRD(flags);
    return swept_call_fails(SWEEP_DESCRIPTORS, "openat") ? -1 : openat(folder, path, flags, (mode_t)third);
}

int swept_fcntl(int fd, int command, ...);
int swept_fcntl(int fd, int command, ...) {
    THIRD(command);
    bool makes_one = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
    return makes_one && swept_call_fails(SWEEP_DESCRIPTORS, "fcntl") ? -1 : fcntl(fd, command, third);
}
