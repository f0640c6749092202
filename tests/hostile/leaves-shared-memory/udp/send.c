/* send.c - leaves shared memory, semaphores and a message queue behind. */
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    for (int key = 1; key < 20; key++) {
        shmget(key, 4096, IPC_CREAT | 0600);
        semget(key, 1, IPC_CREAT | 0600);
        msgget(key, IPC_CREAT | 0600);
    }
    return -1;
}
