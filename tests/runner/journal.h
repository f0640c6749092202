/* journal.h - what a test process tells the executor: records in memory that both share. */
#ifndef RUNNER_JOURNAL_H
#define RUNNER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum journal_kind {
    JOURNAL_MESSAGE = 1, /* a message that Criterion has encoded */
    JOURNAL_MILESTONE,   /* the same, if it says how far the test is */
    JOURNAL_COUNT,       /* an unsigned long: the number of assertions of the new macros that held */
    JOURNAL_PARAMETERS,  /* a size_t: the number of parameters of the test */
    JOURNAL_DESCRIPTOR,  /* an int and a name: a descriptor that the test left open */
    JOURNAL_FINISHED,    /* nothing: the test came to its end, with its teardown */
};

/* Makes the shared memory, once, in the executor. Returns 0, or -1 with errno. */
int journal_open(void);

/* In the executor, before each fork: makes the journal empty, with a new key for its seals. */
void journal_begin(void);

/* In a test process (and in what it forked): adds a record. If there is no room, the record is lost. Messages get less
 * room than other records. So a flood of messages loses only messages. */
void journal_write(enum journal_kind kind, const void *bytes, size_t len);

/* In the executor, while the test runs: whether the test says that it has finished. This is only a hint. Only the
 * sealed record counts. */
bool journal_says_finished(void);

/* In the executor: the number of lost messages. */
unsigned long journal_lost(void);

/* In the executor, when every writer is dead: calls visit for each record with a right seal, in order. */
typedef void journal_visit(void *ctx, enum journal_kind kind, pid_t writer, const unsigned char *bytes, size_t len);
void journal_read(journal_visit *visit, void *ctx);

#endif
