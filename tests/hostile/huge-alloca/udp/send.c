/* send.c - takes a gigabyte from the stack and uses it. */
#include <alloca.h>
#include <string.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    memset(alloca(1 << 30), 1, 1 << 30);
    return -1;
}
