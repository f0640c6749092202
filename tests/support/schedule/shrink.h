/* shrink.h - makes a workload smaller as long as it still shows a mistake. */
#ifndef SUPPORT_SCHEDULE_SHRINK_H
#define SUPPORT_SCHEDULE_SHRINK_H

#include "jobs.h"

/* Does this workload show the mistake? */
typedef bool shows_mistake(void *ctx, const struct workload *w);

/* Takes away jobs, then pairs of bursts, then lowers numbers. It keeps each change after which `shows` is still true.
 */
void shrink(struct jobs *jobs, shows_mistake *shows, void *ctx);

#endif
