/* call.c - one alarm, set again for each attempt. */
#include "alarm.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

static unsigned given_or(unsigned given, unsigned otherwise) {
    return given != 0 ? given : otherwise;
}

static unsigned times(unsigned wait, unsigned backoff) {
    return wait > INT_MAX / backoff ? INT_MAX : wait * backoff;
}

static int ask(int fd, const void *req, size_t len) {
    while (send(fd, req, len, 0) < 0)
        if (errno != EINTR)
            return -1;
    return 0;
}

ssize_t udp_call(const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                 const struct udp_call_options *options) {
    static const struct udp_call_options none;
    const struct udp_call_options *o = options ? options : &none;
    unsigned attempts = given_or(o->attempts, UDP_CALL_ATTEMPTS);
    unsigned wait = times(given_or(o->timeout_ms, UDP_CALL_TIMEOUT_MS), 1);
    unsigned backoff = given_or(o->backoff, UDP_CALL_BACKOFF);
    int fd = dial(server);
    if (fd < 0)
        return -1;
    struct alarm_clock *alarm = alarm_open();
    ssize_t got = -1;
    while (alarm && attempts-- > 0) {
        if (ask(fd, req, len) != 0 || alarm_set(alarm, wait) != 0)
            break;
        got = receive_before(alarm, fd, reply, cap, NULL);
        if (got >= 0 || errno != ETIMEDOUT)
            break;
        wait = times(wait, backoff);
    }
    int error = errno;
    alarm_close(alarm);
    close(fd);
    errno = error;
    return got;
}
