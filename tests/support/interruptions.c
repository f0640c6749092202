/* interruptions.c - a POSIX timer that signals one thread; the handler counts, and writes a byte to a pipe. */
#include "interruptions.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "narration.h"
#include "need.h"

#ifndef sigev_notify_thread_id /* glibc has the field, without this name, before 2.38 */
#define sigev_notify_thread_id _sigev_un._tid
#endif

static timer_t timer;
static int handled_pipe[2];
static atomic_uint handled;

static void on_signal(int signal) {
    (void)signal;
    atomic_fetch_add(&handled, 1);
    ssize_t written = write(handled_pipe[1], "", 1); /* a full pipe has told enough */
    (void)written;
}

void interruptions_start(pid_t thread, unsigned every_ms) {
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART */
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM};
    event.sigev_notify_thread_id = thread;
    struct timespec every = {every_ms / 1000, every_ms % 1000 * 1000000L};
    struct itimerspec times = {.it_value = every, .it_interval = every};
    handled = 0;
    need(pipe2(handled_pipe, O_CLOEXEC | O_NONBLOCK) == 0, "open a pipe");
    need(sigaction(SIGALRM, &action, NULL) == 0, "set a signal's handler");
    need(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "make a timer");
    need(timer_settime(timer, 0, &times, NULL) == 0, "start a timer");
    step("a signal every %u ms from here on", every_ms);
}

int interruptions_fd(void) {
    return handled_pipe[0];
}

unsigned interruptions_stop(void) {
    timer_delete(timer);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGALRM, &ignore, NULL);
    close(handled_pipe[0]);
    close(handled_pipe[1]);
    step("%u signals were handled", handled);
    return handled;
}
