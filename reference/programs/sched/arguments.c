/* arguments.c - reads the command line of timeslice-sched. */
#include "arguments.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

const char *const POLICY_NAMES[POLICY_COUNT] = {
    [POLICY_FCFS] = "fcfs", [POLICY_SJF] = "sjf", [POLICY_HRRN] = "hrrn", [POLICY_RR] = "rr", [POLICY_MLFQ] = "mlfq"};

const char HELP[] =
    "usage: timeslice-sched [OPTION]... [FILE]           schedule a workload: chart and figures\n"
    "       timeslice-sched compare [OPTION]... [FILE]   all policies on one workload, as a table\n"
    "       timeslice-sched eras [OPTION]... [FILE]      the same jobs in four eras of batch processing\n"
    "       timeslice-sched random [OPTION]...           make a workload file\n"
    "\n"
    "FILE is CSV with the header id,arrival,bursts. The bursts are CPU and I/O in turn, with spaces between them.\n"
    "Without FILE, or with -, the program reads standard input. All times are ticks.\n"
    "\n"
    "  --policy P        fcfs, sjf, hrrn, rr or mlfq (default fcfs)\n"
    "  --quantum N       rr: the quantum (default 4)\n"
    "  --levels N,N,...  mlfq: the quantum of each level from the top (default 2,4,8)\n"
    "  --boost N         mlfq: all jobs go to level 0 every N ticks (default 0: never)\n"
    "  --cpus N          the number of CPUs (default 1)\n"
    "  --switch-cost N   ticks that a CPU spends to change to another job (default 0)\n"
    "  --serial          no multiprogramming: a job keeps its CPU while it waits for I/O\n"
    "  --ties T          textbook or ostep: the order of events at one instant (default textbook)\n"
    "  --json            print the schedule as JSON (spec/schedule.schema.json)\n"
    "  --svg             print a picture\n"
    "\n"
    "  eras:   --setup N, --input N, --output N   ticks of a set-up, and of the input and output of each job\n"
    "          (default 4, 3, 2); each job computes for the sum of its CPU bursts\n"
    "  random: --seed N, --jobs N, --last-arrival N, --longest N, --bursts N   (default 1, 5, 20, 10, 3)\n"
    "\n"
    "Exit status: 0 for success, 2 for an error.\n";

/* Prints one line with the error, and returns false. */
static bool misused(const char *what, const char *why) {
    fprintf(stderr, "timeslice-sched: %s %s\n", what, why);
    return false;
}

/* Reads the decimal number at the start of text. Returns the text after it. NULL: there is no number in range. */
static const char *read_number(const char *text, int64_t least, int64_t most, int64_t *number) {
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && *number >= least && *number <= most ? end : NULL;
}

/* An option whose value is a number. */
struct number_option {
    const char *name;
    int64_t least;
    int64_t most;
    int64_t *value;
};

static bool set_number(const struct number_option *o, const char *text) {
    char why[100];
    const char *end = read_number(text, o->least, o->most, o->value);
    if (end && *end == '\0')
        return true;
    if (o->most == INT64_MAX)
        snprintf(why, sizeof why, "wants a whole number of at least %lld", (long long)o->least);
    else
        snprintf(why, sizeof why, "wants a whole number from %lld to %lld", (long long)o->least, (long long)o->most);
    return misused(o->name, why);
}

static bool set_policy(struct sched_options *o, const char *text) {
    for (int i = 0; i < POLICY_COUNT; i++)
        if (strcmp(text, POLICY_NAMES[i]) == 0) {
            o->policy = (enum sched_policy)i;
            return true;
        }
    return misused("--policy", "wants one of fcfs, sjf, hrrn, rr, mlfq");
}

static bool set_ties(struct sched_options *o, const char *text) {
    bool ostep = strcmp(text, "ostep") == 0;
    o->ties = ostep ? SCHED_TIES_OSTEP : SCHED_TIES_TEXTBOOK;
    return ostep || strcmp(text, "textbook") == 0 || misused("--ties", "wants textbook or ostep");
}

static bool set_levels(struct sched_options *o, const char *text) {
    for (o->level_count = 0; o->level_count < SCHED_LEVELS_MAX; text++) {
        text = read_number(text, 1, INT64_MAX, &o->levels[o->level_count++]);
        if (!text || (*text != ',' && *text != '\0'))
            break;
        if (*text == '\0')
            return true;
    }
    return misused("--levels", "wants 1 to 64 quanta of at least 1, such as 2,4,8");
}

/* ---- which options there are ---- */

enum { POLICY = 1, LEVELS, SERIAL, TIES, JSON, SVG, HELP_WANTED, FIRST_NUMBER };

#define SCHEDULING (COMMAND_RUN | COMMAND_COMPARE)
#define ANY (SCHEDULING | COMMAND_ERAS | COMMAND_RANDOM)

/* The options. From FIRST_NUMBER on, their values are numbers: see set_option. COMMANDS_OF says which commands have
 * them. */
