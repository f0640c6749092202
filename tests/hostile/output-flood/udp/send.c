/* send.c - prints without end. */
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    for (;;)
        if (write(STDOUT_FILENO, "flood flood flood flood flood flood\n", 36) < 0)
            break;
    return -1;
}
