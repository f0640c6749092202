/* send.c - writes file after file where the run may write. */
#include <fcntl.h>
#include <stdio.h>
#include <timeslice/udp.h>
#include <unistd.h>

static const char block[1 << 20];

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    char path[32];
    for (int number = 0;; number++) {
        snprintf(path, sizeof path, "full%d", number);
        int file = open(path, O_WRONLY | O_CREAT, 0600);
        for (int i = 0; i < 15 && write(file, block, sizeof block) > 0; i++)
            continue;
        close(file);
    }
    return -1;
}
