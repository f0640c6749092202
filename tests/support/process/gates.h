/* gates.h - what the processes of one test share: gates at which they wait, and a log that they write.
 *
 * Gates and log are inherited by fork, however deep. Whoever waits at a gate ends with the test, so that a test that
 * fails leaves nobody waiting. Only the test's own process listens; every other one may tell. */
#ifndef SUPPORT_PROCESS_GATES_H
#define SUPPORT_PROCESS_GATES_H

#include <sys/types.h>

/* The gates, by number. */
enum { GATES = 8 };

/* The exit code of a process whose test has ended while it waited at a gate. */
enum { ABANDONED = 111 };

/* Opens gates and log. To be called in the test, before the first fork. */
void gates_open(void);

/* Closes them. */
void gates_close(void);

/* Lets so many processes pass the gate, now or when they come. */
void let_pass(unsigned gate, unsigned count);

/* Waits until the caller is let through. */
void wait_at(unsigned gate);

/* Writes a line of at most LINE_MAX_TOLD bytes to the log. */
enum { LINE_MAX_TOLD = 500 };
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The next line of the log, when there is one. Good until the next call. */
const char *log_next(void);

/* The same, but "" where a child of the caller has ended and nothing was told. */
const char *log_next_unless_ended(pid_t child);

/* The next line of the log, or "" where nothing was told. */
const char *log_next_if_any(void);

#endif
