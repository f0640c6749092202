/* daemon_life.c - the reading end of a pipe ends when nobody has the writing end open. */
#include "daemon_life.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "children.h"
#include "gates.h"

int daemon_lives[2];

static int tell_whether_told(void *arg) {
    sigset_t term, pending;
    (void)arg;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    let_pass(1, 1);
    wait_at(2);
    await_starter();
    sigpending(&pending);
    log_line(sigismember(&pending, SIGTERM) ? "told" : "not told");
    return 0;
}

int leave_two(void *overwrites) {
    static struct process kept[2];
    struct process automatic[2], *two = overwrites != NULL ? automatic : kept;
    for (int i = 0; i < 2; i++) {
        const struct process_options options = {.daemon = i == 0 ? PROCESS_DAEMON_YES : PROCESS_DAEMON_NO};
        if (process_init_target(&two[i], tell_whether_told, NULL, &options) != 0 || process_start(&two[i]) != 0)
            return 1;
    }
    for (int i = 0; i < 2; i++)
        wait_at(1);
    if (overwrites != NULL)
        memset(two, 0xff, sizeof automatic);
    __asm__ volatile("" : : "r"(two) : "memory"); /* without it the compiler removes the memset */
    let_pass(2, 2);
    return 6;
}

int count_told(void) {
    int told = 0;
    for (int i = 0; i < 2; i++)
        told += strcmp(log_next_if_any(), "told") == 0;
    return told;
}

int outlive_the_daemon(void *arg) {
    char byte;
    (void)arg;
    close(daemon_lives[1]);
    ssize_t length = read(daemon_lives[0], &byte, 1);
    log_line("daemon gone %d", (int)length);
    return 0;
}
