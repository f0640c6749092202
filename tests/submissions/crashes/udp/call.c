#include <errno.h>
#include <limits.h>
#include <timeslice/udp.h>
#include <unistd.h>

/* The socket is connected: the kernel keeps strangers out and tells us of a refusal. */
static ssize_t ask(int fd, const void *req, size_t len, void *reply, size_t cap, unsigned attempts, uint64_t timeout,
                   unsigned backoff) {
    for (unsigned i = 0; i < attempts; i++) {
        ssize_t sent;
        do {
            sent = send(fd, req, len, MSG_NOSIGNAL);
        } while (sent == -1 && errno == EINTR);
        if (sent == -1) {
            return -1;
        }

        int wait = timeout > INT_MAX ? INT_MAX : (int)timeout;
        ssize_t got = udp_recv(fd, reply, cap, NULL, wait);
        if (got >= 0 || errno != ETIMEDOUT) {
            return got;
        }
        timeout = (uint64_t)wait * backoff;
    }
    errno = ETIMEDOUT;
    return -1;
}

ssize_t udp_call(const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                 const struct udp_call_options *options) {
    unsigned attempts = UDP_CALL_ATTEMPTS, timeout = UDP_CALL_TIMEOUT_MS, backoff = UDP_CALL_BACKOFF;
    if (options != NULL) {
        attempts = options->attempts ? options->attempts : attempts;
        timeout = options->timeout_ms ? options->timeout_ms : timeout;
        backoff = options->backoff ? options->backoff : backoff;
    }

    int fd = socket(server->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd == -1) {
        return -1;
    }
    ssize_t result = -1;
    if (connect(fd, (const struct sockaddr *)&server->addr, server->len) == 0) {
        result = ask(fd, req, len, reply, cap, attempts, timeout, backoff);
    }
    int why = errno;
    close(fd);
    errno = why;
    return result;
}
