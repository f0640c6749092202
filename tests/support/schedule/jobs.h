/* jobs.h - workloads and options from a line of text, and random workloads.
 *
 * A workload has the notation of the spec: "A(0,4) B(2, 3 2 1)". A has id 1, B has id 2, and so on. The order of the
 * text is the order of the workload. The options begin with the policy: "FCFS", "SJF", "HRRN", "RR 2" or "MLFQ 2,3".
 * Other options follow it if they are not the default: "boost 6", "ostep", "serial", "cpus 2", "cost 1".
 */
#ifndef SUPPORT_SCHEDULE_JOBS_H
#define SUPPORT_SCHEDULE_JOBS_H

#include <timeslice/scheduler.h>

#include "support/core/seed.h"

#define JOBS_MAX 26
#define BURSTS_MAX 9

/* A workload with its own memory. You need not free it. Do not copy or move it, because it has pointers into itself. */
struct jobs {
    struct workload workload;
    struct sched_job job[JOBS_MAX];
    int64_t bursts[JOBS_MAX][BURSTS_MAX];
};

void jobs_from(struct jobs *out, const char *text);

/* The workload as text again, in one static buffer. */
const char *jobs_text(const struct jobs *jobs);

struct sched_options options_from(const char *text);

/* The shape of random workloads. Lengths and counts are even random numbers from 1 (arrivals: 0) to the given number.
 */
struct shape {
    unsigned jobs, arrival, burst, io; /* io: the longest I/O burst */
    unsigned ios;                      /* the greatest number of I/O bursts of a job, from 0 */
    bool apart;                        /* no two jobs arrive together */
};

/* Ids are A, B, ... in a random order. */
void jobs_random(struct jobs *out, struct dice *dice, struct shape shape);

/* The job of w with this id, or NULL. */
const struct sched_job *job_with(const struct workload *w, int64_t id);

#endif
