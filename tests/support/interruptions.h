/* interruptions.h - real signals at short intervals, whose handler does not restart system calls. */
#ifndef SUPPORT_INTERRUPTIONS_H
#define SUPPORT_INTERRUPTIONS_H

#include <sys/types.h>

/* Sends SIGALRM to one thread of this process every so many milliseconds, from now until interruptions_stop. */
void interruptions_start(pid_t thread, unsigned every_ms);

/* A descriptor from which one byte can be read for each signal that was handled. */
int interruptions_fd(void);

/* Ends the signals. Returns how many were handled. */
unsigned interruptions_stop(void);

#endif
