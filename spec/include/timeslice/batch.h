/* batch.h - the scheduler lab's history: the same jobs on the same machine, as they were run in four eras.
 *
 * All jobs are there at tick 0 and are taken in the order of the array. Only computing is work for the CPU: while an
 * operator sets up, cards are read or results are printed, it is idle unless another job computes. Errors are reported
 * as -1 with errno set. The clauses are in spec/scheduler.md, area ERA.
 */
#ifndef TIMESLICE_BATCH_H
#define TIMESLICE_BATCH_H

#include <stddef.h>
#include <stdint.h>
#include <timeslice/scheduler.h>

enum batch_era {
    BATCH_CARDS,          /* punched cards: set-up, input, compute, output for each job, one after another */
    BATCH_ONLINE,         /* on-line batch: one set-up for the tape, then input, compute, output for each job */
    BATCH_OFFLINE,        /* off-line batch: a satellite machine reads and prints while the CPU computes: a pipeline */
    BATCH_MULTIPROGRAMMED /* all jobs in memory, each with its own devices; only the CPU is shared */
};

/* What one job needs, in ticks. */
struct batch_job {
    int64_t input;   /* 0 or more */
    int64_t compute; /* at least 1 */
    int64_t output;  /* 0 or more */
};

/* The jobs and the ticks of one set-up by the operator: for each job with cards, once before all jobs in the other
 * eras. */
struct batch {
    const struct batch_job *jobs;
    size_t job_count;
    int64_t setup; /* 0 or more */
};

struct batch_result {
    int64_t *completions; /* completions[i]: when the output of jobs[i] was done; may be NULL where there are no jobs */
    size_t job_count;
    int64_t elapsed;                   /* the last completion; 0 without jobs */
    int64_t busy;                      /* ticks that the CPU computed */
    struct sched_fraction utilisation; /* busy / elapsed; 0 / 1 without jobs */
};

/* Runs *b as in the given era and puts what came of it in *out, which needs no initial value; batch_free releases it.
 * Returns 0. Errors, each of which leaves *out all zero: EINVAL no such era, or a number is not as described above;
 * ERANGE a time exceeds INT64_MAX; ENOMEM. */
int batch_run(enum batch_era era, const struct batch *b, struct batch_result *out);

/* Releases what *r holds and sets it to all zero. r may be NULL. */
void batch_free(struct batch_result *r);

#endif
