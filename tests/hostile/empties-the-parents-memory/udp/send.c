/* send.c - drops the memory of another process. */
#include <sys/mman.h>
#include <stddef.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return process_madvise(3, NULL, 0, 0, 0) != 0 ? -1 : 0;
}
