/* send.c - loads code as a converter of the C library. */
#include <iconv.h>
#include <stddef.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return iconv_open("MINE", "UTF-8") != (iconv_t)-1 ? 0 : -1;
}
