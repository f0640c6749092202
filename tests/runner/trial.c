/* trial.c - runs one test, in a process for each of its parameters or each call of its sweep, and finds its result.
 *
 * Theory of operation
 * A trial is one process. It begins with an empty journal, an empty file for the output, and a fork. The watchdog waits
 * for the process and hears its facts (fact.h): which assertions held, how far the test came, and how many parameters
 * it has. Then everything that the process left behind is ended. Only after that, when no writer is left, the executor
 * reads the journal, which has the texts. The facts and the end of the process give the verdict (verdict.c). The first
 * parameter is always tried.
 *
 * A test that declares a sweep runs once as it is. Then it runs again for each call that the submission made, and this
 * call fails (sweep.h). The first of these runs that does not pass gives the verdict. Valgrind would take too long for
 * this, so it sees only the first run. */
#include "trial.h"

#include "child.h"
#include "descriptors.h"
#include "fact.h"
#include "journal.h"
#include "message.h"
#include "output.h"
#include "signals.h"
#include "strays.h"
#include "sweep.h"
#include "verdict.h"
#include "watchdog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NARRATION = 8192, PARAMETERS_MAX = 10000 };

/* Defined by the bank, if its tests tell what they do. It is text with a NUL at its end, one step on each line. */
extern char *narration_page __attribute__((weak));

/* One process of a test: which parameter it has, which call of its sweep fails, and which assertion of a twin does not
 * hold. Calls and assertions are counted from 1; 0 is none. */
struct attempt {
    size_t parameter;
    enum sweep_kind sweep;
    unsigned fails;
    unsigned long twin;
};

struct reading {
    const struct attempt *attempt;
    struct result *result;
    struct ending ending;
    size_t parameters;
    unsigned long assertions; /* of the bank that were made */
    pid_t pid;
};

