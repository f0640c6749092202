/* send.c - stops its own process, and with it every handler of its own. */
#include <signal.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    raise(SIGSTOP);
    return -1;
}
