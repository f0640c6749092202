/* send.c - calls thousands of functions that nobody defines. */
#include <timeslice/udp.h>

__asm__(".altmacro\n.macro calls number\ncall zz\\number\n.endm\n.set n, 0\n.rept 5000\ncalls %n\n.set n, n + 1\n"
        ".endr");

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return -1;
}
