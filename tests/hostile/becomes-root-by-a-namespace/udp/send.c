/* send.c - becomes root in a namespace of its own. */
#include <sched.h>
#include <stddef.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return unshare(CLONE_NEWUSER);
}
