/* sweeps.c - tests that declare a sweep, or get one by --sweep. selftest/submission/swept.c makes the calls. */
#include "submission/swept.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/faults/sweep_page.h"

#define SWEEP(kind) ((void *)&(enum sweep_kind){kind})

bool sweep_end(void);

Test(sweeps, memory, .data = SWEEP(SWEEP_MEMORY)) {
    int result = three_blocks(), error = errno;
    cr_assert(result == 3 || (error == ENOMEM && sweep_end()));
    cr_assert_eq(sweep_end() ? three_blocks() : 3, 3);
}

Test(sweeps, crash_when_the_second_block_is_missing, .data = SWEEP(SWEEP_MEMORY)) {
    cr_assert_eq(two_unchecked_blocks(), 2);
}

Test(sweeps, many_calls, .data = SWEEP(SWEEP_MEMORY)) {
    cr_assert(many_blocks(1000) <= 1000);
}

Test(sweeps, calls_of_the_test_itself, .data = SWEEP(SWEEP_MEMORY)) {
    void *volatile block = malloc(10);
    cr_assert(block != NULL);
    free(block);
}

Test(sweeps, calls_of_a_child, .data = SWEEP(SWEEP_MEMORY)) {
    cr_assert(block_in_a_child() == (sweep_end() ? ENOMEM : 0));
}

Test(sweeps, descriptors, .data = SWEEP(SWEEP_DESCRIPTORS)) {
    int ends[4], result = pipe_after_pipe(ends);
    cr_assert(result == 0 || (errno == EMFILE && sweep_end()));
    for (int i = 0; i < 4 && result == 0; i++)
        close(ends[i]);
}

Test(sweeps, processes, .data = SWEEP(SWEEP_PROCESSES)) {
    cr_assert(start_a_process() == (sweep_end() ? EAGAIN : 0));
}

Test(sweeps, signals, .data = SWEEP(SWEEP_EINTR)) {
    int ends[2];
    cr_assert(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
    cr_assert_eq(read_once(ends[0]), sweep_end() ? EINTR : 0);
    close(ends[0]);
    close(ends[1]);
}

/* A thread that blocks its signals is never interrupted. */
Test(sweeps, blocked_signals, .data = SWEEP(SWEEP_EINTR)) {
    int ends[2];
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    cr_assert(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
    cr_assert_eq(read_once(ends[0]), 0);
    close(ends[0]);
    close(ends[1]);
}

Test(sweeps, does_not_expect_a_shortage) {
    cr_assert_eq(three_blocks(), 3);
}

Test(sweeps, crashes_in_a_shortage) {
    cr_assert_eq(two_unchecked_blocks(), 2);
}
