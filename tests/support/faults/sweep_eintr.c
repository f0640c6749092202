/* sweep_eintr.c - the gate of the calls that a signal can end. Only a call that may wait fails with EINTR. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sweep_gate.h"

/* May a call on this descriptor wait? Files never wait. errno stays as it is. */
static bool waits_on(int fd, int flags) {
    int error = errno;
    struct stat about;
    int status = fcntl(fd, F_GETFL);
    bool waits = status >= 0 && (status & O_NONBLOCK) == 0 && (flags & MSG_DONTWAIT) == 0 && fstat(fd, &about) == 0 &&
                 !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
    errno = error;
    return waits;
}

static bool lasts(const struct timespec *time) {
    return time == NULL || time->tv_sec != 0 || time->tv_nsec != 0;
}

/* May a signal come in such a call? If mask is NULL, the mask of this thread counts. A thread that blocks its signals
 * is never interrupted. */
static bool may_come(const sigset_t *mask) {
    sigset_t own;
    if (mask == NULL && pthread_sigmask(SIG_BLOCK, NULL, &own) == 0)
        mask = &own;
    return mask == NULL || sigismember(mask, SIGALRM) == 0 || sigismember(mask, SIGUSR1) == 0;
}

/* A sleep that a signal ends says how much of it is left. Here that is all of it. */
static int with_all_left(int result, const struct timespec *duration, struct timespec *left) {
    if (left != NULL)
        *left = *duration;
    return result;
}

#define WAIT(condition, type, name, parameters, arguments)                                                             \
    GATE(SWEEP_EINTR, may_come(NULL) && (condition), -1, type, name, parameters, arguments)
#define WAIT_MASKED(condition, name, parameters, arguments)                                                            \
    GATE(SWEEP_EINTR, may_come(mask) && (condition), -1, int, name, parameters, arguments)

/* Bytes. */
WAIT(waits_on(fd, 0), ssize_t, read, (int fd, void *bytes, size_t len), (fd, bytes, len))
WAIT(waits_on(fd, 0), ssize_t, readv, (int fd, const struct iovec *parts, int count), (fd, parts, count))
WAIT(waits_on(fd, 0), ssize_t, write, (int fd, const void *bytes, size_t len), (fd, bytes, len))
WAIT(waits_on(fd, 0), ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
WAIT(waits_on(fd, flags), ssize_t, recv, (int fd, void *bytes, size_t len, int flags), (fd, bytes, len, flags))
WAIT(waits_on(fd, flags), ssize_t, recvfrom,
     (int fd, void *bytes, size_t len, int flags, struct sockaddr *from, socklen_t *room),
     (fd, bytes, len, flags, from, room))
WAIT(waits_on(fd, flags), ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
WAIT(waits_on(fd, flags), int, recvmmsg,
     (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout),
     (fd, messages, count, flags, timeout))
WAIT(waits_on(fd, flags), ssize_t, send, (int fd, const void *bytes, size_t len, int flags), (fd, bytes, len, flags))
WAIT(waits_on(fd, flags), ssize_t, sendto,
     (int fd, const void *bytes, size_t len, int flags, const struct sockaddr *to, socklen_t room),
     (fd, bytes, len, flags, to, room))
WAIT(waits_on(fd, flags), ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
WAIT(waits_on(fd, flags), int, sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags),
     (fd, messages, count, flags))

/* Waits for descriptors. */
WAIT(timeout != 0, int, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
WAIT_MASKED(lasts(timeout), ppoll,
            (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask),
            (fds, count, timeout, mask))
WAIT(timeout == NULL || timeout->tv_sec != 0 || timeout->tv_usec != 0, int, select,
     (int count, fd_set *in, fd_set *out, fd_set *other, struct timeval *timeout), (count, in, out, other, timeout))
WAIT_MASKED(lasts(timeout), pselect,
            (int count, fd_set *in, fd_set *out, fd_set *other, const struct timespec *timeout, const sigset_t *mask),
            (count, in, out, other, timeout, mask))
WAIT(timeout != 0, int, epoll_wait, (int fd, struct epoll_event *events, int count, int timeout),
     (fd, events, count, timeout))
WAIT_MASKED(timeout != 0, epoll_pwait,
            (int fd, struct epoll_event *events, int count, int timeout, const sigset_t *mask),
            (fd, events, count, timeout, mask))
WAIT_MASKED(lasts(timeout), epoll_pwait2,
            (int fd, struct epoll_event *events, int count, const struct timespec *timeout, const sigset_t *mask),
            (fd, events, count, timeout, mask))

/* Waits for children, signals and threads. */
WAIT(true, pid_t, wait, (int *status), (status))
WAIT((options & WNOHANG) == 0, pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options))
WAIT((options & WNOHANG) == 0, int, waitid, (idtype_t type, id_t id, siginfo_t *about, int options),
     (type, id, about, options))
WAIT((options & WNOHANG) == 0, pid_t, wait4, (pid_t pid, int *status, int options, struct rusage *usage),
     (pid, status, options, usage))
WAIT(lasts(timeout), int, sigtimedwait, (const sigset_t *set, siginfo_t *about, const struct timespec *timeout),
     (set, about, timeout))
WAIT(true, int, sigwaitinfo, (const sigset_t *set, siginfo_t *about), (set, about))
WAIT(true, int, sem_wait, (sem_t * semaphore), (semaphore))
WAIT(true, int, sem_timedwait, (sem_t * semaphore, const struct timespec *until), (semaphore, until))
WAIT(true, int, sem_clockwait, (sem_t * semaphore, clockid_t clock, const struct timespec *until),
     (semaphore, clock, until))
WAIT(waits_on(fd, 0), int, eventfd_read, (int fd, eventfd_t *value), (fd, value))
WAIT((operation & LOCK_NB) == 0, int, flock, (int fd, int operation), (fd, operation))
WAIT(true, int, usleep, (useconds_t duration), (duration))

GATE(SWEEP_EINTR, may_come(NULL), seconds, unsigned, sleep, (unsigned seconds), (seconds))
GATE(SWEEP_EINTR, may_come(NULL), with_all_left(-1, duration, left), int, nanosleep,
     (const struct timespec *duration, struct timespec *left), (duration, left))
GATE(SWEEP_EINTR, may_come(NULL), with_all_left(EINTR, duration, (flags & TIMER_ABSTIME) == 0 ? left : NULL), int,
     clock_nanosleep, (clockid_t clock, int flags, const struct timespec *duration, struct timespec *left),
     (clock, flags, duration, left))
