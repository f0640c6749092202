/* audit.h - computes from the slices what each job did at each tick, and finds what must be wrong. */
#ifndef SUPPORT_SCHEDULE_AUDIT_H
#define SUPPORT_SCHEDULE_AUDIT_H

#include "jobs.h"

#define AUDIT_TICKS 480

enum doing { ELSEWHERE, WAITING, ON_CPU, BLOCKED }; /* ELSEWHERE: before its arrival, after its end */

struct audit {
    int64_t ticks;                              /* until the end of the last slice */
    unsigned char doing[JOBS_MAX][AUDIT_TICKS]; /* by index in the workload */
    unsigned char running[AUDIT_TICKS];         /* how many are ON_CPU */
};

/* Returns NULL, or what is wrong. A job must not run on two CPUs, before its arrival, while it is blocked or after its
 * end. Its slices must add up to its bursts. A CPU must not run two jobs at once. The text is in a static buffer. */
const char *audit(const struct workload *w, const struct schedule *s, struct audit *out);

/* Options as text (jobs.h) for the workload with this number. They go through all policies in turn, with several
 * options. Use them for rules that hold under every policy. */
const char *options_in_turn(int number);

#endif