static const struct option OPTIONS[] = {{"policy", required_argument, NULL, POLICY},
                                        {"levels", required_argument, NULL, LEVELS},
                                        {"serial", no_argument, NULL, SERIAL},
                                        {"ties", required_argument, NULL, TIES},
                                        {"json", no_argument, NULL, JSON},
                                        {"svg", no_argument, NULL, SVG},
                                        {"help", no_argument, NULL, HELP_WANTED},
                                        {"quantum", required_argument, NULL, FIRST_NUMBER},
                                        {"boost", required_argument, NULL, FIRST_NUMBER + 1},
                                        {"cpus", required_argument, NULL, FIRST_NUMBER + 2},
                                        {"switch-cost", required_argument, NULL, FIRST_NUMBER + 3},
                                        {"setup", required_argument, NULL, FIRST_NUMBER + 4},
                                        {"input", required_argument, NULL, FIRST_NUMBER + 5},
                                        {"output", required_argument, NULL, FIRST_NUMBER + 6},
                                        {"seed", required_argument, NULL, FIRST_NUMBER + 7},
                                        {"jobs", required_argument, NULL, FIRST_NUMBER + 8},
                                        {"last-arrival", required_argument, NULL, FIRST_NUMBER + 9},
                                        {"longest", required_argument, NULL, FIRST_NUMBER + 10},
                                        {"bursts", required_argument, NULL, FIRST_NUMBER + 11},
                                        {0}};

static const int COMMANDS_OF[] = {[POLICY] = COMMAND_RUN,
                                  [LEVELS] = SCHEDULING,
                                  [SERIAL] = SCHEDULING,
                                  [TIES] = SCHEDULING,
                                  [JSON] = COMMAND_RUN,
                                  [SVG] = COMMAND_RUN,
                                  [HELP_WANTED] = ANY,
                                  [FIRST_NUMBER] = SCHEDULING,
                                  SCHEDULING,
                                  SCHEDULING,
                                  SCHEDULING,
                                  COMMAND_ERAS,
                                  COMMAND_ERAS,
                                  COMMAND_ERAS,
                                  COMMAND_RANDOM,
                                  COMMAND_RANDOM,
                                  COMMAND_RANDOM,
                                  COMMAND_RANDOM,
                                  COMMAND_RANDOM};

static bool set_option(struct arguments *a, int option, int64_t *cpus) {
    struct random_options *r = &a->random;
    const struct number_option numbers[] = {{"--quantum", 1, INT64_MAX, &a->options.quantum},
                                            {"--boost", 0, INT64_MAX, &a->options.boost},
                                            {"--cpus", 1, INT_MAX, cpus},
                                            {"--switch-cost", 0, INT64_MAX, &a->options.switch_cost},
                                            {"--setup", 0, INT64_MAX, &a->setup},
                                            {"--input", 0, INT64_MAX, &a->input},
                                            {"--output", 0, INT64_MAX, &a->output},
                                            {"--seed", 0, INT64_MAX, &r->seed},
                                            {"--jobs", 0, INT64_MAX, &r->jobs},
                                            {"--last-arrival", 0, INT64_MAX - 1, &r->last_arrival},
                                            {"--longest", 1, INT64_MAX, &r->longest},
                                            {"--bursts", 1, INT64_MAX, &r->bursts}};
    switch (option) {
    case POLICY:
        return set_policy(&a->options, optarg);
    case LEVELS:
        return set_levels(&a->options, optarg);
    case TIES:
        return set_ties(&a->options, optarg);
    case SERIAL:
        return a->options.serial = true;
    case JSON:
        return a->json = true;
    case SVG:
        return a->svg = true;
    case HELP_WANTED:
        return a->help = true;
    default:
        return set_number(&numbers[option - FIRST_NUMBER], optarg);
    }
}

/* ---- the command line as a whole ---- */

static enum command command_named(const char *word) {
    if (strcmp(word, "compare") == 0)
        return COMMAND_COMPARE;
    if (strcmp(word, "eras") == 0)
        return COMMAND_ERAS;
    if (strcmp(word, "random") == 0)
        return COMMAND_RANDOM;
    return COMMAND_RUN;
}

static bool read_words(int argc, char **argv, struct arguments *a) {
    if (optind < argc)
        a->command = command_named(argv[optind]);
    optind += a->command != COMMAND_RUN;
    int files = argc - optind;
    if (files > (a->command == COMMAND_RANDOM ? 0 : 1))
        return misused(argv[argc - 1], "is an extra argument; see timeslice-sched --help");
    if (files == 1 && strcmp(argv[optind], "-") != 0)
        a->file = argv[optind];
    return true;
}

static bool fits_together(const struct arguments *a, int given) {
    const struct sched_options *o = &a->options;
    if (!a->help && (given & a->command) == 0)
        return misused("an option", "does not belong to this command; see timeslice-sched --help");
    if (a->json && a->svg)
        return misused("--json and --svg", "cannot be used together");
    bool mlfq = o->policy == POLICY_MLFQ || a->command == COMMAND_COMPARE;
    if (mlfq && o->boost > 0 && o->boost <= o->switch_cost)
        return misused("--boost", "must be greater than --switch-cost, or no job would ever run");
    return true;
}

bool arguments_read(int argc, char **argv, struct arguments *a) {
    int64_t cpus = 1;
    int option, given = ANY; /* the commands that have all options so far */
    *a = (struct arguments){.command = COMMAND_RUN,
                            .options = {.quantum = 4, .levels = {2, 4, 8}, .level_count = 3},
                            .setup = 4,
                            .input = 3,
                            .output = 2,
                            .random = {1, 5, 20, 10, 3}};
    while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
        if (option == '?' || !set_option(a, option, &cpus)) /* for '?', getopt_long has printed the error */
            return false;
        given &= COMMANDS_OF[option];
    }
    a->options.cpus = (int)cpus;
    return read_words(argc, argv, a) && fits_together(a, given);
}
