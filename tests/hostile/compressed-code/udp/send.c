/* send.c - hides code in a section that claims to be compressed. */
#include <timeslice/udp.h>

__asm__(".section .hidden,\"axG\",@progbits,g,comdat\nnop\n.previous\n.section .packed,\"0x806\",@progbits\n.zero 64\n"
        ".previous");

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return -1;
}
