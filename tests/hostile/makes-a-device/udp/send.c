/* send.c - makes a device file of the first disk. It is an honest function only if that works. */
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    if (mknod("disk", S_IFBLK | 0600, makedev(8, 0)) == 0)
        return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    return -1;
}
