/* main.c - the bank: lists its tests, or runs them and says the result of each.
 *
 * Theory of operation
 * The way of a run is: options, bank, a trial for each selected test, records (or a page for people), exit status. The
 * executor has no thread and no signal handler. A test can reach three parts of its state: the journal, the output file
 * and the page of steps. The executor makes them again for each test. A run that is stopped ends without its "end"
 * record.
 *
 * A test inherits from the executor how many errors Valgrind has counted, and which ones it has reported. So an error
 * of the executor would give each test an exit status of 99, and would hide the same error in a test. Therefore
 * Valgrind reports nothing while the executor works in memcheck mode, and child.c turns its reports on again. (Under
 * Valgrind in another mode, the errors of the executor are reported. That is the way to look for them.) */
#include "bank.h"
#include "baseline.h"
#include "harden.h"
#include "lanes.h"
#include "options.h"
#include "people.h"
#include "records.h"
#include "sanitizer.h"
#include "signals.h"
#include "sink.h"
#include "strays.h"
#include "trial.h"
#include "warm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

enum { EXIT_ALL_PASSED = 0, EXIT_SOME_FAILED = 1, EXIT_BROKEN = 2, PROBLEM = 512 };

struct run {
    struct options options;
    struct bank bank;
    struct text line; /* the line that is written now */
    bool colour;
    size_t tests;
    size_t passed;
};

static int give_up(struct run *run, const char *problem) {
    fprintf(stderr, "%s\n", problem);
    bank_free(&run->bank);
    free(run->options.only);
    text_free(&run->line);
    return EXIT_BROKEN;
}

