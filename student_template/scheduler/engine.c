/* engine.c - runs a workload, from instant to instant.
 *
 * Spec: spec/scheduler.md, "One instant" and the areas TIE, IO and RUN. Each function below is a stub: it compiles,
 * fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/scheduler.h>

/* Makes the schedule of the workload *w under the options *o, and puts it in *out.
 *
 * - SCH-TIE-001 ends of bursts first
 * - SCH-TIE-002 I/O completions before arrivals
 * - SCH-TIE-003 arrivals before expired quanta
 * - SCH-TIE-004 by id
 * - SCH-TIE-005 boost after arrivals
 * - SCH-TIE-006 boost after expired quanta
 * - SCH-TIE-007 ostep: expired quanta before arrivals
 * - SCH-TIE-008 ostep: arrivals before I/O completions
 * - SCH-TIE-009 ostep: the order of the boost
 * - SCH-TIE-010 ostep: boost before arrivals
 * - SCH-TIE-011 ostep: I/O completions in order of issue
 * - SCH-TIE-012 ostep: the same as mlfq.py, tick for tick
 * - SCH-IO-001 the CPU goes to another job
 * - SCH-IO-002 I/O bursts overlap
 * - SCH-IO-003 no CPU is idle while a job is ready
 * - SCH-IO-004 serial: a job holds its CPU
 * - SCH-IO-005 serial: which job is next
 * - SCH-RUN-001 long bursts cost nothing
 * - SCH-RUN-002 depends only on its arguments
 * - SCH-FAULT-001 when memory is short
 */
int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out) {
    (void)w;
    (void)o;
    (void)out;
    errno = ENOSYS;
    return -1;
}

/* Frees what *s holds and sets *s to all zero.
 *
 * - SCH-RUN-003 leaves nothing behind
 */
void schedule_free(struct schedule *s) {
    (void)s;
}
