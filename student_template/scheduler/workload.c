/* workload.c - reads workload files.
 *
 * Spec: spec/scheduler.md, area LOAD. Each function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/scheduler.h>

/* Reads a workload file from in, to its end.
 *
 * - SCH-LOAD-001 jobs in the order of the file
 * - SCH-LOAD-002 the header
 * - SCH-LOAD-003 a byte out of place: line, column and found
 * - SCH-LOAD-004 numbers that are too large
 * - SCH-LOAD-005 bursts of 0, a missing CPU burst
 * - SCH-LOAD-006 repeated ids
 * - SCH-LOAD-007 ends of lines
 * - SCH-FAULT-001 when memory is short
 */
int workload_read(FILE *in, struct workload *out, struct parse_error *err) {
    (void)in;
    (void)out;
    (void)err;
    errno = ENOSYS;
    return -1;
}

/* Frees a workload that workload_read made, and sets *w to all zero.
 *
 * - SCH-LOAD-008 leaves nothing behind
 */
void workload_free(struct workload *w) {
    (void)w;
}
