/* send.c - the control: udp_send with two memory errors. A tool that does not report both sees nothing here. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    char *copy = malloc(len + 1); /* control: Leak_DefinitelyLost */
    if (copy == NULL)
        return -1;
    memcpy(copy, data, len);
    copy[len + 1] = '\0'; /* control: InvalidWrite */
    do
        sent = sendto(fd, copy, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