int trial_prepare(void) {
    if (journal_open() < 0 || sweep_open() < 0 || fact_listen() < 0)
        return -1;
    if (&narration_page == NULL)
        return 0;
    void *page = mmap(NULL, NARRATION, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return -1;
    narration_page = page;
    return 0;
}

/* The rounds of a theory are tests within the test, with their own phases. Only the phases of the test itself count. */
static void enter_phase(struct ending *ending, enum phase phase) {
    bool ends = phase == PHASE_END || phase == PHASE_ABORT;
    if (phase == PHASE_SKIP)
        ending->skipped = true;
    else if (ending->depth > 0)
        ending->depth -= ends ? 1 : 0;
    else if (phase == PHASE_SETUP && ending->phase == PHASE_MAIN)
        ending->depth++;
    else if (phase == PHASE_ABORT)
        ending->aborted = true;
    else if (phase == ending->phase + 1 && phase <= PHASE_END)
        ending->phase = phase;
}

/* The answer is 1 if this is the assertion that the twin makes false. */
static unsigned take_assertion(struct reading *reading, bool holds) {
    reading->ending.asserted += holds ? 1 : 0;
    reading->assertions++;
    return reading->assertions == reading->attempt->twin;
}

/* A fact of the test process itself. */
static unsigned take_own_fact(struct reading *reading, enum fact fact, unsigned long value) {
    if (fact == FACT_PHASE)
        enter_phase(&reading->ending, value <= PHASE_SKIP ? (enum phase)value : 0);
    else if (fact == FACT_ASSERTION)
        return take_assertion(reading, value == 1);
    else if (fact == FACT_COUNT)
        reading->ending.passed += value;
    else if (fact == FACT_PARAMETERS)
        reading->parameters = value;
    else if (fact == FACT_OPEN_NOW)
        descriptors_remember(reading->pid);
    else if (fact == FACT_PIPE)
        descriptors_expect((int)value);
    else if (fact == FACT_OPEN_AFTER)
        descriptors_audit(reading->pid, reading->result);
    else if (fact == FACT_FINISHED)
        reading->ending.finished = true;
    return 0;
}

static unsigned take_fact(void *ctx, const struct heard *heard) {
    struct reading *reading = ctx;
    if (!heard->genuine) {
        reading->ending.forged++;
        return 0;
    }
    if (heard->fact == FACT_FAILED)
        reading->ending.failed++; /* also an assertion of a forked child of the test */
    return heard->teller == reading->pid ? take_own_fact(reading, heard->fact, heard->value) : 0;
}

static void complain(struct result *result, struct message *message) {
    if (result->complaints_count == COMPLAINTS_MAX)
        return;
    struct complaint *complaint = &result->complaints[result->complaints_count++];
    *complaint = (struct complaint){.file = message->file, .line = message->line, .text = message->text};
    message->file = message->text = (struct text){0}; /* they have moved */
}

/* The texts that belong to the facts. They change no verdict. */
static void take_message(struct reading *reading, pid_t writer, struct message *message) {
    bool aborts = message->kind == MESSAGE_PHASE && message->phase == PHASE_ABORT && writer == reading->pid;
    if (message->kind == MESSAGE_ASSERT && !message->passed)
        complain(reading->result, message);
    else if (aborts && reading->ending.aborted)
        complain(reading->result, message);
    if (message->kind == MESSAGE_LOG) {
        text_add(&reading->result->output, message->text.bytes, message->text.len);
        text_say(&reading->result->output, "\n");
    }
}

static void take_record(void *ctx, enum journal_kind kind, pid_t writer, const unsigned char *bytes, size_t len) {
    struct reading *reading = ctx;
    struct message message;
    struct journal_fact told;
    if (kind == JOURNAL_MESSAGE && message_decode(&message, bytes, len)) {
        take_message(reading, writer, &message);
        message_free(&message);
    } else if (kind == JOURNAL_FACT && !fact_is_heard() && len == sizeof told) {
        memcpy(&told, bytes, sizeof told);
        if (told.fact != FACT_OPEN_NOW && told.fact != FACT_OPEN_AFTER) /* it has ended, so its descriptors are gone */
            take_fact(reading, &(struct heard){writer, (enum fact)told.fact, told.value, true});
    }
}

static void take_steps(struct result *result) {
    if (&narration_page != NULL)
        text_add(&result->steps, narration_page, strnlen(narration_page, NARRATION));
}

static void broken(struct result *result, const char *what) {
    result->verdict = VERDICT_BROKEN;
    snprintf(result->detail, sizeof result->detail, "%s: %s", what, strerror(errno));
}

static pid_t start(const struct child *child) {
    if (&narration_page != NULL)
        memset(narration_page, 0, NARRATION);
    journal_begin();
    fflush(NULL);
    pid_t pid = fork();
    /* The processes of the last test are dead and reaped, but the kernel may still count them for a moment. */
    for (int tries = 0; pid < 0 && errno == EAGAIN && tries < 500 && !signals_stopped(); tries++) {
        signals_wait(0.02);
        pid = fork();
    }
    if (pid == 0)
        child_run(child);
    return pid;
}

/* A test that does not declare this shortage does not know that calls fail. It only has to end. */
static bool is_excused(const struct result *result, const struct options *options, const struct attempt *attempt,
                       enum verdict verdict) {
    bool unprepared = options->sweep > SWEEP_EINTR && result->test->sweep != options->sweep;
    return unprepared && attempt->fails > 0 && verdict < VERDICT_MEMORY_ERROR;
}

static void say_which(struct result *result, const struct attempt *attempt, const char *detail) {
    if (attempt->fails > 0)
        snprintf(result->detail, sizeof result->detail, "call %u of its sweep failed: %.120s", attempt->fails, detail);
    else if (child_has_parameters(result->test))
        snprintf(result->detail, sizeof result->detail, "parameter %zu: %.120s", attempt->parameter, detail);
}

static void merge(struct result *result, const struct reading *reading, const struct options *options,
                  const struct attempt *attempt) {
    const struct ending *ending = &reading->ending;
    struct judgement judgement = verdict_of(result->test, ending, options->mode);
    if (is_excused(result, options, attempt, judgement.verdict))
        judgement = (struct judgement){.verdict = VERDICT_PASSED};
    text_printf(&result->pids, "%s%d", result->pids.len > 0 ? "," : "", (int)reading->pid);
    if (attempt->fails == 0) { /* nobody knows how many calls there are */
        result->passed += ending->asserted > 0 ? ending->asserted : ending->passed;
        result->asserted += ending->asserted;
    }
    result->failed += ending->failed;
    result->forged += ending->forged;
    result->tool_finding = result->tool_finding || verdict_tool_finding(ending, options->mode);
    if (result->pid != 0 && judgement.verdict <= result->verdict)
        return;
    result->pid = reading->pid;
    result->verdict = judgement.verdict;
    result->signal = WIFSIGNALED(ending->wait_status) ? WTERMSIG(ending->wait_status) : 0;
    result->exit_code = WIFEXITED(ending->wait_status) ? WEXITSTATUS(ending->wait_status) : 0;
    memcpy(result->detail, judgement.detail, sizeof result->detail);
    if (judgement.verdict != VERDICT_PASSED)
        say_which(result, attempt, judgement.detail);
}

static struct watch watch_of(struct reading *reading, const struct options *options) {
    const struct bank_test *test = reading->result->test;
    double limit = (test->timeout > 0 ? test->timeout : options->timeout) * options->timeout_scale;
    return (struct watch){.started = signals_now(),
                          .limit = limit,
                          .linger = options->mode == MODE_NATIVE && limit > 1 ? 1 : limit,
                          .finished = &reading->ending.finished};
}

/* How long a process that the test left behind may take to end by itself. A process that is killed anyway gets no time.
 */
static double grace_of(const struct ending *ending, const struct options *options) {
    if (ending->timed_out || signals_stopped())
        return 0;
    return options->mode == MODE_NATIVE ? 0.25 : 2.5;
}

/* Runs one process. Returns the number of parameters of the test. 0: it has none, or there is nothing more to try. */
static size_t try_one(struct result *result, const struct options *options, const struct attempt *attempt) {
    struct reading reading = {.result = result, .attempt = attempt};
    struct child child = {
        .test = result->test, .parameter = attempt->parameter, .mode = options->mode, .runner = getpid()};
    struct watch watch = watch_of(&reading, options);
    child.records = options->records;
    sweep_arm(attempt->sweep, attempt->fails);
    fact_answer_with(take_fact, &reading);
    child.output = output_open();
    if (child.output < 0 || (watch.pid = reading.pid = start(&child)) < 0) {
        broken(result, child.output < 0 ? "no file for its output" : "no process for it");
        if (child.output >= 0)
            close(child.output);
        return 0;
    }
    bool ended = watchdog_wait(&watch, &reading.ending.timed_out);
    result->seconds += signals_now() - watch.started;
    if (!ended)
        broken(result, "its process cannot be ended");
    else
        waitpid(reading.pid, &reading.ending.wait_status, 0);
    reading.ending.strays = strays_end(result->strays + result->strays_count, STRAYS_MAX - result->strays_count,
                                       grace_of(&reading.ending, options));
    if (reading.ending.strays > 0)
        result->strays_count += (size_t)reading.ending.strays;
    if (result->strays_count > STRAYS_MAX)
        result->strays_count = STRAYS_MAX;
    output_take(child.output, &result->output);
    journal_read(take_record, &reading);
    take_steps(result);
    if (ended)
        merge(result, &reading, options, attempt);
    return reading.parameters;
}

static bool may_go_on(const struct result *result) {
    return result->verdict != VERDICT_BROKEN && !signals_stopped();
}

/* The rest of the sweep, after the run without a failure. Only the last run leaves steps and output. */
static void try_each_call(struct result *result, const struct options *options, enum sweep_kind sweep) {
    unsigned most = sweep_reached();
    for (unsigned call = 1; call <= most && may_go_on(result); call = sweep_next(call)) {
        if (result->verdict != VERDICT_PASSED || result->tool_finding)
            return;
        result->steps.len = result->output.len = 0;
        try_one(result, options, &(struct attempt){.sweep = sweep, .fails = call});
        most = sweep_reached() > most ? sweep_reached() : most;
    }
}

bool trial_run(const struct bank_test *test, const struct options *options, struct result *result) {
    enum sweep_kind sweep = options->sweep != SWEEP_NONE ? options->sweep : test->sweep;
    *result = (struct result){.test = test};
    size_t parameters = try_one(result, options, &(struct attempt){.sweep = sweep});
    if (parameters > PARAMETERS_MAX)
        parameters = PARAMETERS_MAX;
    for (size_t i = 1; i < parameters && may_go_on(result); i++)
        try_one(result, options, &(struct attempt){.parameter = i});
    if (options->mode != MODE_MEMCHECK)
        try_each_call(result, options, sweep);
    if (signals_stopped())
        return false;
    if (child_has_parameters(test) && parameters == 0 && result->verdict == VERDICT_EXITED_EARLY) {
        errno = EINVAL;
        broken(result, "the test has no parameters");
    }
    if (result->verdict == VERDICT_PASSED) {
        struct judgement judgement = verdict_of_count(test, result->passed);
        result->verdict = judgement.verdict;
        memcpy(result->detail, judgement.detail, sizeof result->detail);
    }
    return true;
}

bool trial_twin(const struct bank_test *test, const struct options *options, unsigned long assertion,
                struct result *result) {
    *result = (struct result){.test = test};
    try_one(result, options, &(struct attempt){.sweep = test->sweep, .twin = assertion});
    return !signals_stopped();
}
