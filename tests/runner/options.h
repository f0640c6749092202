/* options.h - the command line of the bank. */
#ifndef RUNNER_OPTIONS_H
#define RUNNER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mode { MODE_NATIVE, MODE_MEMCHECK, MODE_SANITIZE };

/* The exit status that Valgrind and the sanitizers are told to use for a finding, and that nothing else here uses. */
enum { FINDING_STATUS = 99 };

struct options {
    bool list;
    bool help;
    enum mode mode;
    int records;          /* the descriptor that records go to, or -1 */
    uint64_t seed;        /* for tests that draw numbers: the environment's TIMESLICE_SEED, or 1 */
    double timeout;       /* seconds, of a test that declares none */
    double timeout_scale; /* what every limit is multiplied by */
    const char *baseline;
    size_t lanes;      /* how many tests run at once */
    const char **only; /* "suite/test" */
    size_t only_count;
};

/* Reads the command line. Returns 0; or -1 with one line for people in problem, which has room for so many bytes. */
int options_read(struct options *options, int argc, char **argv, char *problem, size_t room);

const char *options_mode_name(enum mode mode);
const char *options_help(void);

#endif
