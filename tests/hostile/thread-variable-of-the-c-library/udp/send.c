/* send.c - says that stdout is a variable of each thread. */
#include <stddef.h>
#include <sys/types.h>

struct udp_peer;
extern __thread int stdout;
ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to);

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return stdout;
}
