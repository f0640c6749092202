/* send.c - leaves a child that is stopped. */
#include <signal.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    if (fork() == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
}
