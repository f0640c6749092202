/* send.c - leaves a daemon that ignores signals, and does its work. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    if (fork() == 0) {
        setsid();
        if (fork() > 0)
            _exit(0);
        for (int number = 1; number < 65; number++)
            signal(number, SIG_IGN);
        for (;;)
            pause();
    }
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
