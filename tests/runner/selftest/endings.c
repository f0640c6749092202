/* endings.c - the ways in which a test process ends, expected or not. */
#include <criterion/criterion.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

Test(endings, segmentation_fault) {
    cr_expect(1);
    volatile int *nowhere = NULL;
    *nowhere = 1;
}

Test(endings, aborts) {
    abort();
}

Test(endings, crashes_after_failing) {
    cr_expect(0, "before the crash");
    raise(SIGFPE);
}

Test(endings, expected_signal, .signal = SIGSEGV) {
    volatile int *nowhere = NULL;
    *nowhere = 1;
}

Test(endings, expected_signal_is_raised, .signal = SIGTERM) {
    raise(SIGTERM);
}

Test(endings, other_signal_than_expected, .signal = SIGSEGV) {
    raise(SIGTERM);
}

Test(endings, expected_signal_does_not_come, .signal = SIGSEGV) {
    cr_assert(1);
}

Test(endings, expected_status, .exit_code = 42) {
    exit(42);
}

Test(endings, expected_status_at_once, .exit_code = 3) {
    _exit(3);
}

Test(endings, other_status_than_expected, .exit_code = 42) {
    exit(1);
}

Test(endings, expected_status_does_not_come, .exit_code = 42) {
    cr_assert(1);
}

Test(endings, exit_3) {
    exit(3);
}

Test(endings, exit_0) {
    exit(0);
}

Test(endings, exit_0_after_failing) {
    cr_expect(0);
    exit(0);
}

Test(endings, exit_0_at_once) {
    _exit(0);
}

Test(endings, skipped) {
    cr_skip("not %s", "today");
}

Test(endings, skipped_after_failing) {
    cr_expect(0, "bad");
    cr_skip("too late");
}

Test(endings, disabled, .disabled = true) {
    cr_assert(0);
}

Test(endings, out_of_time, .timeout = 0.3) {
    for (;;)
        pause();
}

Test(endings, in_time, .timeout = 20) {
    cr_assert(1);
}

Test(endings, child_is_waited_for) {
    pid_t pid = fork();
    if (pid == 0)
        _exit(3);
    int status;
    waitpid(pid, &status, 0);
    cr_assert_eq(WEXITSTATUS(status), 3);
}

static void crash(void) {
    abort();
}

Test(endings, exit_handler_crashes) {
    atexit(crash);
    cr_assert(1);
}

Test(endings, jump_within) {
    jmp_buf here;
    volatile int jumps = 0;
    if (setjmp(here) == 0) {
        jumps = 1;
        longjmp(here, 1);
    }
    cr_assert_eq(jumps, 1);
}
