/* send.c - has the kernel send the executor a signal when a socket becomes ready. */
#include <fcntl.h>
#include <signal.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    fcntl(fd, F_SETOWN, getppid());
    fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
    sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    raise(SIGTERM);
    return -1;
}
