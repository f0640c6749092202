/* child.c - the test process, from its start to its end.
 *
 * Theory of operation
 * The executor itself never calls a test, a fixture, a function that makes parameters, or a function of a submission.
 * All of that happens here, after the fork. So it can harm neither the executor nor the next test. The process makes
 * its own session and dies with the executor. It is fenced in (harden.c). Then it calls the function that Criterion's
 * Test() wrote. This function runs setup, test and teardown, and tells the events between them. The last fact says
 * that the test has finished. If the process ends in another way, this fact is missing, and the test ended early.
 *
 * A test or a submission may fork and forget that there are two processes now. The second process comes back here too.
 * It is not the test, so it ends at once and writes nothing.
 *
 * The process ends with _exit. The atexit handlers of the executor do not belong to the test, and under Valgrind exit
 * costs more than most tests. Only a sanitizer needs exit, because LeakSanitizer does its work there. */
#include "child.h"

#include "boxfort.h"
#include "coverage.h"
#include "descriptors.h"
#include "fact.h"
#include "harden.h"
#include "new_assertions.h"
#include "output.h"
#include "signals.h"

#include <criterion/parameterized.h>
#include <criterion/redirect.h>
#include <criterion/types.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

/* Defined in boxfort.c, for Criterion. */
extern const struct criterion_test *criterion_current_test;
extern const struct criterion_suite *criterion_current_suite;

static struct criterion_test_params parameters; /* static, so that it is never a leak */

bool child_has_parameters(const struct bank_test *test) {
    return test->declared->data->kind_ == CR_TEST_PARAMETERIZED && test->declared->data->param_ != NULL;
}

/* If memory runs out, the kernel must kill the test and not the executor. */
static void offer_to_the_oom_killer(void) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t written = write(fd, "1000", 4);
    (void)written; /* some kernels refuse this; then nothing changes */
    close(fd);
}

/* Makes a new session that dies with the executor. Its output goes to a file. */
static void settle(pid_t runner, int output) {
    setsid();
    prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
    if (getppid() != runner)
        _exit(EXIT_FAILURE);
    output_capture(output);
    close(output);
}

static void leave_the_runner(const struct child *child) {
    sigset_t none;
    sigemptyset(&none);
    settle(child->runner, child->output);
    offer_to_the_oom_killer();
    if (child->records >= 0)
        close(child->records);
    fact_forget_listener();
    signals_forget();
    if (harden_test() < 0) {
        perror("bank: the test could not be fenced in");
        _exit(EXIT_FAILURE);
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Sets the parameter of this run. False: the test has fewer parameters. */
static bool choose_parameter(size_t which, const struct criterion_test *test) {
    parameters = test->data->param_();
    size_t count = parameters.length;
    fact_tell(FACT_PARAMETERS, count);
    if (which >= count)
        return false;
    boxfort_set_parameter((char *)parameters.params + which * parameters.size);
    return true;
}

static _Noreturn void leave(enum mode mode) {
    if (mode == MODE_SANITIZE)
        exit(EXIT_SUCCESS);
    fflush(NULL);
    coverage_save();
    _exit(EXIT_SUCCESS);
}

_Noreturn void child_run(const struct child *child) {
    const struct bank_test *test = child->test;
    const pid_t self = getpid();
    if (child->mode == MODE_MEMCHECK)
        VALGRIND_ENABLE_ERROR_REPORTING; /* see main.c */
    leave_the_runner(child);
    coverage_arm();
    VALGRIND_PRINTF("@@TEST %s/%s pid=%d\n", test->suite, test->name, (int)self);
    criterion_current_test = test->declared;
    criterion_current_suite = test->declared_suite;
    cr_redirect_stdin();
    bool is_run = !child_has_parameters(test) || choose_parameter(child->parameter, test->declared);
    fact_tell(FACT_OPEN_NOW, 0);
    if (is_run)
        test->declared->test();
    if (getpid() != self)
        _exit(EXIT_FAILURE);
    descriptors_name_pipes();
    fact_tell(FACT_OPEN_AFTER, 0);
    if (parameters.cleanup != NULL)
        parameters.cleanup(&parameters);
    new_assertions_report();
    fact_tell(FACT_FINISHED, 0);
    leave(child->mode);
}

void child_rehearse(void (*body)(void)) {
    struct criterion_test_extra_data data = {.identifier_ = "warm/up", .file_ = __FILE__};
    struct criterion_test test = {.name = "up", .category = "warm", .test = body, .data = &data};
    struct criterion_suite suite = {.name = "warm"};
    int output = output_open();
    if (output < 0)
        return;
    settle(getppid(), output);
    VALGRIND_PRINTF("@@WARM pid=%d\n", (int)getpid());
    criterion_current_test = &test;
    criterion_current_suite = &suite;
    cr_redirect_stdin();
    fact_tell(FACT_OPEN_NOW, 0);
    test.test();
    descriptors_name_pipes();
    fact_tell(FACT_OPEN_AFTER, 0);
    new_assertions_report();
    fact_tell(FACT_FINISHED, 0);
    fflush(NULL);
    coverage_save();
    criterion_current_test = NULL;
    criterion_current_suite = NULL;
}
