/* send.c - has the preprocessor write more than any machine holds. */
#include <errno.h>
#include <timeslice/udp.h>

#define TEN(...)                                                                                                       \
    __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__        \
        __VA_ARGS__
#define MANY(...) TEN(TEN(TEN(TEN(TEN(TEN(TEN(TEN(__VA_ARGS__))))))))
static const int many[] = {MANY(1, )};

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    len += many[0];
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
