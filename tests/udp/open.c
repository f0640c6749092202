/* open.c - udp_bind and udp_local: a bound socket, and what it is bound to. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/net/peer.h"

/* The family, type and address of fd, read with plain system calls. */
static struct udp_peer bound_to(int fd) {
    struct udp_peer at = {.len = sizeof at.addr};
    int type = 0;
    socklen_t len = sizeof type;
    expect_int(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len), 0, "what udp_bind returned is a socket");
    expect_int(type, SOCK_DGRAM, "its type, where %d is SOCK_DGRAM", SOCK_DGRAM);
    expect_int(getsockname(fd, (struct sockaddr *)&at.addr, &at.len), 0, "it has an address");
    return at;
}

/* Binds with the code under test and sees a plain datagram come through. */
static void bind_and_be_reached(const char *host, int family) {
    int fd;
    expect_success(fd = udp_bind(host, 0), "udp_bind(\"%s\", 0) gives a socket", host);
    struct udp_peer at = bound_to(fd);
    struct udp_peer expected = peer_address(family, peer_port(&at));
    expect_peer(&at, &expected, "what a socket bound to %s is bound to", host);
    struct peer sender = peer_open(family);
    peer_send(&sender, "hello", 5, &at);
    struct peer bound = {fd, at};
    char buf[8];
    expect_int(peer_receive(&bound, buf, sizeof buf, NULL), 5, "a datagram sent to it arrives");
    peer_close(&sender);
    close(fd);
}

Test(udp_bind, opens_an_ipv4_socket, .timeout = 3,
     .description = "UDP-OPEN-008: a socket on 127.0.0.1, which then receives a datagram") {
    bind_and_be_reached("127.0.0.1", AF_INET);
}

Test(udp_bind, opens_an_ipv6_socket, .timeout = 3,
     .description = "UDP-OPEN-009: a socket on ::1, which then receives a datagram") {
    bind_and_be_reached("::1", AF_INET6);
}

Test(udp_bind, lets_the_kernel_choose_the_port, .timeout = 3,
     .description = "UDP-OPEN-010: two sockets with port 0, and what udp_local says of each") {
    int first, second;
    struct udp_peer one, other, expected;
    memset(&one, 0xa5, sizeof one);
    memset(&other, 0xa5, sizeof other);
    expect_success(first = udp_bind("127.0.0.1", 0), "a first socket with port 0");
    expect_success(second = udp_bind("127.0.0.1", 0), "a second socket with port 0");
    expect_int(udp_local(first, &one), 0, "udp_local of the first");
    expect_int(udp_local(second, &other), 0, "udp_local of the second");
    expected = bound_to(first);
    expect_peer(&one, &expected, "what udp_local says, against what the kernel says");
    expect_true(peer_port(&one) != 0, "the port that was chosen is not 0");
    expect_true(peer_port(&one) != peer_port(&other), "two sockets get two ports");
    close(first);
    close(second);
}

/* The other socket allows both kinds of sharing, so that only udp_bind's own restraint makes it fail. */
Test(udp_bind, fails_where_the_port_is_taken, .timeout = 3,
     .description = "UDP-OPEN-011: a port of another socket that itself allows sharing") {
    struct peer holder = peer_open(AF_INET);
    int yes = 1;
    setsockopt(holder.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(holder.fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
    expect_error(udp_bind("127.0.0.1", peer_port(&holder.at)), EADDRINUSE, "a port that another socket has");
    peer_close(&holder);
}

Test(udp_bind, makes_the_socket_close_on_exec, .timeout = 3, .description = "UDP-OPEN-012: the flags of a new socket") {
    int fd;
    expect_success(fd = udp_bind("127.0.0.1", 0), "udp_bind gives a socket");
    expect_int(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC, "the descriptor's flag FD_CLOEXEC");
    close(fd);
}

Test(udp_bind, leaves_no_descriptor_open_where_it_fails, .timeout = 3,
     .description = "UDP-OPEN-013: 20 failures on a taken port, then counts descriptors") {
    struct peer holder = peer_open(AF_INET);
    int fd;
    expect_success(fd = udp_bind("127.0.0.1", 0), "udp_bind succeeds where the port is free");
    close(fd);
    int before = open_descriptors();
    for (int i = 0; i < 20; i++)
        expect_int(udp_bind("127.0.0.1", peer_port(&holder.at)), -1, "udp_bind of a taken port");
    expect_int(open_descriptors(), before, "the number of open descriptors after 20 failures");
    peer_close(&holder);
}

Test(udp_local, reports_what_is_not_an_open_socket, .timeout = 3,
     .description = "UDP-OPEN-014: the end of a pipe, and a descriptor that is not open") {
    struct udp_peer self;
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0, "open a pipe");
    expect_error(udp_local(ends[0], &self), ENOTSOCK, "the end of a pipe");
    expect_error(udp_local(closed_descriptor(), &self), EBADF, "a descriptor that is not open");
    close(ends[0]);
    close(ends[1]);
}

/* Fails and succeeds in every function of the area, into blocks of exactly the size that is given. */
static void go_round(uint16_t taken) {
    struct udp_peer *peer = malloc(sizeof *peer);
    char *text = malloc(15);
    int fd;
    require(peer && text, "find memory");
    expect_int(udp_resolve(peer, "::1", 9000), 0, "udp_resolve");
    udp_resolve(peer, "not a host", 1);
    expect_int(udp_resolve(peer, "127.0.0.1", 9000), 0, "udp_resolve");
    udp_format(peer, text, 15);
    udp_format(peer, text, 14);
    expect_success(fd = udp_bind("localhost", 0), "udp_bind gives a socket");
    udp_local(fd, peer);
    close(fd);
    expect_int(udp_bind("127.0.0.1", taken), -1, "udp_bind of a taken port");
    udp_bind("not a host", 0);
    free(text);
    free(peer);
}

Test(udp_open, leaves_nothing_behind, .timeout = 3,
     .description = "UDP-OPEN-015: 20 rounds of successes and failures of all four functions") {
    struct peer holder = peer_open(AF_INET);
    int before = open_descriptors();
    for (int i = 0; i < 20; i++)
        go_round(peer_port(&holder.at));
    expect_int(open_descriptors(), before, "the number of open descriptors after 20 rounds");
    peer_close(&holder);
}
