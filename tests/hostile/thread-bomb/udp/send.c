/* send.c - starts threads until the kernel refuses. */
#include <pthread.h>
#include <timeslice/udp.h>
#include <unistd.h>

static void *waits(void *unused) {
    for (;;)
        pause();
    return unused;
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    for (;;) {
        pthread_t thread;
        pthread_create(&thread, NULL, waits, NULL);
    }
    return -1;
}
