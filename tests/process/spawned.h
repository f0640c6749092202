/* spawned.h - the targets that a spawned child runs, and how its program begins. */
#ifndef TESTS_PROCESS_SPAWNED_H
#define TESTS_PROCESS_SPAWNED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <timeslice/process.h>

/* The test sets this variable in the environment of a spawned child. Its value says how the child's program begins. */
#define SPAWNED_VARIABLE "TIMESLICE_SPAWNED"
#define SPAWNED_GUARDED "guarded"     /* registers the targets and calls the main guard, which is right */
#define SPAWNED_ROUGHLY "roughly"     /* the same, with a descriptor 3 that moves few bytes at a time */
#define SPAWNED_UNGUARDED "unguarded" /* first starts processes by fork and by spawn; ends with UNGUARDED_* */
#define SPAWNED_RUNS_ANOTHER                                                                                           \
    "runs another" /* before the guard it runs an ordinary program; ends with that program's exit code */
#define SPAWNED_ORDINARY                                                                                               \
    "ordinary" /* is an ordinary program, which starts a process; ends with SPAWNED_FINE if that succeeds */

/* A target returns this if everything is as expected. */
enum { SPAWNED_FINE = 42 };

/* Exit codes of the program without a guard: the result of process_start with both start methods. */
enum { UNGUARDED_BOTH_EDEADLK = 43, UNGUARDED_FORK_STARTED = 44, UNGUARDED_SPAWN_STARTED = 45, UNGUARDED_OTHER = 46 };

/* Exit codes of a program that continued although it must not. */
enum { SPAWNED_PAST_THE_GUARD = 97, SPAWNED_WITHOUT_FLAG = 98 };

/* Registers all the targets below except spawned_late. Returns 0, or -1 if process_register failed. */
int spawned_register(void);

/* Returns SPAWNED_FINE in a program that was executed with PROCESS_SPAWN_FLAG, and 1 in other programs. */
process_target spawned_begun_anew;

/* The same, registered under a name of PROCESS_NAME_MAX bytes, as the last one. */
process_target spawned_long_named;

/* Never registered in the child. */
process_target spawned_late;

/* Its argument is a struct spawned_bytes with the bytes after it. Returns SPAWNED_FINE if everything is right. Returns
 * 1 if the memory is not aligned, 2 if the sum is wrong, and 3 if writing to the memory has no effect. */
process_target spawned_check_bytes;
struct spawned_bytes {
    size_t count;
    unsigned sum;
    unsigned char bytes[];
};
unsigned spawned_sum(const unsigned char *bytes, size_t count);

/* A right argument: so many equal bytes. Free it. Its size is sizeof(struct spawned_bytes) + count. */
struct spawned_bytes *spawned_bytes_of(size_t count, unsigned char byte);

/* Returns SPAWNED_FINE if its argument is NULL. */
process_target spawned_expect_null;

/* Returns spawned_variable, whose initial value is SPAWNED_FINE. */
process_target spawned_read_variable;
extern int spawned_variable;

/* Compares what the child knows about itself with its argument. Prints "field N", where N is 0 if none differs. Returns
 * SPAWNED_FINE, or 100 plus the number of the first field that differs. Fields 1 to 4 are its name or pid, its daemon
 * flag, its parent's name, and its parent's pid or is_alive. Field 5 is the name and the inherited daemon flag of its
 * first own child. Field 6 is whether it may start that child. */
process_target spawned_compare_self;
struct spawned_self {
    char name[PROCESS_NAME_MAX + 1];
    bool daemon;
    char parent_name[PROCESS_NAME_MAX + 1];
    pid_t parent_pid;
    char child_name[PROCESS_NAME_MAX + 1];
};

/* Returns 100 plus the number of its descriptors, without 0, 1 and 2. */
process_target spawned_count_descriptors;

/* Reads standard input to its end and returns SPAWNED_FINE. */
process_target spawned_read_stdin;

/* Runs this program with the arguments "ordinary --other FLAG", as a program that nobody spawned. Returns its exit
 * code.
 */
int run_ordinary_program(void);

/* The targets of spawned_family.c. They print lines to standard output. */

/* Prints "NAME of PARENT P D, makes X". P is 1 if the parent's pid is getppid() and the parent is alive. D is 1 for a
 * daemon. X is the default name of the first object. Then it starts the next generation with the method methods[0], 'f'
 * or 's', and gives it the other methods. Returns SPAWNED_FINE if all of that succeeds. */
process_target spawned_descend;
struct spawned_descent {
    char methods[8]; /* ends in a NUL */
};

/* Prints the working directory, the variable SPAWNED_PLACE, and the inodes of standard input and standard error. */
process_target spawned_tell_place;
#define SPAWNED_PLACE "TIMESLICE_PLACE"

/* Prints "buffered" without flushing, and ends in the way that its argument says. */
process_target spawned_end;
struct spawned_end {
    enum { SPAWNED_RETURNS, SPAWNED_EXITS, SPAWNED_DIES } how; /* dies: of the signal `number` */
    int number;
};

/* Starts two daemons, by fork and by spawn, and a process that ends a little later. Each prints how it ends. Then it
 * returns 5, or calls exit(5) if its argument is not NULL. */
process_target spawned_leave_family;

/* The same, but it starts only the child that is no daemon. */
process_target spawned_leave_child;
process_target spawned_catch_sigterm;

/* Prints "parent 1" or "parent 0", the state of its parent, for each byte that it reads from standard input. */
process_target spawned_watch_parent;

/* Makes the calls that only the maker may make, on process_current() and process_parent(). Prints the errors. */
process_target spawned_be_refused;

/* Returns what run_ordinary_program returns. */
process_target spawned_run_another;

#endif
