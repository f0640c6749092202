/* send.c - sets the clock of the machine. */
#include <sys/time.h>
#include <stddef.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return settimeofday(&(struct timeval){0, 0}, NULL);
}
