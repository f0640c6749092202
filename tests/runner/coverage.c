/* coverage.c - keeps gcov's counters when a process dies.
 *
 * Theory of operation
 * A program built with --coverage writes its counters when it calls exit. On every other way out it loses them. Those
 * ways are the interesting ones: _exit, a crash, an endless loop. So there are three measures:
 *
 * - The kit links with --wrap for _exit and similar functions. The wrappers write the counters first. The one for kill
 *   is weak: signals_sent.c has another.
 * - The signal of a crash has a handler. It runs on a stack of its own, because the stack may have overflowed. It
 *   writes the counters, and then the signal does what it always does.
 * - Before the watchdog kills a test that does not end, it sends a signal. The handler of this signal writes the
 *   counters.
 *
 * Some counters are still lost: those of a process that another process kills, or that blocks the signal of the
 * watchdog. A forked child starts to count from zero. Otherwise the lines of its parent would count twice.
 *
 * The function __gcov_dump writes the counters. With gcc it may be __gcov_exit, which every counting object refers to.
 * The function __gcov_reset sets the counters to zero. The file coverage.args brings these functions. If nothing was
 * built with --coverage, they do not exist (the references are weak). Then no handler is set, and the wrappers only
 * call the wrapped functions. */
#include "coverage.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

extern void __gcov_dump(void) __attribute__((weak));
extern void __gcov_exit(void) __attribute__((weak));
extern void __gcov_reset(void) __attribute__((weak));

_Noreturn void __real__exit(int status);
_Noreturn void __real__Exit(int status);
_Noreturn void __real_quick_exit(int status);
int __real_kill(pid_t pid, int signal);
pid_t __real_fork(void);

_Noreturn void __wrap__exit(int status);
_Noreturn void __wrap__Exit(int status);
_Noreturn void __wrap_quick_exit(int status);
int __wrap_kill(pid_t pid, int signal) __attribute__((weak));
pid_t __wrap_fork(void);

static atomic_flag saved = ATOMIC_FLAG_INIT;

static bool is_counting(void) {
    return __gcov_dump != NULL || __gcov_exit != NULL;
}

void coverage_save(void) {
    int error = errno;
    if (is_counting() && !atomic_flag_test_and_set(&saved))
        (__gcov_dump != NULL ? __gcov_dump : __gcov_exit)();
    errno = error;
}

_Noreturn void __wrap__exit(int status) {
    coverage_save();
    __real__exit(status);
}

_Noreturn void __wrap__Exit(int status) {
    coverage_save();
    __real__Exit(status);
}

_Noreturn void __wrap_quick_exit(int status) {
    coverage_save();
    __real_quick_exit(status);
}

int __wrap_kill(pid_t pid, int signal) {
    if (pid == getpid() && signal == SIGKILL)
        coverage_save();
    return __real_kill(pid, signal);
}

pid_t __wrap_fork(void) {
    pid_t pid = __real_fork();
    if (pid == 0) {
        atomic_flag_clear(&saved);
        if (__gcov_reset != NULL)
            __gcov_reset();
    }
    return pid;
}

static volatile sig_atomic_t crash;

static void crash_now(int signal) {
    (void)signal;
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, crash);
    raise(crash);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
}

/* SA_RESETHAND has removed this handler. The signal is blocked until the handler returns, and then does what it always
 * does. The crash may have left a lock behind that writing needs. Then the alarm ends the wait. */
static void save_and_crash(int signal) {
    struct sigaction give_up = {.sa_handler = crash_now};
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGALRM);
    crash = signal;
    sigaction(SIGALRM, &give_up, NULL);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    alarm(1);
    coverage_save();
    raise(signal);
}

static void save_and_die(int signal) {
    (void)signal;
    coverage_save();
    kill(getpid(), SIGKILL);
}

int coverage_last_words(void) {
    return is_counting() ? SIGRTMAX - 1 : 0;
}

void coverage_arm(void) {
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ};
    static char stack[64 * 1024];
    if (!is_counting())
        return;
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
    struct sigaction action = {.sa_handler = save_and_crash, .sa_flags = SA_RESETHAND | SA_ONSTACK};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        sigaction(crashes[i], &action, NULL);
    action.sa_handler = save_and_die;
    sigaction(coverage_last_words(), &action, NULL);
}
