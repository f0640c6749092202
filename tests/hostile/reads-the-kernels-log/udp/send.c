/* send.c - reads the log of the kernel. */
#include <sys/klog.h>
#include <stddef.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return klogctl(3, NULL, 0);
}
