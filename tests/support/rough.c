/* rough.c - decides what happens to each call on a rough descriptor; wraps read, write and all that waits. */
#include "rough.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "narration.h"
#include "rough_hooks.h"
#include "seed.h"

ssize_t __real_write(int fd, const void *data, size_t len);

static _Thread_local struct {
    bool active;
    int fd;
    struct rough how;
    struct dice dice;
    struct rough_counts counts;
} now;

void rough_start(int fd, struct rough how) {
    now.fd = fd;
    now.how = how;
    now.dice = dice_for("rough");
    now.counts = (struct rough_counts){0};
    if (how.most > 0)
        step("from here on each call on descriptor %d moves 1 to %u bytes, by the kit's doing", fd, how.most);
    if (how.interrupt > 0)
        step("%u of 100 calls on it fail with EINTR, by the kit's doing", how.interrupt);
    now.active = true;
}

struct rough_counts rough_stop(void) {
    now.active = false;
    step("%u calls moved bytes, %u were interrupted, %u were told EAGAIN, %u waited", now.counts.moved,
         now.counts.interrupted, now.counts.refused, now.counts.waits);
    return now.counts;
}

static bool is_rough(int fd) {
    return now.active && now.fd == fd;
}

static bool interrupts(void) {
    if (now.how.interrupt == 0 || dice_below(&now.dice, 100) >= now.how.interrupt)
        return false;
    now.counts.interrupted++;
    errno = EINTR;
    return true;
}

bool rough_interrupts(int fd) {
    return is_rough(fd) && interrupts();
}

size_t rough_amount(int fd, size_t len) {
    if (!is_rough(fd) || now.how.most == 0 || len == 0)
        return len;
    size_t amount = 1 + dice_below(&now.dice, now.how.most);
    return amount < len ? amount : len;
}

const struct iovec *rough_blocks(int fd, const struct iovec *list, size_t *count, struct iovec *part) {
    if (!is_rough(fd) || now.how.most == 0)
        return list;
    for (size_t i = 0; i < *count; i++) {
        if (list[i].iov_len == 0)
            continue;
        *part = (struct iovec){list[i].iov_base, rough_amount(fd, list[i].iov_len)};
        *count = 1;
        return part;
    }
    return list;
}

/* Tells the other end that the code under test cannot go on without it. */
static void tell_waiting(void) {
    const uint64_t one = 1;
    int error = errno;
    if (now.how.waiting >= 0) {
        ssize_t told = __real_write(now.how.waiting, &one, sizeof one);
        (void)told;
    }
    errno = error;
}

ssize_t rough_result(int fd, ssize_t result) {
    if (!is_rough(fd))
        return result;
    if (result > 0)
        now.counts.moved++;
    if (result == -1 && errno == EAGAIN) {
        now.counts.refused++;
        tell_waiting();
    }
    return result;
}

/* A wait that concerns the rough descriptor begins. Returns whether it fails with EINTR. */
static bool wait_fails(bool for_events, bool at_once) {
    if (interrupts())
        return true;
    now.counts.waits += for_events && !at_once;
    tell_waiting();
    return false;
}

/* ---- what moves bytes ---- */

#define WRAP_BYTES(name, parameters, arguments)                                                                        \
    ssize_t __real_##name parameters;                                                                                  \
    ssize_t __wrap_##name parameters;                                                                                  \
    ssize_t __wrap_##name parameters {                                                                                 \
        if (rough_interrupts(fd))                                                                                      \
            return -1;                                                                                                 \
        len = rough_amount(fd, len);                                                                                   \
        return rough_result(fd, __real_##name arguments);                                                              \
    }

#define WRAP_BLOCKS(name)                                                                                              \
    ssize_t __real_##name(int fd, const struct iovec *list, int count);                                                \
    ssize_t __wrap_##name(int fd, const struct iovec *list, int count);                                                \
    ssize_t __wrap_##name(int fd, const struct iovec *list, int count) {                                               \
        struct iovec part;                                                                                             \
        size_t blocks = count > 0 ? (size_t)count : 0;                                                                 \
        if (rough_interrupts(fd))                                                                                      \
            return -1;                                                                                                 \
        const struct iovec *shorter = rough_blocks(fd, list, &blocks, &part);                                          \
        return rough_result(fd, __real_##name(fd, shorter, shorter == list ? count : (int)blocks));                    \
    }

WRAP_BYTES(read, (int fd, void *buf, size_t len), (fd, buf, len))
WRAP_BYTES(write, (int fd, const void *data, size_t len), (fd, data, len))
WRAP_BLOCKS(readv)
WRAP_BLOCKS(writev)

/* ---- what waits ---- */

static bool poll_fails(const struct pollfd *list, nfds_t count, bool at_once) {
    for (nfds_t i = 0; now.active && i < count; i++)
        if (list[i].fd == now.fd)
            return wait_fails((list[i].events & now.how.events) != 0, at_once);
    return false;
}

static bool in_set(int count, const fd_set *set) {
    return set != NULL && now.fd < count && now.fd < FD_SETSIZE && FD_ISSET(now.fd, set);
}

static bool select_fails(int count, const fd_set *in, const fd_set *out, bool at_once) {
    if (!now.active || (!in_set(count, in) && !in_set(count, out)))
        return false;
    return wait_fails(in_set(count, now.how.events == POLLIN ? in : out), at_once);
}

/* What an epoll set watches cannot be seen: it is taken to be the right thing. */
static bool epoll_fails(bool at_once) {
    return now.active && wait_fails(true, at_once);
}

#define WRAP_WAIT(name, parameters, arguments, fails)                                                                  \
    int __real_##name parameters;                                                                                      \
    int __wrap_##name parameters;                                                                                      \
    int __wrap_##name parameters {                                                                                     \
        return (fails) ? -1 : __real_##name arguments;                                                                 \
    }

static bool none(const struct timespec *time) {
    return time != NULL && time->tv_sec == 0 && time->tv_nsec == 0;
}

WRAP_WAIT(poll, (struct pollfd * list, nfds_t count, int timeout), (list, count, timeout),
          poll_fails(list, count, timeout == 0))
WRAP_WAIT(ppoll, (struct pollfd * list, nfds_t count, const struct timespec *timeout, const sigset_t *mask),
          (list, count, timeout, mask), poll_fails(list, count, none(timeout)))
WRAP_WAIT(select, (int count, fd_set *in, fd_set *out, fd_set *other, struct timeval *timeout),
          (count, in, out, other, timeout),
          select_fails(count, in, out, timeout != NULL && timeout->tv_sec == 0 && timeout->tv_usec == 0))
WRAP_WAIT(pselect,
          (int count, fd_set *in, fd_set *out, fd_set *other, const struct timespec *timeout, const sigset_t *mask),
          (count, in, out, other, timeout, mask), select_fails(count, in, out, none(timeout)))
WRAP_WAIT(epoll_wait, (int set, struct epoll_event *events, int most, int timeout), (set, events, most, timeout),
          epoll_fails(timeout == 0))
WRAP_WAIT(epoll_pwait, (int set, struct epoll_event *events, int most, int timeout, const sigset_t *mask),
          (set, events, most, timeout, mask), epoll_fails(timeout == 0))
WRAP_WAIT(epoll_pwait2,
          (int set, struct epoll_event *events, int most, const struct timespec *timeout, const sigset_t *mask),
          (set, events, most, timeout, mask), epoll_fails(none(timeout)))
