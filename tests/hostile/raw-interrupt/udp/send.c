/* send.c - ends the process by the old 32-bit gate. */
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    __asm__ volatile("int $0x80" : : "a"(252), "b"(0) : "memory");
    return -1;
}
