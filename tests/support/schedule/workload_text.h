/* workload_text.h - a workload file in memory. */
#ifndef SUPPORT_SCHEDULE_WORKLOAD_TEXT_H
#define SUPPORT_SCHEDULE_WORKLOAD_TEXT_H

#include <stddef.h>
#include <timeslice/scheduler.h>

/* Calls workload_read for a file with these bytes. *w holds something else before. Returns its result, and its errno.
 */
int read_workload(const char *bytes, size_t len, struct workload *w, struct parse_error *error);

#endif
