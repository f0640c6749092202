/* send.c - gives the executor the lowest priority. It is an honest function only if that works. */
#include <sys/resource.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    if (setpriority(PRIO_PROCESS, (id_t)getppid(), 19) == 0)
        return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    return -1;
}
