/* send.c - asks for memory that is both writable and executable. */
#include <sys/mman.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    mprotect((void *)((size_t)udp_send & ~4095UL), 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
    return -1;
}
