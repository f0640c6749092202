/* result.h - the result of one test. */
#ifndef RUNNER_RESULT_H
#define RUNNER_RESULT_H

#include "bank.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* From good to bad. For a test with several parameters, the worst one counts. The grader uses the same names. */
enum verdict {
    VERDICT_PASSED,
    VERDICT_INCOMPLETE,
    VERDICT_LEFT_PROCESS,
    VERDICT_SKIPPED,
    VERDICT_FAILED,
    VERDICT_EXITED_EARLY,
    VERDICT_MEMORY_ERROR,
    VERDICT_CRASHED,
    VERDICT_TIMED_OUT,
    VERDICT_BROKEN,
};

enum { COMPLAINTS_MAX = 32, DESCRIPTORS_MAX = 32, STRAYS_MAX = 32 };

/* An assertion that failed. */
struct complaint {
    struct text file;
    unsigned line;
    struct text text;
};

struct open_descriptor {
    int number;
    char target[64]; /* the target of the link in /proc/self/fd */
};

struct stray {
    pid_t pid;
    char name[16];
};

struct result {
    const struct bank_test *test;
    enum verdict verdict;
    char detail[160]; /* one line: why this verdict; empty if it passed */
    pid_t pid;        /* of the test process; of the worst one if the test has parameters */
    int signal;       /* that ended it, or 0 */
    int exit_code;
    unsigned long passed; /* assertions */
    unsigned long failed;
    unsigned long asserted; /* assertions of the bank that held, in a run without a failing call */
    unsigned long forged;   /* facts that did not come from the kit */
    double seconds;
    bool tool_finding; /* the exit status says that Valgrind or a sanitizer found something */
    struct text pids;  /* of all its processes, with commas between them */
    struct text steps; /* the steps that the test told, one on each line */
    struct text output;
    struct complaint complaints[COMPLAINTS_MAX];
    size_t complaints_count;
    struct open_descriptor descriptors[DESCRIPTORS_MAX];
    size_t descriptors_count;
    struct stray strays[STRAYS_MAX];
    size_t strays_count;
};

const char *verdict_name(enum verdict verdict);

void result_free(struct result *result);

#endif
