/* send.c - ends the process from a thread while the test waits. */
#include <pthread.h>
#include <stdlib.h>
#include <timeslice/udp.h>

static void *leaves(void *unused) {
    exit(0);
    return unused;
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    pthread_t thread;
    pthread_create(&thread, NULL, leaves, NULL);
    pthread_join(thread, NULL);
    return -1;
}
