/* gantt.c - draws a schedule.
 *
 * Spec: spec/scheduler.md, area GANTT. The function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/scheduler.h>

/* Draws s as boxes with the times below.
 *
 * - SCH-GANTT-001 boxes and times
 * - SCH-GANTT-002 idle time and switches
 * - SCH-GANTT-003 two lines for each CPU
 * - SCH-FAULT-001 when memory is short
 */
int schedule_print_gantt(const struct schedule *s, FILE *out) {
    (void)s;
    (void)out;
    errno = ENOSYS;
    return -1;
}
