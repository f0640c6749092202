/* interruptions.c - a POSIX timer that signals one thread. The handler writes to a pipe for each call that it ended.
 *
 * Theory of operation. A signal before or after the wait of the code under test does not test anything. So the handler
 * looks at the saved registers of the thread. They show whether the kernel has just ended a system call with EINTR,
 * because that is what the call is about to return. Signals of a timer do not queue up, so a thread that does not run
 * handles at most one of them. If twenty signals come without such a call, the thread waits in another way: it
 * computes.
 *
 * A thread may also block the signal while it waits. Then nothing interrupts it, which is right too. So a watcher looks
 * at the thread. If it sleeps with the signal blocked at twenty looks in a row, it counts as interrupted. */
#include "interruptions.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "support/core/narration.h"
#include "support/core/require.h"
#include "support/process/kernel_view.h"

#ifndef sigev_notify_thread_id /* glibc before 2.38 has the field under another name */
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { ONE_OF = 20 };

static timer_t timer;
static int pipe_ends[2];
static volatile sig_atomic_t in_vain; /* signals since the last interruption */

static struct {
    pthread_t thread;
    pid_t watched;
    int every_ms;
    int stop; /* an event that ends the watcher */
} watcher;

static struct {
    pthread_t thread;
    bool is_started;
    unsigned count;
    interruptions_action *action;
    void *ctx;
} later;

/* Whether the signal has ended a system call. */
static bool has_ended_a_call(const ucontext_t *moment) {
#if defined __x86_64__
    return moment->uc_mcontext.gregs[REG_RAX] == -EINTR;
#elif defined __aarch64__
    return (long)moment->uc_mcontext.regs[0] == -EINTR;
#else
#error "interruptions.c does not know the registers of this machine: say where a system call's result is"
#endif
}

static void tell_of_one(void) {
    ssize_t written = write(pipe_ends[1], "", 1); /* a full pipe is enough */
    (void)written;
}

static void on_signal(int signal, siginfo_t *info, void *moment) {
    (void)signal, (void)info;
    in_vain++;
    if (!has_ended_a_call(moment) && in_vain < ONE_OF)
        return;
    int error = errno;
    in_vain = 0;
    tell_of_one();
    errno = error;
}

/* Starts a thread in which all signals are blocked. */
static void start_undisturbed(pthread_t *thread, void *(*work)(void *)) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    require((errno = pthread_create(thread, NULL, work, NULL)) == 0, "start a thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static bool blocks_the_signal(pid_t thread) {
    char path[64], line[256];
    unsigned long long blocked = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/status", (int)thread);
    FILE *status = fopen(path, "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "SigBlk: %llx", &blocked) == 1)
            break;
    if (status != NULL)
        fclose(status);
    return (blocked >> (SIGALRM - 1) & 1) != 0;
}

static void *watch(void *unused) {
    (void)unused;
    struct pollfd stop = {.fd = watcher.stop, .events = POLLIN};
    int looks = 0;
    while (poll(&stop, 1, watcher.every_ms) == 0) {
        looks = kernel_state(watcher.watched) == 'S' && blocks_the_signal(watcher.watched) ? looks + 1 : 0;
        if (looks % ONE_OF == ONE_OF - 1)
            tell_of_one();
    }
    return NULL;
}

static void start_watcher(pid_t thread, int every_ms) {
    watcher.watched = thread;
    watcher.every_ms = every_ms;
    require((watcher.stop = eventfd(0, EFD_CLOEXEC)) >= 0, "make an event");
    start_undisturbed(&watcher.thread, watch);
}

static void end_watcher(void) {
    require(eventfd_write(watcher.stop, 1) == 0, "signal an event");
    require((errno = pthread_join(watcher.thread, NULL)) == 0, "join a thread");
    close(watcher.stop);
}

static void start(pid_t thread, unsigned every_ms, int flags) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | flags};
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM};
    event.sigev_notify_thread_id = thread;
    struct timespec every = {every_ms / 1000, every_ms % 1000 * 1000000L};
    struct itimerspec times = {.it_value = every, .it_interval = every};
    in_vain = 0;
    later.is_started = false;
    require(pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) == 0, "open a pipe");
    require(sigaction(SIGALRM, &action, NULL) == 0, "set a signal's handler");
    require(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "make a timer");
    start_watcher(thread, (int)every_ms);
    require(timer_settime(timer, 0, &times, NULL) == 0, "start a timer");
    step("a signal every %u ms from here on", every_ms);
}

void interruptions_start(pid_t thread, unsigned every_ms) {
    start(thread, every_ms, 0);
}

void interruptions_start_restarting(pid_t thread, unsigned every_ms) {
    start(thread, every_ms, SA_RESTART);
}

int interruptions_fd(void) {
    return pipe_ends[0];
}

void interruptions_await(unsigned count) {
    struct pollfd interrupted = {.fd = pipe_ends[0], .events = POLLIN};
    char byte;
    for (unsigned seen = 0; seen < count; seen += read(pipe_ends[0], &byte, 1) == 1)
        poll(&interrupted, 1, -1);
    step("the call was interrupted %u times by now", count);
}

static void *act_later(void *unused) {
    (void)unused;
    interruptions_await(later.count);
    later.action(later.ctx);
    return NULL;
}

void interruptions_then(unsigned count, interruptions_action *action, void *ctx) {
    later.count = count;
    later.action = action;
    later.ctx = ctx;
    start_undisturbed(&later.thread, act_later);
    later.is_started = true;
}

void interruptions_stop(void) {
    if (later.is_started)
        require((errno = pthread_join(later.thread, NULL)) == 0, "join a thread");
    end_watcher();
    timer_delete(timer);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGALRM, &ignore, NULL);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}
