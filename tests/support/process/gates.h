/* gates.h - what the processes of one test share: gates at which they wait, and a log that they write.
 *
 * Every child and grandchild of a fork inherits gates and log. A process that waits at a gate ends when the test ends,
 * so a test that fails leaves no waiting process behind. Only the test's own process reads the log. Every process may
 * write to it. */
#ifndef SUPPORT_PROCESS_GATES_H
#define SUPPORT_PROCESS_GATES_H

#include <sys/types.h>

/* The gates, by number. */
enum { GATES = 8 };

/* The exit code of a process whose test has ended while it waited at a gate. */
enum { ABANDONED = 111 };

/* Opens gates and log. The test calls this before the first fork. */
void gates_open(void);

/* Closes them. */
void gates_close(void);

/* Lets count processes pass the gate, now or later. */
void let_pass(unsigned gate, unsigned count);

/* Waits until the caller may pass the gate. */
void wait_at(unsigned gate);

/* Writes a line of at most LINE_MAX_TOLD bytes to the log. */
enum { LINE_MAX_TOLD = 500 };
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Waits for the next line of the log and returns it. The text is valid until the next call. */
const char *log_next(void);

/* The same, but returns "" if this child of the caller has ended and the log is empty. */
const char *log_next_unless_ended(pid_t child);

/* The next line of the log, or "" if the log is empty. Does not wait. */
const char *log_next_if_any(void);

#endif
