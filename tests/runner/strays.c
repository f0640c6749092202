/* strays.c - finds and ends the processes that a test left behind.
 *
 * Theory of operation
 * The runner is a child subreaper: whatever a test started, however often it forked and whatever session it fled to,
 * becomes a descendant of the runner when the test is dead. One test runs at a time, so a descendant that is alive then
 * is a stray of that test. Where the runner has no child left, which is the rule and costs one system call, there is
 * none.
 *
 * A child that is about to end (its pipe has just been closed) is not held against the test: there is a short grace,
 * but not for a crowd. On a busy machine such a child may not get to run in that time. So one that is ready to run gets
 * the grace again until it has computed for so long, and each end of a stray begins it anew for the others, which may
 * have waited for that; ten times the grace is the end of it. A zombie is dead, and only reaped. The rest could fork
 * faster than they are killed, so they are
 * first stopped, all, until a look through /proc finds none that runs (SIGSTOP cannot be blocked, and a stopped process
 * does not fork), and then killed. Descent is taken from the parents in /proc at that moment; a process that is no
 * descendant of the runner is never signalled, and a process id cannot be used again in the instant between the look
 * and the signal. */
#include "strays.h"

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

/* Reaps what is dead; false where no child is left at all. */
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
        signals_wait(end - now);
    }
    return true;
}

/* Stops them until a look finds none that runs. One that waits in the kernel for a device looks as if it ran: so only
 * for so long. */
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
