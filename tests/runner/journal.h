/* journal.h - the texts that a test process sends to the executor: records in memory that both share. */
#ifndef RUNNER_JOURNAL_H
#define RUNNER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum journal_kind {
    JOURNAL_MESSAGE = 1, /* a message that Criterion has encoded, for its text */
    JOURNAL_FACT,        /* a struct journal_fact: a fact under Valgrind (fact.h) */
};

struct journal_fact {
    unsigned fact;
    unsigned long value;
};

/* Makes the shared memory, once, in the executor. Returns 0, or -1 with errno. */
int journal_open(void);

/* In the executor, before each fork: makes the journal empty. */
void journal_begin(void);

/* In a test process (and in what it forked): adds a record. If there is no room, the record is lost. Messages get less
 * room than facts. So a flood of messages loses only messages. */
void journal_write(enum journal_kind kind, const void *bytes, size_t len);

/* In the executor, when every writer is dead: calls visit for each record, in order. */
typedef void journal_visit(void *ctx, enum journal_kind kind, pid_t writer, const unsigned char *bytes, size_t len);
void journal_read(journal_visit *visit, void *ctx);

#endif
