/* journal.h - what a test process tells the runner: records in memory that both share. */
#ifndef RUNNER_JOURNAL_H
#define RUNNER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum journal_kind {
    JOURNAL_MESSAGE = 1, /* one message of Criterion's, encoded by it */
    JOURNAL_MILESTONE,   /* the same, where it says how far the test is */
    JOURNAL_COUNT,       /* an unsigned long: so many assertions of the new macros held */
    JOURNAL_PARAMETERS,  /* a size_t: how many parameters the test has */
    JOURNAL_DESCRIPTOR,  /* an int and a name: a descriptor that the test left open */
    JOURNAL_FINISHED,    /* nothing: the test came to its end, teardown included */
};

/* Makes the shared memory, once, in the runner. Returns 0, or -1 with errno. */
int journal_open(void);

/* In the runner, before each fork: an empty journal under a new seal. */
void journal_begin(void);

/* In a test process (and in what it forked): adds a record. Where there is no room it is lost; messages get less room
 * than the rest, so that a flood of them drowns nothing but itself. */
void journal_write(enum journal_kind kind, const void *bytes, size_t len);

/* In the runner, while the test runs: whether it says that it has finished. A hint; only the sealed record counts. */
bool journal_says_finished(void);

/* In the runner: how many messages were lost. */
unsigned long journal_lost(void);

/* In the runner, when every writer is dead: calls visit for each record whose seal holds, in order. */
typedef void journal_visit(void *ctx, enum journal_kind kind, pid_t writer, const unsigned char *bytes, size_t len);
void journal_read(journal_visit *visit, void *ctx);

#endif
