/* send.c - needs an address in four bytes, which no linker can write. */
#include <timeslice/udp.h>

__asm__(".data\n.long printf\n.previous");

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return -1;
}
