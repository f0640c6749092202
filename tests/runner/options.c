/* options.c - the command line of the bank, and its defaults. */
#include "options.h"

#include "lanes.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/valgrind.h>

/* Defined in a program that is linked with AddressSanitizer. */
extern void __asan_init(void) __attribute__((weak));

enum {
    LIST = 256,
    HELP,
    MODE,
    RECORDS,
    ONLY,
    ONLY_IN,
    BASELINE,
    SEED,
    TIMEOUT,
    TIMEOUT_SCALE,
    LANES,
    SWEEP_KIND,
    TWINS
};

static const char *const mode_names[] = {
    [MODE_NATIVE] = "native", [MODE_MEMCHECK] = "memcheck", [MODE_SANITIZE] = "sanitize"};

const char *options_mode_name(enum mode mode) {
    return mode_names[mode];
}

const char *options_help(void) {
    return "usage: bank --list\n"
           "       bank [--mode native|memcheck|sanitize] [--records FD] [--only SUITE/TEST]... [--seed N]\n"
           "            [--only-in FILE] [--baseline FILE] [--timeout SECONDS] [--timeout-scale X] [--lanes N]\n"
           "            [--sweep eintr|memory|descriptors|processes] [--twins N]\n"
           "\n"
           "Runs the tests of the bank, each in its own process, and prints the results for people.\n"
           "With --records it writes one line of JSON for each test.\n"
           "Exit status: 0 all tests passed, 1 some tests did not pass, 2 an error.\n"
           "\n"
           "  --mode            how you run this program; memcheck needs valgrind with the options of\n"
           "                    tests/runner/memcheck.args and --xml-file=FOLDER/%p.xml\n"
           "  --only-in         a file of tests, each SUITE/TEST on its own line\n"
           "  --baseline        a test is incomplete if fewer of its assertions pass than FILE says\n"
           "  --timeout         the limit of a test that declares none (default 5 seconds)\n"
           "  --lanes           how many tests run at once, only with --records (default 1)\n"
           "  --sweep           runs the tests that declare this sweep, or those that you name. Each runs again for "
           "every\n"
           "                    call of the submission, and this call fails. A test that does not declare a shortage\n"
           "                    then only has to end, without a crash\n"
           "  --twins           one in N tests that passed runs again as its negative twin: one of its assertions does "
           "not\n"
           "                    hold, so it must not pass\n"
           "  --timeout-scale every limit is multiplied by this (default native 1, sanitize 4, memcheck 10)\n";
}

static int refuse(char *problem, size_t room, const char *what, const char *value, const char *want) {
    snprintf(problem, room, "bank: %s '%.100s': %s; see bank --help", what, value, want);
    return -1;
}

static int read_mode(enum mode *mode, const char *name, char *problem, size_t room) {
    for (int i = MODE_NATIVE; i <= MODE_SANITIZE; i++) {
        if (strcmp(name, mode_names[i]) == 0) {
            *mode = (enum mode)i;
            return 0;
        }
    }
    return refuse(problem, room, "unknown mode", name, "give native, memcheck or sanitize");
}

static int read_seconds(double *seconds, const char *text, char *problem, size_t room) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(value) || value <= 0)
        return refuse(problem, room, "not a positive number", text, "give seconds or a factor such as 2.5");
    *seconds = value;
    return 0;
}

static int read_number(uint64_t *number, const char *text, uint64_t most, char *problem, size_t room) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || text[0] == '-' || errno != 0 || value > most)
        return refuse(problem, room, "not a whole number", text, "give one that is not negative");
    *number = value;
    return 0;
}

static int read_lanes(size_t *lanes, const char *text, char *problem, size_t room) {
    uint64_t number;
    if (read_number(&number, text, LANES_MAX, problem, room) < 0)
        return -1;
    *lanes = number > 0 ? (size_t)number : 1;
    return 0;
}

static int read_records(int *fd, const char *text, char *problem, size_t room) {
    uint64_t number;
    if (read_number(&number, text, 1 << 20, problem, room) < 0)
        return -1;
    *fd = (int)number;
    return 0;
}

