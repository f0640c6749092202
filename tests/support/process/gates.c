/* gates.c - gates are semaphores of eventfd(2), and the log is a pipe of records.
 *
 * Theory of operation. An eventfd counts permits. A process that reads from it takes a permit or waits for one. A
 * waiting process also polls a pidfd of the test's own process, which becomes readable when the test ends. The end of a
 * pipe would not work for this, because every forked process has a copy of the write end. One write writes a whole
 * record of the log, and the record is shorter than PIPE_BUF. So the lines of several processes do not mix. */
#include "gates.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "support/core/narration.h"
#include "support/core/require.h"

struct record {
    pid_t from;
    char text[LINE_MAX_TOLD + 1];
};

_Static_assert(sizeof(struct record) <= PIPE_BUF, "a record is written at once");

static int gates[GATES];
static int log_ends[2];
static int test_process; /* a pidfd of the test's process */

void gates_open(void) {
    for (int i = 0; i < GATES; i++)
        require((gates[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) != -1, "make a gate");
    require(pipe2(log_ends, O_CLOEXEC) == 0, "open a pipe");
    require((test_process = pidfd_open(getpid(), 0)) != -1, "open a pidfd of the test");
}

void gates_close(void) {
    for (int i = 0; i < GATES; i++)
        close(gates[i]);
    close(log_ends[0]);
    close(log_ends[1]);
    close(test_process);
}

void let_pass(unsigned gate, unsigned count) {
    uint64_t permits = count;
    require(write(gates[gate], &permits, sizeof permits) == sizeof permits, "open a gate");
}

/* Takes 8 bytes from fd, a non-blocking descriptor. Waits until they are there. */
static void take(int fd) {
    struct pollfd watched[] = {{.fd = fd, .events = POLLIN}, {.fd = test_process, .events = POLLIN}};
    uint64_t taken;
    for (;;) {
        if (read(fd, &taken, sizeof taken) == sizeof taken)
            return;
        watched[1].revents = 0;
        if (poll(watched, 2, -1) > 0 && watched[1].revents != 0)
            _exit(ABANDONED);
    }
}

void wait_at(unsigned gate) {
    take(gates[gate]);
}

void log_line(const char *format, ...) {
    struct record record = {.from = getpid()};
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(record.text, sizeof record.text, format, arguments);
    va_end(arguments);
    ssize_t written;
    do
        written = write(log_ends[1], &record, sizeof record);
    while (written == -1 && errno == EINTR);
    errno = error;
}

const char *log_next(void) {
    static struct record record;
    ssize_t length;
    do
        length = read(log_ends[0], &record, sizeof record);
    while (length == -1 && errno == EINTR);
    require(length == sizeof record, "read the log");
    step("%s %d logged: %s", record.from == getpid() ? "the test" : "process", (int)record.from, record.text);
    return record.text;
}

const char *log_next_unless_ended(pid_t child) {
    int ended = pidfd_open(child, 0);
    struct pollfd watched[] = {{.fd = log_ends[0], .events = POLLIN}, {.fd = ended, .events = POLLIN}};
    if (ended == -1 && errno == ESRCH) /* somebody has waited for it already */
        return log_next_if_any();
    require(ended != -1, "open a pidfd of a child");
    while (poll(watched, 2, -1) == -1 && errno == EINTR)
        continue;
    close(ended);
    return log_next_if_any();
}

const char *log_next_if_any(void) {
    struct pollfd log = {.fd = log_ends[0], .events = POLLIN};
    int ready;
    do
        ready = poll(&log, 1, 0);
    while (ready == -1 && errno == EINTR);
    return ready > 0 ? log_next() : "";
}
