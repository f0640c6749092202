/* send.c - makes empty files without end. */
#include <fcntl.h>
#include <stdio.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    for (int number = 0;; number++) {
        char name[32];
        snprintf(name, sizeof name, "file%d", number);
        close(open(name, O_WRONLY | O_CREAT, 0600));
    }
    return -1;
}
