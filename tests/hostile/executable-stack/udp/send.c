/* send.c - asks for a stack that can be executed. */
#include <timeslice/udp.h>

__asm__(".section .note.GNU-stack,\"x\",@progbits\n.previous");

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return -1;
}
