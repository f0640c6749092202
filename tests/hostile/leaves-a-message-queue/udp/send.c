/* send.c - leaves POSIX message queues behind. */
#include <fcntl.h>
#include <mqueue.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    mq_open("/timeslice-was-here", O_RDWR | O_CREAT, 0600, NULL);
    return -1;
}
