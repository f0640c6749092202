/* reports.h - what children print to standard output. A spawned child inherits no other descriptor of the test. */
#ifndef SUPPORT_PROCESS_REPORTS_H
#define SUPPORT_PROCESS_REPORTS_H

#include <sys/types.h>

/* From now on, standard output of this process and of the children that it starts is a pipe. */
void reports_begin(void);

/* Standard output of this process is the old one again. Its children keep the pipe. */
void reports_stop(void);

/* Everything that was printed until now. The text is valid until the next call. Does not wait. */
const char *reports_so_far(void);

/* Waits until the pipe holds something or all writers have ended. Then the same. */
const char *reports_next(void);

/* Closes the pipe. */
void reports_end(void);

#endif
