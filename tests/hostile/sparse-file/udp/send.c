/* send.c - makes a file of a terabyte. */
#include <fcntl.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    int file = open("big", O_WRONLY | O_CREAT, 0600);
    if (ftruncate(file, 1L << 40) == 0)
        return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    return -1;
}
