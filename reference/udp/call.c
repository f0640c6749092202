/* call.c - ask, wait, ask again and wait longer, and accept the answer of the server that was asked.
 *
 * Theory of operation: each call has its own socket, which is connected to the server. So the kernel drops datagrams
 * of strangers before they can wake or delay us, and it reports a refusal. The answer to an earlier attempt arrives as
 * any other. A late duplicate finds the socket closed, so no later call can take it for its own answer.
 */
#include <errno.h>
#include <limits.h>
#include <timeslice/udp.h>
#include <unistd.h>

#include "connected.h"

/* The options, with the default for each field that is 0: UDP-CLI-013. */
static struct udp_call_options complete(const struct udp_call_options *options) {
    struct udp_call_options all = {0};
    if (options != NULL)
        all = *options;
    if (all.attempts == 0)
        all.attempts = UDP_CALL_ATTEMPTS;
    if (all.timeout_ms == 0)
        all.timeout_ms = UDP_CALL_TIMEOUT_MS;
    if (all.backoff == 0)
        all.backoff = UDP_CALL_BACKOFF;
    return all;
}

/* Milliseconds as a timeout for udp_recv. More than INT_MAX becomes INT_MAX: a negative value would mean for ever. */
static int as_timeout(uint64_t ms) {
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

/* Asks on fd until an answer or an error comes, or no attempt is left (UDP-CLI-003: the first one counts). */
static ssize_t ask(int fd, const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                   struct udp_call_options patience) {
    int wait_ms = as_timeout(patience.timeout_ms);
    for (unsigned attempt = 0; attempt < patience.attempts; attempt++) {
        /* UDP-CLI-001, UDP-CLI-002: the same bytes from the same socket each time. UDP-CLI-015: too long fails here. */
        if (udp_send(fd, req, len, server) < 0)
            return -1;
        /* UDP-CLI-008, UDP-CLI-009, UDP-CLI-011, UDP-CLI-012, UDP-LOSS-003, UDP-LOSS-004, UDP-LOSS-005, UDP-LOSS-006:
         * udp_recv takes the first datagram, whichever attempt it answers. Signals do not disturb it. */
        ssize_t length = udp_recv(fd, reply, cap, NULL, wait_ms);
        if (length >= 0 || errno != ETIMEDOUT) /* UDP-CLI-007 */
            return length;
        wait_ms = as_timeout((uint64_t)wait_ms * patience.backoff); /* UDP-CLI-004 */
    }
    errno = ETIMEDOUT;
    return -1;
}

ssize_t udp_call(const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                 const struct udp_call_options *options) {
    int fd = connect_to(server); /* UDP-CLI-010: new for each call */
    if (fd < 0)
        return -1;
    ssize_t length = ask(fd, server, req, len, reply, cap, complete(options));
    int reason = errno;
    close(fd); /* UDP-CLI-016 */
    errno = reason;
    return length;
}
