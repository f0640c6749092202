/* send.c - leaves folders that nobody may read. */
#include <sys/stat.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    mkdir("closed", 0700);
    mkdir("closed/inner", 0700);
    chmod("closed/inner", 0);
    chmod("closed", 0);
    return -1;
}
