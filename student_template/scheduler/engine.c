/* engine.c - runs a workload, from instant to instant.
 *
 * Spec: spec/scheduler.md, "One instant" and the areas TIE, IO and RUN. Each function below is a stub: it compiles,
 * fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/scheduler.h>

/* Makes the schedule of *w under *o in *out.
 *
 * SCH-TIE-001 ends of bursts first           SCH-TIE-007 ostep: expired before arrivals
 * SCH-TIE-002 I/O completions, arrivals      SCH-TIE-008 ostep: arrivals, I/O completions
 * SCH-TIE-003 arrivals, expired quanta       SCH-TIE-009 ostep: the boost's order
 * SCH-TIE-004 by id                          SCH-TIE-010 ostep: boost before arrivals
 * SCH-TIE-005 boost after arrivals           SCH-TIE-011 ostep: I/O in order of issue
 * SCH-TIE-006 boost after expired quanta     SCH-TIE-012 ostep: tick for tick
 * SCH-IO-001 the CPU goes on                 SCH-IO-004 serial: a job holds its CPU
 * SCH-IO-002 I/O overlaps                    SCH-IO-005 serial: who is next
 * SCH-IO-003 no CPU idles
 * SCH-RUN-001 long bursts cost nothing       SCH-RUN-002 depends on its arguments alone
 */
int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out) {
    (void)w;
    (void)o;
    (void)out;
    errno = ENOSYS;
    return -1;
}

/* Releases what *s holds and sets it to all zero.
 *
 * SCH-RUN-003 leaves nothing behind
 */
void schedule_free(struct schedule *s) {
    (void)s;
}
