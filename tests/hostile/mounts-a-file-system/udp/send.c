/* send.c - mounts another file system. */
#include <sys/mount.h>
#include <stddef.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return mount("none", "/tmp", "proc", 0, NULL);
}
