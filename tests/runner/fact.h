/* fact.h - the facts that make a verdict: how a test process tells them, and how the executor hears them.
 *
 * Theory of operation
 * The code under test shares the memory of its test process. So this memory holds nothing that makes a verdict: no
 * record, no key, and no descriptor that leads to one. A fact is a system call. A filter of seccomp stops the call and
 * passes it to the executor, which holds the other end of the filter (seccomp_unotify(2)). The kernel tells the
 * executor who calls, from which instruction, and the arguments, which are plain numbers. The executor answers with a
 * number, and the call returns it. Nothing that was told can be changed or taken back.
 *
 * Only one instruction of the kit makes this call. The executor knows its address and ignores a call from anywhere
 * else, but it remembers that there was one. Each assertion also names the place in the bank that makes it.
 *
 * The executor can order that an assertion does not hold: its answer is 1. This makes a *negative twin* of a test. In
 * the memory of the process, a twin is like every other run until this answer. Code that only pretends that assertions
 * hold does not know which answer means what, so it passes its twin.
 *
 * Valgrind does not know the system call that makes such a filter. Under Valgrind the facts go to the journal. They
 * earn no points there: a test earns points natively, and Valgrind adds its findings. */
#ifndef RUNNER_FACT_H
#define RUNNER_FACT_H

#include <stdbool.h>
#include <sys/types.h>

enum fact {
    FACT_PHASE = 1,  /* the test enters this phase */
    FACT_ASSERTION,  /* an assertion of the bank: 1 it holds, 0 it does not */
    FACT_FAILED,     /* Criterion's assertion failed */
    FACT_COUNT,      /* so many of Criterion's assertions held */
    FACT_PARAMETERS, /* the test has so many parameters */
    FACT_PIPE,       /* this descriptor belongs to Criterion */
    FACT_OPEN_NOW,   /* the test begins: the descriptors that are open now do not count */
    FACT_OPEN_AFTER, /* the test has ended: every other open descriptor is a leak */
    FACT_FINISHED,   /* the test came to its end, with its teardown */
};

/* In a test process, and in what it forked: tells a fact. Returns the executor's answer. */
unsigned fact_tell(enum fact fact, unsigned long value);

/* The same for an assertion that is made at this place in the code. Returns whether it holds now. */
bool fact_assertion(bool holds, const void *place);

/* In an executor process, once: makes the filter. It does nothing under Valgrind. Returns 0, or -1 with errno. */
int fact_listen(void);

/* Whether facts are heard while the test runs. Under Valgrind they are not. */
bool fact_is_heard(void);

/* In a test process: closes the executor's end. */
void fact_forget_listener(void);

/* A fact, as the executor hears it. */
struct heard {
    pid_t teller; /* the thread that told it */
    enum fact fact;
    unsigned long value;
    bool genuine; /* it came from the kit's own instruction and, if it is an assertion, from a place in the bank */
};

/* Answers a fact: 1 orders that the assertion does not hold. */
typedef unsigned fact_answer(void *ctx, const struct heard *heard);

/* In the executor: from here on answer(ctx, ...) answers all facts. */
void fact_answer_with(fact_answer *answer, void *ctx);

/* In the executor: hears everything that was told by now. */
void fact_hear(void);

/* The same as signals_wait, and also hears what is told meanwhile. */
void fact_wait(double seconds);

#endif
