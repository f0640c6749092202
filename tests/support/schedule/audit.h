/* audit.h - what each job did at each tick, worked out from the slices alone, and what cannot be right about them. */
#ifndef SUPPORT_SCHEDULE_AUDIT_H
#define SUPPORT_SCHEDULE_AUDIT_H

#include "jobs.h"

#define AUDIT_TICKS 480

enum doing { ELSEWHERE, WAITING, ON_CPU, BLOCKED }; /* elsewhere: before its arrival, after its end */

struct audit {
    int64_t ticks;                              /* until the last slice's end */
    unsigned char doing[JOBS_MAX][AUDIT_TICKS]; /* by index in the workload */
    unsigned char running[AUDIT_TICKS];         /* how many are ON_CPU */
};

/* NULL, or what is wrong: a job that runs on two CPUs, before its arrival, while it is blocked or after its end, that
 * does not get what its bursts say, or a CPU with two jobs at once. The text stands in a static buffer. */
const char *audit(const struct workload *w, const struct schedule *s, struct audit *out);

/* The policies in all their variety, for what must hold under each, as text (jobs.h), for the workload with that
 * number. */
const char *options_in_turn(int number);

#endif
