/* send.c - returns to the frame of a call that is over. */
#include <setjmp.h>
#include <timeslice/udp.h>

static jmp_buf dead;

static void remember(void) {
    volatile char room[4096] = {0};
    if (setjmp(dead) != room[0])
        __builtin_trap();
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    remember();
    longjmp(dead, 1);
    return -1;
}
