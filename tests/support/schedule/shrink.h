/* shrink.h - makes a workload smaller as long as it still shows a mistake. */
#ifndef SUPPORT_SCHEDULE_SHRINK_H
#define SUPPORT_SCHEDULE_SHRINK_H

#include "jobs.h"

/* Takes away jobs, then pairs of bursts, then lowers numbers. It keeps each change after which `shows` is still true.
 */
void shrink(struct jobs *jobs, bool shows(void *ctx, const struct workload *w), void *ctx);

#endif
