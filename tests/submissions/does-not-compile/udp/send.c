#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    return sendto(fd, data, len, 0, &to->addr, to.len)
}
