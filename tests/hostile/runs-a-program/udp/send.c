/* send.c - becomes a program of the system. */
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    char *const argv[] = {"/bin/true", NULL};
    execve(argv[0], argv, argv + 1);
    return -1;
}
