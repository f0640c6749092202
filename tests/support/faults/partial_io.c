/* partial_io.c - decides what happens to each call on a rough descriptor; wraps read, write, pread and pwrite. */
#include "partial_io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/select.h>
#include <unistd.h>

#include "faults_hooks.h"
#include "partial_io_hooks.h"
#include "support/core/narration.h"
#include "support/core/seed.h"

ssize_t __real_write(int fd, const void *data, size_t len);

static _Thread_local struct {
    bool active;
    int fd;
    struct partial_io how;
    struct dice dice;
    struct partial_io_counts counts;
    size_t bytes; /* that were moved */
    int flags;    /* of the descriptor, at the start */
} now;

struct partial_io partial_io_at(size_t border, int error) {
    return (struct partial_io){.has_border = true, .border = border, .border_error = error, .waiting = -1};
}

void partial_io_start(int fd, struct partial_io how) {
    now.fd = fd;
    now.how = how;
    now.dice = dice_for("rough");
    now.counts = (struct partial_io_counts){0};
    now.bytes = 0;
    now.flags = fcntl(fd, F_GETFL);
    if (how.most > 0)
        step("from here on each call on descriptor %d moves 1 to %u bytes, by the kit's doing", fd, how.most);
    if (how.interrupt > 0)
        step("%u of 100 calls on it fail with EINTR, by the kit's doing", how.interrupt);
    if (how.has_border)
        step("descriptor %d moves %zu bytes, then something happens, by the kit's doing", fd, how.border);
    now.active = true;
}

struct partial_io_counts partial_io_stop(void) {
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

/* Does this call meet the border, and does it fail there? If so, sets errno. */
static bool fails_at_border(void) {
    if (!now.how.has_border || now.counts.met_border || now.bytes < now.how.border)
        return false;
    now.counts.met_border = true;
    step("a call meets the border after %zu bytes", now.bytes);
    if (now.how.at_border != NULL)
        now.how.at_border();
    if (now.how.border_error == 0)
        return false;
    step("it fails with error %d, by the kit's doing", now.how.border_error);
    errno = now.how.border_error;
    return true;
}

/* Looks whether somebody made the descriptor blocking or non-blocking. Does not change errno. */
static void watch_flags(void) {
    int error = errno;
    now.counts.changed_flags |= ((fcntl(now.fd, F_GETFL) ^ now.flags) & O_NONBLOCK) != 0;
    errno = error;
}

bool partial_io_interrupts(int fd) {
    if (!is_rough(fd))
        return false;
    watch_flags();
    return interrupts() || fails_at_border();
}

size_t partial_io_amount(int fd, size_t len) {
    if (!is_rough(fd) || len == 0)
        return len;
    size_t amount = now.how.most > 0 ? 1 + dice_below(&now.dice, now.how.most) : len;
    if (now.how.has_border && now.bytes < now.how.border && amount > now.how.border - now.bytes)
        amount = now.how.border - now.bytes;
    return amount < len ? amount : len;
}

const struct iovec *partial_io_blocks(int fd, const struct iovec *list, size_t *count, struct iovec *part) {
    if (!is_rough(fd) || (now.how.most == 0 && !now.how.has_border))
        return list;
    for (size_t i = 0; i < *count; i++) {
        if (list[i].iov_len == 0)
            continue;
        *part = (struct iovec){list[i].iov_base, partial_io_amount(fd, list[i].iov_len)};
        *count = 1;
        return part;
    }
    return list;
}

/* Tells the other end that the code under test waits for it. */
static void tell_waiting(void) {
    const uint64_t one = 1;
    int error = errno;
    if (now.how.waiting >= 0) {
        ssize_t told = __real_write(now.how.waiting, &one, sizeof one);
        (void)told;
    }
    errno = error;
}

ssize_t partial_io_result(int fd, ssize_t result) {
    if (!is_rough(fd))
        return result;
    if (result > 0) {
        now.counts.moved++;
        now.bytes += (size_t)result;
    }
    if (result == -1 && errno == EAGAIN) {
        now.counts.refused++;
        tell_waiting();
    }
    return result;
}

/* A wait for the rough descriptor begins. Returns whether it fails. */
static bool wait_fails(bool for_events, bool at_once) {
    watch_flags();
    if (interrupts())
        return true;
    if (now.how.wait_error != 0) {
        step("a wait fails with error %d, by the kit's doing", now.how.wait_error);
        errno = now.how.wait_error;
        now.how.wait_error = 0;
        return true;
    }
    now.counts.waits += for_events && !at_once;
    tell_waiting();
    return false;
}

/* ---- calls that move bytes ---- */

#define WRAP_BYTES(class, name, parameters, arguments)                                                                 \
    ssize_t __real_##name parameters;                                                                                  \
    ssize_t __wrap_##name parameters;                                                                                  \
    ssize_t __wrap_##name parameters {                                                                                 \
        if (fails_on_socket(class, #name, fd) || partial_io_interrupts(fd))                                            \
            return -1;                                                                                                 \
        len = partial_io_amount(fd, len);                                                                              \
        return partial_io_result(fd, __real_##name arguments);                                                         \
    }

#define WRAP_BLOCKS(class, name)                                                                                       \
    ssize_t __real_##name(int fd, const struct iovec *list, int count);                                                \
    ssize_t __wrap_##name(int fd, const struct iovec *list, int count);                                                \
    ssize_t __wrap_##name(int fd, const struct iovec *list, int count) {                                               \
        struct iovec part;                                                                                             \
        size_t blocks = count > 0 ? (size_t)count : 0;                                                                 \
        if (fails_on_socket(class, #name, fd) || partial_io_interrupts(fd))                                            \
            return -1;                                                                                                 \
        const struct iovec *shorter = partial_io_blocks(fd, list, &blocks, &part);                                     \
        return partial_io_result(fd, __real_##name(fd, shorter, shorter == list ? count : (int)blocks));               \
    }

WRAP_BYTES(RECEIVING, read, (int fd, void *buf, size_t len), (fd, buf, len))
WRAP_BYTES(SENDING, write, (int fd, const void *data, size_t len), (fd, data, len))
WRAP_BYTES(RECEIVING, pread, (int fd, void *buf, size_t len, off_t at), (fd, buf, len, at))
WRAP_BYTES(SENDING, pwrite, (int fd, const void *data, size_t len, off_t at), (fd, data, len, at))
WRAP_BLOCKS(RECEIVING, readv)
WRAP_BLOCKS(SENDING, writev)

/* ---- calls that wait: the wrappers are in waits.c ---- */

bool partial_io_fails_poll(const struct pollfd *list, nfds_t count, bool at_once) {
    for (nfds_t i = 0; now.active && i < count; i++)
        if (list[i].fd == now.fd)
            return wait_fails((list[i].events & now.how.events) != 0, at_once);
    return false;
}

static bool in_set(int count, const fd_set *set) {
    return set != NULL && now.fd < count && now.fd < FD_SETSIZE && FD_ISSET(now.fd, set);
}

bool partial_io_fails_select(int count, const fd_set *in, const fd_set *out, bool at_once) {
    if (!now.active || (!in_set(count, in) && !in_set(count, out)))
        return false;
    return wait_fails(in_set(count, now.how.events == POLLIN ? in : out), at_once);
}

/* Nobody can see what an epoll set watches, so this counts every wait on one. */
bool partial_io_fails_epoll(bool at_once) {
    return now.active && wait_fails(true, at_once);
}
