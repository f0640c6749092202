/* connected.h - a datagram socket that is connected to one server.
 *
 * UDP-FAULT-003: it is the only descriptor of a call, and it is opened before anything is sent. */
#ifndef TIMESLICE_CONNECTED_H
#define TIMESLICE_CONNECTED_H

#include <errno.h>
#include <sys/socket.h>
#include <timeslice/udp.h>
#include <unistd.h>

/* Opens it: UDP-CLI-005, UDP-CLI-006, UDP-CLI-014, UDP-TIME-032, UDP-TIME-037. Returns a descriptor, or -1 and
 * errno. */
static inline int connect_to(const struct udp_peer *server) {
    int fd = socket(server->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&server->addr, server->len) < 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

#endif