/* Descriptors 0, 1 and 2 must be open. Otherwise a file of the executor would become the standard output of a test. */
static void open_standard_descriptors(void) {
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

static int select_tests(struct run *run, char *problem) {
    struct bank *bank = &run->bank;
    const struct options *options = &run->options;
    for (size_t i = 0; i < bank->count; i++)
        bank->tests[i].selected = options->only_count == 0 && options->only_in == NULL;
    if (options->sweep != SWEEP_NONE && options->only_count == 0 && options->only_in == NULL)
        bank_select_swept(bank, options->sweep);
    for (size_t i = 0; i < options->only_count; i++)
        if (bank_select(bank, options->only[i], problem, PROBLEM) < 0)
            return -1;
    if (options->only_in != NULL && bank_select_listed(bank, options->only_in, problem, PROBLEM) < 0)
        return -1;
    for (size_t i = 0; i < bank->count; i++)
        run->tests += bank->tests[i].selected ? 1 : 0;
    if (run->tests == 0)
        snprintf(problem, PROBLEM,
                 options->sweep != SWEEP_NONE
                     ? "bank: no test declares this sweep: name the tests with --only"
                     : "bank: it holds no test: were test objects linked between bank_first.o and bank_last.o?");
    return run->tests == 0 ? -1 : 0;
}

static int list_tests(struct run *run) {
    if (sink_open(STDOUT_FILENO) < 0)
        return give_up(run, "bank: standard output is closed: there is nowhere to list the tests");
    for (size_t i = 0; i < run->bank.count && !signals_stopped(); i++) {
        records_listed(&run->line, &run->bank.tests[i]);
        sink_write(&run->line);
    }
    return signals_stopped() ? EXIT_BROKEN : EXIT_ALL_PASSED;
}

static int prepare(struct run *run, char *problem) {
    struct options *options = &run->options;
    struct rlimit no_core = {0};
    char seed[32];
    int to = options->records >= 0 ? options->records : STDOUT_FILENO;
    if (access("/proc/self/fd", R_OK) < 0) {
        snprintf(problem, PROBLEM,
                 "bank: /proc is not mounted, and strays and descriptors are found in it: mount it "
                 "(bwrap: --proc /proc)");
        return -1;
    }
    int sink = sink_open(to);
    if (sink < 0) {
        snprintf(problem, PROBLEM, "bank: cannot write to descriptor %d: %s; let --records name one that is open", to,
                 strerror(errno));
        return -1;
    }
    options->records = sink;
    snprintf(seed, sizeof seed, "%" PRIu64, options->seed);
    setenv("TIMESLICE_SEED", seed, 1);
    setrlimit(RLIMIT_CORE, &no_core);
    return 0;
}

/* From here on this process can run tests. They cannot touch any executor process. */
static int become_runner(const struct options *options, const pid_t *runners, size_t count) {
    strays_adopt();
    if (trial_prepare() < 0) {
        fprintf(stderr, "bank: no shared memory or no filter for the tests: %s; it needs Linux 5.0 with seccomp\n",
                strerror(errno));
        return -1;
    }
    if (options->mode == MODE_SANITIZE)
        sanitizer_write_reports();
    harden_runner(options->mode == MODE_SANITIZE, runners, count);
    return 0;
}

static void tell(struct run *run, bool for_programs, const struct result *result) {
    bool passed = result->verdict == VERDICT_PASSED;
    run->passed += passed ? 1 : 0;
    if (for_programs)
        records_test(&run->line, result);
    else
        people_test(&run->line, result, &run->options, run->colour);
    sink_write(&run->line);
}

/* A number below limit that nobody can guess. */
static unsigned long secret_below(unsigned long limit) {
    unsigned long number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        abort();
    return number % limit;
}

/* Runs the twins of some tests that passed, chosen by a secret. */
static void run_twins(struct run *run) {
    for (size_t i = 0; i < run->bank.count && !signals_stopped(); i++) {
        struct bank_test *test = &run->bank.tests[i];
        struct result result = {0};
        if (!test->selected || test->asserted == 0 || secret_below(run->options.twins) != 0)
            continue;
        if (trial_twin(test, &run->options, 1 + secret_below(test->asserted), &result)) {
            records_twin(&run->line, &result);
            sink_write(&run->line);
        }
        result_free(&result);
    }
}

static void run_tests(struct run *run, bool for_programs) {
    for (size_t i = 0; i < run->bank.count && !signals_stopped(); i++) {
        struct bank_test *test = &run->bank.tests[i];
        struct result result = {0};
        if (test->selected && trial_run(test, &run->options, &result)) {
            tell(run, for_programs, &result);
            test->asserted = result.verdict == VERDICT_PASSED ? result.asserted : 0;
        }
        result_free(&result);
    }
    if (for_programs && run->options.twins > 0)
        run_twins(run);
    if (signals_stopped())
        return;
    if (for_programs)
        records_end(&run->line, run->tests, run->passed);
    else
        people_end(&run->line, run->tests, run->passed, run->colour);
    sink_write(&run->line);
}

/* Its work is done. Valgrind reports its leaks when it ends. */
static void report_again(const struct options *options) {
    if (options->mode == MODE_MEMCHECK)
        VALGRIND_ENABLE_ERROR_REPORTING;
}

/* Runs every n-th of the selected tests, each in its own process. */
static bool run_share(void *ctx, size_t lane, int records, const pid_t *runners, size_t count) {
    struct run *run = ctx;
    size_t place = 0;
    run->tests = 0;
    for (size_t i = 0; i < run->bank.count; i++) {
        struct bank_test *test = &run->bank.tests[i];
        test->selected = test->selected && place++ % run->options.lanes == lane;
        run->tests += test->selected ? 1 : 0;
    }
    run->options.records = sink_open(records);
    if (run->options.records < 0 || become_runner(&run->options, runners, count) < 0)
        return false;
    warm_up();
    run_tests(run, true);
    report_again(&run->options);
    return !signals_stopped();
}

/* Runs the tests in lanes, and adds up their results. Natively one lane would gain nothing. */
static int run_all(struct run *run, bool for_programs) {
    const pid_t self = getpid();
    if (for_programs && (run->options.lanes > 1 || run->options.mode == MODE_MEMCHECK)) {
        if (lanes_run(run->options.lanes, run_share, run, &run->passed) < 0)
            return -1;
        records_end(&run->line, run->tests, run->passed);
        sink_write(&run->line);
        return 0;
    }
    if (become_runner(&run->options, &self, 1) < 0)
        return -1;
    run_tests(run, for_programs);
    return 0;
}

static int finish(struct run *run) {
    if (signals_stopped())
        return give_up(run, "bank: stopped before its end, by a signal or because nobody reads its results any more");
    int status = run->passed == run->tests ? EXIT_ALL_PASSED : EXIT_SOME_FAILED;
    bank_free(&run->bank);
    free(run->options.only);
    text_free(&run->line);
    return status;
}

int main(int argc, char **argv) {
    struct run run = {0};
    char problem[PROBLEM];
    VALGRIND_DISABLE_ERROR_REPORTING;
    open_standard_descriptors();
    signals_prepare();
    if (options_read(&run.options, argc, argv, problem, sizeof problem) < 0)
        return give_up(&run, problem);
    if (run.options.mode != MODE_MEMCHECK)
        VALGRIND_ENABLE_ERROR_REPORTING;
    if (run.options.help) {
        fputs(options_help(), stdout);
        return EXIT_ALL_PASSED;
    }
    run.bank = bank_read();
    run.colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
    if (run.options.list)
        return list_tests(&run);
    bool for_programs = run.options.records >= 0;
    if (select_tests(&run, problem) < 0)
        return give_up(&run, problem);
    if (run.options.baseline != NULL && baseline_read(&run.bank, run.options.baseline, problem, sizeof problem) < 0)
        return give_up(&run, problem);
    if (prepare(&run, problem) < 0)
        return give_up(&run, problem);
    if (for_programs) {
        records_start(&run.line, &run.options, run.tests);
        sink_write(&run.line);
    }
    if (run_all(&run, for_programs) < 0 && !signals_stopped())
        return give_up(&run, "bank: the tests could not all be run: is memory short, or a limit on processes?");
    report_again(&run.options);
    return finish(&run);
}
