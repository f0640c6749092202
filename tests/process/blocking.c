/* blocking.c - state_set_blocking and state_is_blocking: pipes, sockets, terminals, copies and other flags. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <timeslice/state.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

/* Two ends: what is written to one can be read from the other. */
struct ends {
    int reading, writing;
};

static struct ends open_pipe(void) {
    int fds[2];
    require(pipe2(fds, O_CLOEXEC) == 0, "open a pipe");
    return (struct ends){fds[0], fds[1]};
}

static struct ends open_sockets(void) {
    int fds[2];
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0, "open a pair of sockets");
    return (struct ends){fds[0], fds[1]};
}

static void close_ends(struct ends ends) {
    close(ends.reading);
    close(ends.writing);
}

/* Reads one byte from *(int *)arg. Returns the length, or 128 | errno. */
static int read_one(void *arg) {
    char byte;
    ssize_t length = read(*(int *)arg, &byte, 1);
    return length >= 0 ? (int)length : 128 | errno;
}

static void expect_read_waits(struct ends ends, const char *what) {
    char byte;
    expect_int(state_set_blocking(ends.reading, false), 0, "making %s not blocking", what);
    expect_error(read(ends.reading, &byte, 1), EAGAIN, "reading from %s while it is empty", what);
    expect_int(state_is_blocking(ends.reading), 0, "whether it is blocking");
    expect_int(state_set_blocking(ends.reading, true), 0, "making it blocking");
    pid_t reader = plain_start(read_one, &ends.reading);
    expect_int(await_rest(reader), 'S', "the letter of a child that reads from %s; 83 (S) means that it sleeps", what);
    require(write(ends.writing, "x\n", 2) == 2, "write");
    expect_int(end_of(reader), 1, "what its read returns when there is a byte");
    close_ends(ends);
}

Test(proc_state, switches_every_kind_of_descriptor, .timeout = 5,
     .description = "PROC-STATE-007 PROC-STATE-007b: a pipe, a socket, and a terminal if there is one") {
    struct ends terminal;
    expect_read_waits(open_pipe(), "a pipe");
    expect_read_waits(open_sockets(), "a socket");
    if (openpty(&terminal.writing, &terminal.reading, NULL, NULL, NULL) == 0)
        expect_read_waits(terminal, "a terminal");
}

/* Writes until there is no room. Returns the errno of the last write. */
static int fill(int fd) {
    static const char bytes[4096];
    while (write(fd, bytes, sizeof bytes) > 0)
        continue;
    return errno;
}

static int write_one(void *arg) {
    ssize_t length = write(*(int *)arg, "x", 1);
    return length >= 0 ? (int)length : 128 | errno;
}

static void expect_write_waits(struct ends ends, const char *what) {
    static char bytes[65536];
    expect_int(state_set_blocking(ends.writing, false), 0, "making the writing end of %s not blocking", what);
    expect_int(fill(ends.writing), EAGAIN, "the errno of a write to %s when there is no room", what);
    expect_int(state_set_blocking(ends.writing, true), 0, "making it blocking");
    pid_t writer = plain_start(write_one, &ends.writing);
    expect_int(await_rest(writer), 'S', "the letter of a child that writes to %s; 83 (S) means that it sleeps", what);
    expect_int(state_set_blocking(ends.reading, false), 0, "making the reading end not blocking");
    while (read(ends.reading, bytes, sizeof bytes) > 0)
        continue;
    expect_int(end_of(writer), 1, "what its write returns when there is room");
    close_ends(ends);
}

Test(proc_state, switches_writes_too, .timeout = 5, .description = "PROC-STATE-007a: a full pipe and a full socket") {
    expect_write_waits(open_pipe(), "a pipe");
    expect_write_waits(open_sockets(), "a socket");
}

