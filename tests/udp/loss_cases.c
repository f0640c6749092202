/* loss_cases.c - a full receive buffer over IPv6, with a sender that does not block, and datagrams of other lengths. */
#include <stdlib.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/net/pair.h"

enum { DATAGRAMS = 80 };

/* Sends more than the receiver has room for. All bytes of a datagram are its number, from 1. */
static struct pair overflow(bool plain, bool nonblocking, size_t len) {
    struct pair pair = pair_open(AF_INET6);
    int bytes = 16 * 1024;
    unsigned char *datagram = malloc(len);
    require(datagram != NULL, "find memory");
    require(setsockopt(pair.to.fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) == 0, "set SO_RCVBUF");
    set_nonblocking(pair.from.fd, nonblocking);
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        memset(datagram, (int)i + 1, len);
        if (plain)
            peer_send(&pair.from, datagram, len, &pair.to.at);
        expect_int(plain ? (ssize_t)len : udp_send(pair.from.fd, datagram, len, &pair.to.at), len,
                   "calling udp_send for datagram %u", i);
    }
    free(datagram);
    peer_settle();
    return pair;
}

Test(udp_loss, tells_no_sender, .timeout = 5,
     .description =
         "UDP-LOSS-001: 80 datagrams of 1000 and of 9000 bytes over IPv6, from sockets that block and that do not") {
    for (unsigned i = 0; i < 4; i++) {
        struct pair pair = overflow(false, i % 2, i < 2 ? 1000 : 9000);
        unsigned arrived = 0;
        while (recv(pair.to.fd, NULL, 0, MSG_DONTWAIT) != -1)
            arrived++;
        expect_true(arrived > 0 && arrived < DATAGRAMS, "some arrived and some were dropped");
        pair_close(&pair);
    }
}

/* Receives until nothing is left. Returns the first number that is out of order, or -1; *count is how many came. */
static int receive_all(int fd, size_t len, unsigned *count, int *error) {
    static unsigned char got[9001];
    for (*count = 0;; ++*count) {
        struct udp_peer from;
        ssize_t n = udp_recv(fd, got, sizeof got, &from, 1);
        *error = errno;
        if (n == -1)
            return -1;
        for (size_t i = 0; i < len; i++)
            if ((size_t)n != len || got[i] != *count + 1)
                return (int)*count;
    }
}

Test(udp_loss, leaves_a_prefix_over_ipv6, .timeout = 5,
     .description = "UDP-LOSS-002 UDP-LOSS-002a: 80 datagrams of 1000 and of 9000 bytes over IPv6, received from "
                    "sockets that block and "
                    "that do not") {
    for (unsigned i = 0; i < 4; i++) {
        size_t len = i < 2 ? 1000 : 9000;
        struct pair pair = overflow(true, false, len);
        unsigned count;
        int error;
        set_nonblocking(pair.to.fd, i % 2);
        expect_int(receive_all(pair.to.fd, len, &count, &error), -1,
                   "the number of a datagram that is not as it was sent");
        expect_int(error, ETIMEDOUT, "the errno of udp_recv after the last datagram");
        expect_true(count > 0 && count < DATAGRAMS, "some arrived and some were dropped");
        pair_close(&pair);
    }
}