/* If the command line does not say it, the tool that is present decides. */
static enum mode mode_of_this_run(void) {
    if (RUNNING_ON_VALGRIND)
        return MODE_MEMCHECK;
    return __asan_init != NULL ? MODE_SANITIZE : MODE_NATIVE;
}

static int read_sweep(enum sweep_kind *kind, const char *name, char *problem, size_t room) {
    *kind = sweep_named(name);
    if (*kind == SWEEP_NONE)
        return refuse(problem, room, "unknown sweep", name, "give eintr, memory, descriptors or processes");
    return 0;
}

static int check(struct options *options, char *problem, size_t room) {
    static const double scale_of[] = {[MODE_NATIVE] = 1, [MODE_MEMCHECK] = 10, [MODE_SANITIZE] = 4};
    if (options->mode == MODE_MEMCHECK && !RUNNING_ON_VALGRIND)
        return refuse(problem, room, "mode", "memcheck",
                      "run it under valgrind, with the options of tests/runner/memcheck.args");
    if (options->mode == MODE_SANITIZE && __asan_init == NULL)
        return refuse(problem, room, "mode", "sanitize", "this bank was linked without -fsanitize=address");
    if (options->lanes > 1 && options->records < 0)
        return refuse(problem, room, "--lanes without", "--records", "the page for people is written in one piece");
    if (options->timeout_scale <= 0)
        options->timeout_scale = scale_of[options->mode];
    return 0;
}

static int take(struct options *options, int option, const char *value, char *problem, size_t room) {
    switch (option) {
    case LIST:
        options->list = true;
        return 0;
    case HELP:
        options->help = true;
        return 0;
    case MODE:
        return read_mode(&options->mode, value, problem, room);
    case RECORDS:
        return read_records(&options->records, value, problem, room);
    case ONLY:
        options->only[options->only_count++] = value;
        return 0;
    case ONLY_IN:
        options->only_in = value;
        return 0;
    case BASELINE:
        options->baseline = value;
        return 0;
    case SEED:
        return read_number(&options->seed, value, UINT64_MAX, problem, room);
    case TIMEOUT:
        return read_seconds(&options->timeout, value, problem, room);
    case TIMEOUT_SCALE:
        return read_seconds(&options->timeout_scale, value, problem, room);
    case TWINS:
        return read_number(&options->twins, value, UINT32_MAX, problem, room);
    case SWEEP_KIND:
        return read_sweep(&options->sweep, value, problem, room);
    case LANES:
        return read_lanes(&options->lanes, value, problem, room);
    default:
        snprintf(problem, room, "bank: there is no such option, or it lacks its value; see bank --help");
        return -1;
    }
}

int options_read(struct options *options, int argc, char **argv, char *problem, size_t room) {
    static const struct option known[] = {
        {"list", no_argument, NULL, LIST},
        {"help", no_argument, NULL, HELP},
        {"mode", required_argument, NULL, MODE},
        {"records", required_argument, NULL, RECORDS},
        {"only", required_argument, NULL, ONLY},
        {"only-in", required_argument, NULL, ONLY_IN},
        {"baseline", required_argument, NULL, BASELINE},
        {"seed", required_argument, NULL, SEED},
        {"timeout", required_argument, NULL, TIMEOUT},
        {"timeout-scale", required_argument, NULL, TIMEOUT_SCALE},
        {"lanes", required_argument, NULL, LANES},
        {"sweep", required_argument, NULL, SWEEP_KIND},
        {"twins", required_argument, NULL, TWINS},
        {0},
    };
    *options = (struct options){.mode = mode_of_this_run(), .records = -1, .seed = 1, .timeout = 5, .lanes = 1};
    options->only = calloc((size_t)argc + 1, sizeof *options->only);
    const char *seed = getenv("TIMESLICE_SEED");
    if (options->only == NULL)
        return refuse(problem, room, "memory for", argv[0], "none is left");
    if (seed != NULL && read_number(&options->seed, seed, UINT64_MAX, problem, room) < 0)
        return -1;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;)
        if (take(options, option, optarg, problem, room) < 0)
            return -1;
    if (optind < argc)
        return refuse(problem, room, "what is", argv[optind], "tests are chosen with --only SUITE/TEST");
    return check(options, problem, room);
}
