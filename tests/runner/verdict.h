/* verdict.h - the verdict on a test process, by how it ended. */
#ifndef RUNNER_VERDICT_H
#define RUNNER_VERDICT_H

#include "message.h"
#include "options.h"
#include "result.h"

#include <stdbool.h>

/* What the executor saw of one test process. */
struct ending {
    enum phase phase; /* the last one that the test itself entered; 0 before its first */
    unsigned depth;   /* of the rounds of a theory, which are tests within the test */
    bool skipped;
    bool aborted;           /* Criterion gave the test up */
    bool finished;          /* its record came, after the teardown */
    unsigned long passed;   /* of Criterion's assertions; the bank's are among them */
    unsigned long asserted; /* assertions of the bank that held */
    unsigned long failed;
    unsigned long forged; /* facts that did not come from the kit */
    int wait_status;
    bool timed_out;
    int strays; /* strays that were still alive; -1 if one did not end */
};

struct judgement {
    enum verdict verdict;
    char detail[160];
};

struct judgement verdict_of(const struct bank_test *test, const struct ending *ending, enum mode mode);

/* Whether the tool under which the test ran found something. The exit status of the process says so. */
bool verdict_tool_finding(const struct ending *ending, enum mode mode);

/* A test that would pass is incomplete if not as many assertions passed, in all, as pass on the reference. */
struct judgement verdict_of_count(const struct bank_test *test, unsigned long passed);

#endif
