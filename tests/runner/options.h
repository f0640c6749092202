/* options.h - the command line of the bank. */
#ifndef RUNNER_OPTIONS_H
#define RUNNER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sweep.h"

enum mode { MODE_NATIVE, MODE_MEMCHECK, MODE_SANITIZE };

/* The exit status for a finding. Valgrind and the sanitizers are told to use it, and nothing else here uses it. */
enum { FINDING_STATUS = 99 };

struct options {
    bool list;
    bool help;
    enum mode mode;
    int records;          /* the descriptor that records go to, or -1 */
    uint64_t seed;        /* for tests that use random numbers: TIMESLICE_SEED of the environment, or 1 */
    double timeout;       /* seconds, for a test that declares none */
    double timeout_scale; /* every limit is multiplied by this */
    const char *baseline;
    enum sweep_kind sweep; /* of every test; SWEEP_NONE: each test has the sweep that it declares */
    uint64_t twins;        /* one in so many tests that passed gets a negative twin; 0: none */
    size_t lanes;          /* how many tests run at once */
    const char **only;     /* "suite/test" */
    size_t only_count;
    const char *only_in; /* a file with more of them, one on each line; NULL if there is none */
};

/* Reads the command line. Returns 0. On an error it returns -1, and problem has one line for people. room is the size
 * of problem. */
int options_read(struct options *options, int argc, char **argv, char *problem, size_t room);

const char *options_mode_name(enum mode mode);
const char *options_help(void);

#endif
