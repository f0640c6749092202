/* state.c - the states of a process, in the textbook and in the kernel, and descriptors that block. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <timeslice/state.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/gates.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

static const enum state states[] = {STATE_NEW, STATE_READY, STATE_RUNNING, STATE_BLOCKED, STATE_ENDED};

enum { STATES = sizeof states / sizeof *states };

Test(proc_state, has_six_legal_moves, .timeout = 5,
     .description = "PROC-STATE-001 PROC-STATE-001a PROC-STATE-001b PROC-STATE-001c: all 25 pairs, all names, and "
                    "three values more") {
    static const char *const names[STATES] = {"new", "ready", "running", "blocked", "ended"};
    static const unsigned no_states[] = {5, 99, UINT_MAX};
    static const char *const legal[STATES] = {".R...", "..R..", ".R.RR", ".R...", "....."}; /* one row for each from */
    for (int from = 0; from < STATES; from++) {
        const char *name = state_name(states[from]);
        expect_text(name != NULL ? name : "NULL", names[from], "the name of state %d", from);
        for (int to = 0; to < STATES; to++)
            expect_int(state_can_move(states[from], states[to]), legal[from][to] == 'R',
                       "whether a process can go from %s to %s", names[from], names[to]);
    }
    for (size_t i = 0; i < sizeof no_states / sizeof *no_states; i++) {
        enum state none = (enum state)no_states[i];
        expect_true(state_name(none) == NULL, "%u is no state and has no name", no_states[i]);
        for (int other = 0; other < STATES; other++) {
            expect_int(state_can_move(none, states[other]), false, "whether a process can go from %u to %s",
                       no_states[i], names[other]);
            expect_int(state_can_move(states[other], none), false, "whether a process can go from %s to %u",
                       names[other], no_states[i]);
        }
        expect_int(state_can_move(none, none), false, "whether a process can go from %u to %u", no_states[i],
                   no_states[i]);
    }
}

Test(proc_state, makes_the_blocked_ready_first, .timeout = 5,
     .description = "PROC-STATE-002: blocked to ready, ready to running, blocked to running") {
    expect_int(state_can_move(STATE_BLOCKED, STATE_READY), true, "whether a process can go from blocked to ready");
    expect_int(state_can_move(STATE_READY, STATE_RUNNING), true, "whether a process can go from ready to running");
    expect_int(state_can_move(STATE_BLOCKED, STATE_RUNNING), false, "whether a process can go from blocked to running");
}

/* Checks that state_of reports the state with this textbook name. */
static void expect_state(pid_t pid, const char *expected, const char *of) {
    static const char *const words[STATES] = {"new", "ready", "running", "blocked", "ended"};
    enum state state = (enum state)99;
    expect_int(state_of(pid, &state), 0, "asking for the state of %s", of);
    expect_text((unsigned)state < STATES ? words[state] : "no state", expected, "the state of %s", of);
}

/* Kills a plain child and waits for it. */
static void end_plain(pid_t pid) {
    kill(pid, SIGKILL);
    end_of(pid);
}

static int spin(void *arg) {
    log_line("spins");
    for (volatile unsigned *turns = arg; *turns < UINT_MAX;)
        ++*turns;
    return 0;
}

static int wait_for_ever(void *arg) {
    (void)arg;
    wait_at(0);
    return 0;
}

Test(proc_state, tells_blocked_from_runnable, .timeout = 5,
     .description = "PROC-STATE-003: the caller, a child that waits, and a child that computes") {
    unsigned turns = 0;
    gates_open();
    expect_state(getpid(), "running", "the caller");
    pid_t waits = plain_start(wait_for_ever, NULL);
    require(await_rest(waits) == 'S', "make a child that sleeps");
    expect_state(waits, "blocked", "a child that waits for a descriptor");
    end_plain(waits);
    pid_t spins = plain_start(spin, &turns);
    log_next();
    expect_state(spins, "ready", "a child that computes");
    end_plain(spins);
    gates_close();
}

static int stop(void *arg) {
    (void)arg;
    return raise(SIGSTOP);
}

Test(proc_state, takes_the_stopped_for_blocked, .timeout = 5,
     .description = "PROC-STATE-004: a child that raises SIGSTOP") {
    pid_t pid = plain_start(stop, NULL);
    int status;
    require(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "stop a child");
    expect_state(pid, "blocked", "a child that has stopped itself");
    end_plain(pid);
}

static int end_at_once(void *arg) {
    (void)arg;
    return 0;
}

