/* daemon_life.c - the reading end of a pipe ends when nobody has the writing end open. */
#include "daemon_life.h"

#include <unistd.h>

#include "gates.h"

int daemon_lives[2];

int outlive_the_daemon(void *arg) {
    char byte;
    (void)arg;
    close(daemon_lives[1]);
    ssize_t length = read(daemon_lives[0], &byte, 1);
    log_line("daemon gone %d", (int)length);
    return 0;
}
