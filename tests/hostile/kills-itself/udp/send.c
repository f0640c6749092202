/* send.c - ends the test process with SIGKILL, which nobody can catch. */
#include <signal.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    raise(SIGKILL);
    return -1;
}
