/* watchdog.h - waits for a test process, but not for ever. */
#ifndef RUNNER_WATCHDOG_H
#define RUNNER_WATCHDOG_H

#include <stdbool.h>
#include <sys/types.h>

struct watch {
    pid_t pid;
    double started;       /* by signals_now */
    double limit;         /* seconds until the test must have finished */
    double linger;        /* seconds that a finished test may take to end */
    const bool *finished; /* whether the test says that it has finished */
};

/* Returns when the process has ended, by itself or by the watchdog. The caller must reap it. *timed_out says whether
 * its time was up. If the run is stopped (signals_stopped), the process is ended too. False: the process does not die.
 */
bool watchdog_wait(const struct watch *watch, bool *timed_out);

#endif
