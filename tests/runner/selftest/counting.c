/* counting.c - tests of the submission counted.c: its lines are counted, however the test ends. */
#include "submission/counted.h"

#include <criterion/criterion.h>
#include <sys/wait.h>
#include <unistd.h>

Test(counting, returns) {
    counted_returns();
    cr_assert(1);
}
Test(counting, exits) {
    counted_exits();
}
Test(counting, crashes) {
    counted_crashes();
}
Test(counting, overflows_its_stack) {
    counted_overflows_its_stack(0);
}
Test(counting, aborts) {
    counted_aborts();
}
Test(counting, is_killed, .signal = SIGSEGV) {
    counted_is_killed();
}
Test(counting, kills_itself) {
    counted_kills_itself();
}
Test(counting, loops, .timeout = 0.3) {
    counted_loops();
}
Test(counting, loops_deaf, .timeout = 0.3) {
    counted_loops_deaf();
}
Test(counting, fails) {
    counted_fails();
    cr_assert(0);
}
Test(counting, in_a_child) {
    counted_in_a_child();
    cr_assert(1);
}

/* The test forks, and what it has counted so far counts once. */
Test(counting, in_a_child_of_the_test) {
    counted_returns();
    pid_t pid = fork();
    if (pid == 0) {
        counted_returns();
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    cr_assert(1);
}
