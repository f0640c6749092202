/* udp.h - the UDP lab's contract: datagrams out, datagrams in, a server loop and a client that asks again.
 *
 * Every function reports an error as -1 with errno set; none prints, none exits. Descriptors that these functions
 * make are close-on-exec. The clauses behind each sentence are in spec/udp.md; the areas are OPEN (udp_resolve,
 * udp_format, udp_bind, udp_local), TX (udp_send), RX (udp_recv), SRV (udp_serve) and CLI (udp_call).
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

/* What udp_call does where its options say nothing. */
#define UDP_CALL_ATTEMPTS 4
#define UDP_CALL_TIMEOUT_MS 100
#define UDP_CALL_BACKOFF 2

/* One end of an exchange: an IPv4 or IPv6 address with its port, as the kernel wants it. */
struct udp_peer {
    struct sockaddr_storage addr;
    socklen_t len; /* bytes of addr in use */
};

/* What one run of udp_serve did. received == replied + declined + oversized + failed. */
struct udp_stats {
    uint64_t received;  /* datagrams taken from the socket */
    uint64_t replied;   /* replies that the kernel accepted */
    uint64_t declined;  /* requests for which the handler returned a negative value */
    uint64_t oversized; /* requests longer than UDP_REQUEST_MAX, which no handler saw */
    uint64_t failed;    /* replies that could not be sent */
};

/* How patient udp_call is. A field that is 0 means its default above. */
struct udp_call_options {
    unsigned attempts;   /* how often the request is sent, in total */
    unsigned timeout_ms; /* how long the first attempt waits, in milliseconds */
    unsigned backoff;    /* each further attempt waits this many times as long as the one before */
};

/* Answers one request. req holds len bytes (never NULL, even where len is 0) that came from *from. A reply of at
 * most cap bytes goes to reply. Returns the reply's length (0 is an empty datagram), or any negative value for no
 * reply. */
typedef ssize_t udp_handler(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply,
                            size_t cap);

/* Finds the address of host, a name or a numeric IPv4 or IPv6 address (no brackets), and puts it with port (host byte
 * order) in *out. Returns 0. Errors: EINVAL host is NULL or empty; ENOENT host has no address, or is in brackets;
 * ENOMEM.
 * Source: getaddrinfo(3). */
int udp_resolve(struct udp_peer *out, const char *host, uint16_t port);

/* Writes peer as "127.0.0.1:9000" or "[::1]:9000", with a final NUL, into text, which has room for cap bytes and may be
 * NULL where cap is 0. Returns the number of characters before the NUL. Errors: ENOSPC it does not fit; EAFNOSUPPORT
 * not IPv4 or IPv6.
 * Source: inet_ntop(3), RFC 5952, RFC 3986 section 3.2.2. */
int udp_format(const struct udp_peer *peer, char *text, size_t cap);

/* Opens a UDP socket bound to host (as for udp_resolve) and port (host byte order; 0: the kernel chooses one).
 * Returns its descriptor, blocking and close-on-exec; the caller closes it. Errors: those of udp_resolve, socket(2)
 * and bind(2), EADDRINUSE among them. */
int udp_bind(const char *host, uint16_t port);

/* Puts the address and port that fd is bound to in *self. Returns 0. Errors: those of getsockname(2). */
int udp_local(int fd, struct udp_peer *self);

/* Sends the len bytes at data, which may be NULL where len is 0, as one datagram to *to. Returns len. Errors: those of
 * sendto(2), EMSGSIZE among them; never EINTR. */
ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to);

/* Waits for one datagram and copies its first cap bytes to buf; the rest of it is lost. buf may be NULL where cap is
 * 0. *from, where from is not NULL, becomes its sender. timeout_ms: how long to wait, in milliseconds; 0 looks and
 * does not wait, negative waits for ever. Returns the datagram's true length, which may exceed cap.
 * Errors: ETIMEDOUT nothing came; those of poll(2) and recvfrom(2); never EINTR. */
ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms);

/* Answers requests on fd with handler(ctx, ...) until stop_fd becomes readable or is hung up (any negative number:
 * never). Neither descriptor is closed. *stats, where stats is not NULL, starts at zero and is exact when udp_serve
 * returns. Returns 0. Errors: EBADF fd or stop_fd is not open; those of poll(2) and of recvfrom(2) on fd that are not
 * about one client; never EINTR. */
int udp_serve(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats);

/* Sends the len bytes at req to *server from a new socket and waits for a reply, sending again each time its patience
 * (options; NULL: all defaults) runs out. The reply's first cap bytes go to reply. req may be NULL where len is 0, and
 * reply where cap is 0. Returns the reply's true length, which may exceed cap. Errors: ETIMEDOUT no attempt was
 * answered; ECONNREFUSED nobody listens there; EMSGSIZE the request is too long for a datagram; those of socket(2),
 * connect(2), sendto(2), poll(2) and recvfrom(2); never EINTR. */
ssize_t udp_call(const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                 const struct udp_call_options *options);

#endif
