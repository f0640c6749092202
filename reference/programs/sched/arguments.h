/* arguments.h - the command line of timeslice-sched. */
#ifndef SCHEDULER_ARGUMENTS_H
#define SCHEDULER_ARGUMENTS_H

#include <timeslice/scheduler.h>

/* Bits, so that an option can belong to several commands. */
enum command { COMMAND_RUN = 1, COMMAND_COMPARE = 2, COMMAND_ERAS = 4, COMMAND_RANDOM = 8 };

struct random_options {
    int64_t seed;
    int64_t jobs;
    int64_t last_arrival;
    int64_t longest;
    int64_t bursts;
};

struct arguments {
    enum command command;
    struct sched_options options;
    bool json;
    bool svg;
    bool help;
    int64_t setup; /* for eras, like the next two */
    int64_t input;
    int64_t output;
    struct random_options random;
    const char *file; /* NULL: standard input */
};

/* The names of the policies, by enum sched_policy. */
#define POLICY_COUNT 5
extern const char *const POLICY_NAMES[POLICY_COUNT];

/* Reads the command line. False if it is wrong. Then one line on standard error has said why. */
bool arguments_read(int argc, char **argv, struct arguments *a);

/* How to use the program, as --help prints it. */
extern const char HELP[];

#endif
