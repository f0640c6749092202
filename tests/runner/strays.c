/* strays.c - finds and ends the processes that a test left behind.
 *
 * Theory of operation
 * The executor is a child subreaper. A test may start any process, fork any number of times, and change its session.
 * When the test is dead, all these processes are descendants of the executor. One test runs at a time, so a descendant
 * that is alive then is a stray of that test. Usually the executor has no child left. This check costs one system call.
 *
 * A child may be about to end, because its pipe has just been closed. The test does not fail for that. So there is a
 * short grace, but not for a crowd of processes. On a busy machine such a child may not run in that time. So a child
 * that is ready to run gets the grace again, until it has computed for that long. When a stray ends, the grace begins
 * again for the others, because they may have waited for it. After ten times the grace it is over.
 *
 * A zombie is dead and is only reaped. The other strays could fork faster than they are killed. So all of them are
 * stopped first, until a look through /proc finds no running one. SIGSTOP cannot be blocked, and a stopped process does
 * not fork. Then they are killed. The executor finds descendants by the parents in /proc at that moment. It never
 * signals a process that is not its descendant. A process id cannot be used again between the look and the signal. */
#include "strays.h"

#include "fact.h"
#include "processes.h"
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

void strays_adopt(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
}

/* Reaps the dead ones. False: there is no child left. */
static bool reap(void) {
    pid_t pid;
    do {
        pid = waitpid(-1, NULL, WNOHANG);
    } while (pid > 0 || (pid < 0 && errno == EINTR));
    return pid == 0;
}

static bool wait_for_their_end(struct processes *strays, double grace) {
    enum { CROWD = 16, GRACES = 10 };
    const double last = signals_now() + GRACES * grace;
    double end = 0, used = 0;
    for (size_t count = SIZE_MAX; reap();) {
        double now = signals_now();
        processes_look(strays);
        if (now >= last || strays->count > CROWD)
            return false;
        if (strays->count != count) {
            count = strays->count;
            used = processes_time(strays).used;
            end = now + grace;
        } else if (now >= end) {
            if (!processes_are_ready(strays) || processes_time(strays).used - used >= grace)
                return false;
            end = now + grace;
        }
        fact_wait(end - now); /* a stray may be telling that an assertion failed */
    }
    return true;
}

/* Stops them until a look finds no running one. A process that waits in the kernel for a device looks as if it ran, so
 * the time is limited. */
static void stop_all(struct processes *strays) {
    double end = signals_now() + 2;
    for (bool running = true; running && signals_now() < end;) {
        running = false;
        processes_look(strays);
        for (size_t i = 0; i < strays->count; i++) {
            if (strchr("Tt", strays->at[i].state) != NULL)
                continue;
            running = true;
            kill(strays->at[i].pid, SIGSTOP);
        }
    }
}

static bool kill_all(struct processes *strays) {
    double end = signals_now() + 20;
    for (processes_look(strays); reap(); processes_look(strays)) {
        for (size_t i = 0; i < strays->count; i++)
            kill(strays->at[i].pid, SIGKILL);
        if (signals_now() >= end)
            return false;
        signals_wait(0.01);
    }
    return true;
}

int strays_end(struct stray *found, size_t most, double grace) {
    struct processes strays = {0};
    int count = 0;
    bool dead = wait_for_their_end(&strays, grace);
    if (!dead) {
        stop_all(&strays);
        count = (int)strays.count;
        for (size_t i = 0; i < strays.count && i < most; i++) {
            found[i].pid = strays.at[i].pid;
            memcpy(found[i].name, strays.at[i].name, sizeof found[i].name);
        }
        dead = kill_all(&strays);
    }
    processes_free(&strays);
    return dead ? count : -1;
}