/* Switches fd in every order. The flags must be the ones from before, and one more while it is not blocking. */
static void expect_other_flags_kept(int fd, const char *what) {
    static const bool orders[] = {true, false, false, true, true, false};
    int flags = fcntl(fd, F_GETFL) & ~O_NONBLOCK, own = fcntl(fd, F_GETFD);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        expect_int(state_set_blocking(fd, orders[i]), 0, "call number %zu on %s", i, what);
        expect_int(state_is_blocking(fd), orders[i], "whether %s is blocking after it", what);
        expect_int(fcntl(fd, F_GETFL), orders[i] ? flags : flags | O_NONBLOCK, "all flags of %s after it", what);
        expect_int(fcntl(fd, F_GETFD), own, "the close-on-exec flag of %s after it", what);
    }
}

Test(proc_state, keeps_all_other_flags, .timeout = 5,
     .description =
         "PROC-STATE-008 PROC-STATE-008a PROC-STATE-008d: files with O_APPEND, O_NOATIME and O_SYNC, and a pipe "
         "without close-on-exec") {
    int file = memfd_create("file", 0), ends[2];
    char path[64];
    require(file != -1 && pipe(ends) == 0, "open a file and a pipe");
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int appending = open(path, O_RDWR | O_APPEND | O_CLOEXEC), quiet = open(path, O_RDONLY | O_NOATIME | O_CLOEXEC);
    require(appending != -1, "open a file to append to");
    expect_other_flags_kept(file, "a file without flags");
    expect_other_flags_kept(appending, "a file with O_APPEND and close-on-exec");
    if (quiet != -1)
        expect_other_flags_kept(quiet, "a file with O_NOATIME");
    expect_other_flags_kept(ends[0], "the reading end of a pipe");
    expect_other_flags_kept(ends[1], "the writing end of a pipe");
    close(quiet);
    close(appending);
    close(file);
    close(ends[0]);
    close(ends[1]);
}

/* In a child: makes *(int *)arg not blocking, if it is blocking. */
static int unblock(void *arg) {
    int fd = *(int *)arg;
    return state_is_blocking(fd) == 1 && state_set_blocking(fd, false) == 0 ? 42 : 1;
}

Test(
    proc_state, shares_the_flag_with_copies, .timeout = 5,
    .description = "PROC-STATE-008b PROC-STATE-008c: a copy by dup, a flag that fcntl sets, and a child that sets it") {
    struct ends ends = open_pipe();
    int copy = dup(ends.reading);
    expect_int(state_set_blocking(copy, false), 0, "making a copy of a descriptor not blocking");
    expect_int(state_is_blocking(ends.reading), 0, "whether the descriptor itself is blocking");
    expect_int(state_is_blocking(ends.writing), 1, "whether the other end of the pipe is blocking");
    require(fcntl(ends.reading, F_SETFL, 0) == 0, "set flags");
    expect_int(state_is_blocking(copy), 1, "whether the copy is blocking after fcntl has cleared the flag");
    expect_int(end_of(plain_start(unblock, &copy)), 42, "42 if a child finds it blocking and changes it");
    expect_int(state_is_blocking(ends.reading), 0, "whether it is blocking after a child has changed it");
    require(close(copy) == 0 && (copy = dup(ends.writing)) != -1, "open a descriptor");
    expect_int(state_is_blocking(copy), 1, "whether another file with the same number is blocking");
    close(copy);
    close_ends(ends);
}

Test(
    proc_state, needs_an_open_descriptor, .timeout = 5,
    .description = "PROC-STATE-008: -1, a closed descriptor and a number beyond all descriptors, with both functions") {
    const int fds[] = {-1, closed_descriptor(), 1000000};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        expect_error(state_set_blocking(fds[i], true), EBADF, "making descriptor %d blocking", fds[i]);
        expect_error(state_set_blocking(fds[i], false), EBADF, "making descriptor %d not blocking", fds[i]);
        expect_error(state_is_blocking(fds[i]), EBADF, "asking about descriptor %d", fds[i]);
    }
}
