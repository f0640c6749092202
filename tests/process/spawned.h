/* spawned.h - what a spawned child runs: its targets, and how its program begins. */
#ifndef TESTS_PROCESS_SPAWNED_H
#define TESTS_PROCESS_SPAWNED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <timeslice/process.h>

/* How the program of a spawned child begins: the value of this variable in its environment, set by the test. */
#define SPAWNED_VARIABLE "TIMESLICE_SPAWNED"
#define SPAWNED_GUARDED "guarded"     /* registers the targets and calls the main guard, as it should */
#define SPAWNED_UNGUARDED "unguarded" /* starts processes first, by fork and by spawn, and ends by UNGUARDED_* */

/* What a target returns that finds everything as it should be. */
enum { SPAWNED_FINE = 42 };

/* Exit codes of the program without a guard: what process_start was for both start methods. */
enum { UNGUARDED_BOTH_EDEADLK = 43, UNGUARDED_FORK_STARTED = 44, UNGUARDED_SPAWN_STARTED = 45, UNGUARDED_OTHER = 46 };

/* Exit codes of a program that went on where it must not. */
enum { SPAWNED_PAST_THE_GUARD = 97, SPAWNED_WITHOUT_FLAG = 98 };

/* Registers all the targets below but spawned_late. Returns 0 or what process_register returned. */
int spawned_register(void);

/* Returns SPAWNED_FINE in a program that was begun anew by exec with PROCESS_SPAWN_FLAG, and 1 elsewhere. */
process_target spawned_begun_anew;

/* Never registered in the child. */
process_target spawned_late;

/* Has struct spawned_bytes and more as its argument. Returns SPAWNED_FINE where the sum is right, the memory aligned
 * and its own; otherwise 1, 2 or 3. */
process_target spawned_check_bytes;
struct spawned_bytes {
    size_t count;
    unsigned sum;
    unsigned char bytes[];
};
unsigned spawned_sum(const unsigned char *bytes, size_t count);

/* Returns SPAWNED_FINE where its argument is NULL. */
process_target spawned_expect_null;

/* Returns spawned_variable, which begins as SPAWNED_FINE. */
process_target spawned_read_variable;
extern int spawned_variable;

/* Compares what it knows of itself with its argument. Returns SPAWNED_FINE or 100 + the number of the first field that
 * differs, counted from 1; the fifth is the name of its first own child, the sixth whether it may start that. */
process_target spawned_compare_self;
struct spawned_self {
    char name[PROCESS_NAME_MAX + 1];
    bool daemon;
    char parent_name[PROCESS_NAME_MAX + 1];
    pid_t parent_pid;
    char child_name[PROCESS_NAME_MAX + 1];
};

/* Returns 100 + how many descriptors it has, without 0, 1 and 2. */
process_target spawned_count_descriptors;

/* Reads standard input to its end and returns SPAWNED_FINE. */
process_target spawned_read_stdin;

#endif
