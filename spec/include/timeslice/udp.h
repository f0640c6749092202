/* udp.h - the UDP lab's contract: datagrams out, datagrams in, a server loop and a client that asks again.
 *
 * Every function that fails returns -1 and sets errno. No function prints, and no function exits. Descriptors that
 * these functions make are close-on-exec. The clauses are in spec/udp.md. The areas are:
 * - OPEN: udp_resolve, udp_format, udp_bind, udp_local
 * - TX: udp_send
 * - RX: udp_recv
 * - SRV: udp_serve
 * - CLI: udp_call
 */
#ifndef TIMESLICE_UDP_H
#define TIMESLICE_UDP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* The largest payload of one datagram, in bytes (RFC 768, RFC 791, RFC 8200): 65,535 less the headers. */
#define UDP_MAX_IPV4 65507
#define UDP_MAX_IPV6 65527

/* The longest request that udp_serve hands to its handler, and the room that it gives a reply, in bytes. */
#define UDP_REQUEST_MAX 8192
#define UDP_REPLY_MAX 8192

/* What udp_call does if its options say nothing. */
#define UDP_CALL_ATTEMPTS 4
#define UDP_CALL_TIMEOUT_MS 100
#define UDP_CALL_BACKOFF 2

/* One end of an exchange: an IPv4 or IPv6 address with its port, in the form that the kernel uses. */
struct udp_peer {
    struct sockaddr_storage addr;
    socklen_t len; /* bytes of addr in use */
};

/* What one run of udp_serve did: received == replied + declined + oversized + failed. */
struct udp_stats {
    uint64_t received;  /* datagrams taken from the socket */
    uint64_t replied;   /* replies that the kernel accepted */
    uint64_t declined;  /* requests for which the handler returned a negative value */
    uint64_t oversized; /* requests longer than UDP_REQUEST_MAX: no handler saw them */
    uint64_t failed;    /* replies that could not be sent */
};

/* How often udp_call asks, and how long it waits. A field of 0 means its default above. */
struct udp_call_options {
    unsigned attempts;   /* how often the request is sent, in total */
    unsigned timeout_ms; /* how long the first attempt waits, in milliseconds */
    unsigned backoff;    /* each later attempt waits this many times as long as the one before */
};

/* Answers one request. req holds len bytes that came from *from. Even if len is 0, req is not NULL. The handler
 * writes a reply of at most cap bytes to reply. Returns the reply's length (0 is an empty datagram), or any negative
 * value for no reply. */
typedef ssize_t udp_handler(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply,
                            size_t cap);

/* Finds the address of host and puts it with port in *out. The host is a name, or a numeric IPv4 or IPv6 address
 * without brackets. The port is in host byte order. Returns 0. Errors:
 * - EINVAL: host is NULL or empty.
 * - ENOENT: host has no address, or is in brackets.
 * - ENOMEM.
 *
 * Source: getaddrinfo(3). */
int udp_resolve(struct udp_peer *out, const char *host, uint16_t port);

/* Writes peer as "127.0.0.1:9000" or "[::1]:9000", with a final NUL, to text, which has room for cap bytes. It
 * may be NULL if cap is 0. Returns the number of characters before the NUL. Errors:
 * - ENOSPC: the text does not fit.
 * - EAFNOSUPPORT: peer is neither IPv4 nor IPv6.
 *
 * Source: inet_ntop(3), RFC 5952, RFC 3986 section 3.2.2. */
int udp_format(const struct udp_peer *peer, char *text, size_t cap);

/* Opens a UDP socket and binds it to host (as for udp_resolve) and port (host byte order; 0: the kernel chooses one).
 * If host has several addresses, it takes the first one that works. Returns the descriptor of the socket, which is
 * blocking and close-on-exec. The caller closes it. Errors: those of udp_resolve, socket(2) and bind(2), such as
 * EADDRINUSE. */
int udp_bind(const char *host, uint16_t port);

/* Puts the address and port that fd is bound to in *self. Returns 0. Errors: those of getsockname(2). */
int udp_local(int fd, struct udp_peer *self);

/* Sends the len bytes at data as one datagram to *to. The data may be NULL if len is 0. Returns len. Errors: those of
 * sendto(2), such as EMSGSIZE, but never EINTR. */
ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to);

/* Waits for one datagram and copies its first cap bytes to buf. The rest of it is lost. If cap is 0, buf may be NULL.
 * If from is not NULL, *from becomes the sender. It waits for timeout_ms milliseconds. With 0 it looks and does not
 * wait. With a negative number it waits for ever. Returns the datagram's true length, which may be more than cap.
 * Errors:
 * - ETIMEDOUT: nothing came.
 * - Those of poll(2) and recvfrom(2), but never EINTR. */
ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms);

/* Answers requests on fd with handler(ctx, ...) until stop_fd becomes readable or is hung up. If stop_fd is negative,
 * nothing stops it. It closes neither descriptor. If stats is not NULL, *stats starts at zero and is exact when
 * udp_serve returns. Returns 0. Errors:
 * - EBADF: fd or stop_fd is not open.
 * - Those of poll(2), and those of recvfrom(2) on fd that are not about one client, but never EINTR. */
int udp_serve(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats);

/* Sends the len bytes at req to *server from a new socket and waits for a reply. If no reply comes in time, it sends
 * the request again. The options say how often and how long; NULL means all defaults. The reply's first cap bytes go to
 * reply. If len is 0, req may be NULL. If cap is 0, reply may be NULL. Returns the reply's true length, which may be
 * more than cap. Errors:
 * - ETIMEDOUT: no attempt was answered.
 * - ECONNREFUSED: nobody listens there.
 * - EMSGSIZE: the request is too long for a datagram.
 * - Those of socket(2), connect(2), sendto(2), poll(2) and recvfrom(2), but never EINTR. */
ssize_t udp_call(const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                 const struct udp_call_options *options);

#endif
