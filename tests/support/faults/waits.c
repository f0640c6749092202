/* waits.c - the wrappers: they count down to the call that has to be interrupted. */
#include "waits.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

#include "core_dumps.h"
#include "partial_io_hooks.h"
#include "support/core/narration.h"

static atomic_int skip, left; /* calls before the first one that fails, and calls that fail after that */
static pid_t armed;           /* in this process */

void interrupt_waits(unsigned k, unsigned count) {
    armed = getpid();
    skip = (int)k - 1;
    left = (int)count;
    if (count > 0)
        step("schedule: %u waiting call%s from number %u on interrupted by a signal", count, count == 1 ? "" : "s", k);
}

static _Thread_local struct {
    unsigned count, failed;
    int error;
} failing;

void fail_waits(unsigned count, int error) {
    failing.count = count;
    failing.failed = 0;
    failing.error = error;
}

unsigned waits_failed(void) {
    return failing.failed;
}

/* Does this call fail? If so, sets errno. */
static bool wait_fails(const char *name) {
    if (failing.count == 0)
        return false;
    failing.count--;
    failing.failed++;
    step("%s fails with error %d, by the kit's doing", name, failing.error);
    errno = failing.error;
    return true;
}

static _Thread_local void (*timeout_action)(void);

void after_timeout(void (*action)(void)) {
    timeout_action = action;
}

/* Passes on the result of a call that waits for descriptors. */
static int waited(bool would_wait, int result) {
    void (*action)(void) = timeout_action;
    if (result == 0 && would_wait && action != NULL) {
        timeout_action = NULL;
        action();
    }
    return result;
}

static _Thread_local unsigned made;

unsigned waits_made(void) {
    return made;
}

/* No signal comes in such a thread. */
static bool blocks_signals(void) {
    sigset_t own;
    return pthread_sigmask(SIG_BLOCK, NULL, &own) == 0 && sigismember(&own, SIGALRM) == 1 &&
           sigismember(&own, SIGUSR1) == 1;
}

/* Is this call interrupted? If so, sets errno. */
static bool is_interrupted(bool would_wait, const char *name) {
    made += would_wait;
    if (!would_wait || left <= 0 || armed != getpid() || blocks_signals() || skip-- > 0)
        return false;
    left--;
    step("%s fails with EINTR, by the kit's doing", name);
    errno = EINTR;
    return true;
}

/* A wait fails with EINTR if this file says so, or if a rough descriptor does (partial_io.c). */
#define WRAP(fails, type, name, parameters, arguments)                                                                 \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters {                                                                                    \
        return (fails) ? -1 : __real_##name arguments;                                                                 \
    }

/* The same for a call that waits for descriptors. */
#define WRAP_WAIT(waits, fails, name, parameters, arguments)                                                           \
    int __real_##name parameters;                                                                                      \
    int __wrap_##name parameters;                                                                                      \
    int __wrap_##name parameters {                                                                                     \
        return (fails) ? -1 : waited(waits, __real_##name arguments);                                                  \
    }

/* The same for a call that takes a signal mask. If a signal interrupts a ppoll, Valgrind 3.19 may report its mask as
 * unaddressable. That is wrong, so Valgrind reports nothing during such a call. */
#define WRAP_MASKED(waits, fails, name, parameters, arguments)                                                         \
    int __real_##name parameters;                                                                                      \
    int __wrap_##name parameters;                                                                                      \
    int __wrap_##name parameters {                                                                                     \
        if (fails)                                                                                                     \
            return -1;                                                                                                 \
        VALGRIND_DISABLE_ERROR_REPORTING;                                                                              \
        int result = __real_##name arguments;                                                                          \
        VALGRIND_ENABLE_ERROR_REPORTING;                                                                               \
        return waited(waits, result);                                                                                  \
    }

static bool lasts(const struct timespec *time) {
    return time == NULL || time->tv_sec > 0 || time->tv_nsec > 0;
}

static bool endures(const struct timeval *time) {
    return time == NULL || time->tv_sec > 0 || time->tv_usec > 0;
}

WRAP_WAIT(timeout != 0,
          is_interrupted(timeout != 0, "poll") || wait_fails("poll") || partial_io_fails_poll(fds, count, timeout == 0),
          poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
WRAP_MASKED(lasts(timeout),
            is_interrupted(lasts(timeout), "ppoll") || wait_fails("ppoll") ||
                partial_io_fails_poll(fds, count, !lasts(timeout)),
            ppoll, (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask),
            (fds, count, timeout, mask))
WRAP_WAIT(endures(timeout),
          is_interrupted(endures(timeout), "select") || wait_fails("select") ||
              partial_io_fails_select(count, in, out, !endures(timeout)),
          select, (int count, fd_set *in, fd_set *out, fd_set *other, struct timeval *timeout),
          (count, in, out, other, timeout))
WRAP_MASKED(lasts(timeout),
            is_interrupted(lasts(timeout), "pselect") || wait_fails("pselect") ||
                partial_io_fails_select(count, in, out, !lasts(timeout)),
            pselect,
            (int count, fd_set *in, fd_set *out, fd_set *other, const struct timespec *timeout, const sigset_t *mask),
            (count, in, out, other, timeout, mask))
WRAP_WAIT(timeout != 0, is_interrupted(timeout != 0, "epoll_wait") || partial_io_fails_epoll(timeout == 0), epoll_wait,
          (int fd, struct epoll_event *events, int count, int timeout), (fd, events, count, timeout))
WRAP_MASKED(timeout != 0, is_interrupted(timeout != 0, "epoll_pwait") || partial_io_fails_epoll(timeout == 0),
            epoll_pwait, (int fd, struct epoll_event *events, int count, int timeout, const sigset_t *mask),
            (fd, events, count, timeout, mask))
WRAP_MASKED(lasts(timeout), is_interrupted(lasts(timeout), "epoll_pwait2") || partial_io_fails_epoll(!lasts(timeout)),
            epoll_pwait2,
            (int fd, struct epoll_event *events, int count, const struct timespec *timeout, const sigset_t *mask),
            (fd, events, count, timeout, mask))

/* The same for a call that waits for a child. report tells of core dumps (core_dumps.h). */
#define WRAP_CHILD(type, name, parameters, arguments, report)                                                          \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters {                                                                                    \
        if (is_interrupted((options & WNOHANG) == 0, #name))                                                           \
            return -1;                                                                                                 \
        type result = __real_##name arguments;                                                                         \
        if (result >= 0)                                                                                               \
            report;                                                                                                    \
        return result;                                                                                                 \
    }

WRAP_CHILD(pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options),
           core_dumps_in_status(result > 0 ? status : NULL))
WRAP_CHILD(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options), (type, id, info, options),
           core_dumps_in_report(info))
WRAP_CHILD(pid_t, wait4, (pid_t pid, int *status, int options, struct rusage *usage), (pid, status, options, usage),
           core_dumps_in_status(result > 0 ? status : NULL))
WRAP(is_interrupted(lasts(timeout), "sigtimedwait"), int, sigtimedwait,
     (const sigset_t *set, siginfo_t *info, const struct timespec *timeout), (set, info, timeout))
WRAP(is_interrupted(true, "sigwaitinfo"), int, sigwaitinfo, (const sigset_t *set, siginfo_t *info), (set, info))