Test(proc_state, knows_zombies_and_nobody, .timeout = 5,
     .description = "PROC-STATE-005: a zombie, its pid after the wait, and the pids 0 and -1") {
    enum state state;
    pid_t pid = plain_start(end_at_once, NULL);
    await_zombie(pid);
    expect_state(pid, "ended", "a zombie");
    end_of(pid);
    expect_error(state_of(pid, &state), ESRCH, "its state after the test has waited for it");
    expect_error(state_of(0, &state), EINVAL, "the state of pid 0");
    expect_error(state_of(-1, &state), EINVAL, "the state of pid -1");
}

static int wait_under_a_name(void *arg) {
    prctl(PR_SET_NAME, arg, 0L, 0L, 0L);
    log_line("renamed");
    wait_at(0);
    return 0;
}

Test(proc_state, is_not_confused_by_a_name, .timeout = 5,
     .description = "PROC-STATE-006: six names with spaces, parentheses and letters, asleep and as zombies") {
    static char names[][16] = {"a) R (b", ") Z 1 (", "R", "x y Z 1 1", "((((", "))))) R"};
    gates_open();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pid_t pid = plain_start(wait_under_a_name, names[i]);
        log_next();
        require(await_rest(pid) == 'S', "make a child that sleeps");
        step("a child sleeps; its name is '%s'", names[i]);
        expect_state(pid, "blocked", "the child that sleeps");
        kill(pid, SIGKILL);
        await_zombie(pid);
        expect_state(pid, "ended", "that child as a zombie");
        end_of(pid);
    }
    gates_close();
}

/* Reads one byte from *(int *)arg. Returns the length, or 128 | errno. */
static int read_one(void *arg) {
    char byte;
    ssize_t length = read(*(int *)arg, &byte, 1);
    return length >= 0 ? (int)length : 128 | errno;
}

Test(proc_state, switches_a_descriptor, .timeout = 5,
     .description = "PROC-STATE-007: an empty pipe, first not blocking, then blocking with a reader") {
    int ends[2];
    char byte;
    require(pipe2(ends, O_CLOEXEC) == 0, "open a pipe");
    expect_int(state_set_blocking(ends[0], false), 0, "making the reading end of a pipe not blocking");
    expect_error(read(ends[0], &byte, 1), EAGAIN, "reading from it while it is empty");
    expect_int(state_set_blocking(ends[0], true), 0, "making it blocking again");
    pid_t reader = plain_start(read_one, &ends[0]);
    await_rest(reader);
    expect_state(reader, "blocked", "a child that reads from it");
    require(write(ends[1], "x", 1) == 1, "write to a pipe");
    expect_int(end_of(reader), 1, "what its read returns when there is a byte");
    close(ends[0]);
    close(ends[1]);
}

Test(proc_state, keeps_the_other_flags, .timeout = 5,
     .description = "PROC-STATE-008: a file with O_APPEND, and a descriptor that is not open") {
    int fd = memfd_create("file", MFD_CLOEXEC);
    require(fd != -1 && fcntl(fd, F_SETFL, O_APPEND) == 0, "open a file to append to");
    int flags = fcntl(fd, F_GETFL);
    expect_int(state_is_blocking(fd), 1, "whether it is blocking at first");
    expect_int(state_set_blocking(fd, false), 0, "making it not blocking");
    expect_int(state_is_blocking(fd), 0, "whether it is blocking after that");
    expect_int(fcntl(fd, F_GETFL), flags | O_NONBLOCK, "all its flags, with O_APPEND");
    expect_int(state_set_blocking(fd, true), 0, "making it blocking again");
    expect_int(state_is_blocking(fd), 1, "whether it is blocking after that");
    expect_int(fcntl(fd, F_GETFL), flags, "all its flags");
    expect_error(state_set_blocking(closed_descriptor(), false), EBADF, "changing a descriptor that is not open");
    expect_error(state_is_blocking(closed_descriptor()), EBADF, "asking about a descriptor that is not open");
    close(fd);
}

Test(proc_state, leaves_nothing_behind, .timeout = 20,
     .description = "PROC-STATE-009: 200 rounds of state_of and of both blocking functions") {
    enum state state;
    int failed = 0;
    gates_open();
    pid_t waits = plain_start(wait_for_ever, NULL), gone = plain_start(end_at_once, NULL);
    end_of(gone);
    int before = open_descriptors();
    for (int i = 0; i < 200; i++) {
        failed += state_of(waits, &state) != 0 || state_of(getpid(), &state) != 0;
        failed += state_of(gone, &state) != -1 || state_of(0, &state) != -1;
        failed += state_set_blocking(STDIN_FILENO, true) != 0 || state_is_blocking(STDIN_FILENO) != 1;
    }
    expect_int(failed, 0, "how many calls gave a wrong result in 200 rounds");
    expect_int(open_descriptors(), before, "the number of open descriptors");
    end_plain(waits);
    gates_close();
}
