/* send.c - has code that it can change. */
#include <timeslice/udp.h>

__asm__(".section .both,\"awx\",@progbits\nnop\n.previous");

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return -1;
}
