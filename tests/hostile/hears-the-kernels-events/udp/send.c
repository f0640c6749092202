/* send.c - listens to events of devices. It is an honest function only if that works. */
#include <sys/socket.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    if (socket(AF_NETLINK, SOCK_RAW, 15) >= 0)
        return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    return -1;
}
