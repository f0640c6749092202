/* batch.h - the same jobs on the same machine, as people ran them in four eras.
 *
 * All jobs are there at tick 0, and the machine takes them in the order of the array. The CPU works only while a job
 * computes. It does not work for the set-up, for reading cards or for printing results. A function that fails returns
 * -1 and sets errno. The clauses are in spec/scheduler.md, area ERA.
 */
#ifndef TIMESLICE_BATCH_H
#define TIMESLICE_BATCH_H

#include <stddef.h>
#include <stdint.h>
#include <timeslice/scheduler.h>

enum batch_era {
    BATCH_CARDS,          /* punched cards: set-up, input, compute, output for each job, one after another */
    BATCH_ONLINE,         /* on-line batch: one set-up for the tape, then input, compute, output for each job */
    BATCH_OFFLINE,        /* off-line batch: a pipeline; other machines read and print while the CPU computes */
    BATCH_MULTIPROGRAMMED /* all jobs in memory, each with its own devices; only the CPU is shared */
};

/* What one job needs, in ticks. */
struct batch_job {
    int64_t input;   /* 0 or more */
    int64_t compute; /* at least 1 */
    int64_t output;  /* 0 or more */
};

/* The jobs, and the ticks of one set-up by the operator. With cards each job has a set-up. In the other eras there is
 * one set-up before all jobs. */
struct batch {
    const struct batch_job *jobs;
    size_t job_count;
    int64_t setup; /* 0 or more */
};

struct batch_result {
    int64_t *completions; /* completions[i]: when the output of jobs[i] ended; may be NULL if there are no jobs */
    size_t job_count;
    int64_t elapsed;                   /* the last completion; 0 without jobs */
    int64_t busy;                      /* ticks in which the CPU computed */
    struct sched_fraction utilisation; /* busy / elapsed; 0 / 1 without jobs */
};

/* Runs *b as in the given era and puts the result in *out. *out needs no initial value; batch_free frees it. Returns 0.
 * After an error *out is all zero. Errors:
 * - EINVAL: the era does not exist, or a number is not as described above.
 * - ERANGE: a time or a sum is above INT64_MAX.
 * - ENOMEM. */
int batch_run(enum batch_era era, const struct batch *b, struct batch_result *out);

/* Frees what *r holds and sets *r to all zero. r may be NULL. */
void batch_free(struct batch_result *r);

#endif
