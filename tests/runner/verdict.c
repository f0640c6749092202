/* verdict.c - the verdict on a test process, by how it ended.
 *
 * Theory of operation
 * The order of the questions below is the rule. The first question is how the process ended, if that is not what the
 * test declares. The second is what its assertions said. The third is what it left behind. Criterion's own answers
 * differ in five cases:
 *
 * - a process ends with status 0 in the middle of a test
 * - an assertion fails in the teardown
 * - the process crashes in the teardown or in an exit handler
 * - a process lives longer than the test
 * - a test has no assertion
 *
 * A wrong submission could pass by each of them. In Criterion all of them are PASSED. Here none of them is. An
 * assertion that fails in the setup is a failure here, and an error in Criterion. */
#include "verdict.h"

#include <criterion/types.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

__attribute__((format(printf, 2, 3))) static struct judgement judge(enum verdict verdict, const char *format, ...) {
    struct judgement judgement = {.verdict = verdict};
    va_list values;
    va_start(values, format);
    vsnprintf(judgement.detail, sizeof judgement.detail, format, values);
    va_end(values);
    return judgement;
}

static const char *signal_name(int signal) {
    const char *name = sigabbrev_np(signal);
    return name != NULL ? name : "of real time";
}

static const char *where(const struct ending *ending) {
    if (ending->finished)
        return "after the end of the test";
    switch (ending->phase) {
    case PHASE_MAIN:
        return "before the end of the test";
    case PHASE_SETUP:
        return "in its setup";
    case PHASE_TEARDOWN:
    case PHASE_END:
        return "in its teardown";
    default:
        return "before the test began";
    }
}

static struct judgement judge_assertions(const struct ending *ending) {
    return judge(VERDICT_FAILED, "%lu assertion%s did not hold", ending->failed, ending->failed == 1 ? "" : "s");
}

static struct judgement judge_signal(const struct bank_test *test, const struct ending *ending) {
    int signal = WTERMSIG(ending->wait_status);
    bool expected = signal == test->declared->data->signal && ending->phase == PHASE_MAIN && !ending->finished;
    bool setup_gave_up = ending->phase == PHASE_SETUP && signal == SIGABRT && ending->failed > 0;
    if (!expected && !setup_gave_up)
        return judge(VERDICT_CRASHED, "SIG%s %s", signal_name(signal), where(ending));
    return ending->failed > 0 ? judge_assertions(ending) : judge(VERDICT_PASSED, "%s", "");
}

static struct judgement judge_exit(const struct bank_test *test, const struct ending *ending, enum mode mode) {
    int status = WEXITSTATUS(ending->wait_status), expected = test->declared->data->exit_code;
    bool finding = verdict_tool_finding(ending, mode);
    if (ending->failed > 0)
        return judge_assertions(ending);
    if (finding && mode == MODE_SANITIZE)
        return judge(VERDICT_MEMORY_ERROR, "a sanitizer ended it %s", where(ending));
    if (expected != 0 && ending->phase == PHASE_MAIN && (status == expected || finding))
        return judge(VERDICT_PASSED, "%s", "");
    return judge(VERDICT_EXITED_EARLY, "exit(%d) %s", status, where(ending));
}

static struct judgement judge_finished(const struct bank_test *test, const struct ending *ending, enum mode mode) {
    const struct criterion_test_extra_data *data = test->declared->data;
    int status = WEXITSTATUS(ending->wait_status);
    if (ending->failed > 0)
        return judge_assertions(ending);
    if (status != 0 && !verdict_tool_finding(ending, mode))
        return judge(VERDICT_EXITED_EARLY, "exit(%d) %s", status, where(ending));
    if (data->signal != 0)
        return judge(VERDICT_FAILED, "it was to end by SIG%s and did not", signal_name(data->signal));
    if (data->exit_code != 0)
        return judge(VERDICT_FAILED, "it was to end by exit(%d) and did not", data->exit_code);
    return judge(VERDICT_PASSED, "%s", "");
}

static struct judgement judge_end(const struct bank_test *test, const struct ending *ending, enum mode mode) {
    bool completed = ending->finished && ending->phase == PHASE_END && ending->depth == 0;
    if (ending->timed_out && !ending->finished)
        return judge(VERDICT_TIMED_OUT, "it did not end in time");
    if (ending->timed_out && completed) /* the watchdog ended the rest of it */
        return ending->failed > 0 ? judge_assertions(ending) : judge(VERDICT_PASSED, "%s", "");
    if (WIFSIGNALED(ending->wait_status))
        return judge_signal(test, ending);
    if (ending->aborted)
        return judge(VERDICT_FAILED, "Criterion gave the test up");
    if (ending->skipped)
        return ending->failed > 0 ? judge_assertions(ending) : judge(VERDICT_SKIPPED, "it was skipped while it ran");
    return completed ? judge_finished(test, ending, mode) : judge_exit(test, ending, mode);
}

bool verdict_tool_finding(const struct ending *ending, enum mode mode) {
    return mode != MODE_NATIVE && WIFEXITED(ending->wait_status) && WEXITSTATUS(ending->wait_status) == FINDING_STATUS;
}

struct judgement verdict_of(const struct bank_test *test, const struct ending *ending, enum mode mode) {
    struct judgement judgement = judge_end(test, ending, mode);
    if (ending->strays < 0)
        return judge(VERDICT_BROKEN, "a process that it left behind could not be ended");
    if (judgement.verdict == VERDICT_PASSED && ending->strays > 0)
        return judge(VERDICT_LEFT_PROCESS, "%d process%s outlived it", ending->strays, ending->strays == 1 ? "" : "es");
    return judgement;
}

struct judgement verdict_of_count(const struct bank_test *test, unsigned long passed) {
    const struct criterion_test_extra_data *data = test->declared->data;
    bool ends_early = data->signal != 0 || data->exit_code != 0; /* then Criterion never says how many passed */
    unsigned long least = test->baseline > 0 ? (unsigned long)test->baseline : ends_early ? 0 : 1;
    if (test->baseline > 0 && passed > least)
        return judge(VERDICT_INCOMPLETE, "%lu assertions were made, and the reference makes %lu", passed, least);
    if (passed >= least)
        return judge(VERDICT_PASSED, "%s", "");
    if (test->baseline <= 0)
        return judge(VERDICT_INCOMPLETE, "it made no assertion");
    return judge(VERDICT_INCOMPLETE, "%lu of the reference's %lu assertions were made", passed, least);
}
