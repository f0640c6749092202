/* one_test.c - under plain libcriterion: one test speaks to the runner, and its children do not.
 *
 * Theory of operation. Criterion's runner knows a test by its process. If it hears something unexpected, it ends the
 * whole run. That may be an event of a process that it did not start. It may be a timeout of a test at its end.
 * A submission of the process lab can cause both. Its child may return into the test or fail an assertion, and then
 * it speaks to the runner. Its exit handlers may wait for ever after the test has ended. So the calls between a test
 * and Criterion come through here, by --wrap (wrap.args). A child of the test ends where it would speak. The test
 * itself says that it is at its end and ends by _exit at once. So it runs no exit handler.
 *
 * If several tests were late at once, Criterion's runner was seen to end only one of them. So each test sets its own
 * timer, which kills it a second after its time is up.
 *
 * The executor does not need this file. See tests/runner/child.c and tests/runner/verdict.c. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

void __real_criterion_internal_test_setup(void);
void __real_criterion_internal_test_main(void (*body)(void));
void __real_criterion_internal_test_teardown(void);
void __real_criterion_send_assert(struct criterion_assert_stats *stats);
CR_NORETURN void __real_criterion_abort_test(void);

void __wrap_criterion_internal_test_setup(void);
void __wrap_criterion_internal_test_main(void (*body)(void));
void __wrap_criterion_internal_test_teardown(void);
void __wrap_criterion_send_assert(struct criterion_assert_stats *stats);
CR_NORETURN void __wrap_criterion_abort_test(void);

static pid_t test_process;
static void (*body_of_test)(void);

static void end_unless_test(const char *what) {
    if (getpid() == test_process)
        return;
    fprintf(stderr, "a child of the test %s, and was ended\n", what);
    fflush(NULL);
    _exit(EXIT_FAILURE);
}

static void set_timer(double seconds) {
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    const struct itimerspec once = {.it_value = {.tv_sec = (time_t)seconds + 1}};
    timer_t timer;
    if (seconds > 0 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
        timer_settime(timer, 0, &once, NULL);
}

void __wrap_criterion_internal_test_setup(void) {
    test_process = getpid();
    set_timer(criterion_current_test->data->timeout);
    __real_criterion_internal_test_setup();
}

static void run_body(void) {
    body_of_test();
    end_unless_test("came to the end of the test's function");
}

void __wrap_criterion_internal_test_main(void (*body)(void)) {
    body_of_test = body;
    __real_criterion_internal_test_main(run_body);
}

void __wrap_criterion_internal_test_teardown(void) {
    end_unless_test("came to the teardown");
    __real_criterion_internal_test_teardown();
    fflush(NULL);
    _exit(EXIT_SUCCESS);
}

void __wrap_criterion_send_assert(struct criterion_assert_stats *stats) {
    if (getpid() != test_process)
        fprintf(stderr, "%s:%u: %s\n", stats->file, stats->line, stats->message);
    end_unless_test("failed an assertion");
    __real_criterion_send_assert(stats);
}

CR_NORETURN void __wrap_criterion_abort_test(void) {
    end_unless_test("gave the test up");
    __real_criterion_abort_test();
}
