/* batch.c - the same jobs in four eras.
 *
 * Spec: spec/scheduler.md, area ERA. Each function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/batch.h>

/* Runs *b as in the given era.
 *
 * - SCH-ERA-001 punched cards
 * - SCH-ERA-002 on-line batch
 * - SCH-ERA-003 off-line batch
 * - SCH-ERA-004 multiprogrammed
 * - SCH-ERA-005 busy, elapsed and utilisation
 * - SCH-ERA-006 EINVAL and ERANGE
 * - SCH-FAULT-001 when memory is short
 */
int batch_run(enum batch_era era, const struct batch *b, struct batch_result *out) {
    (void)era;
    (void)b;
    (void)out;
    errno = ENOSYS;
    return -1;
}

/* Frees what *r holds and sets *r to all zero. */
void batch_free(struct batch_result *r) {
    (void)r;
}
