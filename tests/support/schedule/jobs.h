/* jobs.h - workloads and options from a line of text, and workloads from dice.
 *
 * A workload is written as the spec writes it: "A(0,4) B(2, 3 2 1)". A has id 1, B id 2, ...; the order of the text is
 * the order of the workload. Options are the policy and what else is not as usual: "FCFS", "SJF", "HRRN", "RR 2",
 * "MLFQ 2,3 boost 6", with "ostep", "serial", "cpus 2", "cost 1" behind it.
 */
#ifndef SUPPORT_SCHEDULE_JOBS_H
#define SUPPORT_SCHEDULE_JOBS_H

#include <timeslice/scheduler.h>

#include "support/core/seed.h"

#define JOBS_MAX 26
#define BURSTS_MAX 9

/* A workload with its own memory: nothing is to be released. It must stay where it is. */
struct jobs {
    struct workload workload;
    struct sched_job job[JOBS_MAX];
    int64_t bursts[JOBS_MAX][BURSTS_MAX];
};

void jobs_from(struct jobs *out, const char *text);

/* The workload as text again, in one static buffer. */
const char *jobs_text(const struct jobs *jobs);

struct sched_options options_from(const char *text);

/* What random workloads look like. Lengths and counts are drawn evenly, from 1 (arrivals: 0) to the number given. */
struct shape {
    unsigned jobs, arrival, burst, io; /* io: the longest I/O burst */
    unsigned ios;                      /* at most so many I/O bursts a job, from 0 */
    bool apart;                        /* no two jobs arrive together */
};

/* Ids are A, B, ... in a random order. */
void jobs_random(struct jobs *out, struct dice *dice, struct shape shape);

/* The job of w with this id; NULL where there is none. */
const struct sched_job *job_with(const struct workload *w, int64_t id);

#endif
