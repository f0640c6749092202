/* policy.h - what the engine needs from a policy, and the ready queue that policies keep.
 *
 * A policy is a table of a few functions. The engine knows nothing else about it. A function that a policy does not
 * need is NULL. Each policy is one file: fcfs.c, sjf.c, hrrn.c, rr.c, mlfq.c.
 */
#ifndef SCHEDULER_POLICY_H
#define SCHEDULER_POLICY_H

#include "fifo.h"
#include "heap.h"
#include "tournament.h"

/* The ready jobs. Each policy uses the fields that it needs. */
struct ready {
    const struct sched_options *options;
    struct task *tasks; /* by rank */
    size_t task_count;
    size_t count; /* the number of jobs in the queue; the engine sets it */

    struct fifo levels[SCHED_LEVELS_MAX]; /* MLFQ: all of them; FCFS and RR: only the first */
    uint64_t occupied;                    /* MLFQ: bit n is set if levels[n] has a job */
    int64_t boosts;                       /* MLFQ: boosts so far */
    struct heap shortest;                 /* SJF */
    struct tournament ratios;             /* HRRN */
};

struct policy {
    int (*open)(struct ready *r); /* -1: ENOMEM */
    void (*close)(struct ready *r);

    void (*put)(struct ready *r, struct task *t, int64_t now);   /* t arrived, came back or expired */
    struct task *(*take)(struct ready *r, int64_t now);          /* the one to run; there is one */
    int64_t (*allowance)(const struct ready *r, struct task *t); /* the most that t may run now; NULL: its burst */
    void (*ran)(const struct ready *r, struct task *t, int64_t ticks);

    /* Policies that preempt. */
    bool (*outranks)(const struct ready *r, const struct task *running); /* is the first job above running? */
    void (*put_back)(struct ready *r, struct task *t);                   /* t was preempted */
    void (*boost)(struct ready *r);
};

extern const struct policy fcfs_policy, sjf_policy, hrrn_policy, rr_policy, mlfq_policy;

#endif
